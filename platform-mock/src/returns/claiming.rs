//! Seats of an offer are out of sale while it waits.

use kippu_api::{allocation::SeatRun, problem::ProblemCode, returns::WhichSeats};
use kippu_ticket::ids::{EventId, SellerId};

use crate::{
    allocation::runs,
    refusal::{Answer, Refusal},
    storage::{Unit, sql::Sql},
};

/// What the stock calls the claim of an offer. Holds and orders have names without a space.
pub(super) fn claim(number: i64) -> String {
    format!("return {number}")
}

/// The letters every such claim begins with, as a pattern.
pub(super) const CLAIMS: &str = "return %";

/// Which seats are meant, as they are in this transaction.
pub(super) fn meant(
    sql: &Sql,
    event: EventId,
    seller: SellerId,
    which: WhichSeats,
) -> Answer<Vec<SeatRun>> {
    let seats = match which {
        WhichSeats::Named { seats } => seats,
        WhichSeats::Unsold { class } => unsold(sql, event, seller, class)?,
    };
    if runs::count(&seats)? == 0 {
        return Err(Refusal::bad_request("No unsold seats are meant by this."));
    }
    Ok(seats)
}

/// A seller's free seats, of one class or of all.
pub(super) fn unsold(
    sql: &Sql,
    event: EventId,
    seller: SellerId,
    class: Option<u8>,
) -> Answer<Vec<SeatRun>> {
    let mut statement = sql.prepare_cached(
        "SELECT seat FROM stock WHERE event = ?1 AND seller = ?2 AND claim IS NULL
            AND (CAST(?3 AS BIGINT) IS NULL OR class = ?3) ORDER BY seat",
    )?;
    let rows = statement.query_map((event.0, seller.0, class), |row| row.get::<u32>(0))?;
    Ok(runs::of(rows.collect::<Result<Vec<_>, _>>()?))
}

/// Takes a seller's free seats out of sale, all or none.
///
/// # Errors
/// 409 with how many are not the seller's, or not free any more.
pub(super) fn take_out(
    unit: &mut Unit<'_>,
    (event, seller): (EventId, SellerId),
    claim: &str,
    seats: &[SeatRun],
) -> Answer<()> {
    let mut statement = unit.sql.prepare_cached(
        "UPDATE stock SET claim = ?5 WHERE event = ?1 AND seat BETWEEN ?2 AND ?3 AND seller = ?4 AND claim IS NULL",
    )?;
    let mut taken = 0;
    for [first, last] in seats {
        taken += statement.execute((event.0, *first, *last, seller.0, claim))?;
    }
    let asked = runs::count(seats)? as usize;
    if taken != asked {
        let detail = format!(
            "{} of {asked} seats are not yours, or not free any more: held, sold or offered back since. No seat was offered back.",
            asked - taken
        );
        return Err(Refusal::new(ProblemCode::SeatTaken, detail)
            .hint("Look at the seats again, and offer those that are still free."));
    }
    unit.stock_replaced(event);
    Ok(())
}

/// Puts the seats of an offer on sale again; whose they are does not change.
pub(super) fn put_back(
    unit: &mut Unit<'_>,
    event: EventId,
    claim: &str,
    seats: &[SeatRun],
) -> Answer<()> {
    let mut statement = unit.sql.prepare_cached(
        "UPDATE stock SET claim = NULL WHERE event = ?1 AND seat BETWEEN ?2 AND ?3 AND claim = ?4",
    )?;
    let mut freed = 0;
    for [first, last] in seats {
        freed += statement.execute((event.0, *first, *last, claim))?;
    }
    if freed != runs::count(seats)? as usize {
        return Err(Refusal::internal(&format!(
            "{claim} of event {event} does not have the seats it was made for"
        )));
    }
    unit.stock_replaced(event);
    Ok(())
}
