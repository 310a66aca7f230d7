//! The staff's screens about the kiosk itself: how its devices stand, a new roll, out of service, the card a clerk logs in with.

use kippu_api::staff_acts::OutReason;

use super::CardRefusal;
use crate::flows::kiosk::input::Storage;

/// This kiosk: how its devices stand (those the chrome knows are not repeated here), and what can be done about them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Care {
    /// There is a card reader.
    pub reader_there: bool,
    /// Whether the journal takes anything new.
    pub storage: Storage,
    /// It is out of service by hand.
    pub out: Option<OutReason>,
    /// A test page is on its way.
    pub printing: bool,
    /// What the last act came to.
    pub notice: Option<CareNotice>,
}

/// What an act came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CareNotice {
    /// The printer says that the test page is out.
    TestPrinted,
    /// It did not say: somebody has to look.
    TestUnconfirmed,
    /// Nothing was printed.
    TestNotPrinted,
    /// The clerk logs in with another card from now on.
    CardChosen,
    /// The clerk logs in with number and PIN alone.
    CardForgotten,
}

/// A new roll is put in, step by step as the printer tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NewRoll {
    /// Open the cover.
    OpenCover,
    /// New roll in, end of the paper out, cover shut.
    PutIn,
    /// Switch the printer on.
    SwitchOn,
    /// The test page is on its way.
    Printing,
    /// It is out: the paper is in.
    Done,
    /// The printer did not say that it came out.
    Unconfirmed,
}

/// A clerk chooses the card to log in with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnCard {
    /// Lay it.
    Lay,
    /// It is being read and noted; it must rest.
    Busy,
    /// It cannot be used.
    Refused(CardRefusal),
    /// It is somebody else's already.
    Taken,
    /// The clerk came in without the platform: log in with PIN once more.
    LogInAgain,
    /// The platform did not answer.
    NotReached,
}
