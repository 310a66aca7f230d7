//! What the kiosk's flow wants done: questions to the platform, card jobs, papers.

use kippu_api::{holds::HoldRequest, orders::Order};
use kippu_ticket::ids::{CardUid, EventId};

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
        /// Idempotency key: the attempt.
        key: String,
    },
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
}

/// Work with a card.
#[derive(Debug, Clone, PartialEq)]
pub enum CardJob {
    /// Authenticate with the write key and read everything.
    Check,
    /// Read what everybody may read, with no key and no network.
    Look,
    /// Bring the tickets of an order onto this card: resumes what the journal has open for it, else asks for the right to write.
    Write {
        /// The order.
        order: String,
        /// The only card that will do.
        card: CardUid,
        /// Free places seen on it.
        room: u8,
    },
    /// The customer chose to leave an order's tickets at the platform. Needs no card.
    Leave {
        /// The order.
        order: String,
    },
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
        /// What is on it.
        order: Box<Order>,
        /// Last four digits of the card.
        ending: String,
        /// Tickets left at the platform.
        left: u8,
        /// In which language.
        language: Language,
    },
}
