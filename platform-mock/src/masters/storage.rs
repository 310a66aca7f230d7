//! Keeping the masters.

use async_trait::async_trait;
use kippu_gate::bundle::{Direction, Passage};
use kippu_seatplan::Plan;
use kippu_ticket::ids::{EventId, SellerId, TerminalId};
use sha2::{Digest as _, Sha256};

use super::{
    event_rows, gate_rows,
    organized::retired_venue,
    rules::{EventFacts, NewEvent, Shop, Terminal, TerminalRole},
};
use crate::{
    refusal::{Answer, Refusal},
    storage::{
        Database, Unit,
        sql::{Optional as _, Row, SqlError},
    },
};

/// A layout as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredLayout {
    /// Row of the layout.
    pub layout: i64,
    /// Seats it has.
    pub seats: usize,
}

/// A new terminal.
#[derive(Debug, Clone)]
pub struct NewTerminal {
    /// Number.
    pub id: TerminalId,
    /// Name.
    pub name: String,
    /// What it is for.
    pub role: TerminalRole,
    /// Code of its store.
    pub store: Option<String>,
    /// SHA-256 of its bearer token.
    pub token: [u8; 32],
    /// Bundles to it are encrypted to this.
    pub device_key: [u8; 32],
    /// What a gate needs besides.
    pub gate: Option<NewGate>,
}

/// A new terminal's part as a gate.
#[derive(Debug, Clone)]
pub struct NewGate {
    /// Which way people pass it.
    pub passage: Passage,
    /// Entrances of the events it serves.
    pub doors: Vec<GateDoor>,
}

/// An entrance as seen from a gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GateDoor {
    /// Event.
    pub event: EventId,
    /// Index of the entrance.
    pub entrance: u8,
    /// Whether the gate stands there.
    pub here: bool,
    /// The way there from the gate.
    pub direction: Direction,
}

/// The masters.
#[async_trait]
pub trait MasterStorage: Send + Sync {
    /// Registers an organizer, or renames it.
    async fn put_organizer(&self, code: &str, name: &str) -> Answer<()>;
    /// Registers a seller, or renames it.
    async fn put_seller(
        &self,
        id: SellerId,
        code: &str,
        name: &str,
        registration: Option<&str>,
    ) -> Answer<()>;
    /// Registers a store, or changes its name and seller.
    async fn put_store(&self, code: &str, name: &str, seller: SellerId) -> Answer<()>;
    /// Stores a venue's layout. The same plan again is the same layout; another plan under the same name is refused.
    async fn put_layout(
        &self,
        venue: &str,
        zone: &str,
        layout: &str,
        plan: &Plan,
    ) -> Answer<StoredLayout>;
    /// Registers an event with its prices and doors, its seats allocated to nobody.
    async fn register_event(&self, event: NewEvent) -> Answer<()>;
    /// Registers a terminal.
    async fn register_terminal(&self, terminal: NewTerminal) -> Answer<()>;
    /// The terminal behind a token's hash.
    async fn terminal_by_token(&self, token: [u8; 32]) -> Answer<Option<Terminal>>;
    /// A terminal by its name.
    async fn terminal_by_name(&self, name: &str) -> Answer<Option<Terminal>>;
    /// How often each event was changed, in order of their start.
    async fn event_revisions(&self) -> Answer<Vec<(EventId, u32)>>;
    /// How often an event was changed.
    async fn event_revision(&self, event: EventId) -> Answer<Option<u32>>;
    /// Everything about an event but its seats' owners.
    async fn event_facts(&self, event: EventId) -> Answer<Option<EventFacts>>;
}

/// Terminals with their stores, for [`terminal`].
pub(crate) const TERMINAL: &str =
    "SELECT terminal, t.name, role, st.store, st.code, st.name, se.seller, se.name
    FROM terminals t LEFT JOIN stores st USING (store) LEFT JOIN sellers se USING (seller)";

#[async_trait]
impl MasterStorage for Database {
    async fn put_organizer(&self, code: &str, name: &str) -> Answer<()> {
        let (code, name) = (code.to_owned(), name.to_owned());
        self.write(move |unit| {
            unit.sql.execute(
                "INSERT INTO organizers (code, name) VALUES (?1, ?2) ON CONFLICT (code) DO UPDATE SET name = excluded.name",
                (code, name),
            )?;
            Ok(())
        })
        .await
    }

    async fn put_seller(
        &self,
        id: SellerId,
        code: &str,
        name: &str,
        registration: Option<&str>,
    ) -> Answer<()> {
        let (code, name) = (code.to_owned(), name.to_owned());
        let registration = registration.map(str::to_owned);
        self.write(move |unit| {
            unit.sql.execute(
                "INSERT INTO sellers (seller, code, name, registration) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (seller) DO UPDATE SET code = excluded.code, name = excluded.name, registration = excluded.registration",
                (id.0, code, name, registration),
            )?;
            Ok(())
        })
        .await
    }

    async fn put_store(&self, code: &str, name: &str, seller: SellerId) -> Answer<()> {
        let (code, name) = (code.to_owned(), name.to_owned());
        self.write(move |unit| {
            unit.sql.execute(
                "INSERT INTO stores (code, name, seller) VALUES (?1, ?2, ?3)
                 ON CONFLICT (code) DO UPDATE SET name = excluded.name, seller = excluded.seller",
                (code, name, seller.0),
            )?;
            Ok(())
        })
        .await
    }

    async fn put_layout(
        &self,
        venue: &str,
        zone: &str,
        layout: &str,
        plan: &Plan,
    ) -> Answer<StoredLayout> {
        let (venue, zone, layout) = (venue.to_owned(), zone.to_owned(), layout.to_owned());
        let (bytes, seats) = (plan.encode(), plan.seats.len());
        let tag = hex::encode(Sha256::digest(&bytes));
        self.write(move |unit| {
            unit.sql.execute("INSERT INTO venues (name, zone) VALUES (?1, ?2) ON CONFLICT (name) DO NOTHING", (&venue, zone))?;
            let (venue_row, retired): (i64, Option<i64>) =
                unit.sql.query_row("SELECT venue, retired FROM venues WHERE name = ?1", [&venue], |row| Ok((row.get(0)?, row.get(1)?)))?;
            if retired.is_some() {
                return Err(retired_venue());
            }
            let known: Option<(i64, String)> = unit
                .sql
                .query_row("SELECT layout, tag FROM layouts WHERE venue = ?1 AND name = ?2", (venue_row, &layout), |row| {
                    Ok((row.get(0)?, row.get(1)?))
                })
                .optional()?;
            match known {
                Some((row, known_tag)) if known_tag == tag => Ok(StoredLayout { layout: row, seats }),
                Some(_) => Err(Refusal::bad_request(format!("{venue} has another layout named {layout:?} already."))
                    .hint("A stored layout never changes: give this one another name.")),
                None => {
                    let row = unit.sql.query_row(
                        "INSERT INTO layouts (venue, name, seats, tag, plan) VALUES (?1, ?2, ?3, ?4, ?5) RETURNING layout",
                        (venue_row, layout, seats, tag, bytes),
                        |row| row.get(0),
                    )?;
                    Ok(StoredLayout { layout: row, seats })
                }
            }
        })
        .await
    }

    async fn register_event(&self, event: NewEvent) -> Answer<()> {
        self.write(move |unit| {
            let plan = unit
                .sql
                .query_row(
                    "SELECT plan FROM layouts WHERE layout = ?1",
                    [event.layout],
                    |row| row.get::<Vec<u8>>(0),
                )
                .optional()?
                .ok_or_else(|| Refusal::not_found("layout"))?;
            let plan = Plan::decode(&plan).map_err(|error| Refusal::internal(&error))?;
            event.check(&plan)?;
            event_rows::insert(unit.sql, &event, &plan)?;
            unit.stock_replaced(event.event);
            Ok(())
        })
        .await
    }

    async fn register_terminal(&self, new: NewTerminal) -> Answer<()> {
        self.write(move |unit| insert_terminal(unit, &new)).await
    }

    async fn terminal_by_token(&self, token: [u8; 32]) -> Answer<Option<Terminal>> {
        self.read(move |sql| {
            let mut statement = sql.prepare_cached(&format!("{TERMINAL} WHERE token = ?1"))?;
            Ok(statement.query_row([token], terminal).optional()?)
        })
        .await
    }

    async fn terminal_by_name(&self, name: &str) -> Answer<Option<Terminal>> {
        let name = name.to_owned();
        self.read(move |sql| {
            let mut statement = sql.prepare_cached(&format!("{TERMINAL} WHERE t.name = ?1"))?;
            Ok(statement.query_row([name], terminal).optional()?)
        })
        .await
    }

    async fn event_revisions(&self) -> Answer<Vec<(EventId, u32)>> {
        self.read(|sql| {
            let mut statement =
                sql.prepare_cached("SELECT event, revision FROM events ORDER BY starts, event")?;
            let rows = statement.query_map([], |row| Ok((EventId(row.get(0)?), row.get(1)?)))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }

    async fn event_revision(&self, event: EventId) -> Answer<Option<u32>> {
        self.read(move |sql| {
            let mut statement =
                sql.prepare_cached("SELECT revision FROM events WHERE event = ?1")?;
            Ok(statement
                .query_row([event.0], |row| row.get(0))
                .optional()?)
        })
        .await
    }

    async fn event_facts(&self, event: EventId) -> Answer<Option<EventFacts>> {
        self.read(move |sql| event_rows::facts(sql, event)).await
    }
}

/// Writes a new terminal.
pub(crate) fn insert_terminal(unit: &Unit<'_>, new: &NewTerminal) -> Answer<()> {
    let store: Option<i64> = match &new.store {
        Some(code) => Some(
            unit.sql
                .query_row(
                    "SELECT store FROM stores WHERE code = ?1 AND retired IS NULL",
                    [code],
                    |row| row.get(0),
                )
                .optional()?
                .ok_or_else(|| Refusal::not_found("store"))?,
        ),
        None => None,
    };
    unit.sql.execute(
        "INSERT INTO terminals (terminal, name, role, store, token, device_key) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        (new.id.0, &new.name, new.role.word(), store, new.token, new.device_key),
    )?;
    if let Some(gate) = &new.gate {
        gate_rows::insert(unit.sql, new.id, gate)?;
    }
    Ok(())
}

/// A row of [`TERMINAL`].
pub(crate) fn terminal(row: &Row<'_>) -> Result<Terminal, SqlError> {
    let word: String = row.get(2)?;
    let shop = match row.get::<Option<i64>>(3)? {
        Some(store) => Some(Shop {
            store,
            code: row.get(4)?,
            name: row.get(5)?,
            seller: SellerId(row.get(6)?),
            seller_name: row.get(7)?,
        }),
        None => None,
    };
    let role = TerminalRole::from_word(&word)
        .ok_or_else(|| SqlError::conversion(2, format!("there is no role {word:?}")))?;
    Ok(Terminal {
        id: TerminalId(row.get(0)?),
        name: row.get(1)?,
        role,
        shop,
    })
}
