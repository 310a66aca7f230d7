//! Keeping the masters.

use async_trait::async_trait;
use kippu_seatplan::Plan;
use kippu_ticket::ids::{EventId, SellerId, TerminalId};
use rusqlite::{Connection, OptionalExtension as _, Row};
use sha2::{Digest as _, Sha256};

use super::rules::{Door, EventFacts, NewEvent, Price, Shop, Terminal, TerminalRole};
use crate::{
    refusal::{Answer, Refusal},
    storage::Sqlite,
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
    /// Doors it serves, for a gate: event and door.
    pub doors: Vec<(EventId, u8)>,
}

/// The masters.
#[async_trait]
pub trait MasterStorage: Send + Sync {
    /// Registers an organizer, or renames it.
    async fn put_organizer(&self, code: &str, name: &str) -> Answer<()>;
    /// Registers a seller, or renames it.
    async fn put_seller(&self, id: SellerId, code: &str, name: &str) -> Answer<()>;
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
    /// A terminal by its name, with its device key.
    async fn terminal_by_name(&self, name: &str) -> Answer<Option<(Terminal, [u8; 32])>>;
    /// All events, in order of their start.
    async fn event_ids(&self) -> Answer<Vec<EventId>>;
    /// Everything fixed about an event.
    async fn event_facts(&self, event: EventId) -> Answer<Option<EventFacts>>;
}

const TERMINAL: &str =
    "SELECT terminal, t.name, role, st.store, st.code, st.name, se.seller, se.name, device_key
    FROM terminals t LEFT JOIN stores st USING (store) LEFT JOIN sellers se USING (seller)";

#[async_trait]
impl MasterStorage for Sqlite {
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

    async fn put_seller(&self, id: SellerId, code: &str, name: &str) -> Answer<()> {
        let (code, name) = (code.to_owned(), name.to_owned());
        self.write(move |unit| {
            unit.sql.execute(
                "INSERT INTO sellers (seller, code, name) VALUES (?1, ?2, ?3)
                 ON CONFLICT (seller) DO UPDATE SET code = excluded.code, name = excluded.name",
                (id.0, code, name),
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
            let venue_row: i64 = unit.sql.query_row("SELECT venue FROM venues WHERE name = ?1", [&venue], |row| row.get(0))?;
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
                    unit.sql.execute(
                        "INSERT INTO layouts (venue, name, seats, tag, plan) VALUES (?1, ?2, ?3, ?4, ?5)",
                        (venue_row, layout, seats, tag, bytes),
                    )?;
                    Ok(StoredLayout { layout: unit.sql.last_insert_rowid(), seats })
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
                    |row| row.get::<_, Vec<u8>>(0),
                )
                .optional()?
                .ok_or_else(|| Refusal::not_found("layout"))?;
            let plan = Plan::decode(&plan).map_err(|error| Refusal::internal(&error))?;
            event.check(&plan)?;
            insert_event(unit.sql, &event, &plan)?;
            unit.stock_replaced(event.event);
            Ok(())
        })
        .await
    }

    async fn register_terminal(&self, new: NewTerminal) -> Answer<()> {
        self.write(move |unit| {
            let store: Option<i64> = match &new.store {
                Some(code) => Some(
                    unit.sql
                        .query_row("SELECT store FROM stores WHERE code = ?1", [code], |row| row.get(0))
                        .optional()?
                        .ok_or_else(|| Refusal::not_found("store"))?,
                ),
                None => None,
            };
            unit.sql.execute(
                "INSERT INTO terminals (terminal, name, role, store, token, device_key) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                (new.id.0, &new.name, new.role.word(), store, new.token, new.device_key),
            )?;
            for (event, door) in &new.doors {
                unit.sql.execute(
                    "INSERT INTO gate_doors (terminal, event, door) VALUES (?1, ?2, ?3)",
                    (new.id.0, event.0, door),
                )?;
            }
            Ok(())
        })
        .await
    }

    async fn terminal_by_token(&self, token: [u8; 32]) -> Answer<Option<Terminal>> {
        self.read(move |sql| {
            let mut statement = sql.prepare_cached(&format!("{TERMINAL} WHERE token = ?1"))?;
            Ok(statement
                .query_row([token], terminal)
                .optional()?
                .map(|(terminal, _)| terminal))
        })
        .await
    }

    async fn terminal_by_name(&self, name: &str) -> Answer<Option<(Terminal, [u8; 32])>> {
        let name = name.to_owned();
        self.read(move |sql| {
            let mut statement = sql.prepare_cached(&format!("{TERMINAL} WHERE t.name = ?1"))?;
            Ok(statement.query_row([name], terminal).optional()?)
        })
        .await
    }

    async fn event_ids(&self) -> Answer<Vec<EventId>> {
        self.read(|sql| {
            let mut statement =
                sql.prepare_cached("SELECT event FROM events ORDER BY starts, event")?;
            let rows = statement.query_map([], |row| row.get(0).map(EventId))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }

    async fn event_facts(&self, event: EventId) -> Answer<Option<EventFacts>> {
        self.read(move |sql| facts(sql, event)).await
    }
}

fn terminal(row: &Row<'_>) -> Result<(Terminal, [u8; 32]), rusqlite::Error> {
    let word: String = row.get(2)?;
    let shop = match row.get::<_, Option<i64>>(3)? {
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
        .ok_or_else(|| rusqlite::Error::InvalidColumnType(2, word, rusqlite::types::Type::Text))?;
    Ok((
        Terminal {
            id: TerminalId(row.get(0)?),
            name: row.get(1)?,
            role,
            shop,
        },
        row.get(8)?,
    ))
}

fn insert_event(sql: &Connection, event: &NewEvent, plan: &Plan) -> Answer<()> {
    let organizer: i64 = sql
        .query_row(
            "SELECT organizer FROM organizers WHERE code = ?1",
            [&event.organizer],
            |row| row.get(0),
        )
        .optional()?
        .ok_or_else(|| Refusal::not_found("organizer"))?;
    let id = event.event.0;
    sql.execute(
        "INSERT INTO events (event, organizer, layout, name, performers, doors_open, starts, sales_end, currency, tax_basis_points, limit_per_order)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        (id, organizer, event.layout, &event.name, &event.performers, event.doors_open, event.starts, event.sales_end,
         &event.currency, event.tax_basis_points, event.limit_per_order),
    )?;
    for (class, price) in event.prices.iter().enumerate() {
        let name = &plan.classes[class].name;
        sql.execute(
            "INSERT INTO prices (event, class, name, price) VALUES (?1, ?2, ?3, ?4)",
            (id, class, name, price),
        )?;
    }
    for door in &event.doors {
        sql.execute(
            "INSERT INTO doors (event, door, name, route) VALUES (?1, ?2, ?3, ?4)",
            (id, door.door, &door.name, &door.route),
        )?;
    }
    for (block, door) in event.block_doors.iter().enumerate() {
        sql.execute(
            "INSERT INTO block_doors (event, block, door) VALUES (?1, ?2, ?3)",
            (id, block, door),
        )?;
    }
    let mut stock = sql.prepare("INSERT INTO stock (event, seat, class) VALUES (?1, ?2, ?3)")?;
    for (seat, place) in plan.seats.iter().enumerate() {
        stock.execute((id, seat, place.class))?;
    }
    Ok(())
}

fn facts(sql: &Connection, event: EventId) -> Answer<Option<EventFacts>> {
    let mut statement = sql.prepare_cached(
        "SELECT e.name, performers, v.name, v.zone, doors_open, starts, sales_end, currency, limit_per_order, l.plan, l.tag
         FROM events e JOIN layouts l USING (layout) JOIN venues v USING (venue) WHERE event = ?1",
    )?;
    let mut rows = statement.query([event.0])?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    let plan_bytes: Vec<u8> = row.get(9)?;
    let mut prices =
        sql.prepare_cached("SELECT name, price FROM prices WHERE event = ?1 ORDER BY class")?;
    let mut doors =
        sql.prepare_cached("SELECT door, name, route FROM doors WHERE event = ?1 ORDER BY door")?;
    let mut block_doors =
        sql.prepare_cached("SELECT door FROM block_doors WHERE event = ?1 ORDER BY block")?;
    Ok(Some(EventFacts {
        event,
        name: row.get(0)?,
        performers: row.get(1)?,
        venue: row.get(2)?,
        zone: row.get(3)?,
        doors_open: row.get(4)?,
        starts: row.get(5)?,
        sales_end: row.get(6)?,
        currency: row.get(7)?,
        limit_per_order: row.get(8)?,
        prices: prices
            .query_map([event.0], |row| {
                Ok(Price {
                    name: row.get(0)?,
                    price: row.get(1)?,
                })
            })?
            .collect::<Result<_, _>>()?,
        doors: doors
            .query_map([event.0], |row| {
                Ok(Door {
                    door: row.get(0)?,
                    name: row.get(1)?,
                    route: row.get(2)?,
                })
            })?
            .collect::<Result<_, _>>()?,
        block_doors: block_doors
            .query_map([event.0], |row| row.get(0))?
            .collect::<Result<_, _>>()?,
        plan: Plan::decode(&plan_bytes).map_err(|error| Refusal::internal(&error))?,
        plan_bytes,
        plan_tag: row.get(10)?,
    }))
}
