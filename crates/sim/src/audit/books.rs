//! The platform's books, by the auditor's own questions to its database file.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use rusqlite::{Connection, OpenFlags};

/// Where the books say a ticket is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holding {
    /// At the platform, waiting for somebody.
    Platform,
    /// In this terminal's journal.
    Terminal(Option<u32>),
    /// On this card.
    Card([u8; 7]),
    /// On the paper of this serial.
    Paper(u64),
    /// Nobody knows; this terminal asked last.
    Unknown(Option<u32>),
}

/// The books at one moment.
#[derive(Debug, Default)]
pub struct Books {
    holdings: BTreeMap<u64, Holding>,
    recalls: BTreeMap<u64, u16>,
    void: BTreeSet<(u64, u64)>,
}

impl Books {
    /// Opens the database for many readings.
    ///
    /// # Errors
    /// It cannot be opened.
    pub fn open(database: &Path) -> anyhow::Result<Connection> {
        Ok(Connection::open_with_flags(
            database,
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        )?)
    }

    /// Reads them.
    ///
    /// # Errors
    /// The database cannot be read, or its tables are others than the auditor knows.
    pub fn read(sql: &Connection) -> anyhow::Result<Self> {
        let mut books = Self::default();
        let mut tickets = sql.prepare_cached(
            "SELECT ticket, holder, holder_card, serial, h.terminal FROM tickets
             LEFT JOIN handovers h USING (handover) WHERE void = 0",
        )?;
        let mut rows = tickets.query([])?;
        while let Some(row) = rows.next()? {
            let holder: String = row.get(1)?;
            let holding = match holder.as_str() {
                "platform" => Holding::Platform,
                "terminal" => Holding::Terminal(row.get(4)?),
                "card" => {
                    let mut uid = [0; 7];
                    hex::decode_to_slice(row.get::<_, String>(2)?, &mut uid)?;
                    Holding::Card(uid)
                }
                "paper" => Holding::Paper(row.get::<_, i64>(3)?.cast_unsigned()),
                _ => Holding::Unknown(row.get(4)?),
            };
            let ticket = row.get::<_, i64>(0)?.cast_unsigned();
            books.holdings.insert(ticket, holding);
        }
        let mut recalls = sql.prepare_cached("SELECT ticket, epoch FROM recalls")?;
        let mut rows = recalls.query([])?;
        while let Some(row) = rows.next()? {
            let ticket = row.get::<_, i64>(0)?.cast_unsigned();
            books.recalls.insert(ticket, row.get(1)?);
        }
        let mut papers = sql.prepare_cached("SELECT ticket, serial FROM papers WHERE void = 1")?;
        let mut rows = papers.query([])?;
        while let Some(row) = rows.next()? {
            let ticket = row.get::<_, i64>(0)?.cast_unsigned();
            let serial = row.get::<_, i64>(1)?.cast_unsigned();
            books.void.insert((ticket, serial));
        }
        Ok(books)
    }

    /// Where a ticket is.
    pub fn holding(&self, ticket: u64) -> Option<&Holding> {
        self.holdings.get(&ticket)
    }

    /// All tickets with where they are.
    pub fn holdings(&self) -> impl Iterator<Item = (u64, &Holding)> {
        self.holdings
            .iter()
            .map(|(ticket, holding)| (*ticket, holding))
    }

    /// Whether copies of this epoch are recalled.
    pub fn is_recalled(&self, ticket: u64, epoch: u16) -> bool {
        self.recalls
            .get(&ticket)
            .is_some_and(|first_good| epoch < *first_good)
    }

    /// Whether a paper is void.
    pub fn is_void(&self, ticket: u64, serial: u64) -> bool {
        self.void.contains(&(ticket, serial))
    }
}
