//! Seats change hands: the one command that says whose a seat is.

use kippu_api::{
    allocation::{AllocationDone, SeatMove},
    problem::ProblemCode,
};
use kippu_ticket::ids::{EventId, SellerId};

use super::runs;
use crate::{
    refusal::{Answer, Refusal},
    storage::{
        Unit,
        sql::{Optional as _, Sql},
    },
};

/// Moves seats, all or none. A seat that is held or sold stays where it is, and so does one that is not whose it was believed to be: two people
/// at two desks never overwrite each other.
///
/// # Errors
/// 409 with how many seats are otherwise than believed.
pub(crate) fn move_seats(
    unit: &mut Unit<'_>,
    event: EventId,
    account: Option<i64>,
    moves: &[SeatMove],
) -> Answer<AllocationDone> {
    let (mut asked, mut moved) = (0_u32, 0_u32);
    for one in moves {
        if one.from == one.to {
            return Err(Refusal::bad_request(
                "Seats cannot be moved to where they are.",
            ));
        }
        if let Some(seller) = one.to {
            check_seller(unit.sql, seller)?;
        }
        asked = asked
            .checked_add(runs::count(&one.seats)?)
            .ok_or_else(|| Refusal::bad_request("More seats than a hall has."))?;
        moved += move_runs(unit, event, one)?;
    }
    if asked == 0 {
        return Err(Refusal::bad_request("No seats were named."));
    }
    if moved != asked {
        let others = asked - moved;
        let detail = format!(
            "{others} of {asked} seats are not as they were when you looked: held or sold since, or moved by somebody else. No seat was moved."
        );
        return Err(Refusal::new(ProblemCode::SeatTaken, detail)
            .hint("Look at the seats again, and move those that are still free."));
    }
    for one in moves {
        note(unit, event, account, one)?;
    }
    unit.stock_replaced(event);
    Ok(AllocationDone { seats: moved })
}

/// Refuses a seller that does not exist, or is retired.
pub(crate) fn check_seller(sql: &Sql, seller: SellerId) -> Answer<()> {
    let known = sql
        .prepare_cached("SELECT 1 FROM sellers WHERE seller = ?1 AND retired IS NULL")?
        .query_row([seller.0], |row| row.get::<i64>(0))
        .optional()?;
    known
        .map(|_| ())
        .ok_or_else(|| Refusal::not_found("seller"))
}

fn move_runs(unit: &Unit<'_>, event: EventId, one: &SeatMove) -> Answer<u32> {
    let (from, to) = (
        one.from.map(|seller| seller.0),
        one.to.map(|seller| seller.0),
    );
    let mut statement = unit.sql.prepare_cached(
        "UPDATE stock SET seller = ?5 WHERE event = ?1 AND seat BETWEEN ?2 AND ?3 AND claim IS NULL
            AND seller IS NOT DISTINCT FROM CAST(?4 AS BIGINT)",
    )?;
    let mut moved = 0;
    for [first, last] in &one.seats {
        let rows = statement.execute((event.0, *first, *last, from, to))?;
        moved += u32::try_from(rows).map_err(|error| Refusal::internal(&error))?;
    }
    Ok(moved)
}

fn note(unit: &Unit<'_>, event: EventId, account: Option<i64>, one: &SeatMove) -> Answer<()> {
    unit.sql
        .prepare_cached(
            "INSERT INTO allocation_moves (event, at, account, from_seller, to_seller, seats) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute((
            event.0,
            unit.now,
            account,
            one.from.map(|seller| seller.0),
            one.to.map(|seller| seller.0),
            runs::text(&one.seats),
        ))?;
    Ok(())
}
