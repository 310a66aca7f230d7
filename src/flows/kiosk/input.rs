//! What reaches the kiosk's flow: touches, the clock, and answers of devices and platform.

use std::sync::Arc;

use kippu_api::{
    events::{EventSummary, PriceClass},
    holds::Hold,
    members::CreditStanding,
    orders::Order,
    parcels::{Passage, Waiting},
    problem::ProblemCode,
    refunds::{Quote, Refund},
};
use kippu_card::capability::{CardContents, CardFault};
use kippu_handover::{
    facts::Facts,
    outcome::{Outcome, Settled},
};
use kippu_seatplan::Plan;
use kippu_ticket::{code::ResumeCode, ids::EventId};

use super::{
    effect::RequestNo,
    view::{PrinterCondition, Touch, WhyStays},
};
use crate::flows::facts::{ScannerCondition, TrayView};

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
    /// Events whose tickets this kiosk can bring to an end without network: told at start-up and whenever it changes (R17).
    LocalKeys(Vec<EventId>),
    /// What the journal holds open changed without a job of the flow's: all of it.
    OpenHandovers(Vec<Facts>),
    /// How the journal stands, whenever that changed.
    Storage(Storage),
    /// The scanner was plugged in or pulled out.
    Scanner(ScannerCondition),
    /// Whether chimes and speech can be heard, as far as is known.
    Sound {
        /// They can.
        heard: bool,
    },
    /// A headset was plugged in, or pulled out.
    Headset(bool),
    /// The tray changed.
    Tray(TrayView),
}

/// Whether the journal takes anything new. What is in it is safe all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Storage {
    /// It does.
    Ready,
    /// Its disk is full: staff can make room.
    Full,
    /// It cannot be written for another reason.
    Broken,
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
    /// A change of the card goes on.
    Progress(WriteProgress),
    /// The paper with this number, from 1, of this job goes to the printer now.
    Paper(u8),
    /// Where a handover came to rest: `Begin`, `Consent`, `Advance`, `Redirect`, `OtherCard`, `TakeOver`.
    Handover(Result<Box<HandoverNews>, HandoverFault>),
    /// How an answer about a paper was taken: `Settle`. A handover goes on by `Advance` only.
    Settled(Result<Settled, HandoverFault>),
    /// Everything the journal holds open, oldest first, and the number of reports that wait: `Open`.
    Open {
        /// Handovers.
        open: Vec<Facts>,
        /// Reports the platform has not got yet.
        unsent: usize,
    },
    /// So many reports are on the stick, or not: `SaveReports`.
    Saved(Result<usize, StickFault>),
}

/// Where a handover came to rest.
#[derive(Debug, Clone, PartialEq)]
pub struct HandoverNews {
    /// The handover as the journal has it now.
    pub facts: Facts,
    /// What it waits for, or that it ended.
    pub outcome: Outcome,
    /// Why the card that lies there could not be opened.
    pub unopened: Option<CardFault>,
    /// The card after everything that was done, where one lies there and could be read.
    pub card: Option<CardContents>,
    /// Reports of it that the platform has not got yet.
    pub report_waits: bool,
}

/// Why a handover did not go on. Everything that was on disk still is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HandoverFault {
    /// The journal's disk is full: nothing was done.
    StorageFull,
    /// The journal cannot be used: nothing was done.
    Storage,
    /// A ticket does not leave its card: nothing was begun.
    Stays(WhyStays),
    /// The card has no room: nothing was begun.
    NoRoom,
    /// This handover does not go there, or there is none of that number: nothing was changed.
    NotPossible,
    /// The platform does not give it: nothing was begun.
    Refused(ProblemCode, Reference),
    /// The platform cannot be reached: nothing was begun.
    PlatformAway,
    /// The platform's answer makes no sense: nothing was done.
    BadAnswer,
}

/// Why no reports are on the stick. They still wait in the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StickFault {
    /// There is none.
    Missing,
    /// It has no room.
    Full,
    /// It cannot be written, or was pulled out.
    NotWritable,
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
    /// How a card's holder stands towards the seller.
    Credit(CreditStanding),
    /// An order as it stands.
    Order(Order),
    /// Orders that wait for a card.
    CardOrders(Vec<Order>),
    /// The order was cancelled.
    Cancelled(Order),
    /// The order names another card now.
    CardChanged(Order),
    /// What waits for a card or code.
    Waiting(Vec<Waiting>),
    /// What became of the tickets of a card, newest first.
    History(Vec<Passage>),
    /// What tickets would bring.
    Quotes(Vec<Quote>),
    /// Tickets are given up, the money is due.
    Refunded(Box<Refund>),
    /// The money that is due is opened by this code from now on.
    RefundSlip {
        /// What was given up.
        refund: Box<Refund>,
        /// The fresh code.
        code: ResumeCode,
    },
    /// A clerk is logged in, by the platform or, while it is away, by what this kiosk remembers of it.
    Clerk {
        /// Name to show.
        name: String,
    },
    /// The platform knows which card the clerk logs in with.
    OwnCard {
        /// There is one.
        chosen: bool,
    },
    /// The clerk is logged out.
    ClerkLeft,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AskFault {
    /// Refused; nothing was done.
    Refused(ProblemCode, Reference),
    /// Not reached; nothing was done.
    Unreachable,
    /// Sent, and no answer: it may have been done.
    Unknown(Reference),
}

/// What the platform's log calls a request, in short; people read it to the operator.
pub type Reference = Option<String>;

impl AskFault {
    /// Whether the platform was not there, as opposed to saying no.
    pub fn is_network(&self) -> bool {
        match self {
            Self::Refused(code, _) => {
                matches!(
                    code,
                    ProblemCode::Busy | ProblemCode::Internal | ProblemCode::TooMany
                )
            }
            Self::Unreachable | Self::Unknown(_) => true,
        }
    }

    /// What the platform's log calls the request, where it can have arrived.
    pub fn reference(&self) -> Reference {
        match self {
            Self::Refused(_, reference) | Self::Unknown(reference) => reference.clone(),
            Self::Unreachable => None,
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
