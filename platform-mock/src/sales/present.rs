//! Holds and orders in the words of the API.

use kippu_api::{
    holds::{HeldSeat, Hold},
    orders::Order,
};

use super::record::{HoldRecord, OrderRecord};
use crate::{
    masters::rules::EventFacts,
    refusal::{Answer, Refusal},
};

/// A hold as a terminal sees it.
pub fn hold(record: &HoldRecord, event: &EventFacts, now: i64) -> Answer<Hold> {
    let seats = record
        .seats
        .iter()
        .map(|seat| words(event, seat.seat, seat.class, seat.price));
    Ok(Hold {
        hold: record.hold.clone(),
        event: record.event,
        seats: seats.collect::<Answer<_>>()?,
        total: record.seats.iter().map(|seat| seat.price).sum(),
        currency: event.currency.clone(),
        expires: record.expires,
        now,
        apart: record.apart,
    })
}

/// An order as terminals and clerks see it.
pub fn order(record: &OrderRecord, event: &EventFacts, now: i64) -> Answer<Order> {
    let seats = record
        .tickets
        .iter()
        .map(|ticket| words(event, ticket.seat, ticket.class, ticket.price));
    let paid = record.paid.is_some();
    let waiting = record
        .tickets
        .iter()
        .filter(|ticket| paid && !ticket.void && ticket.is_waiting());
    Ok(Order {
        order: record.id.clone(),
        state: record.state,
        event: record.event,
        event_name: event.name.clone(),
        venue: event.venue.clone(),
        doors_open: event.doors_open,
        starts: event.starts,
        zone: event.zone.clone(),
        seats: seats.collect::<Answer<_>>()?,
        class_names: event
            .prices
            .iter()
            .map(|price| price.name.clone())
            .collect(),
        tickets: record.ticket_ids(),
        at_platform: waiting.map(|ticket| ticket.ticket).collect(),
        card: record.card,
        total: record.total,
        tax: record.tax,
        tax_basis_points: record.tax_basis_points,
        seller: record.on_receipts.clone(),
        currency: record.currency.clone(),
        method: record.method(),
        slip: record.slip.clone(),
        pay_until: record.pay_until,
        paid: record.paid,
        late: record.late,
        now,
    })
}

fn words(event: &EventFacts, seat: u32, class: u8, price: i64) -> Answer<HeldSeat> {
    event
        .held_seat(seat, class, price)
        .ok_or_else(|| Refusal::internal(&format!("seat {seat} is not in the plan")))
}
