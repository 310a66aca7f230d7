//! Paying: the check, orders, the slip and its ends.

use super::{Safety, Way};
use crate::flows::facts::{EventFacts, Money, SeatWords};

/// Tickets, sum and countdown before paying.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// Title, hall, times.
    pub event: EventFacts,
    /// Held seats.
    pub seats: Vec<SeatWords>,
    /// Sums by class.
    pub lines: Vec<PriceLine>,
    /// To pay.
    pub total: Money,
    /// How long the seats are held.
    pub countdown: Countdown,
    /// The seats are not side by side although that was asked for.
    pub apart: bool,
    /// An extension was refused.
    pub no_more_extension: bool,
}

/// Two ways to pay, for a member: offered only after the card was read and its holder's credit checked.
#[derive(Debug, Clone, PartialEq)]
pub struct PayChoice {
    /// Last four digits of the card.
    pub ending: String,
    /// Tickets.
    pub tickets: u8,
    /// To pay.
    pub total: Money,
    /// What the account can do.
    pub account: AccountView,
    /// It was tried, and nothing was charged.
    pub declined: bool,
    /// How long the seats are held.
    pub countdown: Countdown,
}

/// What a member account can do here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AccountView {
    /// Pay this sum.
    Enough,
    /// It does not cover it.
    NotEnough,
    /// Nothing: it is suspended.
    Suspended,
    /// Nobody can say just now.
    NotNow,
}

/// Several tickets of one class.
#[derive(Debug, Clone, PartialEq)]
pub struct PriceLine {
    /// Class.
    pub class: String,
    /// How many.
    pub count: usize,
    /// Together.
    pub sum: Money,
}

/// Time left of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Countdown {
    /// Left.
    pub seconds: u32,
    /// Of so many; the bar's full length.
    pub of: u32,
    /// "Need more time?" is due.
    pub warn: bool,
}

/// Orders that wait for the card that was laid.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenOrders {
    /// Last four digits of the card.
    pub ending: String,
    /// Newest first, at most three.
    pub orders: Vec<OrderRow>,
    /// A new purchase stood here before the card was laid: it can go on.
    pub can_go_on_with_new: bool,
    /// The card's content can be shown.
    pub can_look: bool,
}

/// An order in short.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderRow {
    /// What a touch names.
    pub order: String,
    /// Title, hall, times.
    pub event: EventFacts,
    /// Tickets.
    pub tickets: u8,
    /// Sum.
    pub total: Money,
    /// Slip number.
    pub slip: String,
    /// What it waits for.
    pub waits_for: WaitsFor,
}

/// What an order waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitsFor {
    /// Payment at the register.
    Payment,
    /// The card.
    Card,
}

/// The slip.
#[derive(Debug, Clone, PartialEq)]
pub struct Slip {
    /// Number as printed: `4-1827-3`.
    pub number: String,
    /// Title, hall, times.
    pub event: EventFacts,
    /// To pay.
    pub total: Money,
    /// Tickets.
    pub tickets: u8,
    /// Ticket and money.
    pub safety: Safety,
    /// The slip's time.
    pub countdown: Countdown,
    /// What became of the paper.
    pub paper: Paper,
    /// What is known of the payment.
    pub payment: PaymentView,
}

/// What became of a paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paper {
    /// Nothing was printed here.
    NotWanted,
    /// Being printed.
    Printing,
    /// The printer said so.
    Printed,
    /// Not printed, for this reason; the number on the screen is enough.
    NotPrinted(PaperProblem),
    /// It may have come out or not: the printer did not answer.
    Unconfirmed,
}

/// Why there is no paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaperProblem {
    /// Out of paper before it began.
    PaperOut,
    /// Ran out in the middle.
    EndedMidway,
    /// Cover open.
    CoverOpen,
    /// Off, or not to be reached.
    PrinterOff,
}

/// What is known of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaymentView {
    /// Waiting for the register.
    Waiting,
    /// The platform cannot be asked just now: unknown.
    Unknown,
    /// The slip is being cancelled.
    Cancelling,
}

/// Typing in a slip number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlipEntry {
    /// Digits so far, with the dashes in their places.
    pub number: String,
    /// As many digits as a number has: the go key is live.
    pub complete: bool,
    /// What has to be said.
    pub notice: Option<SlipNotice>,
    /// The platform is asked.
    pub busy: bool,
}

/// What is wrong with a typed number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SlipNotice {
    /// The check digit does not fit: one digit is mistyped.
    Mistyped,
    /// What was scanned is neither a slip's number nor a code of tickets that wait.
    NotASlip,
    /// No such slip here.
    NotFound,
    /// The platform did not answer.
    NotReached,
    /// Nothing waits under this code (any more).
    NothingWaits,
    /// Too many wrong codes: wait a moment.
    TooMany,
}

/// What became of a slip.
#[derive(Debug, Clone, PartialEq)]
pub struct SlipResult {
    /// Number as printed.
    pub number: String,
    /// Title, hall, times.
    pub event: EventFacts,
    /// Tickets.
    pub tickets: u8,
    /// Which.
    pub outcome: SlipOutcome,
    /// Ticket and money.
    pub safety: Safety,
    /// Keys, the primary one first.
    pub ways: Vec<Way>,
}

/// Ends of a slip other than a plain payment in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SlipOutcome {
    /// Paid after its time, seats still free: honoured.
    Honoured,
    /// Paid after its time, seats gone: paid back.
    Refunded,
    /// Not paid in time; seats free again.
    Expired,
    /// Cancelled.
    Cancelled,
    /// The tickets are on their card already.
    AlreadyIssued,
    /// Another terminal is writing them.
    ElsewhereAtWork,
}
