//! What reaches the kiosk's flow: touches, the clock, and answers of devices and platform.

use std::sync::Arc;

use kippu_api::{
    events::{EventSummary, PriceClass},
    holds::Hold,
    orders::Order,
    problem::ProblemCode,
};
use kippu_card::capability::{CardContents, CardFault};
use kippu_seatplan::Plan;
use kippu_ticket::ids::{CardUid, HandoverId, TicketId};

use super::{
    effect::RequestNo,
    view::{PrinterCondition, Touch},
};
use crate::flows::facts::{Places, TrayView};

/// One thing that happened.
#[derive(Debug, Clone)]
pub enum Input {
    /// Time passed; comes at least every half second.
    Tick,
    /// A person touched something.
    Touch(Touch),
    /// The reader saw something.
    Reader(ReaderNews),
    /// The card job with this number says something.
    Card {
        /// Which job.
        no: RequestNo,
        /// What.
        news: CardNews,
    },
    /// The platform answered.
    Platform {
        /// Which question.
        no: RequestNo,
        /// What.
        answer: Box<Result<Answer, AskFault>>,
    },
    /// A paper ended.
    Paper {
        /// Which print.
        no: RequestNo,
        /// How.
        end: PaperEnd,
    },
    /// The printer's condition, asked now and then.
    Printer(PrinterCondition),
    /// The tray changed.
    Tray(TrayView),
}

/// What the reader sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReaderNews {
    /// A card lies there.
    Present,
    /// It was taken away.
    Empty,
    /// There is no reader any more.
    Lost,
}

/// What a card job says.
#[derive(Debug, Clone)]
pub enum CardNews {
    /// The card was read: `Check` and `Look`.
    Read(Result<Box<CardContents>, CardFault>),
    /// A writing goes on.
    Progress(WriteProgress),
    /// A writing ended.
    Written(WriteEnd),
    /// Leaving tickets at the platform ended: true where nothing of it is open any more.
    Left(bool),
}

/// How far a writing has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriteProgress {
    /// The right to write is being fetched, or what happened before is being found out.
    Preparing,
    /// So many of so many records are in their slots.
    Records {
        /// Records written.
        done: u8,
        /// Records in all.
        of: u8,
    },
    /// Read back and compared.
    ReadBack,
    /// Committing.
    Committing,
    /// The directory shows the change.
    Verified,
}

/// How a writing ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WriteEnd {
    /// On the card, read back.
    Written {
        /// Tickets on the card.
        tickets: Vec<TicketId>,
        /// Tickets that stay at the platform.
        left: u8,
        /// Places of the card after it.
        places: Places,
    },
    /// Known not to be on the card; may be tried again.
    NotWritten(CardFault),
    /// Only the same card can tell.
    Unknown(CardFault),
    /// Another card than the one the tickets are bound to.
    OtherCard {
        /// The one that is needed.
        expected: CardUid,
    },
    /// Nothing fitted; the tickets wait at the platform.
    NothingFits,
    /// The platform is needed first and cannot be reached; nothing was changed.
    PlatformAway,
    /// The platform does not give the right to write.
    Refused(ProblemCode),
    /// Only an operator can help.
    NeedsOperator,
    /// This kiosk's own storage fails: nothing was changed.
    StorageFault,
}

/// Answers of the platform.
#[derive(Debug, Clone)]
pub enum Answer {
    /// What is on sale.
    Events(Vec<EventSummary>),
    /// Seat plan.
    Plan(Arc<Plan>),
    /// One byte a seat.
    Availability {
        /// The stock's version.
        version: u64,
        /// Bytes.
        seats: Arc<Vec<u8>>,
    },
    /// Seats are held.
    Held(Hold),
    /// They are held longer.
    Extended(Hold),
    /// They are given back.
    Released,
    /// The order was made: the right to issue is registered.
    Ordered(Order),
    /// An order as it stands.
    Order(Order),
    /// Orders that wait for a card.
    CardOrders(Vec<Order>),
    /// The order was cancelled.
    Cancelled(Order),
    /// The order names another card now.
    CardChanged(Order),
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AskFault {
    /// Refused; nothing was done.
    Refused(ProblemCode),
    /// Not reached; nothing was done.
    Unreachable,
    /// Sent, and no answer: it may have been done.
    Unknown,
}

impl AskFault {
    /// Whether the platform was not there, as opposed to saying no.
    pub fn is_network(&self) -> bool {
        match self {
            Self::Refused(code) => {
                matches!(
                    code,
                    ProblemCode::Busy | ProblemCode::Internal | ProblemCode::TooMany
                )
            }
            Self::Unreachable | Self::Unknown => true,
        }
    }
}

/// How a print ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaperEnd {
    /// The printer confirmed it.
    Printed,
    /// Nothing was sent.
    NotPrinted(PrinterCondition),
    /// Something was sent, and the printer did not confirm it.
    Unconfirmed(PrinterCondition),
}

/// A handover the journal holds open at start-up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenHandover {
    /// Its number.
    pub handover: HandoverId,
    /// Order it belongs to.
    pub order: String,
    /// Card the tickets go to.
    pub card: CardUid,
    /// Tickets concerned.
    pub tickets: u8,
    /// Event's title where it is known.
    pub event_name: String,
    /// When it began, UTC microseconds.
    pub since: i64,
    /// Whether only the card can tell what happened.
    pub unknown: bool,
}

/// Lowest price of the classes that are left, or of all when nothing is left.
pub(super) fn price_from(classes: &[PriceClass]) -> i64 {
    let left = classes
        .iter()
        .filter(|class| class.free > 0)
        .map(|class| class.price)
        .min();
    left.or_else(|| classes.iter().map(|class| class.price).min())
        .unwrap_or(0)
}
