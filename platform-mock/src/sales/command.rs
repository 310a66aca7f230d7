//! The guarded changes sales are made of. Each checks in its own `WHERE` that nobody was faster.

use kippu_api::{orders::OrderState, problem::ProblemCode};
use kippu_ticket::ids::{CardUid, EventId, SellerId, TicketId};

use super::{
    expiry::end_if_due,
    record::{self, HoldSeat, TicketRecord},
};
use crate::{
    issuing::rules::state_of,
    refusal::{Answer, Refusal},
    storage::{Unit, sql::Optional as _, words::word},
};

/// A fresh random id for a hold, an order or a session.
pub(crate) fn random_id() -> String {
    hex::encode(rand::random::<[u8; 16]>())
}

/// Whether an event is sold now, as it stands in this transaction: facts read before may be old.
pub(super) fn on_sale(unit: &Unit<'_>, event: EventId) -> Answer<bool> {
    let mut statement = unit.sql.prepare_cached(
        "SELECT sales_end > ?2 AND cancelled IS NULL FROM events WHERE event = ?1",
    )?;
    Ok(statement.query_row((event.0, unit.now), |row| row.get(0))?)
}

/// Claims free seats of a seller for a hold; `prices` by class index.
///
/// # Errors
/// 409 `seat_taken` when one is not this seller's or not free.
pub(super) fn claim_seats(
    unit: &mut Unit<'_>,
    event: EventId,
    seller: SellerId,
    seats: &[u32],
    claim: &str,
    prices: &[i64],
) -> Answer<Vec<HoldSeat>> {
    let mut held = Vec::with_capacity(seats.len());
    for seat in seats {
        let mut class = claim_seat(unit, event, seller, *seat, claim)?;
        if class.is_none() && free_if_due(unit, event, *seat)? {
            class = claim_seat(unit, event, seller, *seat, claim)?;
        }
        let class = class.ok_or_else(|| {
            Refusal::new(
                ProblemCode::SeatTaken,
                "One of the seats has just been taken. Nothing was held.",
            )
            .hint("Choose other seats.")
        })?;
        let price = *prices
            .get(usize::from(class))
            .ok_or_else(|| Refusal::internal(&"a seat has a class without a price"))?;
        unit.seat_changed(event, *seat, true);
        held.push(HoldSeat {
            seat: *seat,
            class,
            price,
        });
    }
    Ok(held)
}

/// Claims a seat; its class, if it was this seller's and free.
fn claim_seat(
    unit: &Unit<'_>,
    event: EventId,
    seller: SellerId,
    seat: u32,
    claim: &str,
) -> Answer<Option<u8>> {
    let mut statement = unit.sql.prepare_cached(
        "UPDATE stock SET claim = ?1 WHERE event = ?2 AND seat = ?3 AND seller = ?4 AND claim IS NULL RETURNING class",
    )?;
    let mut rows = statement.query((claim, event.0, seat, seller.0))?;
    Ok(match rows.next()? {
        Some(row) => Some(row.get(0)?),
        None => None,
    })
}

/// Frees a seat whose hold or order has ended by its time; whether it did.
fn free_if_due(unit: &mut Unit<'_>, event: EventId, seat: u32) -> Answer<bool> {
    let claim: Option<String> = unit
        .sql
        .prepare_cached("SELECT claim FROM stock WHERE event = ?1 AND seat = ?2")?
        .query_row((event.0, seat), |row| row.get(0))
        .optional()?
        .flatten();
    match claim {
        Some(claim) => end_if_due(unit, &claim),
        None => Ok(false),
    }
}

/// Whether all seats are free and still this seller's.
pub(super) fn all_free(
    unit: &Unit<'_>,
    event: EventId,
    seller: SellerId,
    seats: &[u32],
) -> Answer<bool> {
    let mut statement = unit.sql.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM stock WHERE event = ?1 AND seat = ?2 AND seller = ?3 AND claim IS NULL)",
    )?;
    for seat in seats {
        if !statement.query_row((event.0, seat, seller.0), |row| row.get::<bool>(0))? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Passes seats from one claim to the next.
pub(super) fn pass_seats(
    unit: &Unit<'_>,
    event: EventId,
    from: Option<&str>,
    to: &str,
    seats: &[u32],
) -> Answer<()> {
    let mut statement = unit.sql.prepare_cached(
        "UPDATE stock SET claim = ?1 WHERE event = ?2 AND seat = ?3 AND claim IS NOT DISTINCT FROM ?4",
    )?;
    for seat in seats {
        if statement.execute((to, event.0, seat, from))? != 1 {
            return Err(Refusal::internal(&format!(
                "seat {seat} of event {event} is not claimed by {from:?}"
            )));
        }
    }
    Ok(())
}

/// Frees seats that a claim still has.
pub(crate) fn free_seats(
    unit: &mut Unit<'_>,
    event: EventId,
    claim: &str,
    seats: &[u32],
) -> Answer<()> {
    for seat in seats {
        let freed = unit
            .sql
            .prepare_cached(
                "UPDATE stock SET claim = NULL WHERE event = ?1 AND seat = ?2 AND claim = ?3",
            )?
            .execute((event.0, seat, claim))?;
        if freed == 1 {
            unit.seat_changed(event, *seat, false);
        }
    }
    Ok(())
}

/// Moves an order to another state.
pub(super) fn set_state(unit: &Unit<'_>, order: &str, state: OrderState) -> Answer<()> {
    unit.sql
        .prepare_cached("UPDATE orders SET state = ?2 WHERE id = ?1")?
        .execute((order, word(&state)?))?;
    Ok(())
}

/// Brings an order's state up to where its tickets are.
pub(crate) fn refresh_state(unit: &Unit<'_>, order: &str) -> Answer<()> {
    let order = record::order(unit.sql, order)?;
    let out = |ticket: &TicketRecord| !ticket.void && !ticket.is_waiting();
    let follows = match order.state {
        OrderState::Paid | OrderState::Granted | OrderState::Issued => true,
        // Paid and given out in a time that a restored platform has forgotten (R15).
        OrderState::AwaitingPayment => order.tickets.iter().any(out),
        OrderState::Cancelled | OrderState::Expired | OrderState::Refunded => false,
    };
    if follows {
        let mut left = order
            .tickets
            .iter()
            .filter(|ticket| !ticket.void)
            .peekable();
        let state = match left.peek() {
            Some(_) => state_of(left.map(TicketRecord::holder_for_order)),
            None => OrderState::Refunded,
        };
        set_state(unit, &order.id, state)?;
    }
    Ok(())
}

/// Names the card an order's tickets go to.
pub(super) fn set_card(unit: &Unit<'_>, order: &str, card: CardUid) -> Answer<()> {
    unit.sql
        .prepare_cached("UPDATE orders SET card = ?2 WHERE id = ?1")?
        .execute((order, card.to_string()))?;
    Ok(())
}

/// Makes an order's tickets void, or valid again when a late payment is honoured.
pub(super) fn void_tickets(unit: &Unit<'_>, order: &str, void: bool) -> Answer<()> {
    unit.sql
        .prepare_cached("UPDATE tickets SET void = ?2 WHERE order_id = ?1")?
        .execute((order, void))?;
    Ok(())
}

/// Makes one ticket void for good: it was given up for money.
pub(crate) fn void_ticket(unit: &Unit<'_>, ticket: TicketId) -> Answer<()> {
    unit.sql
        .prepare_cached("UPDATE tickets SET void = 1 WHERE ticket = ?1")?
        .execute([ticket.0])?;
    Ok(())
}
