//! The platform's books, by the auditor's own questions to its database file.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context as _;
use kippu_ticket::ids::HandoverId;
use platform_center::storage::sql::Sql;

/// Where the books say a ticket is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holding {
    /// At the platform, waiting for somebody.
    Platform,
    /// Given up for money: nobody may have it any more.
    GivenUp,
    /// In this terminal's journal.
    Terminal(Option<u32>),
    /// On this card.
    Card([u8; 7]),
    /// On the paper of this serial.
    Paper(u64),
    /// Nobody knows; this terminal asked last.
    Unknown(Option<u32>),
}

/// A handover that its kiosk let go of and nobody has taken over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Released {
    /// Which.
    pub handover: HandoverId,
    /// Cards it can be asked for with.
    pub cards: Vec<[u8; 7]>,
}

/// The books at one moment.
#[derive(Debug, Default)]
pub struct Books {
    holdings: BTreeMap<u64, Holding>,
    /// Terminal and journal of the handover that changed a ticket last.
    tellers: BTreeMap<u64, (u32, String)>,
    released: Vec<Released>,
    recalls: BTreeMap<u64, u16>,
    void: BTreeSet<(u64, u64)>,
}

impl Books {
    /// Reads them.
    ///
    /// # Errors
    /// The database cannot be read, or its tables are others than the auditor knows.
    pub fn read(sql: &Sql) -> anyhow::Result<Self> {
        let mut books = Self::default();
        let mut tickets = sql.prepare_cached(
            "SELECT ticket, holder, holder_card, serial, h.terminal, h.incarnation FROM tickets
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
                    hex::decode_to_slice(row.get::<String>(2)?, &mut uid)?;
                    Holding::Card(uid)
                }
                "paper" => Holding::Paper(row.get::<i64>(3)?.cast_unsigned()),
                _ => Holding::Unknown(row.get(4)?),
            };
            let ticket = row.get::<i64>(0)?.cast_unsigned();
            books.holdings.insert(ticket, holding);
            if let (Some(terminal), Some(journal)) = (row.get(4)?, row.get(5)?) {
                books.tellers.insert(ticket, (terminal, journal));
            }
        }
        let mut given_up = sql.prepare_cached("SELECT ticket FROM refunded_tickets")?;
        let mut rows = given_up.query([])?;
        while let Some(row) = rows.next()? {
            let ticket = row.get::<i64>(0)?.cast_unsigned();
            books.holdings.insert(ticket, Holding::GivenUp);
        }
        let mut released = sql.prepare_cached(
            "SELECT handover, giver, receiver, g.card FROM handovers LEFT JOIN grants g USING (handover)
             WHERE state = 'released' ORDER BY handover",
        )?;
        let mut rows = released.query([])?;
        while let Some(row) = rows.next()? {
            let name: String = row.get(0)?;
            let mut cards = Vec::new();
            for column in 1..=3 {
                if let Some(text) = row.get::<Option<String>>(column)? {
                    let mut uid = [0; 7];
                    hex::decode_to_slice(text, &mut uid)?;
                    cards.push(uid);
                }
            }
            books.released.push(Released {
                handover: name.parse().ok().context("no handover's name")?,
                cards,
            });
        }
        let mut recalls = sql.prepare_cached("SELECT ticket, epoch FROM recalls")?;
        let mut rows = recalls.query([])?;
        while let Some(row) = rows.next()? {
            let ticket = row.get::<i64>(0)?.cast_unsigned();
            books.recalls.insert(ticket, row.get(1)?);
        }
        let mut papers = sql.prepare_cached("SELECT ticket, serial FROM papers WHERE void = 1")?;
        let mut rows = papers.query([])?;
        while let Some(row) = rows.next()? {
            let ticket = row.get::<i64>(0)?.cast_unsigned();
            let serial = row.get::<i64>(1)?.cast_unsigned();
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

    /// Handovers that were let go of and not taken over.
    pub fn released(&self) -> &[Released] {
        &self.released
    }

    /// Terminal and journal of the handover that changed a ticket last.
    pub fn teller(&self, ticket: u64) -> Option<(u32, &str)> {
        let (terminal, journal) = self.tellers.get(&ticket)?;
        Some((*terminal, journal))
    }

    /// The first epoch of a ticket that is not recalled; 0 where none is.
    pub fn first_good_epoch(&self, ticket: u64) -> u16 {
        self.recalls.get(&ticket).copied().unwrap_or(0)
    }

    /// Whether copies of this epoch are recalled.
    pub fn is_recalled(&self, ticket: u64, epoch: u16) -> bool {
        epoch < self.first_good_epoch(ticket)
    }

    /// Whether a paper is void.
    pub fn is_void(&self, ticket: u64, serial: u64) -> bool {
        self.void.contains(&(ticket, serial))
    }
}
