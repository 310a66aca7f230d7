//! Reports of what was done, for the platform.

use kippu_api::handovers::{Report, ReportedOutcome, ReportedProof, TicketOnCard};
use kippu_card::capability::Committed;
use kippu_ticket::ids::{CardUid, Step, TicketId};

use crate::row::{Handover, Intent, Item, Place, Source};

/// A ticket as this terminal took it.
pub(crate) fn on_card(item: &Item) -> TicketOnCard {
    TicketOnCard {
        ticket: item.ticket,
        event: item.event,
        epoch: item.generation.epoch,
        hop: item.generation.hop,
        record: hex::encode(&item.record),
    }
}

/// A ticket as it is after being written to a card.
fn written(item: &Item) -> TicketOnCard {
    let mut ticket = on_card(item);
    if let Some(ready) = &item.ready {
        ticket.epoch = ready.generation.epoch;
        ticket.hop = ready.generation.hop;
        ticket.record = hex::encode(&ready.record);
    }
    ticket
}

/// The report of an operation's end.
pub(super) fn of_intent(
    row: &Handover,
    intent: &Intent,
    outcome: ReportedOutcome,
    now: i64,
) -> Report {
    let step = intent.operation.step;
    let card = match intent.place {
        Place::Card { card, .. } => Some(card),
        Place::Platform | Place::Paper { .. } => row.giver().or(row.receiver()),
    };
    let mut report = plain(
        row,
        // Every handover has a giver or a receiver whose card it is about.
        card.unwrap_or(CardUid([0; 7])),
        step,
        &intent.items,
        outcome,
        now,
    );
    report.attempt = intent.operation.attempt;
    if let Place::Paper { serial, record } = &intent.place {
        report.serial = Some(*serial);
        for ticket in &mut report.records {
            ticket.record = hex::encode(record);
        }
    }
    if intent.place == Place::Platform {
        report.code = Some(row.code);
    }
    report
}

/// A report with no operation behind it.
pub(super) fn plain(
    row: &Handover,
    card: CardUid,
    step: Step,
    tickets: &[TicketId],
    outcome: ReportedOutcome,
    now: i64,
) -> Report {
    // A platform that was restored from a backup may never have heard of what it granted: a report of giving says what was written (R15).
    let stated = matches!(row.source, Source::Card { .. }) || step == Step::Give;
    let records = row
        .items
        .iter()
        .filter(|item| stated && tickets.contains(&item.ticket))
        .map(|item| match step {
            Step::Give | Step::GiveBack => written(item),
            Step::Take | Step::Park | Step::Print => on_card(item),
        })
        .collect();
    Report {
        // The journal numbers it when it is written.
        row: 0,
        incarnation: row.incarnation.to_string(),
        order: row.order().map(str::to_owned),
        fence: row.fence(),
        card,
        giver: row.giver(),
        receiver: row.receiver(),
        step,
        attempt: row.attempts,
        tickets: tickets.to_vec(),
        records,
        serial: None,
        code: None,
        outcome,
        before: None,
        after: None,
        proof: None,
        at: now,
    }
}

/// Adds what the card said of the commit.
pub(super) fn prove(report: &mut Report, committed: &Committed) {
    report.before = serde_json::to_value(&committed.before).ok();
    report.after = serde_json::to_value(&committed.after).ok();
    report.proof = committed.proof.as_ref().map(|proof| ReportedProof {
        counter: proof.counter,
        mac: hex::encode(proof.mac),
        input: hex::encode(&proof.input),
    });
}
