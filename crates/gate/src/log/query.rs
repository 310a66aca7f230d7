//! What the log is asked: who is inside, which marks are open, what the platform does not have yet.

use kippu_ticket::ids::{CardUid, EventId, Generation, TerminalId, TicketId};
use rusqlite::{OptionalExtension, Row, params};

use super::{EntranceLog, LogFault, Record};
use crate::inside::{Inside, OpenMark, Passed};

/// Words of outcomes that let somebody in or out.
const PASSAGES: &str = "('admit', 'readmit', 'leave')";

impl EntranceLog {
    /// All the decision needs to know about the tickets of a card.
    ///
    /// # Errors
    /// The log cannot be read.
    pub fn about(&self, card: CardUid, tickets: &[TicketId]) -> Result<Inside, LogFault> {
        let mut inside = self.passages(tickets)?;
        let mut open = self.connection.prepare_cached(
            "SELECT intent, ticket, epoch, hop, slot, mark FROM intents i WHERE card = ?1
             AND NOT EXISTS (SELECT 1 FROM closings c WHERE c.intent = i.intent) ORDER BY intent",
        )?;
        let rows = open.query_map([card.0], |row| {
            let generation = Generation {
                epoch: row.get(2)?,
                hop: row.get(3)?,
            };
            let mark = OpenMark {
                intent: row.get(0)?,
                slot: row.get(4)?,
                generation,
                mark: row.get(5)?,
            };
            Ok((TicketId(row.get::<_, i64>(1)?.cast_unsigned()), mark))
        })?;
        for row in rows {
            let (ticket, mark) = row?;
            inside.open.insert(ticket, mark);
        }
        Ok(inside)
    }

    /// Last passage of each of these tickets, on whatever card or paper: all that is known about a paper.
    ///
    /// # Errors
    /// The log cannot be read.
    pub fn passages(&self, tickets: &[TicketId]) -> Result<Inside, LogFault> {
        let mut inside = Inside::default();
        let mut last = self.connection.prepare_cached(&format!(
            "SELECT card, epoch, hop, outcome FROM records WHERE ticket = ?1 AND outcome IN {PASSAGES}
             ORDER BY at DESC, gate DESC, row DESC LIMIT 1"
        ))?;
        for ticket in tickets {
            let passed = last
                .query_row([ticket.0.cast_signed()], passed)
                .optional()?;
            inside
                .passages
                .extend(passed.map(|passed| (*ticket, passed)));
        }
        Ok(inside)
    }

    /// How many tickets of an event are inside, as far as this log knows.
    ///
    /// # Errors
    /// The log cannot be read.
    pub fn inside(&self, event: EventId) -> Result<u64, LogFault> {
        let sql = format!(
            "SELECT count(*) FROM (SELECT outcome, row_number() OVER
                 (PARTITION BY ticket ORDER BY at DESC, gate DESC, row DESC) AS nth
             FROM records WHERE event = ?1 AND ticket IS NOT NULL AND outcome IN {PASSAGES})
             WHERE nth = 1 AND outcome <> 'leave'"
        );
        Ok(self
            .connection
            .query_row(&sql, [event.0], |row| row.get::<_, i64>(0))?
            .cast_unsigned())
    }

    /// This gate's oldest rows the platform does not have yet.
    ///
    /// # Errors
    /// The log cannot be read.
    pub fn to_upload(&self, most: u32) -> Result<Vec<Record>, LogFault> {
        let mut rows = self.connection.prepare_cached(
            "SELECT gate, row, at, event, card, ticket, epoch, hop, outcome, serial FROM records WHERE gate = ?1
             AND row > coalesce((SELECT row FROM uploads WHERE gate = ?1), 0) ORDER BY row LIMIT ?2",
        )?;
        let rows = rows.query_map(params![self.gate.0, most], record)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

fn passed(row: &Row<'_>) -> rusqlite::Result<Passed> {
    let outcome: String = row.get(3)?;
    Ok(Passed {
        card: row.get::<_, Option<[u8; 7]>>(0)?.map(CardUid),
        generation: Generation {
            epoch: row.get(1)?,
            hop: row.get(2)?,
        },
        inside: outcome != "leave",
    })
}

fn record(row: &Row<'_>) -> rusqlite::Result<Record> {
    let ticket: Option<i64> = row.get(5)?;
    let generation = (row.get::<_, Option<u16>>(6)?, row.get::<_, Option<u16>>(7)?);
    let ticket = match (ticket, generation) {
        (Some(ticket), (Some(epoch), Some(hop))) => {
            Some((TicketId(ticket.cast_unsigned()), Generation { epoch, hop }))
        }
        _ => None,
    };
    Ok(Record {
        gate: TerminalId(row.get(0)?),
        row: row.get::<_, i64>(1)?.cast_unsigned(),
        at: row.get(2)?,
        event: EventId(row.get(3)?),
        card: row.get::<_, Option<[u8; 7]>>(4)?.map(CardUid),
        ticket,
        outcome: row.get(8)?,
        serial: row.get::<_, Option<i64>>(9)?.map(i64::cast_unsigned),
    })
}
