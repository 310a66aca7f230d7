//! Tickets come to the platform to wait: the answer is durable, and so is a refusal (R7).

use kippu_api::handovers::{ParkRequest, Report};
use kippu_ticket::{
    ids::{CardUid, HandoverId, TerminalId, TicketId},
    record::BoundTicket,
};

use super::record::{self, ParcelRecord};
use crate::{
    handovers::{
        acting::taken_and_kept,
        record::{self as handovers, Asker, not_owner},
        refused::{self, Asked, Request},
    },
    journal::Entry,
    refusal::Answer,
    sales::command::{random_id, refresh_state},
    storage::Unit,
    tickets::record as tickets,
};

/// Keeps taken tickets; the parcel's id. The caller has checked the tickets' signatures.
pub(crate) fn park(
    unit: &mut Unit<'_>,
    handover: HandoverId,
    terminal: TerminalId,
    wish: &ParkRequest,
    brought: &[BoundTicket],
    code: [u8; 32],
) -> Answer<String> {
    let asker = Asker {
        terminal,
        incarnation: &wish.incarnation,
        fence: wish.fence,
    };
    if let Some(known) = record::made_by(unit.sql, handover, terminal, wish.attempt)? {
        return Ok(known.parcel);
    }
    let begun = handovers::owned_or_begun(unit, handover, &asker, Some(wish.giver), wish.receiver)?;
    if begun.giver.is_some_and(|giver| giver != wish.giver) {
        return Err(not_owner("These tickets were taken from another card."));
    }
    handovers::name_cards(unit, handover, Some(wish.giver), wish.receiver)?;
    for ticket in brought {
        taken_and_kept(unit, handover, ticket)?;
        let id = ticket.signed.body.ticket;
        handovers::add_ticket(unit, handover, id, ticket.generation())?;
    }
    let parcel = ParcelRecord {
        parcel: random_id(),
        handover,
        attempt: wish.attempt,
        terminal: Some(terminal),
        code,
        giver: Some(wish.giver),
        receiver: wish.receiver,
        at: unit.now,
        tickets: ids(brought),
    };
    put_down(unit, &parcel)?;
    Ok(parcel.parcel)
}

/// Makes a parcel again that a restored platform has forgotten, from the report of the terminal that gave it (R15).
pub(crate) fn repeat_lost(
    unit: &mut Unit<'_>,
    terminal: TerminalId,
    handover: HandoverId,
    report: &Report,
    code: Option<[u8; 32]>,
) -> Answer<()> {
    let request = Request {
        handover,
        terminal,
        what: Asked::Park,
        attempt: report.attempt,
    };
    let Some(code) = code else { return Ok(()) };
    if record::made_by(unit.sql, handover, terminal, report.attempt)?.is_some()
        || refused::find(unit.sql, &request)?.is_some()
    {
        return Ok(());
    }
    let taken = handovers::tickets(unit.sql, handover)?;
    let mut lost = Vec::new();
    for own in taken
        .iter()
        .filter(|own| report.tickets.contains(&own.ticket) && !own.given_up)
    {
        let row = tickets::find(unit.sql, own.ticket)?;
        if row.is_some_and(|row| row.standing.open_to(handover, own.before)) {
            lost.push(own.ticket);
        }
    }
    if lost.is_empty() {
        return Ok(());
    }
    let parcel = ParcelRecord {
        parcel: random_id(),
        handover,
        attempt: report.attempt,
        terminal: Some(terminal),
        code,
        giver: report.giver,
        receiver: report.receiver,
        at: handovers::heard_at(unit, terminal)?,
        tickets: lost,
    };
    put_down(unit, &parcel)
}

/// Lays a parcel's tickets down: the platform holds them, and their handover is done with them.
fn put_down(unit: &mut Unit<'_>, parcel: &ParcelRecord) -> Answer<()> {
    record::insert(unit, parcel)?;
    let taken = handovers::tickets(unit.sql, parcel.handover)?;
    for own in taken
        .iter()
        .filter(|own| parcel.tickets.contains(&own.ticket))
    {
        let Some(row) = tickets::find(unit.sql, own.ticket)? else {
            continue;
        };
        let waiting = row.standing.at_platform(parcel.handover, own.before);
        tickets::put(unit, own.ticket, &waiting)?;
        tickets::put_claim(unit, own.ticket, Some(&parcel.parcel), true)?;
        handovers::set_given_up(unit, parcel.handover, own.ticket, true)?;
        if let Some(order) = &row.order {
            refresh_state(unit, order)?;
        }
    }
    handovers::settle(unit, parcel.handover)?;
    let name = |card: Option<CardUid>| card.map(|card| card.to_string());
    let (giver, receiver) = (name(parcel.giver), name(parcel.receiver));
    unit.journal(&Entry {
        kind: "parked",
        tickets: &parcel.tickets,
        terminal: parcel.terminal.map(|terminal| terminal.0),
        card: giver.as_deref(),
        giver: giver.as_deref(),
        receiver: receiver.as_deref(),
        note: Some(&parcel.handover.to_string()),
        ..Entry::default()
    })
}

fn ids(brought: &[BoundTicket]) -> Vec<TicketId> {
    brought
        .iter()
        .map(|ticket| ticket.signed.body.ticket)
        .collect()
}
