//! What each step makes of a row. Pure; every function here is followed by one synced write of the row and, where it says so, one report.

mod begin;
mod report;

use kippu_api::handovers::{Report, ReportedOutcome};
use kippu_card::capability::{CardEvent, Change, Committed, Directory, NewTicket};
use kippu_ticket::ids::{CardUid, EventId, Generation, OperationId, Step, TicketId};

pub(crate) use begin::here;
pub use begin::{
    BadGrant, Birth, Stays, WhyItStays, all_allowed, bound, claim, consent, granted, name_receiver,
    refused, registered, taken_over,
};
pub(crate) use report::on_card as ticket_on_card;

use crate::{
    row::{Destination, Handover, Intent, ItemState, Paper, Place, Right},
    rules::Rules,
};

/// An operation is about to begin.
pub fn intend(row: &mut Handover, operation: OperationId, place: Place, tickets: &[TicketId]) {
    set(row, tickets, ItemState::Pending);
    row.attempts = row.attempts.saturating_add(1);
    row.pending = Some(Intent {
        operation,
        place,
        items: tickets.to_vec(),
        reported_unknown: false,
    });
}

/// The change of a card the pending intent stands for.
pub fn change(row: &Handover) -> Option<Change> {
    let intent = row.pending.as_ref()?;
    let (card, sequence) = intent.on_card()?;
    let mut change = Change {
        operation: intent.operation,
        expected_sequence: sequence,
        add: Vec::new(),
        nullify: Vec::new(),
    };
    if intent.operation.step == Step::Take {
        change.nullify = intent.items.clone();
        return Some(change);
    }
    for item in row
        .items
        .iter()
        .filter(|item| intent.items.contains(&item.ticket))
    {
        let record = match &item.ready {
            Some(ready) if ready.card == card => &ready.record,
            Some(_) => return None,
            None => &item.record,
        };
        change.add.push(NewTicket {
            record: record.clone(),
            event: card_event(row, item.event)?,
        });
    }
    Some(change)
}

fn card_event(row: &Handover, event: EventId) -> Option<CardEvent> {
    let known = row.events.iter().find(|known| known.event == event.0)?;
    Some(CardEvent {
        event,
        name: known.name.clone(),
        venue: known.venue.clone(),
        doors_open: known.doors_open,
        starts: known.starts,
        utc_offset_minutes: known.utc_offset_minutes,
    })
}

/// What a step that happened makes of its tickets.
fn state_after(step: Step) -> ItemState {
    match step {
        Step::Take => ItemState::Kept,
        Step::Give => ItemState::Given,
        Step::GiveBack => ItemState::GivenBack,
        Step::Park => ItemState::Parked,
        Step::Print => ItemState::Printed,
    }
}

/// The pending operation happened. Reported, with the directories where this terminal saw the commit itself.
pub fn done(
    rules: &impl Rules,
    row: &mut Handover,
    seen: Option<&Committed>,
    now: i64,
) -> Option<Report> {
    let intent = row.pending.take()?;
    rules.mark(row, state_after(intent.operation.step));
    settle_paper(row, &intent, true);
    let mut report = report::of_intent(row, &intent, ReportedOutcome::Done, now);
    if let Some(committed) = seen {
        report::prove(&mut report, committed);
    }
    Some(report)
}

/// The pending operation did not happen; its tickets are where they were before it. Reported where the platform waits for it: it was told that
/// the end is unknown, it knows of a giver's consent that has ended now, or a paper's serial is void (R16).
pub fn not_done(rules: &impl Rules, row: &mut Handover, now: i64) -> Option<Report> {
    let intent = row.pending.take()?;
    let taking = intent.operation.step == Step::Take;
    // A take that did not happen ends the giver's consent: the card may have changed hands meanwhile (R12).
    rules.mark(
        row,
        if taking {
            ItemState::Stayed
        } else {
            ItemState::Kept
        },
    );
    settle_paper(row, &intent, false);
    if let Place::Paper { .. } = intent.place {
        return Some(report::of_intent(
            row,
            &intent,
            ReportedOutcome::PaperVoid,
            now,
        ));
    }
    let told = intent.reported_unknown || (taking && row.fence() > 0);
    told.then(|| report::of_intent(row, &intent, ReportedOutcome::NotDone, now))
}

fn settle_paper(row: &mut Handover, intent: &Intent, came_out: bool) {
    if let (Place::Paper { serial, .. }, Some(ticket)) = (&intent.place, intent.items.first()) {
        row.papers.push(Paper {
            serial: *serial,
            ticket: *ticket,
            came_out,
        });
    }
}

/// The card left between commit and answer. Reported once, with the directory the operation was planned on: whose commit follows its sequence, other
/// terminals' reports may tell (R4).
pub fn unknown(row: &mut Handover, before: Option<&Directory>, now: i64) -> Option<Report> {
    let intent = row.pending.as_mut()?;
    let (_, sequence) = intent.on_card()?;
    if intent.reported_unknown {
        return None;
    }
    intent.reported_unknown = true;
    let intent = intent.clone();
    let mut report = report::of_intent(row, &intent, ReportedOutcome::Unknown, now);
    // After a crash only the sequence is left of it; it is what the platform compares.
    let only_sequence = Directory {
        sequence,
        ring: Vec::new(),
        slots: Vec::new(),
    };
    report.before = serde_json::to_value(before.unwrap_or(&only_sequence)).ok();
    Some(report)
}

/// These records were found live on a card with no operation pending. Reported as given, or given back.
pub fn found_on_card(row: &mut Handover, card: CardUid, tickets: &[TicketId], now: i64) -> Report {
    let step = if row.giver() == Some(card) {
        Step::GiveBack
    } else {
        Step::Give
    };
    set(row, tickets, state_after(step));
    report::plain(row, card, step, tickets, ReportedOutcome::Done, now)
}

/// These stay with the platform: from the moment this row is on disk they are never given by this handover. Reported.
pub fn left_at_platform(row: &mut Handover, tickets: &[TicketId], now: i64) -> Option<Report> {
    set(row, tickets, ItemState::LeftAtPlatform);
    let card = row.receiver()?;
    Some(report::plain(
        row,
        card,
        Step::Park,
        tickets,
        ReportedOutcome::LeftAtPlatform,
        now,
    ))
}

/// What of a row's tickets is in this terminal or in between, for a platform that may have forgotten it (R15): granted ones perhaps on their
/// way, those of a card taken from it. `None` where nothing is.
pub fn still_here(row: &Handover, now: i64) -> Option<Report> {
    let here: Vec<TicketId> = row
        .items
        .iter()
        .filter(|item| matches!(item.state, ItemState::Kept | ItemState::Pending))
        .map(|item| item.ticket)
        .collect();
    if here.is_empty() {
        return None;
    }
    let taking = row
        .pending
        .as_ref()
        .is_some_and(|intent| intent.operation.step == Step::Take);
    let (card, step, outcome) = match row.giver() {
        None => (row.receiver()?, Step::Give, ReportedOutcome::Unknown),
        Some(giver) if taking => (giver, Step::Take, ReportedOutcome::Unknown),
        Some(giver) => (giver, Step::Take, ReportedOutcome::Done),
    };
    Some(report::plain(row, card, step, &here, outcome, now))
}

/// What did not fit goes back to the giver.
pub fn turn_back(row: &mut Handover) {
    row.destination = Destination::Giver;
}

/// The giver's yes has ended before anything was taken. Reported where the platform knew of it.
pub fn consent_ended(row: &mut Handover, now: i64) -> Option<Report> {
    let tickets = row.in_state(ItemState::Wanted);
    set(row, &tickets, ItemState::Stayed);
    if row.right == Right::Asked {
        row.right = Right::Withdrawn;
    }
    let giver = row.giver()?;
    let told = row.fence() > 0 && !tickets.is_empty();
    told.then(|| {
        report::plain(
            row,
            giver,
            Step::Take,
            &tickets,
            ReportedOutcome::NotDone,
            now,
        )
    })
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
    // Nothing is left that another terminal could go on with.
    if row.items.iter().all(|item| item.state.is_final()) {
        row.releasing = None;
    }
}

/// Somebody else owns what is left (R6, R14).
pub fn disowned(row: &mut Handover) {
    row.pending = None;
    row.releasing = None;
    for item in &mut row.items {
        match item.state {
            // What is still on the giver's card stays there.
            ItemState::Wanted => item.state = ItemState::Stayed,
            ItemState::Kept | ItemState::Pending => item.state = ItemState::Disowned,
            _ => {}
        }
    }
    if row.right == Right::Asked {
        row.right = Right::Withdrawn;
    }
}

/// The release may reach the platform from now on.
pub fn releasing(row: &mut Handover) -> u8 {
    row.attempts = row.attempts.saturating_add(1);
    row.releasing = Some(row.attempts);
    row.attempts
}

/// The platform has the row: another terminal may go on with it, this one does not (R6).
pub fn released(row: &mut Handover) {
    row.released = true;
}

/// The platform refused the release for good, or it never left this terminal: the row is as it was.
pub fn not_released(row: &mut Handover) {
    row.releasing = None;
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

/// The generation after a change of holder.
pub(crate) fn next(rules: &impl Rules, generation: Generation) -> Generation {
    Generation {
        epoch: generation.epoch,
        hop: rules.next_hop(generation.hop),
    }
}
