//! What each step makes of a row. Pure; every function here is followed by one synced write of the row and, where it says so, one report.

use kippu_api::{
    handovers::{Report, ReportedOutcome, ReportedProof},
    orders::Grant,
    problem::ProblemCode,
};
use kippu_card::capability::{CardEvent, Change, Committed, Directory, NewTicket};
use kippu_ticket::ids::{CardUid, EventId, Generation, HandoverId, OperationId, Step, TicketId};

use crate::{
    row::{Event, GrantStanding, Handover, Holder, Incarnation, Intent, Item, ItemState},
    rules::Rules,
};

/// Why a grant cannot be acted on. Nothing is written to the card.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadGrant {
    /// It is about another handover or card than asked for.
    #[error("the platform granted another handover or card than this one")]
    NotThis,
    /// More tickets than room was stated for, none at all and none left, or one twice.
    #[error("the platform granted a set of tickets that was not asked for")]
    Tickets,
    /// A record that is not hexadecimal.
    #[error("the record of ticket {0} is not hexadecimal")]
    Record(TicketId),
}

/// A fresh purchase handover: the platform has the tickets of `order`, `card` shall have them. To be on disk before the grant is asked for.
pub fn begin(
    id: HandoverId,
    incarnation: Incarnation,
    order: &str,
    card: CardUid,
    room: u8,
    now: i64,
) -> Handover {
    Handover {
        id,
        incarnation,
        from: Holder::Platform,
        to: Holder::Card(card),
        order: Some(order.to_owned()),
        room,
        grant: GrantStanding::Asked,
        items: Vec::new(),
        pending: None,
        attempts: 0,
        leaving: false,
        created: now,
        changed: now,
    }
}

/// The grant arrived.
pub fn granted(row: &mut Handover, grant: &Grant) -> Result<(), BadGrant> {
    if grant.handover != row.id
        || Some(grant.card) != row.receiver()
        || grant.claim.order() != row.order.as_deref()
    {
        return Err(BadGrant::NotThis);
    }
    let mut items: Vec<Item> = Vec::with_capacity(grant.tickets.len());
    for granted in &grant.tickets {
        if items.iter().any(|item| item.ticket == granted.ticket)
            || grant.left_at_platform.contains(&granted.ticket)
        {
            return Err(BadGrant::Tickets);
        }
        items.push(Item {
            ticket: granted.ticket,
            generation: Generation {
                epoch: granted.epoch,
                hop: granted.hop,
            },
            record: hex::decode(&granted.record).map_err(|_| BadGrant::Record(granted.ticket))?,
            state: ItemState::Kept,
        });
    }
    if items.len() > usize::from(row.room) {
        return Err(BadGrant::Tickets);
    }
    let event = grant.events.first().ok_or(BadGrant::Tickets)?;
    row.items = items;
    row.grant = GrantStanding::Granted {
        fence: grant.fence,
        event: Event::from(event),
        stayed: grant.left_at_platform.clone(),
    };
    Ok(())
}

/// The platform refused the grant for good.
pub fn refused(row: &mut Handover, code: ProblemCode) {
    row.grant = GrantStanding::Refused { code: code.into() };
}

/// An operation is about to begin.
pub fn intend(
    row: &mut Handover,
    operation: OperationId,
    card: CardUid,
    sequence: u32,
    tickets: &[TicketId],
) {
    set(row, tickets, ItemState::Giving);
    row.attempts = row.attempts.saturating_add(1);
    row.pending = Some(Intent {
        operation,
        card,
        sequence,
        items: tickets.to_vec(),
        reported_unknown: false,
    });
}

/// The change the pending intent stands for.
pub fn change(row: &Handover) -> Option<Change> {
    let intent = row.pending.as_ref()?;
    let GrantStanding::Granted { event, .. } = &row.grant else {
        return None;
    };
    let event = CardEvent {
        event: EventId(event.event),
        name: event.name.clone(),
        venue: event.venue.clone(),
        doors_open: event.doors_open,
        starts: event.starts,
        utc_offset_minutes: event.utc_offset_minutes,
    };
    let add = row
        .items
        .iter()
        .filter(|item| intent.items.contains(&item.ticket))
        .map(|item| NewTicket {
            record: item.record.clone(),
            event: event.clone(),
        })
        .collect();
    Some(Change {
        operation: intent.operation,
        expected_sequence: intent.sequence,
        add,
        nullify: Vec::new(),
    })
}

/// The pending operation happened. Reported, with the directories where this terminal saw the commit itself.
pub fn done(
    rules: &impl Rules,
    row: &mut Handover,
    seen: Option<&Committed>,
    now: i64,
) -> Option<Report> {
    let intent = row.pending.take()?;
    rules.mark_given(row);
    let mut report = report(row, &intent, ReportedOutcome::Done, now);
    if let Some(committed) = seen {
        report.before = serde_json::to_value(&committed.before).ok();
        report.after = serde_json::to_value(&committed.after).ok();
        report.proof = committed.proof.as_ref().map(|proof| ReportedProof {
            counter: proof.counter,
            mac: hex::encode(proof.mac),
            input: hex::encode(&proof.input),
        });
    }
    Some(report)
}

/// The pending operation did not happen; its tickets are kept again. Reported only where the platform was told that it is unknown.
pub fn not_done(row: &mut Handover, now: i64) -> Option<Report> {
    let intent = row.pending.take()?;
    for item in &mut row.items {
        if item.state == ItemState::Giving {
            item.state = ItemState::Kept;
        }
    }
    intent
        .reported_unknown
        .then(|| report(row, &intent, ReportedOutcome::NotDone, now))
}

/// The card left between commit and answer. Reported once, with the directory the operation was planned on: whose commit follows its sequence, other
/// terminals' reports may tell (R4).
pub fn unknown(row: &mut Handover, before: Option<&Directory>, now: i64) -> Option<Report> {
    let intent = row.pending.as_mut()?;
    if intent.reported_unknown {
        return None;
    }
    intent.reported_unknown = true;
    let intent = intent.clone();
    let mut report = report(row, &intent, ReportedOutcome::Unknown, now);
    // After a crash only the sequence is left of it; it is what the platform compares.
    let only_sequence = Directory {
        sequence: intent.sequence,
        ring: Vec::new(),
        slots: Vec::new(),
    };
    report.before = serde_json::to_value(before.unwrap_or(&only_sequence)).ok();
    Some(report)
}

/// These records were found live on the card with no operation pending. Reported as given.
pub fn found_on_card(row: &mut Handover, tickets: &[TicketId], now: i64) -> Option<Report> {
    set(row, tickets, ItemState::Given);
    let card = row.receiver()?;
    Some(plain_report(
        row,
        card,
        Step::Give,
        tickets,
        ReportedOutcome::Done,
        now,
    ))
}

/// These stay with the platform: from the moment this row is on disk they are never given by this handover. Reported.
pub fn left_at_platform(row: &mut Handover, tickets: &[TicketId], now: i64) -> Option<Report> {
    set(row, tickets, ItemState::LeftAtPlatform);
    let card = row.receiver()?;
    Some(plain_report(
        row,
        card,
        Step::Park,
        tickets,
        ReportedOutcome::LeftAtPlatform,
        now,
    ))
}

/// The epoch of these was raised: this handover's copies are worth nothing (R13).
pub fn reissued(row: &mut Handover, tickets: &[TicketId]) {
    set(row, tickets, ItemState::Reissued);
    if let Some(intent) = &mut row.pending {
        intent.items.retain(|ticket| !tickets.contains(ticket));
        if intent.items.is_empty() {
            row.pending = None;
        }
    }
}

/// Somebody else owns what is left (R6, R14).
pub fn disowned(row: &mut Handover) {
    let open: Vec<_> = row
        .items
        .iter()
        .filter(|item| !item.state.is_final())
        .map(|item| item.ticket)
        .collect();
    set(row, &open, ItemState::Disowned);
    if row.grant == GrantStanding::Asked {
        row.grant = GrantStanding::Withdrawn;
    }
}

fn set(row: &mut Handover, tickets: &[TicketId], state: ItemState) {
    for item in row
        .items
        .iter_mut()
        .filter(|item| tickets.contains(&item.ticket))
    {
        item.state = state;
    }
}

fn report(row: &Handover, intent: &Intent, outcome: ReportedOutcome, now: i64) -> Report {
    let mut report = plain_report(
        row,
        intent.card,
        intent.operation.step,
        &intent.items,
        outcome,
        now,
    );
    report.attempt = intent.operation.attempt;
    report
}

fn plain_report(
    row: &Handover,
    card: CardUid,
    step: Step,
    tickets: &[TicketId],
    outcome: ReportedOutcome,
    now: i64,
) -> Report {
    Report {
        // The journal numbers it when it is written.
        row: 0,
        incarnation: row.incarnation.to_string(),
        order: row.order.clone(),
        giver: None,
        receiver: None,
        records: Vec::new(),
        serial: None,
        fence: row.fence(),
        card,
        step,
        attempt: row.attempts,
        tickets: tickets.to_vec(),
        outcome,
        before: None,
        after: None,
        proof: None,
        at: now,
    }
}
