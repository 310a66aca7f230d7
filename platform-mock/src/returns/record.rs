//! Returns as the database keeps them.

use kippu_api::{
    allocation::SeatRun,
    people::PersonRole,
    problem::ProblemCode,
    returns::{ReturnState, SeatReturn},
};
use kippu_ticket::ids::{EventId, SellerId};

use crate::{
    allocation::runs,
    people::rules::role_word,
    refusal::{Answer, Refusal},
    storage::{
        Unit,
        sql::{Params, Row, Sql, SqlError},
        words::{from_word, optional_word, word},
    },
};

/// Most returns that are shown at once; those that wait come first.
const SHOWN: i64 = 500;

/// Whose list it is: the other side's people, and whom seats went to, are not for sellers to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Seller(SellerId),
    Organizer(i64),
}

impl Side {
    fn condition(self) -> (&'static str, i64) {
        match self {
            Self::Seller(seller) => ("r.seller = ?1", i64::from(seller.0)),
            Self::Organizer(organizer) => ("e.organizer = ?1", organizer),
        }
    }
}

/// A new row.
pub(super) struct NewRow<'a> {
    pub event: EventId,
    pub seller: SellerId,
    pub seats: &'a [SeatRun],
    pub note: &'a str,
    pub account: i64,
}

/// Writes an offer that waits, or a call-in that is done.
pub(super) fn insert(unit: &Unit<'_>, row: &NewRow<'_>, state: ReturnState) -> Answer<i64> {
    let done = state != ReturnState::Waiting;
    let number = unit.sql.query_row(
        "INSERT INTO seat_returns (event, seller, seats, note, state, asked, asked_by, decided, decided_by)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) RETURNING number",
        (
            row.event.0,
            row.seller.0,
            runs::text(row.seats),
            row.note,
            word(&state)?,
            unit.now,
            row.account,
            done.then_some(unit.now),
            done.then_some(row.account),
        ),
        |row| row.get(0),
    )?;
    Ok(number)
}

/// Decides an offer that waits.
///
/// # Errors
/// 409 with how it was decided before.
pub(super) fn settle(
    unit: &Unit<'_>,
    known: &SeatReturn,
    state: ReturnState,
    account: i64,
    to: Option<SellerId>,
) -> Answer<()> {
    let settled = unit
        .sql
        .prepare_cached(
            "UPDATE seat_returns SET state = ?2, decided = ?3, decided_by = ?4, to_seller = ?5 WHERE number = ?1 AND state = 'waiting'",
        )?
        .execute((known.number, word(&state)?, unit.now, account, to.map(|seller| seller.0)))?;
    if settled == 1 {
        return Ok(());
    }
    let how = match known.state {
        ReturnState::Accepted => "taken by the organizer",
        ReturnState::Declined => "declined by the organizer",
        ReturnState::Withdrawn => "withdrawn by the seller",
        ReturnState::CalledIn => "called in by the organizer",
        // It was decided after this transaction looked.
        ReturnState::Waiting => "decided by somebody else",
    };
    let detail = format!(
        "Return {} was {how} before. Nothing was done.",
        known.number
    );
    Err(Refusal::new(ProblemCode::WrongState, detail).hint("Look at the list again."))
}

/// One that is this side's.
///
/// # Errors
/// 404 for what is the other side's alone, or is not there.
pub(super) fn one(sql: &Sql, side: Side, number: i64) -> Answer<SeatReturn> {
    let (whose, id) = side.condition();
    let rest = format!("WHERE {whose} AND r.number = ?2");
    let found = select(sql, side, &rest, (id, number))?.pop();
    found.ok_or_else(|| Refusal::not_found("return"))
}

/// All of one side, those that wait first, the newest first.
pub(super) fn all(sql: &Sql, side: Side) -> Answer<Vec<SeatReturn>> {
    let (whose, id) = side.condition();
    let rest = format!(
        "WHERE {whose} ORDER BY CASE r.state WHEN 'waiting' THEN 0 ELSE 1 END, r.number DESC LIMIT ?2"
    );
    select(sql, side, &rest, (id, SHOWN))
}

fn select(sql: &Sql, side: Side, rest: &str, params: impl Params) -> Answer<Vec<SeatReturn>> {
    let mut statement = sql.prepare_cached(&format!(
        "SELECT r.number, r.event, e.name, r.seller, s.name, r.seats, r.note, r.state, r.asked, r.decided, t.name,
            a.role, a.number, a.name, d.role, d.number, d.name
         FROM seat_returns r JOIN events e ON e.event = r.event JOIN sellers s ON s.seller = r.seller
         JOIN accounts a ON a.account = r.asked_by LEFT JOIN accounts d ON d.account = r.decided_by
         LEFT JOIN sellers t ON t.seller = r.to_seller {rest}"
    ))?;
    let mut rows = statement.query(params)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let text: String = row.get(5)?;
        let seats =
            runs::read(&text).ok_or_else(|| Refusal::internal(&"runs of seats are damaged"))?;
        found.push(SeatReturn {
            number: row.get(0)?,
            event: EventId(row.get(1)?),
            event_name: row.get(2)?,
            seller: SellerId(row.get(3)?),
            seller_name: row.get(4)?,
            count: runs::count(&seats)?,
            seats,
            note: row.get(6)?,
            state: from_word(&row, 7)?,
            asked: row.get(8)?,
            decided: row.get(9)?,
            to: match side {
                Side::Organizer(_) => row.get(10)?,
                Side::Seller(_) => None,
            },
            asked_by: person(&row, 11, side)?,
            decided_by: person(&row, 14, side)?,
        });
    }
    Ok(found)
}

/// Who it was, where that is somebody of the side that asks.
fn person(row: &Row<'_>, at: usize, side: Side) -> Result<Option<String>, SqlError> {
    let Some(role) = optional_word::<PersonRole>(row, at)? else {
        return Ok(None);
    };
    let own = match side {
        Side::Seller(_) => PersonRole::Seller,
        Side::Organizer(_) => PersonRole::Organizer,
    };
    let (number, name): (String, String) = (row.get(at + 1)?, row.get(at + 2)?);
    Ok((role == own).then(|| format!("{} {number} {name}", role_word(role))))
}
