//! Tickets the platform has: a purchase or a pick-up.

use kippu_ticket::ids::CardUid;

use super::{Action, CardWanted, PlatformView, Seen, kept::found_on_card};
use crate::row::{Destination, Handover, ItemState};

/// The grant was asked for, and its answer is not on disk. Even who leaves must first learn what was granted.
pub(super) fn asked(platform: &PlatformView) -> Action {
    match platform {
        PlatformView::Away => Action::WaitForPlatform,
        PlatformView::Refuses => Action::WaitForOperator,
        PlatformView::NotAsked | PlatformView::JustGranted | PlatformView::Says(_) => {
            Action::AskRight
        }
    }
}

/// The tickets are here and none of them is in between.
pub(super) fn held(row: &Handover, receiver: CardUid, seen: &Seen<'_>) -> Action {
    let kept = row.in_state(ItemState::Kept);
    match seen.platform {
        // Before writing, ask whether the grant still stands. A platform that is away does not take it back (R6).
        PlatformView::NotAsked => return Action::AskPlatform,
        behind if behind.is_behind(row) => return Action::WaitForPlatform,
        PlatformView::Says(status) if !status.yours => return Action::Disown,
        PlatformView::Refuses => return Action::WaitForOperator,
        PlatformView::Says(_) | PlatformView::Away | PlatformView::JustGranted => {}
    }
    let at_hand = seen.card.if_card(receiver);
    if let Some(contents) = at_hand {
        let present = found_on_card(row, &kept, contents);
        if !present.is_empty() {
            return Action::FoundOnCard(present);
        }
    }
    if !matches!(row.destination, Destination::Card { .. }) {
        return Action::LeaveAtPlatform(kept);
    }
    let Some(contents) = at_hand else {
        return Action::WaitForCard {
            card: Some(receiver),
            why: CardWanted::ToWrite,
            found: seen.card.uid(),
        };
    };
    let fit = seen.card.room().min(kept.len());
    if fit == 0 || row.attempts == u8::MAX {
        return Action::LeaveAtPlatform(kept);
    }
    Action::Give {
        tickets: kept[..fit].to_vec(),
        sequence: contents.directory.sequence,
    }
}
