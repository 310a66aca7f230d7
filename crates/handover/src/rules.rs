//! The rules as a trait: the product has one set of them, [`Protocol`]; the model checker's tests break single ones and must be caught.

use kippu_card::capability::{Directory, Happened};
use kippu_ticket::ids::{OperationId, Step};

use crate::{
    decide::{self, Action, CardView, PlatformView},
    row::{Handover, Incarnation, Intent, ItemState},
};

/// What can be gone wrong with. The provided methods are the rules.
pub trait Rules {
    /// The id of the next operation: handover, step, attempt; never a counter (R1).
    fn next_operation(&self, row: &Handover) -> OperationId {
        OperationId {
            handover: row.id,
            step: Step::Give,
            attempt: row.attempts.saturating_add(1),
        }
    }

    /// Whether a pending operation happened, by the card's own words (R3).
    fn happened(&self, intent: &Intent, directory: &Directory) -> Happened {
        decide::happened(intent, directory)
    }

    /// What a known commit makes of the row: the operation's items are given, and only those (R8).
    fn mark_given(&self, row: &mut Handover) {
        for item in &mut row.items {
            if item.state == ItemState::Giving {
                item.state = ItemState::Given;
            }
        }
    }

    /// The next action.
    fn decide(
        &self,
        here: Incarnation,
        row: &Handover,
        card: CardView<'_>,
        platform: &PlatformView,
    ) -> Action
    where
        Self: Sized,
    {
        decide::decide(self, here, row, card, platform)
    }
}

/// The rules as they are.
#[derive(Debug, Clone, Copy, Default)]
pub struct Protocol;

impl Rules for Protocol {}
