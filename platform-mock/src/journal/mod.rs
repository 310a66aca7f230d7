//! The sales journal: every sale, issue, entry and change of holder, append-only and hash-chained in the transaction it tells of. Each node that
//! writes has a chain of its own; anchors hold all chains together.

pub mod anchors;
pub mod storage;
pub mod verify;

use kippu_ticket::ids::TicketId;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use anchors::Anchor;

use crate::{
    refusal::Answer,
    storage::sql::{Optional as _, Sql, SqlError},
};

/// The node of database files, whose chain began before there were others.
const FIRST_NODE: i64 = 1;
/// Rows of a chain after which an anchor is written.
const ROWS_AN_ANCHOR: u64 = 256;
/// Time after which one is written although there were fewer: 10 minutes.
const MICROS_AN_ANCHOR: i64 = 10 * 60 * 1_000_000;

/// The kind of row that tells of a payment; its note says how it ended.
pub const PAYMENT: &str = "payment";

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

/// Where a node's chain has come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalHead {
    node: i64,
    /// The last row of all chains.
    row: u64,
    /// The last one of this chain, and its hash.
    link: u64,
    hash: [u8; 32],
    /// Rows of this chain that no anchor covers.
    loose: u64,
    /// When the last anchor was written or tried, UTC microseconds; 0: not yet.
    anchored_at: i64,
    anchor: Option<Anchor>,
}

impl JournalHead {
    /// Reads where a node's chain goes on.
    pub fn read(sql: &Sql, node: i64) -> Result<Self, SqlError> {
        let last = sql
            .prepare_cached(
                "SELECT link, hash FROM journal WHERE node = ?1 ORDER BY link DESC LIMIT 1",
            )?
            .query_row([node], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let (link, hash) = last.unwrap_or((0, origin(node)));
        let mut head = Self {
            node,
            row: 0,
            link,
            hash,
            loose: 0,
            anchored_at: 0,
            anchor: None,
        };
        head.read_last_row(sql)?;
        Ok(head)
    }

    /// Reads how far the chains of all nodes together have come.
    pub(crate) fn read_last_row(&mut self, sql: &Sql) -> Result<(), SqlError> {
        self.row = sql
            .prepare_cached("SELECT coalesce(max(row), 0) FROM journal")?
            .query_row([], |row| row.get(0))?;
        Ok(())
    }

    /// Writes the next row.
    pub(crate) fn append(&mut self, sql: &Sql, at: i64, entry: &Entry<'_>) -> Answer<()> {
        let text = serde_json::to_string(&Stamped { at, entry })?;
        let (row, link) = (self.row + 1, self.link + 1);
        let hash = chain(&self.hash, link, text.as_bytes());
        sql.prepare_cached(
            "INSERT INTO journal (row, node, link, entry, hash) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute((row, self.node, link, &text, hash))?;
        let mut of_ticket =
            sql.prepare_cached("INSERT INTO journal_tickets (ticket, row) VALUES (?1, ?2)")?;
        for ticket in entry.tickets {
            of_ticket.execute((ticket.0, row))?;
        }
        (self.row, self.link, self.hash) = (row, link, hash);
        self.loose += 1;
        Ok(())
    }

    /// Writes an anchor where enough was written since the last, or long enough ago, or where one is wanted.
    pub(crate) fn anchor_when_due(&mut self, sql: &Sql, at: i64, wanted: bool) -> Answer<()> {
        if self.anchored_at == 0 {
            self.anchored_at = at;
        }
        let due =
            wanted || self.loose >= ROWS_AN_ANCHOR || at - self.anchored_at >= MICROS_AN_ANCHOR;
        if self.loose > 0 && due {
            self.anchor = Some(anchors::write(sql, self.row, at)?);
            (self.loose, self.anchored_at) = (0, at);
        }
        Ok(())
    }

    /// The anchor written since this was asked last.
    pub(crate) fn take_anchor(&mut self) -> Option<Anchor> {
        self.anchor.take()
    }
}

/// What the first link of a node's chain is chained to, so that no chain can be passed off as another's.
pub fn origin(node: i64) -> [u8; 32] {
    if node == FIRST_NODE {
        // Older than the others.
        return [0; 32];
    }
    let mut hasher = Sha256::new();
    hasher.update(b"kippu journal of node");
    hasher.update(node.to_le_bytes());
    hasher.finalize().into()
}

/// The hash of a link: SHA-256(hash before ‖ link, 8 bytes little-endian ‖ entry).
pub fn chain(before: &[u8; 32], link: u64, entry: &[u8]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(before);
    hasher.update(link.to_le_bytes());
    hasher.update(entry);
    hasher.finalize().into()
}
