//! Tickets that come from a card: taking them, and what can be done with what this terminal has taken.

use kippu_card::capability::{CardContents, SlotState};
use kippu_ticket::ids::{CardUid, TicketId};

use super::{Action, CardWanted, PlatformView, PrinterView, Seen};
use crate::{
    row::{Destination, Handover, ItemState},
    rules::Rules,
};

/// The giver agreed; the platform was not heard on it yet. Nothing has moved, and asking moves nothing.
pub(super) fn asked(row: &Handover, seen: &Seen<'_>) -> Action {
    if matches!(row.destination, Destination::Giver | Destination::Elsewhere) {
        return Action::EndConsent;
    }
    match seen.platform {
        PlatformView::Away if seen.local_keys => Action::GoOffline,
        PlatformView::Away => Action::WaitForPlatform,
        PlatformView::Refuses => Action::WaitForOperator,
        PlatformView::NotAsked | PlatformView::JustGranted | PlatformView::Says(_) => {
            Action::AskRight
        }
    }
}

/// The giver agreed and nothing stands against it; the tickets are on the giver's card.
pub(super) fn agreed(
    rules: &impl Rules,
    row: &Handover,
    giver: CardUid,
    seen: &Seen<'_>,
) -> Action {
    if matches!(row.destination, Destination::Giver | Destination::Elsewhere)
        || row.attempts == u8::MAX
    {
        return Action::EndConsent;
    }
    match seen.platform {
        PlatformView::NotAsked => return Action::AskPlatform,
        PlatformView::Says(status) if !status.yours => return Action::EndConsent,
        PlatformView::Refuses => return Action::WaitForOperator,
        PlatformView::Says(_) | PlatformView::Away | PlatformView::JustGranted => {}
    }
    let Some(contents) = seen.card.if_card(giver) else {
        return Action::WaitForCard {
            card: Some(giver),
            why: CardWanted::ToTake,
            found: seen.card.uid(),
        };
    };
    if !rules.consent_holds(row, contents) {
        return Action::EndConsent;
    }
    if !rules.may_take(seen) {
        return Action::WaitForPlatform;
    }
    Action::Take {
        tickets: row.in_state(ItemState::Wanted),
        sequence: contents.directory.sequence,
    }
}

/// The tickets are in this terminal and none of them is in between.
pub(super) fn held(row: &Handover, giver: CardUid, seen: &Seen<'_>) -> Action {
    match seen.platform {
        PlatformView::NotAsked => return Action::AskPlatform,
        behind if behind.is_behind(row) => return Action::WaitForPlatform,
        PlatformView::Says(status) if !status.yours => return Action::Disown,
        PlatformView::Refuses => return Action::WaitForOperator,
        PlatformView::Says(_) | PlatformView::Away | PlatformView::JustGranted => {}
    }
    let kept = row.in_state(ItemState::Kept);
    if row.attempts == u8::MAX {
        return Action::WaitForOperator;
    }
    let away = *seen.platform == PlatformView::Away;
    match row.destination {
        Destination::Card {
            card,
            only_what_fits,
        } => match card.or(seen.card.uid().filter(|found| *found != giver)) {
            // The giver's own card does not receive: that is giving back, and is asked for as such.
            None => wait(None, CardWanted::ToWrite, seen),
            Some(receiver) if card.is_none() => Action::NameReceiver(receiver),
            Some(receiver) => write(row, receiver, &kept, only_what_fits, seen),
        },
        Destination::Giver => write(row, giver, &kept, false, seen),
        Destination::Platform if away => Action::WaitForPlatform,
        Destination::Platform => Action::Park(kept),
        Destination::Elsewhere if away => Action::WaitForPlatform,
        Destination::Elsewhere => Action::Release,
        Destination::Paper if away && !seen.local_keys => Action::WaitForPlatform,
        Destination::Paper => match (seen.printer, kept.first()) {
            (PrinterView::Ready, Some(ticket)) => Action::Print(*ticket),
            _ => Action::WaitForPrinter,
        },
    }
}

/// Writing to a receiver's card, or back to the giver's.
fn write(
    row: &Handover,
    card: CardUid,
    kept: &[TicketId],
    only_what_fits: bool,
    seen: &Seen<'_>,
) -> Action {
    let why = if row.giver() == Some(card) {
        CardWanted::ToGiveBack
    } else {
        CardWanted::ToWrite
    };
    let Some(contents) = seen.card.if_card(card) else {
        return wait(Some(card), why, seen);
    };
    let present = found_on_card(row, kept, contents);
    if !present.is_empty() {
        return Action::FoundOnCard(present);
    }
    let room = seen.card.room();
    if only_what_fits && room == 0 {
        return Action::TurnBack;
    }
    if room < kept.len() && !only_what_fits {
        return Action::TooFull {
            card,
            room,
            needed: kept.len(),
        };
    }
    let tickets = kept[..room.min(kept.len())].to_vec();
    let unbound = row.items.iter().any(|item| {
        tickets.contains(&item.ticket) && item.ready.as_ref().is_none_or(|ready| ready.card != card)
    });
    if !unbound {
        return Action::Give {
            tickets,
            sequence: contents.directory.sequence,
        };
    }
    if *seen.platform == PlatformView::Away && !seen.local_keys {
        return Action::WaitForPlatform;
    }
    Action::Bind { card, tickets }
}

fn wait(card: Option<CardUid>, why: CardWanted, seen: &Seen<'_>) -> Action {
    Action::WaitForCard {
        card,
        why,
        found: seen.card.uid(),
    }
}

/// Tickets whose very record lies live on the card. That happens to a journal that forgot; writing it twice would double it.
pub(super) fn found_on_card(
    row: &Handover,
    kept: &[TicketId],
    contents: &CardContents,
) -> Vec<TicketId> {
    row.items
        .iter()
        .filter(|item| kept.contains(&item.ticket))
        .filter(|item| {
            let record = match &item.ready {
                Some(ready) if ready.card == contents.uid => &ready.record,
                Some(_) => return false,
                None => &item.record,
            };
            contents
                .tickets
                .iter()
                .any(|ticket| ticket.state == SlotState::Live && ticket.record == *record)
        })
        .map(|item| item.ticket)
        .collect()
}
