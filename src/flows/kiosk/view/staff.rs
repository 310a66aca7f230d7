//! The staff's screens: logging in, open handovers with the one action that helps, papers nobody confirmed, reports on a stick.

use kippu_ticket::ids::HandoverId;

use super::{MyTicket, Safety};
use crate::flows::facts::{EventFacts, Moment};

/// A clerk logs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClerkEntry {
    /// Clerk's number so far.
    pub number: String,
    /// Digits of the PIN so far; never the digits.
    pub pin_digits: u8,
    /// Where digits go.
    pub field: ClerkField,
    /// What has to be said.
    pub notice: Option<LoginNotice>,
    /// Somebody is being asked.
    pub busy: bool,
}

/// Where digits go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClerkField {
    /// Clerk's number.
    Number,
    /// PIN.
    Pin,
}

/// Why nobody is logged in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginNotice {
    /// Number or PIN is wrong.
    Wrong,
    /// Too many wrong tries.
    TooMany,
    /// The platform is away, and this clerk was not logged in here of late.
    NotReached,
    /// Nobody touched the screen for a while.
    IdledOut,
    /// Nobody logs in with this card here.
    UnknownCard,
    /// The card cannot be read.
    CardUnread,
}

/// All handovers this kiosk holds open.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenHandovers {
    /// Clerk's name.
    pub clerk: String,
    /// Those of this page, oldest first: at most [`HANDOVERS_A_PAGE`].
    pub rows: Vec<OpenRow>,
    /// All.
    pub count: usize,
    /// Page, from 0.
    pub page: usize,
    /// Pages, at least 1.
    pub pages: usize,
    /// Reports the platform has not got yet.
    pub unsent: usize,
    /// The journal is being read, or the platform asked.
    pub busy: bool,
}

/// Handovers on a page of the staff's list.
pub const HANDOVERS_A_PAGE: usize = 4;

/// One open handover in short.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenRow {
    /// What a touch names.
    pub handover: HandoverId,
    /// Tickets that are not at their end.
    pub tickets: u8,
    /// Last four digits of the giver's card.
    pub giver: Option<String>,
    /// Last four digits of the receiver's card.
    pub receiver: Option<String>,
    /// Title of the first event.
    pub event: EventFacts,
    /// When it began.
    pub since: Moment,
    /// What it waits for.
    pub waits: HandoverWaits,
    /// The one action that helps.
    pub remedy: Remedy,
}

/// What an open handover waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HandoverWaits {
    /// Any card that may receive.
    Receiver,
    /// The receiver's card that was named.
    NamedCard,
    /// The giver's card: the tickets are still on it, or go back there.
    Giver,
    /// The one card that can tell what happened.
    CardAnswer,
    /// Somebody who saw whether the paper came out.
    Paper,
    /// The printer.
    Printer,
    /// The platform.
    Platform,
    /// The operator.
    Operator,
}

/// The one action that helps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// Nothing here.
    None,
    /// Lay the receiver's card, or the one that can tell.
    LayCard,
    /// Lay the giver's card.
    LayGiver,
    /// Say whether the paper came out.
    AnswerPaper,
    /// Print what is left.
    Print,
    /// Ask the platform once more.
    Send,
    /// Call the operator, who issues the tickets anew.
    CallOperator,
}

/// One handover for the staff: where its tickets are, and everything that can be done.
#[derive(Debug, Clone, PartialEq)]
pub struct OneHandover {
    /// What it is about.
    pub row: OpenRow,
    /// Where the tickets stand on the line.
    pub holder: Holder,
    /// Ticket and money.
    pub safety: Safety,
    /// What can be done, the one that helps first.
    pub acts: Vec<StaffAct>,
    /// Which of how many, from 0: those found at start-up.
    pub place: (usize, usize),
    /// Found at start-up, before anybody logged in.
    pub start_up: bool,
    /// It is being done.
    pub busy: bool,
    /// What the last one came to.
    pub notice: Option<StaffNotice>,
}

/// Who holds the tickets: where they stand on the holder line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holder {
    /// The giver's card.
    Giver,
    /// This kiosk.
    Kiosk,
    /// The receiver's card.
    Receiver,
    /// The platform.
    Platform,
    /// In between: the card, or people, can tell.
    Unknown,
}

/// What the staff can do with a handover.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StaffAct {
    /// Go on: the [`OpenRow::remedy`].
    Finish,
    /// Back to the giver's card.
    GiveBack,
    /// Nobody here: keep for pick-up and print the code.
    KeepAndPrint,
    /// Nobody here: back to the platform, where the slip they were bought or fetched with gets them.
    PutAway,
    /// Let any other kiosk go on with it.
    Release,
    /// The next one.
    Next,
    /// At start-up, before anybody logged in: a clerk who does can do more.
    LogIn,
    /// Back to the list; at start-up: open the kiosk, those that can go to the platform do.
    Leave,
}

/// What a staff action came to, where it did not simply lead on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StaffNotice {
    /// The platform did not answer: nothing was lost, it is tried again by itself.
    NotReached,
    /// A question is open first: only its card, or people, can answer.
    AnswerFirst,
    /// This kiosk's storage fails.
    StorageFault,
    /// Only an operator can help.
    Operator,
}

/// Did this paper come out?
#[derive(Debug, Clone, PartialEq)]
pub struct PaperQuestion {
    /// The ticket.
    pub ticket: MyTicket,
    /// Serial number as printed beside the code.
    pub serial: String,
    /// It was answered before, the other way: this answer does not count.
    pub answered_otherwise: bool,
    /// The answer is being noted.
    pub busy: bool,
}

/// Reports onto a stick.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stick {
    /// How it stands.
    pub state: StickState,
    /// Reports that wait, or that are on the stick now.
    pub reports: usize,
}

/// How saving to a stick stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StickState {
    /// Insert one.
    Insert,
    /// There was none.
    Missing,
    /// Being written.
    Saving,
    /// On it, synced.
    Saved,
    /// It has no room.
    Full,
    /// It cannot be written, or was pulled out.
    NotWritable,
}
