//! The card: laying, checking, writing, and what is on it.

use kippu_ticket::{ids::TicketId, record::TicketKind};

use super::{Countdown, LeftEarly, Paper, Safety, Way};
use crate::flows::facts::{EventFacts, Places, SeatWords};

/// A physical act: lay the card.
#[derive(Debug, Clone, PartialEq)]
pub struct LayCard {
    /// What for.
    pub purpose: LayPurpose,
    /// Tickets concerned.
    pub tickets: u8,
    /// Last four digits of the card that is expected, if it must be that one.
    pub ending: Option<String>,
    /// What the last card was refused for, while another is awaited.
    pub refused: Option<CardRefusal>,
    /// Ticket and money.
    pub safety: Safety,
    /// How long the seats are held, before paying.
    pub countdown: Option<Countdown>,
}

/// Why a card is to be laid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LayPurpose {
    /// Before paying: is it ours, has it room?
    BeforePaying,
    /// Paid: the tickets go onto it.
    ToWrite,
    /// To see whether the last writing arrived.
    ToFindOut,
    /// To see what is on it.
    ToLook,
    /// The giver's: which tickets shall leave it?
    ToGive,
    /// The one whose tickets become paper.
    ToPrint,
    /// The one whose tickets are given up for money.
    ToGiveUp,
    /// The one tickets that wait shall go to.
    ToPickUp,
    /// The giver's: the tickets leave it now, or go back to it.
    GiverToTake,
    /// The giver's: the tickets go back to it.
    GiverToGiveBack,
}

/// Why a card cannot be used here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CardRefusal {
    /// Not a ticket card.
    NotOurs,
    /// Not prepared for tickets yet.
    Blank,
    /// Of another ticket system.
    WrongKey,
    /// Taken away too early.
    Torn,
    /// Lies there and does not answer.
    Mute,
    /// Worn out.
    WornOut,
    /// Its content cannot be read.
    Unreadable,
    /// Another card than the one awaited.
    OtherCard,
    /// The giver's own card, where the receiver's is awaited.
    GiverAgain,
    /// The receiver's card, where the giver's is awaited.
    ReceiverNotGiver,
    /// A third card, where one of two is awaited.
    ThirdCard,
    /// Prepared by an earlier release: the staff can renew it.
    OlderLayout,
    /// Prepared by a later release: this kiosk has to be updated.
    NewerLayout,
    /// No network to check it with.
    NoNetwork,
}

/// The card rests while it is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckingCard {
    /// What for.
    pub purpose: LayPurpose,
    /// What is happening now.
    pub step: CheckStep,
}

/// Steps of checking a card before paying.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CheckStep {
    /// Authenticating and reading it.
    Reading,
    /// Asking the seller and registering the issue.
    Registering,
    /// The slip is on its way to the printer.
    Printing,
    /// The member account is being charged, or it is being found out whether it was.
    Charging,
}

/// The card is being written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Writing {
    /// Tickets to be written.
    pub tickets: u8,
    /// Progress in thousandths.
    pub permille: u16,
    /// Card checked, room checked, written, read back: the four checks in order.
    pub checks: [CheckMark; 4],
    /// The card left and its return is awaited: the same card, again.
    pub card_missing: bool,
}

/// State of one check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckMark {
    /// Still to come.
    Ahead,
    /// Happening.
    Now,
    /// Done.
    Passed,
}

/// Tickets are on the card.
#[derive(Debug, Clone, PartialEq)]
pub struct Done {
    /// Title, hall, times.
    pub event: EventFacts,
    /// The tickets written.
    pub seats: Vec<SeatWords>,
    /// Tickets that stay at the platform for want of room, with this slip number.
    pub left_at_platform: Option<(u8, String)>,
    /// Card's places after it, where it was read at the end.
    pub places: Option<Places>,
    /// What became of the receipt.
    pub receipt: Paper,
    /// The card still lies there: take it.
    pub card_lies: bool,
}

/// What is on the card.
#[derive(Debug, Clone, PartialEq)]
pub struct MyCard {
    /// Last four digits.
    pub ending: String,
    /// Tickets of this page: at most [`TICKETS_A_PAGE`].
    pub tickets: Vec<MyTicket>,
    /// All tickets.
    pub count: usize,
    /// Page, from 0.
    pub page: usize,
    /// Pages, at least 1.
    pub pages: usize,
    /// Places.
    pub places: Places,
    /// Read without network: the card's own word.
    pub offline: bool,
    /// Last time it left too early: finish that first.
    pub left_early: Option<LeftEarly>,
    /// Some of them can be given to another card.
    pub can_give: bool,
    /// Some can be given up for money, if their events' rules allow it.
    pub can_get_money: bool,
    /// Some of them can become paper.
    pub can_make_paper: bool,
}

/// Tickets on a page of "my card".
pub const TICKETS_A_PAGE: usize = 2;

/// A ticket, as its record and its event say it.
#[derive(Debug, Clone, PartialEq)]
pub struct MyTicket {
    /// What a touch names.
    pub id: TicketId,
    /// A voucher or membership has no seat.
    pub kind: TicketKind,
    /// Title, hall, times, as the card keeps them.
    pub event: EventFacts,
    /// Seat.
    pub seat: SeatWords,
    /// The gate has let it in and not out.
    pub inside: bool,
    /// It was issued anew, as far as the platform has said: this copy is worth nothing.
    pub recalled: bool,
}

/// The card has too few places.
#[derive(Debug, Clone, PartialEq)]
pub struct TooFull {
    /// Last four digits.
    pub ending: String,
    /// Places.
    pub places: Places,
    /// Tickets that want to go there.
    pub wanted: u8,
    /// Last four digits of the giver's card, where they come from one and are in this kiosk.
    pub giver: Option<String>,
    /// Ticket and money.
    pub safety: Safety,
    /// Keys, the primary one first.
    pub ways: Vec<Way>,
}
