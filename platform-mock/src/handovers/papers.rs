//! Papers by their serial: each is one print of one ticket, and void forever once somebody said that it did not come out (R16).

use kippu_api::problem::ProblemCode;
use kippu_ticket::ids::{EventId, HandoverId, TicketId};

use crate::{
    refusal::{Answer, Refusal},
    storage::{
        Unit,
        sql::{Optional as _, Sql},
    },
};

/// One print of a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paper {
    /// Drawn by the terminal for this print.
    pub serial: u64,
    /// The handover that prints.
    pub handover: HandoverId,
    /// What is printed.
    pub ticket: TicketId,
    /// Its event.
    pub event: EventId,
    /// Its epoch.
    pub epoch: u16,
    /// The paper's hop.
    pub hop: u16,
}

/// Whether a serial is void.
pub fn is_void(sql: &Sql, serial: u64) -> Answer<bool> {
    let void: Option<bool> = sql
        .prepare_cached("SELECT void FROM papers WHERE serial = ?1")?
        .query_row([serial.cast_signed()], |row| row.get(0))
        .optional()?;
    Ok(void.unwrap_or(false))
}

/// Serials of an event's papers that gates turn away.
pub fn void_serials(sql: &Sql, event: EventId) -> Answer<Vec<u64>> {
    let mut statement =
        sql.prepare_cached("SELECT serial FROM papers WHERE event = ?1 AND void = 1")?;
    let rows = statement.query_map([event.0], |row| row.get::<i64>(0))?;
    Ok(rows
        .map(|serial| serial.map(i64::cast_unsigned))
        .collect::<Result<_, _>>()?)
}

/// Remembers a paper before it is printed. The same again is the same.
///
/// # Errors
/// 400 when the serial is another paper's; 409 when it is void.
pub(super) fn ask(unit: &Unit<'_>, paper: &Paper) -> Answer<()> {
    let known: Option<(String, u64, bool)> = unit
        .sql
        .prepare_cached("SELECT handover, ticket, void FROM papers WHERE serial = ?1")?
        .query_row([paper.serial.cast_signed()], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?;
    match known {
        None => insert(unit, paper, false),
        Some((_, _, true)) => Err(Refusal::new(
            ProblemCode::WrongState,
            "This paper was declared void.",
        )
        .hint("Print again under another serial number.")),
        Some((handover, ticket, false))
            if handover == paper.handover.to_string() && ticket == paper.ticket.0 =>
        {
            Ok(())
        }
        Some(_) => Err(Refusal::bad_request(
            "This serial number is another paper's.",
        )),
    }
}

/// Keeps what a report says of a paper. Void never goes back.
pub(super) fn tell(unit: &Unit<'_>, paper: &Paper, void: bool) -> Answer<()> {
    let voided = unit
        .sql
        .prepare_cached("UPDATE papers SET void = CASE WHEN void > ?2 THEN void ELSE ?2 END WHERE serial = ?1 AND ticket = ?3")?
        .execute((paper.serial.cast_signed(), void, paper.ticket.0))?;
    if voided == 0 && known_ticket(unit.sql, paper.serial)?.is_none() {
        insert(unit, paper, void)?;
    }
    Ok(())
}

fn known_ticket(sql: &Sql, serial: u64) -> Answer<Option<u64>> {
    Ok(sql
        .prepare_cached("SELECT ticket FROM papers WHERE serial = ?1")?
        .query_row([serial.cast_signed()], |row| row.get(0))
        .optional()?)
}

fn insert(unit: &Unit<'_>, paper: &Paper, void: bool) -> Answer<()> {
    unit.sql
        .prepare_cached(
            "INSERT INTO papers (serial, handover, ticket, event, epoch, hop, void, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute((
            paper.serial.cast_signed(),
            paper.handover.to_string(),
            paper.ticket.0,
            paper.event.0,
            paper.epoch,
            paper.hop,
            void,
            unit.now,
        ))?;
    Ok(())
}
