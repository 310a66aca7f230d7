//! The decision: what a terminal does next, from its journal row, what the card says and what the platform says. Pure; the machine does it.
//!
//! Nothing is inferred from absence: a card that does not show a ticket says nothing about a pending operation; only the directory's
//! sequence with the ring of operation ids does (R3), or the platform, which collects directories (R4).

use kippu_api::handovers::HandoverStatus;
use kippu_card::capability::{CardContents, Directory, Happened, SlotState};
use kippu_ticket::ids::{CardUid, TicketId};

use crate::row::{GrantStanding, Handover, Incarnation, Intent, ItemState};
use crate::rules::Rules;

/// What lies on the reader, read in this session.
#[derive(Debug, Clone, Copy)]
pub enum CardView<'a> {
    /// No card.
    Away,
    /// A card, with what it says.
    Here {
        /// Everything read from it.
        contents: &'a CardContents,
        /// It said in this session that it cannot take another ticket, whatever its free slots suggest.
        refused_as_full: bool,
    },
}

impl<'a> CardView<'a> {
    fn contents(self) -> Option<&'a CardContents> {
        match self {
            Self::Away => None,
            Self::Here { contents, .. } => Some(contents),
        }
    }

    fn room(self) -> usize {
        match self {
            Self::Away
            | Self::Here {
                refused_as_full: true,
                ..
            } => 0,
            Self::Here { contents, .. } => contents.room(),
        }
    }
}

/// What the platform said in this visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlatformView {
    /// Not asked yet.
    NotAsked,
    /// Asked, and nobody knows what it would say: unreachable, late, overloaded.
    Away,
    /// It granted the tickets a moment ago; that is as good as a status.
    JustGranted,
    /// Its answer.
    Says(HandoverStatus),
    /// It refuses to talk about this handover at all.
    Refuses,
}

/// Why the card is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CardWanted {
    /// The tickets are ready to be written.
    ToWrite,
    /// It left in the middle; nobody but it knows whether the tickets are on it.
    ToAnswer,
}

/// The next thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Ask the platform for the tickets, with the request the row holds. Harmless to repeat.
    AskGrant,
    /// Ask the platform what it knows of this handover.
    AskPlatform,
    /// Write this intent to the journal, then give these tickets in the same card session.
    Give {
        /// The tickets that fit, in the row's order.
        tickets: Vec<TicketId>,
        /// The directory's sequence the intent is planned on.
        sequence: u32,
    },
    /// Queue the question for the platform: a crash left an operation nobody was told of.
    TellUnknown,
    /// The pending operation happened.
    ConcludeDone,
    /// The pending operation did not happen; its tickets are kept again.
    ConcludeNotDone,
    /// The very records lie on the card as live: presence is proof. They are given.
    FoundOnCard(Vec<TicketId>),
    /// Tell the platform that these stay with it; never give them afterwards.
    LeaveAtPlatform(Vec<TicketId>),
    /// The platform raised the epoch of these: close them (R13).
    CloseReissued(Vec<TicketId>),
    /// Somebody else goes on with it (R6), or the journal is another than the one it was granted to (R14): close everything.
    Disown,
    /// Only the card can help: ask for it.
    WaitForCard {
        /// Which one.
        card: CardUid,
        /// Why.
        why: CardWanted,
        /// The card that lies there instead, if any.
        found: Option<CardUid>,
    },
    /// Only the platform can help, and it cannot be reached.
    WaitForPlatform,
    /// The card is here and cannot answer any more, and neither can the platform: an operator re-issues (R13), or another terminal's report answers.
    WaitForOperator,
    /// Nothing more to do.
    End,
}

/// Whose is commit *s+1*? (R3, [`Directory::happened`]) A card that contradicts itself, with the operation at another place of its ring
/// than its own, is no answer either.
pub fn happened(intent: &Intent, directory: &Directory) -> Happened {
    match directory.happened(&intent.operation, intent.sequence) {
        Happened::No if directory.ring.contains(&intent.operation) => Happened::Unknown,
        answer => answer,
    }
}

/// The next action for a row. `here` is the incarnation of the journal the row was read from.
pub fn decide(
    rules: &impl Rules,
    here: Incarnation,
    row: &Handover,
    card: CardView<'_>,
    platform: &PlatformView,
) -> Action {
    if !row.is_open() {
        return Action::End;
    }
    if let PlatformView::Says(status) = platform {
        let reissued: Vec<_> = row
            .items
            .iter()
            .filter(|item| !item.state.is_final() && status.reissued.contains(&item.ticket))
            .map(|item| item.ticket)
            .collect();
        if !reissued.is_empty() {
            return Action::CloseReissued(reissued);
        }
    }
    if let Some(intent) = &row.pending {
        return decide_pending(rules, intent, card, platform);
    }
    if row.incarnation != here {
        return Action::Disown;
    }
    match row.grant {
        GrantStanding::Asked => decide_asked(platform),
        GrantStanding::Granted { .. } => decide_granted(row, card, platform),
        GrantStanding::Refused { .. } | GrantStanding::Withdrawn => Action::End,
    }
}

/// An operation is pending: find out, and do nothing else (R5). Whoever owns the tickets now, an answer harms nobody.
fn decide_pending(
    rules: &impl Rules,
    intent: &Intent,
    card: CardView<'_>,
    platform: &PlatformView,
) -> Action {
    let at_hand = card
        .contents()
        .filter(|contents| contents.uid == intent.card);
    let from_card = at_hand.map(|contents| rules.happened(intent, &contents.directory));
    match from_card {
        Some(Happened::Yes) => return Action::ConcludeDone,
        Some(Happened::No) => return Action::ConcludeNotDone,
        Some(Happened::Unknown) | None => {}
    }
    match platform {
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
        return if *platform == PlatformView::Away {
            Action::WaitForPlatform
        } else {
            Action::WaitForOperator
        };
    }
    let found = card.contents().map(|contents| contents.uid);
    Action::WaitForCard {
        card: intent.card,
        why: CardWanted::ToAnswer,
        found,
    }
}

/// The grant was asked for, and its answer is not on disk. Even who leaves must first learn what was granted.
fn decide_asked(platform: &PlatformView) -> Action {
    match platform {
        PlatformView::Away => Action::WaitForPlatform,
        PlatformView::Refuses => Action::WaitForOperator,
        PlatformView::NotAsked | PlatformView::JustGranted | PlatformView::Says(_) => {
            Action::AskGrant
        }
    }
}

/// The tickets are here and none of them is in between.
fn decide_granted(row: &Handover, card: CardView<'_>, platform: &PlatformView) -> Action {
    let kept = row.in_state(ItemState::Kept);
    match platform {
        // Before writing, ask whether the grant still stands. A platform that is away does not take it back (R6).
        PlatformView::NotAsked => return Action::AskPlatform,
        PlatformView::Says(status) if !status.yours => return Action::Disown,
        PlatformView::Refuses => return Action::WaitForOperator,
        PlatformView::Says(_) | PlatformView::Away | PlatformView::JustGranted => {}
    }
    let Some(receiver) = row.receiver() else {
        return Action::WaitForOperator;
    };
    let at_hand = card.contents().filter(|contents| contents.uid == receiver);
    if let Some(contents) = at_hand {
        let present = found_on_card(row, &kept, contents);
        if !present.is_empty() {
            return Action::FoundOnCard(present);
        }
    }
    if row.leaving {
        return Action::LeaveAtPlatform(kept);
    }
    let Some(contents) = at_hand else {
        let found = card.contents().map(|contents| contents.uid);
        return Action::WaitForCard {
            card: receiver,
            why: CardWanted::ToWrite,
            found,
        };
    };
    let fit = card.room().min(kept.len());
    if fit == 0 || row.attempts == u8::MAX {
        return Action::LeaveAtPlatform(kept);
    }
    Action::Give {
        tickets: kept[..fit].to_vec(),
        sequence: contents.directory.sequence,
    }
}

/// Tickets whose very record lies live on the card. That happens to a journal that forgot; writing it twice would double it.
fn found_on_card(row: &Handover, kept: &[TicketId], contents: &CardContents) -> Vec<TicketId> {
    row.items
        .iter()
        .filter(|item| kept.contains(&item.ticket))
        .filter(|item| {
            contents
                .tickets
                .iter()
                .any(|ticket| ticket.state == SlotState::Live && ticket.record == item.record)
        })
        .map(|item| item.ticket)
        .collect()
}

#[cfg(test)]
mod tests;
