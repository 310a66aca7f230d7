//! Parcels as the database keeps them.

use kippu_ticket::ids::{CardUid, HandoverId, TerminalId, TicketId};

use crate::{
    refusal::{Answer, Refusal},
    storage::{
        Unit,
        sql::{Params, Row, Sql, SqlError},
        words::{from_word, optional_word},
    },
};

/// Tickets put down together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParcelRecord {
    /// Random id.
    pub parcel: String,
    /// The handover they come from.
    pub handover: HandoverId,
    /// Which try of it put them here.
    pub attempt: u8,
    /// Who put them here; `None`: an operator.
    pub terminal: Option<TerminalId>,
    /// Keyed hash of the code on the slip.
    pub code: [u8; 32],
    /// Card they came from; its holder may fetch them without the code.
    pub giver: Option<CardUid>,
    /// Card they were meant for; its holder may as well.
    pub receiver: Option<CardUid>,
    /// When, UTC microseconds.
    pub at: i64,
    /// What was put in.
    pub tickets: Vec<TicketId>,
}

const PARCEL: &str =
    "SELECT parcel, handover, attempt, terminal, code, giver, receiver, at FROM parcels";

/// A parcel by its id.
///
/// # Errors
/// 404.
pub fn parcel(sql: &Sql, id: &str) -> Answer<ParcelRecord> {
    some(sql, "WHERE parcel = ?1", [id])?
        .pop()
        .ok_or_else(|| Refusal::not_found("parcel"))
}

/// The parcel a try of a handover made.
pub fn made_by(
    sql: &Sql,
    handover: HandoverId,
    terminal: TerminalId,
    attempt: u8,
) -> Answer<Option<ParcelRecord>> {
    let found = some(
        sql,
        "WHERE handover = ?1 AND terminal = ?2 AND attempt = ?3",
        (handover.to_string(), terminal.0, attempt),
    )?;
    Ok(found.into_iter().next())
}

/// Parcels a code belongs to, newest first.
pub fn by_code(sql: &Sql, code: &[u8; 32]) -> Answer<Vec<ParcelRecord>> {
    some(sql, "WHERE code = ?1 ORDER BY at DESC", [code])
}

/// Parcels that came from a card or are meant for it, newest first.
pub fn by_card(sql: &Sql, card: CardUid) -> Answer<Vec<ParcelRecord>> {
    some(
        sql,
        "WHERE giver = ?1 OR receiver = ?1 ORDER BY at DESC",
        [card.to_string()],
    )
}

/// Puts tickets down. Who has them is written elsewhere.
pub fn insert(unit: &Unit<'_>, new: &ParcelRecord) -> Answer<()> {
    unit.sql
        .prepare_cached(
            "INSERT INTO parcels (parcel, handover, attempt, terminal, code, giver, receiver, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute((
            &new.parcel,
            new.handover.to_string(),
            new.attempt,
            new.terminal.map(|terminal| terminal.0),
            new.code,
            new.giver.map(|card| card.to_string()),
            new.receiver.map(|card| card.to_string()),
            new.at,
        ))?;
    for (place, ticket) in new.tickets.iter().enumerate() {
        unit.sql
            .prepare_cached(
                "INSERT INTO parcel_tickets (parcel, place, ticket) VALUES (?1, ?2, ?3)",
            )?
            .execute((&new.parcel, place, ticket.0))?;
    }
    Ok(())
}

fn some(sql: &Sql, rest: &str, parameters: impl Params) -> Answer<Vec<ParcelRecord>> {
    let mut statement = sql.prepare_cached(&format!("{PARCEL} {rest}"))?;
    let mut found = statement
        .query_map(parameters, parcel_row)?
        .collect::<Result<Vec<_>, _>>()?;
    for parcel in &mut found {
        let mut statement = sql
            .prepare_cached("SELECT ticket FROM parcel_tickets WHERE parcel = ?1 ORDER BY place")?;
        let rows = statement.query_map([&parcel.parcel], |row| row.get(0).map(TicketId))?;
        parcel.tickets = rows.collect::<Result<_, _>>()?;
    }
    Ok(found)
}

fn parcel_row(row: &Row<'_>) -> Result<ParcelRecord, SqlError> {
    Ok(ParcelRecord {
        parcel: row.get(0)?,
        handover: from_word(row, 1)?,
        attempt: row.get(2)?,
        terminal: row.get::<Option<u32>>(3)?.map(TerminalId),
        code: row.get(4)?,
        giver: optional_word(row, 5)?,
        receiver: optional_word(row, 6)?,
        at: row.get(7)?,
        tickets: Vec::new(),
    })
}
