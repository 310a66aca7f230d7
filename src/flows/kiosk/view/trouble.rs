//! Conditions that stop the way: what happened, where ticket and money are, what can be done.

use kippu_api::staff_acts::OutReason;

use super::{CardRefusal, PaperProblem};
use crate::flows::facts::{Moment, Money};

/// Where ticket and money are: two rows on every critical screen.
#[derive(Debug, Clone, PartialEq)]
pub struct Safety {
    /// Ticket.
    pub ticket: TicketFact,
    /// Money.
    pub money: MoneyFact,
}

/// Where the tickets are.
#[derive(Debug, Clone, PartialEq)]
pub enum TicketFact {
    /// Nothing was chosen or held.
    None,
    /// Seats are held until then.
    SeatsHeld {
        /// How many.
        count: u8,
        /// Until.
        until: Moment,
    },
    /// Seats are free again.
    SeatsReleased,
    /// Tickets wait at the platform, with this slip number.
    AtPlatform {
        /// How many.
        count: u8,
        /// Slip number.
        slip: String,
    },
    /// Tickets are on the card.
    OnCard {
        /// How many.
        count: u8,
    },
    /// It is not known whether they reached the card; laying it again will tell.
    BeingChecked {
        /// How many.
        count: u8,
    },
    /// The tickets that were on the card before are untouched.
    CardUnchanged,
    /// Taken off the giver's card and safe in this kiosk.
    InKiosk {
        /// How many.
        count: u8,
    },
    /// On the giver's card: nothing was taken, or they are back.
    OnGiverCard {
        /// How many.
        count: u8,
    },
    /// One paper that may have come out; the others are in this kiosk.
    PaperBeingChecked {
        /// Tickets in all that are not at their end.
        count: u8,
    },
    /// They wait at the platform under this code.
    Parked {
        /// How many.
        count: u8,
        /// In groups of four.
        code: String,
    },
}

/// Where the money is.
#[derive(Debug, Clone, PartialEq)]
pub enum MoneyFact {
    /// Nothing to pay here.
    NotInvolved,
    /// Nothing is charged yet.
    NotCharged,
    /// To pay at the register.
    ToPay(Money),
    /// Paid.
    Paid(Money),
    /// Paid; this kiosk does not know the sum any more.
    PaidBefore,
    /// The register hands it back.
    PaidBack(Money),
    /// Being checked: do not pay again.
    BeingChecked(Money),
}

/// A condition that stops the way, with where ticket and money are and what can be done.
#[derive(Debug, Clone, PartialEq)]
pub struct Trouble {
    /// What happened.
    pub kind: TroubleKind,
    /// Ticket and money.
    pub safety: Safety,
    /// Keys, the primary one first.
    pub ways: Vec<Way>,
    /// Slip number to remember, where there is one.
    pub slip: Option<String>,
}

/// The closed set of conditions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TroubleKind {
    /// The platform cannot be reached.
    NotReached,
    /// The seats went to somebody else.
    SeatsGone,
    /// The hold ran out.
    HoldExpired,
    /// Sales for the event are over.
    SalesClosed,
    /// The card cannot be used.
    Card(CardRefusal),
    /// The card was taken away while it was written; nothing reached it.
    CardTornNotWritten,
    /// The card was taken away at the last moment: not known whether it arrived.
    CardTornUnknown,
    /// The reader is gone.
    ReaderGone,
    /// Paper; the slip's number stands on this screen.
    Paper(PaperProblem),
    /// The printer did not confirm the slip.
    PaperUnconfirmed,
    /// It is not known whether the payment arrived: do not pay again.
    PaymentUnknown,
    /// It is not known whether the order was accepted: being checked, nothing was paid.
    OrderUnknown,
    /// Only the staff can find out where the tickets are.
    NeedsStaff,
    /// A paper ticket may have come out: the staff looks and answers (R16).
    PaperTicketUnconfirmed,
    /// The giver's card left while the tickets were taken: it alone can tell where they are.
    TakingUnknown,
    /// The receiver's card left while they were written onto it: it alone can tell where they are.
    GivingUnknown,
    /// The giver's card left before anything was taken.
    NothingTaken,
    /// Nobody can bring this to an end just now: the platform is away and there are no local keys. Nothing was taken (R17).
    NotWithoutNetwork,
    /// The organizer, or the platform, keeps these tickets where they are.
    TicketStays(super::WhyStays),
    /// Another kiosk has gone on with it, or an operator issued the tickets anew.
    ElsewhereNow,
    /// This kiosk's disk is full: it begins nothing until there is room, and then goes on by itself.
    StorageFull,
    /// The staff has taken this kiosk out of service.
    OutOfService(OutReason),
    /// This kiosk's own storage fails: it writes no cards until it is repaired.
    StorageFault,
    /// The platform refused in a way this kiosk has no words for.
    Refused,
}

/// A way on; each is a key with its own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// Try the same again.
    TryAgain,
    /// Lay the (same) card again.
    LayCard,
    /// Lay a different card.
    LayOtherCard,
    /// Put the tickets on the card that was laid instead of the one first named.
    UseThisCard,
    /// Write so many, the rest stays at the platform.
    WriteSome(u8),
    /// All stays at the platform, to be picked up with the slip number.
    LeaveAtPlatform,
    /// Choose other seats.
    OtherSeats,
    /// Print again.
    PrintAgain,
    /// Go on with the number on the screen, without paper.
    GoOnWithoutPaper,
    /// Give the seats back.
    Cancel,
    /// Put the card's tickets on it now.
    GoOn,
    /// Back to the giver's card.
    GiveBack,
    /// A clerk is here: log in and answer.
    StaffHere,
    /// Call the staff.
    CallStaff,
    /// To the start screen.
    Finish,
}
