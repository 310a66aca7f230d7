//! Requests as the database keeps them.

use kippu_api::{
    allocation::SeatRun,
    people::PersonRole,
    requests::{Party, RequestState, SeatRequest, Turn},
};
use kippu_ticket::ids::{EventId, SellerId};

use crate::{
    allocation::runs,
    people::rules::role_word,
    refusal::{Answer, Refusal},
    storage::{
        Unit,
        sql::{Params, Sql},
        words::{from_word, word},
    },
};

/// Most requests that are shown at once; open ones come first.
const SHOWN: i64 = 500;

/// Whose requests: the other side's people are not named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// A seller's own.
    Seller(SellerId),
    /// About an organizer's events, by its row.
    Organizer(i64),
}

impl Side {
    pub(super) fn party(self) -> Party {
        match self {
            Self::Seller(_) => Party::Seller,
            Self::Organizer(_) => Party::Organizer,
        }
    }

    fn condition(self) -> (&'static str, i64) {
        match self {
            Self::Seller(seller) => ("r.seller = ?1", i64::from(seller.0)),
            Self::Organizer(organizer) => ("e.organizer = ?1", organizer),
        }
    }
}

/// What one side says, to be written.
pub(super) struct NewTurn<'a> {
    pub party: Party,
    pub seats: &'a [u32],
    pub note: &'a str,
    pub account: i64,
}

/// Begins a request; its number.
pub(super) fn insert(
    unit: &Unit<'_>,
    event: EventId,
    seller: SellerId,
    state: RequestState,
) -> Answer<i64> {
    Ok(unit.sql.query_row(
        "INSERT INTO seat_requests (event, seller, state) VALUES (?1, ?2, ?3) RETURNING number",
        (event.0, seller.0, word(&state)?),
        |row| row.get(0),
    )?)
}

/// Adds what a side says, as turn number `turn`.
pub(super) fn speak(unit: &Unit<'_>, number: i64, turn: usize, new: &NewTurn<'_>) -> Answer<()> {
    unit.sql.execute(
        "INSERT INTO seat_request_turns (request, turn, party, seats, note, at, account) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        (
            number,
            turn,
            word(&new.party)?,
            serde_json::to_string(new.seats)?,
            new.note,
            unit.now,
            new.account,
        ),
    )?;
    Ok(())
}

/// How a request stands from now on.
pub(super) fn set_state(
    unit: &Unit<'_>,
    number: i64,
    state: RequestState,
    given: Option<&[SeatRun]>,
) -> Answer<()> {
    unit.sql.execute(
        "UPDATE seat_requests SET state = ?2, given = ?3 WHERE number = ?1",
        (number, word(&state)?, given.map(runs::text)),
    )?;
    Ok(())
}

/// Whether a seller and an organizer talk about an event already.
pub(super) fn is_open(sql: &Sql, event: EventId, seller: SellerId) -> Answer<bool> {
    Ok(sql.query_row(
        "SELECT EXISTS (SELECT 1 FROM seat_requests WHERE event = ?1 AND seller = ?2 AND state IN ('asked', 'offered'))",
        (event.0, seller.0),
        |row| row.get(0),
    )?)
}

/// One that is this side's.
///
/// # Errors
/// 404 for what is other people's, or is not there.
pub(super) fn one(sql: &Sql, side: Side, number: i64) -> Answer<SeatRequest> {
    let (whose, id) = side.condition();
    let rest = format!("WHERE {whose} AND r.number = ?2");
    let found = select(sql, side, &rest, (id, number))?.pop();
    found.ok_or_else(|| Refusal::not_found("request"))
}

/// All of one side, open ones first, the newest first.
pub(super) fn all(sql: &Sql, side: Side) -> Answer<Vec<SeatRequest>> {
    let (whose, id) = side.condition();
    let rest = format!(
        "WHERE {whose} ORDER BY CASE WHEN r.state IN ('asked', 'offered') THEN 0 ELSE 1 END, r.number DESC LIMIT ?2"
    );
    select(sql, side, &rest, (id, SHOWN))
}

fn select(sql: &Sql, side: Side, rest: &str, params: impl Params) -> Answer<Vec<SeatRequest>> {
    let mut statement = sql.prepare_cached(&format!(
        "SELECT r.number, r.event, r.seller, s.name, r.state, r.given
         FROM seat_requests r JOIN events e ON e.event = r.event JOIN sellers s ON s.seller = r.seller {rest}"
    ))?;
    let mut rows = statement.query(params)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let number = row.get(0)?;
        let given = match row.get::<Option<String>>(5)? {
            Some(text) => {
                runs::read(&text).ok_or_else(|| Refusal::internal(&"runs of seats are damaged"))?
            }
            None => Vec::new(),
        };
        found.push(SeatRequest {
            number,
            event: EventId(row.get(1)?),
            seller: SellerId(row.get(2)?),
            seller_name: row.get(3)?,
            state: from_word(&row, 4)?,
            turns: turns(sql, number, side.party())?,
            count: runs::count(&given)?,
            given,
        });
    }
    Ok(found)
}

fn turns(sql: &Sql, number: i64, reader: Party) -> Answer<Vec<Turn>> {
    let mut statement = sql.prepare_cached(
        "SELECT t.party, t.seats, t.note, t.at, a.role, a.number, a.name FROM seat_request_turns t JOIN accounts a USING (account)
         WHERE t.request = ?1 ORDER BY t.turn",
    )?;
    let mut rows = statement.query([number])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let party: Party = from_word(&row, 0)?;
        let role: PersonRole = from_word(&row, 4)?;
        let (login, name): (String, String) = (row.get(5)?, row.get(6)?);
        found.push(Turn {
            party,
            seats: serde_json::from_str(&row.get::<String>(1)?)?,
            note: row.get(2)?,
            at: row.get(3)?,
            who: (party == reader).then(|| format!("{} {login} {name}", role_word(role))),
        });
    }
    Ok(found)
}
