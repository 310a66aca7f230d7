//! The decision: what a terminal does next, from its journal row, what the card says and what the platform says. Pure; the machine does it.
//!
//! Nothing is inferred from absence: a card that does not show a ticket says nothing about a pending operation; only the directory's
//! sequence with the ring of operation ids does (R3), or the platform, which collects directories (R4).

mod claimed;
mod kept;
mod pending;
mod view;

#[cfg(test)]
mod tests;

use kippu_ticket::ids::{CardUid, TicketId};

pub use pending::happened;
pub use view::{CardView, PlatformView, PrinterView, Seen};

use crate::{
    row::{Destination, Handover, Incarnation, ItemState, Right, Source},
    rules::Rules,
};

/// Why the card is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CardWanted {
    /// The giver agreed: the tickets are ready to be taken.
    ToTake,
    /// The tickets are ready to be written.
    ToWrite,
    /// The tickets are ready to be written back.
    ToGiveBack,
    /// It left in the middle; nobody but it knows what happened.
    ToAnswer,
}

/// The next thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Ask the platform for the right, with what the row holds: a grant, or that tickets may leave a card. Harmless to repeat.
    AskRight,
    /// The platform cannot be asked and local keys reach to both ends (R17): go on without it.
    GoOffline,
    /// Ask the platform what it knows of this handover.
    AskPlatform,
    /// Write this intent to the journal, then take these off the giver's card in the same card session.
    Take {
        /// The tickets.
        tickets: Vec<TicketId>,
        /// The directory's sequence the giver agreed at, and the intent is planned on.
        sequence: u32,
    },
    /// The giver's yes does not hold any more: what was not taken stays (R12).
    EndConsent,
    /// The card that lies here is the receiver from now on.
    NameReceiver(CardUid),
    /// Make records for this card.
    Bind {
        /// Card they will be good for.
        card: CardUid,
        /// The tickets.
        tickets: Vec<TicketId>,
    },
    /// Write this intent to the journal, then write these to the card in the same card session.
    Give {
        /// The tickets that fit, in the row's order.
        tickets: Vec<TicketId>,
        /// The directory's sequence the intent is planned on.
        sequence: u32,
    },
    /// What did not fit goes back to the giver.
    TurnBack,
    /// Write this intent to the journal, then give these to the platform.
    Park(Vec<TicketId>),
    /// Ask the platform again whether it took them.
    RepeatPark,
    /// Write this intent to the journal, then print this ticket.
    Print(TicketId),
    /// Note that the handover is being released, then send it to the platform.
    Release,
    /// Ask the platform again whether it took the released row.
    RepeatRelease,
    /// Queue the question for the platform: a crash left an operation nobody was told of.
    TellUnknown,
    /// The pending operation happened.
    ConcludeDone,
    /// The pending operation did not happen; its tickets are where they were before it.
    ConcludeNotDone,
    /// The very records lie on the card as live: presence is proof. They are given.
    FoundOnCard(Vec<TicketId>),
    /// Tell the platform that these stay with it; never give them afterwards.
    LeaveAtPlatform(Vec<TicketId>),
    /// The platform raised the epoch of these: close them (R13).
    CloseReissued(Vec<TicketId>),
    /// Somebody else goes on with it (R6), or the journal is another than the one it was granted to (R14): close everything.
    Disown,
    /// Only a card can help: ask for it.
    WaitForCard {
        /// Which one; `None`: any that may receive.
        card: Option<CardUid>,
        /// Why.
        why: CardWanted,
        /// The card that lies there instead, if any.
        found: Option<CardUid>,
    },
    /// The card has too little room for all, and nobody said that some will do.
    TooFull {
        /// The card.
        card: CardUid,
        /// Its free places.
        room: usize,
        /// Tickets that shall go there.
        needed: usize,
    },
    /// Only a printer can help.
    WaitForPrinter,
    /// A paper may have come out: only people can see it (R16).
    AskPeople,
    /// Only the platform can help, and it cannot be reached.
    WaitForPlatform,
    /// The card is here and cannot answer any more, and neither can the platform: an operator re-issues (R13), or another terminal's report answers.
    WaitForOperator,
    /// Nothing more to do.
    End,
}

/// The next action for a row. `here` is the incarnation of the journal the row was read from.
pub fn decide(rules: &impl Rules, here: Incarnation, row: &Handover, seen: &Seen<'_>) -> Action {
    if !row.is_open() {
        return Action::End;
    }
    let reissued = reissued(row, seen.platform);
    if !reissued.is_empty() {
        return Action::CloseReissued(reissued);
    }
    // Of a journal that was restored only what a card can answer is worth asking; nothing is sent or done again (R14).
    let of_here = row.incarnation == here;
    if !of_here
        && row
            .pending
            .as_ref()
            .is_none_or(|intent| intent.on_card().is_none())
    {
        return Action::Disown;
    }
    // What may have been released is nobody's but the platform's to answer (R6).
    if of_here && row.releasing.is_some() {
        return match seen.platform {
            PlatformView::Away => Action::WaitForPlatform,
            _ => Action::RepeatRelease,
        };
    }
    if let Some(intent) = &row.pending {
        let releases = row.destination == Destination::Elsewhere && of_here;
        return match pending::decide(rules, row, intent, seen) {
            // Only the card could tell, and it is not here: another terminal may ask it.
            Action::WaitForCard { .. } if releases && *seen.platform != PlatformView::Away => {
                Action::Release
            }
            action => action,
        };
    }
    match (&row.right, &row.source) {
        (Right::Refused { .. } | Right::Withdrawn, _) => Action::End,
        (Right::Asked, Source::Claim { .. }) => claimed::asked(seen.platform),
        (Right::Asked, Source::Card { .. }) => kept::asked(row, seen),
        (Right::Held { .. }, Source::Claim { card, .. }) => claimed::held(row, *card, seen),
        (Right::Held { .. }, Source::Card { card, .. }) => {
            if row.in_state(ItemState::Wanted).is_empty() {
                kept::held(row, *card, seen)
            } else {
                kept::agreed(rules, row, *card, seen)
            }
        }
    }
}

/// Open items whose epoch the platform says was raised.
fn reissued(row: &Handover, platform: &PlatformView) -> Vec<TicketId> {
    let PlatformView::Says(status) = platform else {
        return Vec::new();
    };
    row.items
        .iter()
        .filter(|item| !item.state.is_final() && status.reissued.contains(&item.ticket))
        .map(|item| item.ticket)
        .collect()
}
