//! The sales journal: every sale, issue, entry and change of holder, append-only and hash-chained in the transaction it tells of.

pub mod storage;

use kippu_ticket::ids::TicketId;
use rusqlite::{Connection, OptionalExtension as _};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::refusal::Answer;

/// What happened. Kept as JSON; fields without a value are left out.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Entry<'a> {
    /// One word: `order`, `paid`, `granted`, `issued` …
    pub kind: &'static str,
    /// The order it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<&'a str>,
    /// The event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<u32>,
    /// The tickets.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub tickets: &'a [TicketId],
    /// The seller.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seller: Option<u16>,
    /// The terminal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terminal: Option<u32>,
    /// The clerk.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clerk: Option<i64>,
    /// The operator.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operator: Option<i64>,
    /// The card.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub card: Option<&'a str>,
    /// Card tickets were taken from, where they came from one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub giver: Option<&'a str>,
    /// Card they are meant for, where one is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receiver: Option<&'a str>,
    /// Serial number of a paper.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serial: Option<u64>,
    /// Whether the card proved it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proved: Option<bool>,
    /// Money in minor units.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<i64>,
    /// Words: a reason, a slip number, a state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<&'a str>,
}

#[derive(Serialize)]
struct Stamped<'a> {
    at: i64,
    #[serde(flatten)]
    entry: &'a Entry<'a>,
}

/// The last row's number and hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalHead {
    row: u64,
    hash: [u8; 32],
}

impl JournalHead {
    /// Reads it from the database.
    pub fn read(sql: &Connection) -> Result<Self, rusqlite::Error> {
        let last = sql
            .prepare_cached("SELECT row, hash FROM journal ORDER BY row DESC LIMIT 1")?
            .query_row([], |row| {
                Ok(Self {
                    row: row.get(0)?,
                    hash: row.get(1)?,
                })
            })
            .optional()?;
        Ok(last.unwrap_or(Self {
            row: 0,
            hash: [0; 32],
        }))
    }

    /// Writes the next row.
    pub(crate) fn append(&mut self, sql: &Connection, at: i64, entry: &Entry<'_>) -> Answer<()> {
        let text = serde_json::to_string(&Stamped { at, entry })?;
        let row = self.row + 1;
        let hash = chain(&self.hash, row, text.as_bytes());
        sql.prepare_cached("INSERT INTO journal (row, entry, hash) VALUES (?1, ?2, ?3)")?
            .execute((row, &text, hash))?;
        let mut of_ticket =
            sql.prepare_cached("INSERT INTO journal_tickets (ticket, row) VALUES (?1, ?2)")?;
        for ticket in entry.tickets {
            of_ticket.execute((ticket.0, row))?;
        }
        *self = Self { row, hash };
        Ok(())
    }
}

/// The hash of a row: SHA-256(hash before ‖ row number, 8 bytes little-endian ‖ entry).
pub fn chain(before: &[u8; 32], row: u64, entry: &[u8]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(before);
    hasher.update(row.to_le_bytes());
    hasher.update(entry);
    hasher.finalize().into()
}
