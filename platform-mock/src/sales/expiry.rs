//! Ends holds and slips whose time is over. Runs at the beginning of every batch, a bounded number at a time: when very many end together,
//! a batch after another ends them and the requests in between wait for none of the others.

use kippu_api::orders::OrderState;

use super::{
    command::{free_seats, set_state, void_tickets},
    record::{self, HoldRecord},
};
use crate::{
    issuing::reissue::recall_forgotten,
    journal::Entry,
    refusal::Answer,
    storage::{Unit, idempotency::KEPT_MICROS},
};

/// Most holds, and most slips, that one batch ends.
const ENDED_A_BATCH: u32 = 256;

/// Orders whose slip has run out by the time `?1`. One that is older than a restore may have been paid and issued in the lost time: it stays
/// until every terminal has sent its rows again (R15).
pub const UNPAID_AND_DUE: &str = "state = 'awaiting_payment' AND pay_until <= ?1
    AND NOT (created <= (SELECT began FROM platform_life) AND EXISTS (SELECT 1 FROM terminals WHERE resend_due = 1))";

/// Frees what is due, and forgets answers nobody asks for any more.
pub fn expire(unit: &mut Unit<'_>) -> Answer<()> {
    let now = unit.now;
    let due = "SELECT hold FROM holds WHERE expires <= ?1 ORDER BY expires";
    let ended: Vec<String> = ids(unit, due, now)?;
    for id in ended {
        if let Some(hold) = record::hold(unit.sql, &id)? {
            end_hold(unit, &hold)?;
        }
    }
    let unpaid = ids(
        unit,
        &format!("SELECT id FROM orders WHERE {UNPAID_AND_DUE} ORDER BY pay_until"),
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

/// Ends a hold or an unpaid order now if its time is over and no batch has come to it yet; whether it did. So nobody is refused a seat, or told
/// that a slip can still be paid, because many others ended at the same time.
pub(super) fn end_if_due(unit: &mut Unit<'_>, claim: &str) -> Answer<bool> {
    let now = unit.now;
    if let Some(hold) = record::hold(unit.sql, claim)? {
        let due = hold.expires <= now;
        if due {
            end_hold(unit, &hold)?;
        }
        return Ok(due);
    }
    let due = unit
        .sql
        .prepare_cached(&format!(
            "SELECT EXISTS (SELECT 1 FROM orders WHERE id = ?2 AND {UNPAID_AND_DUE})"
        ))?
        .query_row((now, claim), |row| row.get::<bool>(0))?;
    if due {
        end_unpaid(unit, claim, OrderState::Expired, "expired")?;
    }
    Ok(due)
}

/// Ends a hold: its seats are free.
pub(super) fn end_hold(unit: &mut Unit<'_>, hold: &HoldRecord) -> Answer<()> {
    let seats: Vec<u32> = hold.seats.iter().map(|seat| seat.seat).collect();
    free_seats(unit, hold.event, &hold.hold, &seats)?;
    unit.sql
        .prepare_cached("DELETE FROM holds WHERE hold = ?1")?
        .execute([&hold.hold])?;
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
    let mut statement = unit.sql.prepare_cached(&format!("{text} LIMIT ?2"))?;
    let rows = statement.query_map((now, ENDED_A_BATCH), |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
