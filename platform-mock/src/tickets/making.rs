//! The bytes of tickets: signed from what was sold or from what was brought, and bound. The same ticket always gets the same bytes: Ed25519
//! and AES-CMAC are deterministic.

use kippu_api::orders::EventOnCard;
use kippu_card::capability::CardEvent;
use kippu_ticket::{
    binding::TerminalBindingKey,
    ids::{EventId, SellerId, TerminalId, TicketId},
    record::{SignedTicket, TicketBody, TicketFlags, TicketKind},
    seat::SeatAddress,
};

use crate::{
    keys::{ISSUER, Keys},
    masters::rules::EventFacts,
    refusal::{Answer, Refusal},
};

/// What a ticket is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// A seat of an order.
    Seat {
        /// Index in the plan.
        seat: u32,
        /// Price class index.
        class: u8,
        /// Who sold it.
        seller: SellerId,
    },
    /// A ticket somebody brought, as it was then.
    Brought(SignedTicket),
}

/// Signs a ticket for an epoch; `facts` are its event's, where this platform has the event.
pub fn sign(
    ticket: TicketId,
    event: EventId,
    epoch: u16,
    content: &Content,
    facts: Option<&EventFacts>,
    keys: &Keys,
) -> Answer<SignedTicket> {
    let (issuer_key, key) = keys.signing();
    let body = match content {
        Content::Seat {
            seat,
            class,
            seller,
        } => {
            let facts = facts.ok_or_else(|| Refusal::not_found("event"))?;
            TicketBody {
                issuer_key,
                ticket,
                event,
                issuer: ISSUER,
                seller: *seller,
                epoch,
                entrance: facts.entrance_of(*seat).unwrap_or(0),
                kind: TicketKind::Seat,
                price_class: *class,
                flags: TicketFlags::default(),
                seat: address(facts, *seat)?,
            }
        }
        Content::Brought(signed) if signed.body.epoch == epoch => return Ok(signed.clone()),
        // Issued anew here, whoever sold it: from now on it is this platform's ticket.
        Content::Brought(signed) => TicketBody {
            issuer_key,
            issuer: ISSUER,
            epoch,
            ..signed.body.clone()
        },
    };
    Ok(body.sign(key))
}

/// The key a terminal's records of an event are bound with.
pub fn binding(event: EventId, terminal: TerminalId, keys: &Keys) -> TerminalBindingKey {
    keys.binding(event).for_terminal(terminal)
}

fn address(event: &EventFacts, seat: u32) -> Answer<SeatAddress> {
    if seat as usize >= event.plan.seats.len() {
        return Err(Refusal::internal(&format!(
            "seat {seat} is not in the plan"
        )));
    }
    let words = event.plan.address(seat as usize);
    SeatAddress::new(words.floor, words.block, words.row, words.number)
        .map_err(|error| Refusal::internal(&error))
}

/// An event as a card remembers it; one this platform does not have is remembered by its number alone.
pub fn on_card(event: EventId, facts: Option<&EventFacts>) -> EventOnCard {
    facts.map_or_else(
        || EventOnCard {
            event,
            name: String::new(),
            venue: String::new(),
            doors_open: 0,
            starts: 0,
            utc_offset_minutes: 0,
        },
        EventFacts::on_card,
    )
}

/// The same in the card's own form.
pub fn card_event(event: &EventOnCard) -> CardEvent {
    CardEvent {
        event: event.event,
        name: event.name.clone(),
        venue: event.venue.clone(),
        doors_open: event.doors_open,
        starts: event.starts,
        utc_offset_minutes: event.utc_offset_minutes,
    }
}
