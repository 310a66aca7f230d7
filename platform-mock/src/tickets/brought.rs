//! Tickets that terminals bring along as bytes: whether they are what they are said to be. Pure.

use kippu_api::{handovers::TicketOnCard, problem::ProblemCode};
use kippu_ticket::{
    ids::{CardUid, Generation},
    record::{BoundTicket, TicketKind},
};

use crate::{
    keys::{ISSUER, Keys},
    refusal::{Answer, Refusal},
};

/// Reads a ticket and checks that it says what the terminal says of it, and that it was issued by this platform.
///
/// Items another platform issued are taken as they are, without a signature anybody here could check, if no gate admits them: vouchers and
/// memberships (M26).
///
/// # Errors
/// 400 when it is no ticket, another one than stated, or not signed by the key it names; 409 for an admission ticket of another platform.
pub fn read(stated: &TicketOnCard, keys: &Keys) -> Answer<BoundTicket> {
    let wrong = |what: &str| Refusal::bad_request(format!("Ticket {} {what}.", stated.ticket));
    let bytes = hex::decode(&stated.record).map_err(|_| wrong("is no hexadecimal text"))?;
    let bound = BoundTicket::from_bytes(&bytes)
        .map_err(|error| wrong(&format!("cannot be read: {error}")))?;
    let body = &bound.signed.body;
    if (body.ticket, body.event, bound.generation())
        != (
            stated.ticket,
            stated.event,
            Generation {
                epoch: stated.epoch,
                hop: stated.hop,
            },
        )
    {
        return Err(wrong("is another one than its record says"));
    }
    if body.issuer == ISSUER {
        let key = keys.issuer_key(body.issuer_key);
        if key.is_none_or(|key| bound.signed.verify(&key).is_err()) {
            return Err(wrong("was not signed by this platform"));
        }
    } else if matches!(body.kind, TicketKind::Seat | TicketKind::FreeSeating) {
        return Err(Refusal::new(
            ProblemCode::NotTransferable,
            format!(
                "Ticket {} was issued by another platform, which alone can move it.",
                stated.ticket
            ),
        )
        .hint("Ask whoever sold it."));
    }
    Ok(bound)
}

/// Whether a ticket is bound to a card. Of another platform's items nobody here can say.
pub fn is_bound_to(ticket: &BoundTicket, card: CardUid, keys: &Keys) -> bool {
    let body = &ticket.signed.body;
    body.issuer != ISSUER || keys.binding(body.event).verify(ticket, card).is_ok()
}
