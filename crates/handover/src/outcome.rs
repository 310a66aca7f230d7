//! How the machine's calls end, in closed sets of words for screens and clerks.

use kippu_api::problem::Problem;
use kippu_card::capability::CardFault;
use kippu_ticket::ids::{CardUid, HandoverId, TicketId};

use crate::{
    decide::CardWanted,
    paper::PaperFault,
    row::{BadRow, Handover, ItemState, ProblemCodeName, Right, Source},
    store::StoreFault,
    transition::{BadGrant, Stays},
};

/// Where an advance came to rest.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Lay this card and keep it still.
    LayCard {
        /// Which one; `None`: any that may receive.
        card: Option<CardUid>,
        /// To be read, written, or to say what became of the last try.
        why: CardWanted,
        /// Another card lies there instead: ask for the right one, or go on with it as its kind of handover allows.
        found: Option<CardUid>,
        /// What went wrong with the card just now, if anything.
        fault: Option<CardFault>,
    },
    /// The card has too little room for all: another card, only what fits, back to the giver, or park.
    TooFull {
        /// The card.
        card: CardUid,
        /// Its free places.
        room: usize,
        /// Tickets that shall go there.
        needed: usize,
    },
    /// Printing goes on when the printer can.
    PrinterNeeded(PaperFault),
    /// A paper may have come out: somebody looks and says so by [`crate::machine::Machine::settle_print`].
    AskPeople {
        /// Ticket.
        ticket: TicketId,
        /// Its paper's serial number.
        serial: u64,
    },
    /// The platform refuses this step for good; the tickets are where they were before it.
    Refused(Problem),
    /// The platform is needed and cannot be reached. Nothing is lost; try again later.
    PlatformAway,
    /// Nobody here can help: a clerk or operator looks at it (re-issue, R13). The row stays.
    NeedsOperator,
    /// Nothing more to do here.
    Ended(Summary),
}

/// What became of a handover's tickets.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Summary {
    /// On the receiver's card; seen there.
    pub given: Vec<TicketId>,
    /// On the giver's card again; seen there.
    pub given_back: Vec<TicketId>,
    /// At the platform, to be picked up with the code or one of the two cards.
    pub parked: Vec<TicketId>,
    /// Paper.
    pub printed: Vec<TicketId>,
    /// At the platform, to be picked up with any card later: no room, or the customer chose so.
    pub left_at_platform: Vec<TicketId>,
    /// Never taken from the giver's card.
    pub stayed: Vec<TicketId>,
    /// Another terminal may go on with them.
    pub released: Vec<TicketId>,
    /// Issued anew by an operator; the new ones wait at the platform.
    pub reissued: Vec<TicketId>,
    /// Somebody else goes on with them.
    pub disowned: Vec<TicketId>,
    /// The platform refused the handover, and why.
    pub refused: Option<ProblemCodeName>,
}

impl Summary {
    pub(crate) fn of(row: &Handover) -> Self {
        let mut left = row.in_state(ItemState::LeftAtPlatform);
        if let Source::Claim { stayed, .. } = &row.source {
            left.extend(stayed);
        }
        Self {
            given: row.in_state(ItemState::Given),
            given_back: row.in_state(ItemState::GivenBack),
            parked: row.in_state(ItemState::Parked),
            printed: row.in_state(ItemState::Printed),
            left_at_platform: left,
            stayed: row.in_state(ItemState::Stayed),
            released: row
                .items
                .iter()
                .filter(|item| row.released && !item.state.is_final())
                .map(|item| item.ticket)
                .collect(),
            reissued: row.in_state(ItemState::Reissued),
            disowned: row.in_state(ItemState::Disowned),
            refused: match &row.right {
                Right::Refused { code } => Some(code.clone()),
                Right::Asked | Right::Held { .. } | Right::Withdrawn => None,
            },
        }
    }
}

/// How a change to another card went.
#[derive(Debug, Clone, PartialEq)]
pub enum OtherCard {
    /// The tickets now belong to this handover, for the card that lies there; advance it.
    Goes(HandoverId),
    /// Not possible now: this is what has to happen first.
    First(Outcome),
    /// The platform refuses the other card.
    Refused(Problem),
}

/// How the answer about a paper was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// It counts.
    Now,
    /// The same was said before.
    Same,
    /// The opposite was said before and counts; nothing was changed.
    Otherwise,
    /// No such paper is in question here.
    NoSuchPaper,
}

/// How sending the outbox went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sent {
    /// Reports the platform took.
    pub accepted: usize,
    /// Reports the platform refused for good; a clerk should look.
    pub refused: usize,
    /// Reports that still wait.
    pub waiting: usize,
}

/// Why the machine stopped without an outcome. Everything that was on disk still is.
#[derive(Debug, thiserror::Error)]
pub enum MachineFault {
    /// The journal could not be read or written; nothing outside was done after that.
    #[error(transparent)]
    Store(#[from] StoreFault),
    /// The platform's grant makes no sense; nothing was written.
    #[error(transparent)]
    BadGrant(#[from] BadGrant),
    /// Another terminal's row makes no sense here; it stays at the platform.
    #[error("the released handover cannot be read: {0}")]
    BadRow(#[from] BadRow),
    /// A ticket does not leave its card; nothing was begun.
    #[error(transparent)]
    Stays(#[from] Stays),
    /// No such handover in this journal.
    #[error("this terminal has no handover {0}")]
    NoSuchHandover(HandoverId),
    /// The card has no free place: nothing was asked for, the tickets stay where they are.
    #[error("the card has no room; the tickets stay where they are")]
    NoRoom,
    /// This handover does not go there; nothing was changed.
    #[error("this handover cannot go there")]
    NotPossible,
}
