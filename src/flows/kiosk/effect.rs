//! What the kiosk's flow wants done: questions to the platform, card jobs, papers.

use std::fmt;

use kippu_api::{
    holds::HoldRequest,
    orders::{Claim, Order},
    refunds::{NewRefund, Refund},
    staff_acts::StaffDeed,
};
use kippu_card::capability::CardContents;
use kippu_handover::{facts::Facts, row::Destination};
use kippu_ticket::{
    code::ResumeCode,
    ids::{CardUid, EventId, HandoverId, TicketId},
};

use super::view::Kept;
use crate::flows::facts::{Language, Money};

/// Numbers questions, card jobs and prints, so that a late answer is recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestNo(pub u64);

/// One wish to the outside.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Ask the platform.
    Ask {
        /// Number of the answer.
        no: RequestNo,
        /// What.
        ask: Ask,
    },
    /// Work with the card on the reader.
    Card {
        /// Number of the news.
        no: RequestNo,
        /// What.
        job: CardJob,
    },
    /// Print.
    Print {
        /// Number of the end.
        no: RequestNo,
        /// What.
        paper: PaperJob,
    },
    /// Lay or lift this virtual card.
    Tray(String),
    /// The staff did something about this kiosk: it is kept and told.
    StaffDid(StaffDeed),
    /// Ring for the staff.
    CallStaff,
    /// Draw attention: time runs out.
    Warn,
}

/// Questions to the platform. `key` names the wish: repeating it under the same key does it once.
#[derive(Debug, Clone, PartialEq)]
pub enum Ask {
    /// What is on sale.
    Events,
    /// Seat plan of an event.
    Plan(EventId),
    /// Free seats of an event.
    Availability(EventId),
    /// Hold seats.
    Hold {
        /// Event.
        event: EventId,
        /// Which seats.
        wish: HoldRequest,
        /// Idempotency key.
        key: String,
    },
    /// Hold them longer.
    Extend {
        /// The hold.
        hold: String,
        /// Idempotency key.
        key: String,
    },
    /// Give them back.
    Release(String),
    /// Payment begins: order and slip.
    BeginPayment {
        /// The hold.
        hold: String,
        /// Card the tickets shall go to.
        card: CardUid,
        /// Free places seen on it.
        room: u8,
        /// The sum.
        total: Money,
        /// How it is paid.
        way: PayWay,
        /// Idempotency key: the attempt.
        key: String,
    },
    /// May the holder of a card that was just read be charged?
    Credit {
        /// The card.
        card: CardUid,
        /// The sum.
        total: Money,
    },
    /// What became of an attempt whose answer was lost?
    PollAttempt(String),
    /// Where does the payment stand?
    PollPayment(String),
    /// The customer does not want to pay.
    CancelPayment {
        /// The order.
        order: String,
        /// Idempotency key.
        key: String,
    },
    /// The order behind a slip number.
    Slip(String),
    /// Orders that wait for a card.
    CardOrders(CardUid),
    /// Another card takes the named one's place.
    ChangeCard {
        /// The order.
        order: String,
        /// The card.
        card: CardUid,
        /// Free places seen on it.
        room: u8,
        /// Idempotency key.
        key: String,
    },
    /// What waits for a card that was checked here a moment ago, or for the bearer of a code; exactly one of the two is stated.
    Waiting {
        /// Card.
        card: Option<CardUid>,
        /// Code.
        code: Option<ResumeCode>,
    },
    /// What became of the tickets of a card.
    History(CardUid),
    /// What tickets would bring.
    QuoteRefund(Vec<TicketId>),
    /// Tickets that wait under a code are given up for money.
    Refund {
        /// Code, tickets and the sum people agreed to.
        wish: Box<NewRefund>,
        /// Idempotency key.
        key: String,
    },
    /// Another slip for money that is due for tickets which came off this card.
    RefundSlip {
        /// The handover that took them off.
        handover: HandoverId,
        /// The card, which was checked.
        card: CardUid,
        /// Idempotency key.
        key: String,
    },
    /// A clerk logs in: number and PIN in this kiosk's store. Without the platform, devices decide by what they remember.
    ClerkLogin {
        /// Clerk's number.
        clerk: String,
        /// PIN.
        pin: Pin,
    },
    /// The clerk whose card lies on the reader logs in.
    ClerkCardLogin(CardUid),
    /// The clerk logs in with this card from now on; `None`: with number and PIN alone.
    OwnCard(Option<CardUid>),
    /// The clerk leaves.
    ClerkLogout,
}

/// How an order is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PayWay {
    /// By a slip at the store's register.
    Register,
    /// By the account the card's holder has with the seller: charged at once.
    Account,
}

/// A clerk's PIN; hidden from logs.
#[derive(Clone, PartialEq, Eq)]
pub struct Pin(pub String);

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pin(..)")
    }
}

/// Work with a card.
#[derive(Debug, Clone, PartialEq)]
pub enum CardJob {
    /// Authenticate with the write key and read everything.
    Check,
    /// Read what everybody may read, with no key and no network.
    Look,
    /// Bring the tickets of a claim onto this card: goes on with what the journal has open for it, else begins (purchase, pick-up).
    Begin {
        /// What is asked for.
        claim: Claim,
        /// Code from the slip, where a parcel is fetched with it.
        code: Option<ResumeCode>,
        /// The only card that will do.
        card: CardUid,
        /// Free places to be used on it.
        room: u8,
    },
    /// The holder of this card, as it was just read, agrees that tickets leave it; then goes on as far as possible.
    Consent {
        /// The card as the holder saw it.
        contents: Box<CardContents>,
        /// Which tickets.
        tickets: Vec<TicketId>,
        /// Where they shall go.
        to: Destination,
    },
    /// Go on with a handover as far as the card that lies there, the printer and the platform allow.
    Advance {
        /// Which.
        handover: HandoverId,
    },
    /// The people want something else now; then goes on like `Advance`.
    Redirect {
        /// Which.
        handover: HandoverId,
        /// Where the tickets shall go.
        to: Destination,
    },
    /// Of a purchase or pick-up that was granted for another card: what is not on that card goes to this one.
    OtherCard {
        /// Which.
        handover: HandoverId,
        /// The card that lies there.
        card: CardUid,
        /// Free places seen on it.
        room: u8,
    },
    /// Somebody looked: a paper came out, or did not. The first answer counts.
    Settle {
        /// Which handover.
        handover: HandoverId,
        /// The paper's serial number.
        serial: u64,
        /// What was seen.
        came_out: bool,
    },
    /// Go on with a handover another terminal released; then like `Advance`.
    TakeOver {
        /// Which.
        handover: HandoverId,
        /// Code from the slip, or
        code: Option<ResumeCode>,
        /// a card of the handover, checked here a moment ago.
        card: Option<CardUid>,
    },
    /// What does the journal hold open?
    Open,
    /// Write the reports that wait to the stick.
    SaveReports,
}

/// Papers.
#[derive(Debug, Clone, PartialEq)]
pub enum PaperJob {
    /// The slip for the register.
    Slip {
        /// What is on it.
        order: Box<Order>,
        /// In which language.
        language: Language,
    },
    /// Receipt of tickets on a card.
    Receipt {
        /// What was paid.
        order: Box<Order>,
        /// Those of its tickets that are on the card; only their seats are listed.
        given: Vec<TicketId>,
        /// Last four digits of the card.
        ending: String,
        /// One came out before, or may have: this one is marked as a copy.
        copy: bool,
        /// Tickets left at the platform.
        left: u8,
        /// In which language.
        language: Language,
    },
    /// The slip with the code of tickets that wait.
    Kept {
        /// What waits, and its code.
        facts: Box<Facts>,
        /// Where.
        kept: Kept,
        /// In which language.
        language: Language,
    },
    /// The slip with which the register pays money out.
    Refund {
        /// What was given up.
        refund: Box<Refund>,
        /// Opens it at the register.
        code: ResumeCode,
        /// In which language.
        language: Language,
    },
    /// The page the staff looks at.
    Test {
        /// In which language.
        language: Language,
    },
    /// The record of a giving that ended.
    Given {
        /// What became of its tickets.
        facts: Box<Facts>,
        /// In which language.
        language: Language,
    },
}
