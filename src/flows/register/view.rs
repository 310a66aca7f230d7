//! What the clerk's screen at the register shows and what the clerk can do.

use kippu_api::till::OpenMatters;

use crate::flows::facts::{Appearance, EventFacts, Moment, Money, ScannerCondition, SeatWords};

/// The whole screen.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    /// Language, text size, contrast.
    pub appearance: Appearance,
    /// Register's name.
    pub register: String,
    /// Clock.
    pub now: Moment,
    /// The platform answered last time.
    pub online: bool,
    /// The clerk is logged out in so many seconds unless something is touched.
    pub idle_seconds: Option<u32>,
    /// Clerk at work, by name.
    pub clerk: Option<String>,
    /// Store by name.
    pub store: String,
    /// The scanner.
    pub scanner: ScannerCondition,
    /// What is wrong with the number that was typed or scanned last.
    pub notice: Option<SlipNotice>,
    /// The content.
    pub screen: Screen,
}

/// The clerk's screens.
#[derive(Debug, Clone, PartialEq)]
pub enum Screen {
    /// Who is at the register?
    Login(Login),
    /// Slips of the store.
    Slips(Slips),
    /// One slip: is the sum in the till?
    Slip(Slip),
    /// Money for tickets that were given up: is it paid out?
    Refund(Refund),
    /// What the till has to hold, and closing it.
    Till(Till),
    /// What became of it.
    Outcome(Outcome),
}

/// Log-in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Login {
    /// Clerk's number so far.
    pub clerk: String,
    /// Digits of the PIN so far; never the PIN.
    pub pin_digits: usize,
    /// Digits go there.
    pub field: LoginField,
    /// What has to be said.
    pub notice: Option<LoginNotice>,
    /// The platform is asked.
    pub busy: bool,
}

/// Which field takes the digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LoginField {
    /// Clerk's number.
    #[default]
    Clerk,
    /// PIN.
    Pin,
}

/// What a log-in has to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginNotice {
    /// Number or PIN is wrong.
    Wrong,
    /// Too many tries; wait.
    TooMany,
    /// The platform did not answer.
    NotReached,
    /// Logged out after a while without touch.
    IdledOut,
}

/// List of slips and the field for a number.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Slips {
    /// Waiting ones first, then recent ones.
    pub rows: Vec<SlipRow>,
    /// Number typed or scanned so far, with dashes.
    pub number: String,
    /// The number has all its digits.
    pub complete: bool,
    /// The platform is asked.
    pub busy: bool,
}

/// One slip of the list.
#[derive(Debug, Clone, PartialEq)]
pub struct SlipRow {
    /// Number as printed; what a touch names.
    pub number: String,
    /// Event's title.
    pub event_name: String,
    /// Tickets.
    pub tickets: u8,
    /// Sum.
    pub total: Money,
    /// Where it stands.
    pub state: SlipState,
    /// Seconds left to pay in time, while it waits.
    pub seconds_left: Option<u32>,
}

/// Where a slip stands, in the clerk's terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SlipState {
    /// Waits for money.
    Waiting,
    /// Its time is over; money is still taken: honoured or handed back.
    Expired,
    /// Paid.
    Paid,
    /// On the card.
    Issued,
    /// Cancelled.
    Cancelled,
    /// Handed back.
    Refunded,
}

/// What is wrong with a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SlipNotice {
    /// The check digit does not fit.
    Mistyped,
    /// What was scanned is no slip's code.
    NotASlip,
    /// No such slip in this store.
    NotFound,
    /// The platform did not answer.
    NotReached,
}

/// One slip.
#[derive(Debug, Clone, PartialEq)]
pub struct Slip {
    /// Number as printed.
    pub number: String,
    /// Title, hall, times.
    pub event: EventFacts,
    /// Seats.
    pub seats: Vec<SeatWords>,
    /// To take.
    pub total: Money,
    /// Tax contained in it.
    pub tax: Money,
    /// Where it stands; only a waiting or expired one can be confirmed.
    pub state: SlipState,
    /// Seconds left to pay in time.
    pub seconds_left: Option<u32>,
    /// The confirmation is on its way.
    pub busy: bool,
    /// The last confirmation got no answer: ask again, do not take money again.
    pub unknown: bool,
}

/// The till at the end of a shift.
#[derive(Debug, Clone, PartialEq)]
pub struct Till {
    /// The platform has said what it has to hold.
    pub known: bool,
    /// Taken for slips.
    pub taken: TillLine,
    /// Taken too late and handed back at once.
    pub handed_back: TillLine,
    /// Paid out for tickets that were given up.
    pub paid_out: TillLine,
    /// What that leaves.
    pub expected: Money,
    /// What platform, kiosks and till do not agree about yet.
    pub open: OpenMatters,
    /// What was typed as found.
    pub counted: Option<Money>,
    /// What has to be said.
    pub notice: Option<TillNotice>,
    /// The platform is asked.
    pub busy: bool,
    /// It is closed: too much (above 0) or missing (below 0).
    pub difference: Option<Money>,
}

/// How often, and how much together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TillLine {
    /// How often.
    pub count: u32,
    /// How much.
    pub sum: Money,
}

/// What has to be said of a till.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TillNotice {
    /// No money was taken here yet.
    Nothing,
    /// Money moved while it was counted: it is counted again.
    Moved,
    /// The platform did not answer.
    NotReached,
}

/// Tickets that were given up.
#[derive(Debug, Clone, PartialEq)]
pub struct Refund {
    /// Title, hall, times; of the first ticket.
    pub event: EventFacts,
    /// Their seats.
    pub seats: Vec<SeatWords>,
    /// To pay out.
    pub amount: Money,
    /// Kept of what was paid.
    pub fee: Money,
    /// It was paid out already, or booked.
    pub paid_out: bool,
    /// It went back to the member account: nobody pays anything out.
    pub booked: bool,
    /// The booking is on its way.
    pub busy: bool,
    /// The last booking got no answer: ask again, pay nothing out before.
    pub unknown: bool,
}

/// What became of the money.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// Number as printed; empty for a refund, whose code is nobody's to read here.
    pub number: String,
    /// Sum.
    pub total: Money,
    /// Which.
    pub kind: OutcomeKind,
}

/// Ends of a confirmation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutcomeKind {
    /// Paid in time.
    Paid,
    /// Paid late; the seats were still free.
    PaidLate,
    /// Too late and the seats are gone: hand the money back.
    HandBack,
    /// The slip cannot be paid (cancelled, or paid already): take no money.
    NotPayable,
    /// The refund is booked: hand the money out now.
    PayOut,
    /// The refund was paid out before: hand out no money.
    PaidOutBefore,
}

/// What a clerk does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Touch {
    /// The other language.
    SwitchLanguage,
    /// Large or normal letters.
    LargeText(bool),
    /// High or normal contrast.
    HighContrast(bool),
    /// Any touch that means nothing else.
    Anything,
    /// "Yes, still here" on the idle warning.
    StillHere,
    /// Log-in: this field.
    Field(LoginField),
    /// A digit key, of the log-in or the slip number.
    Digit(u8),
    /// Erase the last digit.
    Erase,
    /// Log-in: go.
    LogIn,
    /// Log out.
    LogOut,
    /// A scanner read this.
    Scanned(String),
    /// Slips: open the typed number.
    OpenTyped,
    /// Slips: count the till. Till: close it.
    Till,
    /// Slips: open this one.
    Open(String),
    /// Slip: the sum is in the till. Refund: book it, then pay it out.
    Confirm,
    /// Back to the list.
    Back,
}
