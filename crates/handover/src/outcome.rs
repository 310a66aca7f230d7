//! How the machine's calls end, in closed sets of words for screens and clerks.

use kippu_api::problem::Problem;
use kippu_card::capability::CardFault;
use kippu_ticket::ids::{CardUid, HandoverId, TicketId};

use crate::{
    decide::CardWanted,
    row::{GrantStanding, Handover, ItemState, ProblemCodeName},
    store::StoreFault,
    transition::BadGrant,
};

/// Where an advance came to rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Lay this card and keep it still.
    LayCard {
        /// Which one.
        card: CardUid,
        /// To write, or to say what became of the last try.
        why: CardWanted,
        /// Another card lies there instead: ask for the right one, or go on with it by [`crate::machine::Machine::other_card`].
        found: Option<CardUid>,
        /// What went wrong with the card just now, if anything.
        fault: Option<CardFault>,
    },
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
    /// On the card; seen there.
    pub given: Vec<TicketId>,
    /// At the platform, to be picked up with any card later: no room, or the customer chose so.
    pub left_at_platform: Vec<TicketId>,
    /// Issued anew by an operator; the new ones wait at the platform.
    pub reissued: Vec<TicketId>,
    /// Somebody else goes on with them.
    pub disowned: Vec<TicketId>,
    /// The platform refused to grant anything, and why.
    pub refused: Option<ProblemCodeName>,
}

impl Summary {
    pub(crate) fn of(row: &Handover) -> Self {
        let mut left = row.in_state(ItemState::LeftAtPlatform);
        let mut refused = None;
        match &row.grant {
            GrantStanding::Granted { stayed, .. } => left.extend(stayed),
            GrantStanding::Refused { code } => refused = Some(code.clone()),
            GrantStanding::Asked | GrantStanding::Withdrawn => {}
        }
        Self {
            given: row.in_state(ItemState::Given),
            left_at_platform: left,
            reissued: row.in_state(ItemState::Reissued),
            disowned: row.in_state(ItemState::Disowned),
            refused,
        }
    }
}

/// How a change to another card went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OtherCard {
    /// The tickets now belong to this handover, for the card that lies there; advance it.
    Goes(HandoverId),
    /// Not possible now: this is what has to happen first.
    First(Outcome),
    /// The platform refuses the other card.
    Refused(Problem),
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
    /// No such handover in this journal.
    #[error("this terminal has no handover {0}")]
    NoSuchHandover(HandoverId),
    /// The card has no free place: nothing was asked for, the tickets stay where they are.
    #[error("the card has no room; the tickets stay at the platform")]
    NoRoom,
}
