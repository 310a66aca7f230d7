//! Refused handovers, remembered: a refusal of a grant stays, whatever becomes of the order (R7).

use kippu_api::problem::ProblemCode;
use kippu_ticket::ids::{HandoverId, TerminalId};
use rusqlite::{Connection, OptionalExtension as _};

use crate::{
    refusal::{Answer, Refusal},
    storage::{
        Unit,
        words::{from_word, word},
    },
};

/// The refusal this terminal's handover was given earlier, if it was.
pub(super) fn find(
    sql: &Connection,
    handover: HandoverId,
    terminal: TerminalId,
) -> Answer<Option<Refusal>> {
    let known: Option<(ProblemCode, String)> = sql
        .prepare_cached(
            "SELECT code, detail FROM refused_grants WHERE handover = ?1 AND terminal = ?2",
        )?
        .query_row((handover.to_string(), terminal.0), |row| {
            Ok((from_word(row, 0)?, row.get(1)?))
        })
        .optional()?;
    Ok(known.map(|(code, detail)| {
        Refusal::new(code, detail).hint("This handover has ended; begin another one.")
    }))
}

/// Remembers a refusal, if it is final.
pub(super) fn keep(
    unit: &Unit<'_>,
    handover: HandoverId,
    terminal: TerminalId,
    order: &str,
    refusal: &Refusal,
) -> Answer<()> {
    if refusal.code.is_final() {
        unit.sql
            .prepare_cached(
                "INSERT INTO refused_grants (handover, terminal, order_id, code, detail, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute((
                handover.to_string(),
                terminal.0,
                order,
                word(&refusal.code)?,
                &refusal.detail,
                unit.now,
            ))?;
    }
    Ok(())
}
