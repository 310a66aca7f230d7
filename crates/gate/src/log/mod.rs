//! The gate's entrance log: grow-only rows in SQLite, synced before anything that depends on them happens.
//!
//! - `records`: one row a ticket and tap, what was said. Other gates' rows can be merged in, in any order.
//! - `intents`: a mark about to be sent to a card. `closings`: how an intent ended. One without a closing is open: the answer was lost.
//! - `uploads`: how far the platform has the records.

mod query;

use std::{path::Path, time::Duration};

use kippu_ticket::{
    ids::{CardUid, EventId, Generation, TerminalId, TicketId},
    paper::PaperTicket,
};
use rusqlite::{Connection, params};

use crate::{bundle::Micros, decision::Mark, outcome::Outcome};

/// The log could not be written or read. A gate that cannot log admits nobody.
#[derive(Debug, thiserror::Error)]
#[error("the entrance log cannot be used: {0}")]
pub struct LogFault(#[from] rusqlite::Error);

/// One row: never a name or a need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Whose row.
    pub gate: TerminalId,
    /// Rises by one within a gate.
    pub row: u64,
    /// When.
    pub at: Micros,
    /// Event the gate was serving, or the ticket's.
    pub event: EventId,
    /// Card, where one was identified.
    pub card: Option<CardUid>,
    /// Ticket and its life, where one was decided on.
    pub ticket: Option<(TicketId, Generation)>,
    /// Serial of the paper it was shown on.
    pub serial: Option<u64>,
    /// The outcome's word.
    pub outcome: String,
}

/// A mark about to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Intent {
    /// What will be written where.
    pub mark: Mark,
    /// The ticket's life.
    pub generation: Generation,
}

/// How an intent ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closing {
    /// The mark stands on the card and its holder passed.
    Passed,
    /// It is known that it was not made, or a later look showed so.
    Void,
}

/// One gate's log.
pub struct EntranceLog {
    connection: Connection,
    gate: TerminalId,
}

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS records (
    gate INTEGER NOT NULL, row INTEGER NOT NULL, at INTEGER NOT NULL, event INTEGER NOT NULL,
    card BLOB, ticket INTEGER, epoch INTEGER, hop INTEGER, outcome TEXT NOT NULL, serial INTEGER,
    PRIMARY KEY (gate, row)) STRICT;
CREATE INDEX IF NOT EXISTS records_by_ticket ON records (ticket) WHERE ticket IS NOT NULL;
CREATE TABLE IF NOT EXISTS intents (
    intent INTEGER PRIMARY KEY, at INTEGER NOT NULL, card BLOB NOT NULL, ticket INTEGER NOT NULL,
    epoch INTEGER NOT NULL, hop INTEGER NOT NULL, slot INTEGER NOT NULL, mark INTEGER NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS intents_by_card ON intents (card);
CREATE TABLE IF NOT EXISTS closings (intent INTEGER PRIMARY KEY, passed INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS uploads (gate INTEGER PRIMARY KEY, row INTEGER NOT NULL) STRICT;
";

impl EntranceLog {
    /// Opens a gate's log, a new one where there is none.
    ///
    /// # Errors
    /// The file cannot be used.
    pub fn open(path: &Path, gate: TerminalId) -> Result<Self, LogFault> {
        Self::with(Connection::open(path)?, gate)
    }

    /// A log that is gone with the process, for tests.
    ///
    /// # Errors
    /// Memory cannot be used.
    pub fn in_memory(gate: TerminalId) -> Result<Self, LogFault> {
        Self::with(Connection::open_in_memory()?, gate)
    }

    fn with(connection: Connection, gate: TerminalId) -> Result<Self, LogFault> {
        connection.busy_timeout(Duration::from_secs(5))?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.execute_batch(SCHEMA)?;
        add_serials(&connection)?;
        Ok(Self { connection, gate })
    }

    /// Writes down marks about to be sent, and closes earlier open ones of the same tickets as void: a look at the card has shown that
    /// they do not stand there. Returns the intents' numbers, in order.
    ///
    /// # Errors
    /// Nothing was written.
    pub fn intend(
        &mut self,
        card: CardUid,
        intents: &[Intent],
        now: Micros,
    ) -> Result<Vec<i64>, LogFault> {
        let transaction = self.connection.transaction()?;
        let mut numbers = Vec::with_capacity(intents.len());
        for Intent { mark, generation } in intents {
            transaction.execute(
                "INSERT INTO closings (intent, passed) SELECT intent, 0 FROM intents i WHERE card = ?1 AND ticket = ?2
                 AND NOT EXISTS (SELECT 1 FROM closings c WHERE c.intent = i.intent)",
                params![card.0, mark.ticket.0.cast_signed()],
            )?;
            transaction.execute(
                "INSERT INTO intents (at, card, ticket, epoch, hop, slot, mark) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                params![now, card.0, mark.ticket.0.cast_signed(), generation.epoch, generation.hop, mark.slot, mark.value],
            )?;
            numbers.push(transaction.last_insert_rowid());
        }
        transaction.commit()?;
        Ok(numbers)
    }

    /// Closes intents for which it is known that nothing happened.
    ///
    /// # Errors
    /// Nothing was written.
    pub fn void(&mut self, intents: &[i64]) -> Result<(), LogFault> {
        let transaction = self.connection.transaction()?;
        close(&transaction, intents, Closing::Void)?;
        transaction.commit()?;
        Ok(())
    }

    /// Writes down what was said, one row a ticket, and closes the intents behind a passage, all or nothing.
    ///
    /// # Errors
    /// Nothing was written: nobody may pass.
    pub fn record(
        &mut self,
        event: EventId,
        card: Option<CardUid>,
        outcome: &Outcome,
        generations: &[Generation],
        intents: &[i64],
        now: Micros,
    ) -> Result<(), LogFault> {
        let transaction = self.connection.transaction()?;
        close(&transaction, intents, Closing::Passed)?;
        let tickets = outcome.admissions().iter().zip(generations);
        let mut rows: Vec<(EventId, Option<(TicketId, Generation)>)> = tickets
            .map(|(admission, generation)| (admission.event, Some((admission.ticket, *generation))))
            .collect();
        if rows.is_empty() {
            rows.push((event, None));
        }
        for (event, ticket) in rows {
            let row = Record {
                gate: self.gate,
                row: next_row(&transaction, self.gate)?,
                at: now,
                event,
                card,
                ticket,
                serial: None,
                outcome: outcome.word().to_owned(),
            };
            insert(&transaction, &row)?;
        }
        transaction.commit()?;
        Ok(())
    }

    /// Writes down what was said to somebody with a paper, whether it let them pass or not.
    ///
    /// # Errors
    /// Nothing was written: nobody may pass.
    pub fn record_paper(
        &mut self,
        event: EventId,
        paper: Option<&PaperTicket>,
        outcome: &Outcome,
        now: Micros,
    ) -> Result<(), LogFault> {
        let transaction = self.connection.transaction()?;
        // As with cards, only what passed is a row about a ticket: nobody has checked what the others claim to be.
        let passed = paper.filter(|_| outcome.passes());
        let row = Record {
            gate: self.gate,
            row: next_row(&transaction, self.gate)?,
            at: now,
            event: passed.map_or(event, |paper| paper.signed.body.event),
            card: None,
            ticket: passed.map(|paper| (paper.signed.body.ticket, paper.generation())),
            serial: passed.map(|paper| paper.serial),
            outcome: outcome.word().to_owned(),
        };
        insert(&transaction, &row)?;
        transaction.commit()?;
        Ok(())
    }

    /// Takes in rows of other gates; repeating is harmless, and the order does not matter. Returns how many were new.
    ///
    /// # Errors
    /// Nothing was written.
    pub fn merge(&mut self, rows: &[Record]) -> Result<usize, LogFault> {
        let transaction = self.connection.transaction()?;
        let mut new = 0;
        for record in rows.iter().filter(|record| record.gate != self.gate) {
            new += insert(&transaction, record)?;
        }
        transaction.commit()?;
        Ok(new)
    }

    /// Notes that the platform has this gate's rows up to this one.
    ///
    /// # Errors
    /// The note was not written; the rows will be sent again, which is harmless.
    pub fn uploaded(&mut self, row: u64) -> Result<(), LogFault> {
        self.connection.execute(
            "INSERT INTO uploads (gate, row) VALUES (?1, ?2) ON CONFLICT (gate) DO UPDATE SET row = max(row, excluded.row)",
            params![self.gate.0, row.cast_signed()],
        )?;
        Ok(())
    }
}

/// Logs of the first release had no papers.
fn add_serials(connection: &Connection) -> rusqlite::Result<()> {
    let there = connection
        .prepare("SELECT 1 FROM pragma_table_info('records') WHERE name = 'serial'")?
        .exists([])?;
    if !there {
        connection.execute_batch("ALTER TABLE records ADD COLUMN serial INTEGER")?;
    }
    Ok(())
}

fn next_row(transaction: &rusqlite::Transaction<'_>, gate: TerminalId) -> rusqlite::Result<u64> {
    transaction.query_row(
        "SELECT coalesce(max(row), 0) + 1 FROM records WHERE gate = ?1",
        [gate.0],
        |row| row.get::<_, i64>(0).map(i64::cast_unsigned),
    )
}

/// Writes a row that is not there yet; returns how many that were.
fn insert(transaction: &rusqlite::Transaction<'_>, record: &Record) -> rusqlite::Result<usize> {
    transaction.execute(
        "INSERT OR IGNORE INTO records (gate, row, at, event, card, ticket, epoch, hop, outcome, serial)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        params![
            record.gate.0,
            record.row.cast_signed(),
            record.at,
            record.event.0,
            record.card.map(|card| card.0),
            record.ticket.map(|(ticket, _)| ticket.0.cast_signed()),
            record.ticket.map(|(_, generation)| generation.epoch),
            record.ticket.map(|(_, generation)| generation.hop),
            record.outcome,
            record.serial.map(u64::cast_signed)
        ],
    )
}

fn close(
    transaction: &rusqlite::Transaction<'_>,
    intents: &[i64],
    how: Closing,
) -> Result<(), LogFault> {
    for intent in intents {
        transaction.execute(
            "INSERT OR IGNORE INTO closings (intent, passed) VALUES (?1, ?2)",
            params![intent, how == Closing::Passed],
        )?;
    }
    Ok(())
}
