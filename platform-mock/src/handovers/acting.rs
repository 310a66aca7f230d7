//! What the owner of a handover does with taken tickets: checks that hold for binding, printing, parking and releasing alike.

use kippu_api::problem::ProblemCode;
use kippu_ticket::{
    ids::{HandoverId, TicketId},
    record::BoundTicket,
};

use super::record::not_owner;
use crate::{
    keys::ISSUER,
    refusal::{Answer, Refusal},
    storage::Unit,
    tickets::{
        record::{self, TicketRow},
        standing::Standing,
    },
};

/// Compares a brought ticket with what is known of it.
///
/// # Errors
/// 409 `recalled` for an older epoch; 400 when the number belongs to another ticket.
pub fn check_known(known: &TicketRow, brought: &BoundTicket) -> Answer<()> {
    let body = &brought.signed.body;
    let issuer = known
        .signed
        .as_ref()
        .map_or(ISSUER, |signed| signed.body.issuer);
    if (known.event, issuer) != (body.event, body.issuer) || known.void {
        return Err(Refusal::bad_request(format!(
            "Ticket {} is another one here.",
            body.ticket
        )));
    }
    if body.epoch < known.standing.rank.epoch {
        return Err(recalled(body.ticket));
    }
    Ok(())
}

/// A ticket its handover took, as the platform knows it; `None` for one it never heard of.
///
/// # Errors
/// 409 when it was issued anew, or somebody else has it by now.
pub fn taken_ticket(
    unit: &Unit<'_>,
    handover: HandoverId,
    brought: &BoundTicket,
) -> Answer<Option<TicketRow>> {
    let ticket = brought.signed.body.ticket;
    let Some(known) = record::find(unit.sql, ticket)? else {
        return Ok(None);
    };
    check_known(&known, brought)?;
    if known.standing.open_to(handover, brought.generation()) {
        Ok(Some(known))
    } else {
        Err(not_owner(&format!(
            "Ticket {ticket} is not in this handover's hands any more."
        )))
    }
}

/// The same, kept from here on if the platform never heard of it.
pub fn taken_and_kept(
    unit: &Unit<'_>,
    handover: HandoverId,
    brought: &BoundTicket,
) -> Answer<TicketRow> {
    if let Some(known) = taken_ticket(unit, handover, brought)? {
        return Ok(known);
    }
    keep_taken(unit, handover, brought)
}

/// Keeps a ticket the platform never heard of, of which it hears that it is between holders.
pub fn keep_taken(
    unit: &Unit<'_>,
    handover: HandoverId,
    brought: &BoundTicket,
) -> Answer<TicketRow> {
    let standing = Standing::perhaps_taken(brought.generation(), handover);
    record::keep(unit, &brought.signed, &standing)?;
    record::put(unit, brought.signed.body.ticket, &standing)?;
    record::find(unit.sql, brought.signed.body.ticket)?
        .ok_or_else(|| Refusal::internal(&"a ticket that was just kept is not there"))
}

/// 409: issued anew.
pub fn recalled(ticket: TicketId) -> Refusal {
    Refusal::new(
        ProblemCode::Recalled,
        format!("Ticket {ticket} was issued anew. This copy is worth nothing."),
    )
    .hint("The newly issued one waits at the platform, or is on another card.")
}

/// 409: the organizer does not allow it.
pub fn not_allowed(ticket: TicketId, what: &str) -> Refusal {
    Refusal::new(
        ProblemCode::NotTransferable,
        format!("The organizer does not allow ticket {ticket} to {what}."),
    )
    .hint("It stays with its holder.")
}
