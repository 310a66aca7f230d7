//! An operation is pending: find out what became of it, and do nothing else (R5). Whoever owns the tickets now, an answer harms nobody.

use kippu_card::capability::{Directory, Happened};
use kippu_ticket::ids::{CardUid, OperationId};

use super::{Action, CardWanted, PlatformView, Seen};
use crate::{
    row::{Handover, Intent, Place},
    rules::Rules,
};

/// Whose is commit *s+1*? (R3, [`Directory::happened`]) A card that contradicts itself, with the operation at another place of its ring
/// than its own, is no answer either.
pub fn happened(operation: &OperationId, planned_on: u32, directory: &Directory) -> Happened {
    match directory.happened(operation, planned_on) {
        Happened::No if directory.ring.contains(operation) => Happened::Unknown,
        answer => answer,
    }
}

pub(super) fn decide(
    rules: &impl Rules,
    row: &Handover,
    intent: &Intent,
    seen: &Seen<'_>,
) -> Action {
    match intent.place {
        Place::Card { card, sequence } => on_card(rules, intent, card, sequence, seen),
        Place::Platform => match seen.platform {
            PlatformView::Away => Action::WaitForPlatform,
            _ => Action::RepeatPark,
        },
        Place::Paper { .. } => rules.decide_paper(row),
    }
}

fn on_card(
    rules: &impl Rules,
    intent: &Intent,
    card: CardUid,
    sequence: u32,
    seen: &Seen<'_>,
) -> Action {
    let from_card = seen
        .card
        .if_card(card)
        .map(|contents| rules.happened(&intent.operation, sequence, &contents.directory));
    match from_card {
        Some(Happened::Yes) => return Action::ConcludeDone,
        Some(Happened::No) => return Action::ConcludeNotDone,
        Some(Happened::Unknown) | None => {}
    }
    match seen.platform {
        PlatformView::NotAsked | PlatformView::JustGranted => {
            return if intent.reported_unknown {
                Action::AskPlatform
            } else {
                Action::TellUnknown
            };
        }
        // An answer about an earlier attempt says nothing about this one.
        PlatformView::Says(status) if status.attempt != Some(intent.operation.attempt) => {}
        PlatformView::Says(status) => match status.happened {
            Some(true) => return Action::ConcludeDone,
            Some(false) => return Action::ConcludeNotDone,
            None => {}
        },
        PlatformView::Away | PlatformView::Refuses => {}
    }
    if from_card.is_some() {
        return if *seen.platform == PlatformView::Away {
            Action::WaitForPlatform
        } else {
            Action::WaitForOperator
        };
    }
    Action::WaitForCard {
        card: Some(card),
        why: CardWanted::ToAnswer,
        found: seen.card.uid(),
    }
}
