//! The rows a gate is made of.

use kippu_gate::bundle::Gate;
use kippu_ticket::ids::TerminalId;

use super::storage::NewGate;
use crate::storage::sql::Sql;
use crate::{
    refusal::{Answer, Refusal},
    storage::words::word,
};

/// Writes a gate with its doors, and gives it the lowest mark number that no gate of its venues has. It keeps that number for ever.
///
/// # Errors
/// 400 when its venues' gates have all numbers.
pub fn insert(sql: &Sql, terminal: TerminalId, gate: &NewGate) -> Answer<()> {
    let mark = free_mark(sql, gate)?.ok_or_else(|| {
        Refusal::bad_request("This venue has as many gates as marks on cards can tell apart.")
    })?;
    sql.execute(
        "INSERT INTO gates (terminal, mark, passage) VALUES (?1, ?2, ?3)",
        (terminal.0, mark, word(&gate.passage)?),
    )?;
    for door in &gate.doors {
        sql.execute(
            "INSERT INTO gate_doors (terminal, event, door, here, direction) VALUES (?1, ?2, ?3, ?4, ?5)",
            (terminal.0, door.event.0, door.entrance, door.here, word(&door.direction)?),
        )?;
    }
    Ok(())
}

fn free_mark(sql: &Sql, gate: &NewGate) -> Answer<Option<u8>> {
    let mut statement = sql.prepare_cached(
        "SELECT mark FROM venue_gates WHERE venue = (SELECT venue FROM events JOIN layouts USING (layout) WHERE event = ?1)",
    )?;
    let mut taken: Vec<u8> = Vec::new();
    for door in &gate.doors {
        for mark in statement.query_map([door.event.0], |row| row.get(0))? {
            taken.push(mark?);
        }
    }
    Ok((0..=Gate::MARK_MAX).find(|mark| !taken.contains(mark)))
}
