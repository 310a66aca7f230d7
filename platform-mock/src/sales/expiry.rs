//! Ends holds and slips whose time is over. Runs at the beginning of every batch.

use kippu_api::orders::OrderState;

use super::{
    command::{free_seats, set_state, void_tickets},
    record,
};
use crate::{
    issuing::reissue::recall_forgotten,
    journal::Entry,
    refusal::Answer,
    storage::{Unit, idempotency::KEPT_MICROS},
};

/// Orders whose slip has run out by the time `?1`. One that is older than a restore may have been paid and issued in the lost time: it stays
/// until every terminal has sent its rows again (R15).
pub const UNPAID_AND_DUE: &str = "state = 'awaiting_payment' AND pay_until <= ?1
    AND NOT (created <= (SELECT began FROM platform_life) AND EXISTS (SELECT 1 FROM terminals WHERE resend_due = 1))";

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
        &format!("SELECT id FROM orders WHERE {UNPAID_AND_DUE}"),
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
    recall_forgotten(unit, &order.ticket_ids())?;
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
