//! Refused requests of handovers, remembered: a refusal stays, whatever becomes of the world (R7).

use kippu_api::problem::ProblemCode;
use kippu_ticket::ids::{HandoverId, TerminalId};

use crate::{
    refusal::{Answer, Refusal},
    storage::{
        Unit,
        sql::{Optional as _, Sql},
        words::{from_word, word},
    },
};

/// A request that is refused once and for all: nobody can spoil another terminal's by asking first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Request {
    /// Of which handover.
    pub handover: HandoverId,
    /// By whom.
    pub terminal: TerminalId,
    /// What is asked for.
    pub what: Asked,
    /// Which try; 0 where a handover asks once.
    pub attempt: u8,
}

/// What can be refused for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// The right to write tickets.
    Grant,
    /// That tickets may leave a card.
    Register,
    /// That the platform keeps tickets.
    Park,
    /// That another terminal may go on.
    Release,
}

impl Asked {
    fn word(self) -> &'static str {
        match self {
            Self::Grant => "grant",
            Self::Register => "register",
            Self::Park => "park",
            Self::Release => "release",
        }
    }
}

/// The refusal this request was given earlier, if it was.
pub fn find(sql: &Sql, request: &Request) -> Answer<Option<Refusal>> {
    let known: Option<(ProblemCode, String)> = sql
        .prepare_cached(
            "SELECT code, detail FROM refusals WHERE handover = ?1 AND terminal = ?2 AND request = ?3 AND attempt = ?4",
        )?
        .query_row(
            (
                request.handover.to_string(),
                request.terminal.0,
                request.what.word(),
                request.attempt,
            ),
            |row| Ok((from_word(row, 0)?, row.get(1)?)),
        )
        .optional()?;
    Ok(known.map(|(code, detail)| {
        Refusal::new(code, detail).hint("This try has ended; begin another one.")
    }))
}

/// Answers a request once and for all: as it was refused before, or by a decision. A final refusal is an answer that must stay, so the
/// command itself succeeds with it.
pub fn decided<T>(
    unit: &mut Unit<'_>,
    request: &Request,
    decision: impl FnOnce(&mut Unit<'_>) -> Answer<T>,
) -> Answer<Answer<T>> {
    if let Some(refusal) = find(unit.sql, request)? {
        return Ok(Err(refusal));
    }
    match unit.all_or_nothing(decision) {
        Err(refusal) if refusal.code.is_final() => {
            keep(unit, request, &refusal)?;
            Ok(Err(refusal))
        }
        decided => decided.map(Ok),
    }
}

fn keep(unit: &Unit<'_>, request: &Request, refusal: &Refusal) -> Answer<()> {
    unit.sql
        .prepare_cached(
            "INSERT INTO refusals (handover, terminal, request, attempt, code, detail, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute((
            request.handover.to_string(),
            request.terminal.0,
            request.what.word(),
            request.attempt,
            word(&refusal.code)?,
            &refusal.detail,
            unit.now,
        ))?;
    Ok(())
}
