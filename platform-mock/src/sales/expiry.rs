//! Ends holds and slips whose time is over. Runs at the beginning of every batch.

use kippu_api::orders::OrderState;

use super::{
    command::{free_seats, set_state, void_tickets},
    record,
};
use crate::{
    journal::Entry,
    refusal::Answer,
    storage::{Unit, idempotency::KEPT_MICROS},
};

/// Frees what is due, and forgets answers nobody asks for any more.
pub fn expire(unit: &mut Unit<'_>) -> Answer<()> {
    let now = unit.now;
    let ended: Vec<String> = ids(unit, "SELECT hold FROM holds WHERE expires <= ?1", now)?;
    for id in ended {
        if let Some(hold) = record::hold(unit.sql, &id)? {
            let seats: Vec<u32> = hold.seats.iter().map(|seat| seat.seat).collect();
            free_seats(unit, hold.event, &id, &seats)?;
            unit.sql
                .prepare_cached("DELETE FROM holds WHERE hold = ?1")?
                .execute([&id])?;
        }
    }
    let unpaid = ids(
        unit,
        "SELECT id FROM orders WHERE state = 'awaiting_payment' AND pay_until <= ?1",
        now,
    )?;
    for id in unpaid {
        end_unpaid(unit, &id, OrderState::Expired, "expired")?;
    }
    unit.sql
        .prepare_cached("DELETE FROM answers WHERE at < ?1")?
        .execute([now - KEPT_MICROS])?;
    Ok(())
}

/// Ends an unpaid order: its seats are free, its tickets void.
pub(super) fn end_unpaid(
    unit: &mut Unit<'_>,
    id: &str,
    state: OrderState,
    kind: &'static str,
) -> Answer<()> {
    let order = record::order(unit.sql, id)?;
    let seats: Vec<u32> = order.tickets.iter().map(|ticket| ticket.seat).collect();
    free_seats(unit, order.event, id, &seats)?;
    void_tickets(unit, id, true)?;
    set_state(unit, id, state)?;
    unit.journal(&Entry {
        kind,
        order: Some(id),
        event: Some(order.event.0),
        tickets: &order.ticket_ids(),
        seller: Some(order.seller.0),
        note: Some(&order.slip),
        ..Entry::default()
    })
}

fn ids(unit: &Unit<'_>, text: &str, now: i64) -> Answer<Vec<String>> {
    let mut statement = unit.sql.prepare_cached(text)?;
    let rows = statement.query_map([now], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
