//! The stock as readers see it: a copy in memory of who sells which seat and whether it is free, changed after each commit.
//!
//! A version is the time in microseconds at which the copy was read plus the number of changes since, so it rises across restarts too.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use kippu_ticket::ids::{EventId, SellerId};

use crate::{
    refusal::{Answer, Refusal},
    storage::sql::{Optional as _, Row, Sql, SqlError},
};

/// Level at which availability is packed: more gains little on one byte a seat.
const ZSTD_LEVEL: i32 = 3;

/// One committed change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// A seat was claimed or became free.
    Claim {
        /// Event.
        event: EventId,
        /// Seat, by index in the plan.
        seat: u32,
        /// Claimed or free.
        claimed: bool,
    },
    /// Allocation changed.
    Reload {
        /// Event.
        event: EventId,
    },
    /// A terminal stands otherwise towards this life of the platform.
    Standings,
}

/// Availability for one seller, packed.
#[derive(Debug, Clone)]
pub struct PackedAvailability {
    /// Of the stock it shows.
    pub version: u64,
    /// zstd of one byte a seat.
    pub bytes: Arc<[u8]>,
}

/// Copies of all events' stock.
#[derive(Default)]
pub struct Stock {
    events: RwLock<HashMap<EventId, EventStock>>,
    packed: Mutex<HashMap<(EventId, SellerId), PackedAvailability>>,
}

struct EventStock {
    version: u64,
    seats: Vec<StockSeat>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct StockSeat {
    /// 0: not allocated.
    seller: u16,
    class: u8,
    claimed: bool,
}

/// What a seller has left of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// Of the stock counted.
    pub version: u64,
    /// Free seats by class index; as long as the highest class seen needs.
    pub by_class: Vec<u32>,
}

impl Stock {
    /// Reads all events.
    pub fn read(sql: &Sql, now: i64) -> Answer<Self> {
        let stock = Self::default();
        stock.reload_all(sql, now)?;
        Ok(stock)
    }

    /// Reads all events anew.
    pub fn reload_all(&self, sql: &Sql, now: i64) -> Answer<()> {
        let mut events = sql.prepare_cached("SELECT event FROM events")?;
        let ids = events
            .query_map([], |row| row.get::<u32>(0))?
            .collect::<Result<Vec<_>, _>>()?;
        for event in ids {
            self.reload(sql, EventId(event), now)?;
        }
        Ok(())
    }

    /// Takes over what was committed.
    pub fn apply(&self, sql: &Sql, changes: &[Change], now: i64) {
        if changes.is_empty() {
            return;
        }
        for change in changes {
            if let Change::Reload { event } = change
                && let Err(refusal) = self.reload(sql, *event, now)
            {
                tracing::error!(%refusal, %event, "the stock could not be read anew");
            }
        }
        let mut events = self.events.write().unwrap_or_else(PoisonError::into_inner);
        for change in changes {
            if let Change::Claim {
                event,
                seat,
                claimed,
            } = change
                && let Some(stock) = events.get_mut(event)
                && let Some(seat) = stock.seats.get_mut(*seat as usize)
            {
                seat.claimed = *claimed;
                stock.version += 1;
            }
        }
    }

    /// Reads an event anew.
    pub fn reload(&self, sql: &Sql, event: EventId, now: i64) -> Answer<()> {
        let mut rows = sql.prepare_cached(
            "SELECT seller, class, claim IS NOT NULL FROM stock WHERE event = ?1 ORDER BY seat",
        )?;
        let seats = rows
            .query_map([event.0], stock_seat)?
            .collect::<Result<Vec<_>, _>>()?;
        let mut events = self.events.write().unwrap_or_else(PoisonError::into_inner);
        let before = events.get(&event).map_or(0, |stock| stock.version);
        let version = u64::try_from(now).unwrap_or(0).max(before + 1);
        events.insert(event, EventStock { version, seats });
        Ok(())
    }

    /// Reads some seats of an event anew.
    pub fn reload_seats(&self, sql: &Sql, event: EventId, seats: &BTreeSet<u32>) -> Answer<()> {
        let mut statement = sql.prepare_cached(
            "SELECT seller, class, claim IS NOT NULL FROM stock WHERE event = ?1 AND seat = ?2",
        )?;
        let mut fresh = Vec::with_capacity(seats.len());
        for seat in seats {
            if let Some(found) = statement
                .query_row((event.0, *seat), stock_seat)
                .optional()?
            {
                fresh.push((*seat, found));
            }
        }
        let mut events = self.events.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(stock) = events.get_mut(&event) {
            for (seat, fresh) in fresh {
                if let Some(known) = stock.seats.get_mut(seat as usize)
                    && *known != fresh
                {
                    *known = fresh;
                    stock.version += 1;
                }
            }
        }
        Ok(())
    }

    /// Free seats of a seller: one byte a seat, 0 = not to be had, n = free in price class n-1.
    pub fn free(&self, event: EventId, seller: SellerId) -> Option<Vec<u8>> {
        let events = self.events.read().unwrap_or_else(PoisonError::into_inner);
        Some(events.get(&event)?.bytes(seller))
    }

    /// Counts a seller's free seats by class.
    pub fn left(&self, event: EventId, seller: SellerId) -> Option<Left> {
        let events = self.events.read().unwrap_or_else(PoisonError::into_inner);
        let stock = events.get(&event)?;
        let mut by_class = Vec::new();
        for class in stock.seats.iter().filter_map(|seat| seat.free_to(seller)) {
            let class = usize::from(class);
            if by_class.len() <= class {
                by_class.resize(class + 1, 0);
            }
            by_class[class] += 1;
        }
        Some(Left {
            version: stock.version,
            by_class,
        })
    }

    /// Availability for a seller, packed once per version.
    pub fn packed(&self, event: EventId, seller: SellerId) -> Answer<PackedAvailability> {
        // Holding the lock while packing lets a crowd of kiosks wait for one packing instead of each doing its own.
        let mut packed = self.packed.lock().unwrap_or_else(PoisonError::into_inner);
        let (version, plain) = {
            let events = self.events.read().unwrap_or_else(PoisonError::into_inner);
            let stock = events
                .get(&event)
                .ok_or_else(|| Refusal::not_found("event"))?;
            if let Some(known) = packed.get(&(event, seller))
                && known.version == stock.version
            {
                return Ok(known.clone());
            }
            (stock.version, stock.bytes(seller))
        };
        let bytes = zstd::encode_all(plain.as_slice(), ZSTD_LEVEL)
            .map_err(|error| Refusal::internal(&error))?;
        let fresh = PackedAvailability {
            version,
            bytes: bytes.into(),
        };
        packed.insert((event, seller), fresh.clone());
        Ok(fresh)
    }
}

fn stock_seat(row: &Row<'_>) -> Result<StockSeat, SqlError> {
    Ok(StockSeat {
        seller: row.get::<Option<u16>>(0)?.unwrap_or(0),
        class: row.get(1)?,
        claimed: row.get(2)?,
    })
}

impl EventStock {
    fn bytes(&self, seller: SellerId) -> Vec<u8> {
        self.seats
            .iter()
            .map(|seat| {
                seat.free_to(seller)
                    .map_or(0, |class| class.saturating_add(1))
            })
            .collect()
    }
}

impl StockSeat {
    fn free_to(self, seller: SellerId) -> Option<u8> {
        (self.seller == seller.0 && !self.claimed).then_some(self.class)
    }
}
