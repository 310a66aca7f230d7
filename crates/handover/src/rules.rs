//! The rules as a trait: the product has one set of them, [`Protocol`]; the model checker's tests break single ones and must be caught.

use kippu_card::capability::{CardContents, Directory, Happened};
use kippu_ticket::ids::{OperationId, Step};

use crate::{
    decide::{self, Action, Seen},
    row::{Handover, Incarnation, ItemState, Source},
};

/// What can be gone wrong with. The provided methods are the rules.
pub trait Rules {
    /// The id of the next operation: handover, step, attempt; never a counter (R1).
    fn next_operation(&self, row: &Handover, step: Step) -> OperationId {
        OperationId {
            handover: row.id,
            step,
            attempt: row.attempts.saturating_add(1),
        }
    }

    /// Whether a pending operation happened, by the card's own words (R3).
    fn happened(
        &self,
        operation: &OperationId,
        planned_on: u32,
        directory: &Directory,
    ) -> Happened {
        decide::happened(operation, planned_on, directory)
    }

    /// What a known end makes of the pending operation's items, and only of those (R8).
    fn mark(&self, row: &mut Handover, state: ItemState) {
        for item in &mut row.items {
            if item.state == ItemState::Pending {
                item.state = state;
            }
        }
    }

    /// Whether the giver's yes still holds: for this card at the sequence it was given at (R12).
    fn consent_holds(&self, row: &Handover, contents: &CardContents) -> bool {
        match row.source {
            Source::Card { card, sequence, .. } => {
                contents.uid == card && contents.directory.sequence == sequence
            }
            Source::Claim { .. } => false,
        }
    }

    /// Whether what is at hand reaches to both ends, before anything is taken (R17): the platform answers, or local keys do without it.
    fn may_take(&self, seen: &Seen<'_>) -> bool {
        seen.platform.answers() || seen.local_keys
    }

    /// What becomes of a print whose end is not on disk: people look, nothing is printed again by itself (R16).
    fn decide_paper(&self, _: &Handover) -> Action {
        Action::AskPeople
    }

    /// The hop after the taken one (R9).
    fn next_hop(&self, hop: u16) -> u16 {
        hop.saturating_add(1)
    }

    /// The next action.
    fn decide(&self, here: Incarnation, row: &Handover, seen: &Seen<'_>) -> Action
    where
        Self: Sized,
    {
        decide::decide(self, here, row, seen)
    }
}

/// The rules as they are.
#[derive(Debug, Clone, Copy, Default)]
pub struct Protocol;

impl Rules for Protocol {}
