//! Counts, apart from the kiosk, where each ticket is live: on the cards' chips and in the platform's books.

use std::{
    collections::BTreeMap,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use kippu_card::{
    capability::{SlotState, TicketCard as _},
    open::open_free,
    virtual_card::{CardSize, Chip, KeyKind, VirtualCard},
};
use kippu_ticket::record::BoundTicket;
use rusqlite::{Connection, OpenFlags};

use crate::{grid::Which, world::World};

/// Between two looks at the books.
const LOOK: Duration = Duration::from_millis(100);

/// Tickets live on each of the two cards.
pub struct Live {
    /// By ticket id: the cards it is live on.
    tickets: BTreeMap<u64, Vec<Which>>,
}

impl Live {
    /// Reads the cards' memory.
    pub fn read(world: &World) -> Result<Self> {
        let mut tickets: BTreeMap<u64, Vec<Which>> = BTreeMap::new();
        for which in [Which::Giver, Which::Receiver] {
            for ticket in live_on(&world.image(which))? {
                tickets.entry(ticket).or_default().push(which);
            }
        }
        Ok(Self { tickets })
    }

    /// How many tickets the receiver has.
    pub fn with_receiver(&self) -> usize {
        self.tickets
            .values()
            .filter(|cards| **cards == [Which::Receiver])
            .count()
    }
}

fn live_on(image: &Path) -> Result<Vec<u64>> {
    let blank = || Chip::blank([0; 7], CardSize::K2, KeyKind::Aes);
    let mut card = VirtualCard::open(image, blank)?;
    card.power_on();
    let contents = open_free(Box::new(card))
        .and_then(|mut card| card.read())
        .with_context(|| image.display().to_string())?;
    contents
        .tickets
        .iter()
        .filter(|ticket| ticket.state == SlotState::Live)
        .map(|ticket| {
            Ok(BoundTicket::from_bytes(&ticket.record)?
                .signed
                .body
                .ticket
                .0)
        })
        .collect()
}

/// Every ticket of before is live on exactly one card now, and none is new.
pub fn cards(before: &Live, after: &Live) -> Result<()> {
    for (ticket, cards) in &after.tickets {
        ensure!(cards.len() == 1, "DOUBLED: ticket {ticket} is on {cards:?}");
        ensure!(
            before.tickets.contains_key(ticket),
            "INVENTED: ticket {ticket}"
        );
    }
    for ticket in before.tickets.keys() {
        ensure!(
            after.tickets.contains_key(ticket),
            "LOST: ticket {ticket} is on no card"
        );
    }
    Ok(())
}

/// The platform's books name the card of every ticket, as soon as its kiosk's reports have come.
pub fn books_within(patience: Duration, world: &World, after: &Live) -> Result<()> {
    let end = Instant::now() + patience;
    loop {
        let named = books(world, after);
        if named.is_ok() || Instant::now() > end {
            return named;
        }
        thread::sleep(LOOK);
    }
}

fn books(world: &World, after: &Live) -> Result<()> {
    let books = Connection::open_with_flags(
        world.platform_data().join("platform.db"),
        OpenFlags::SQLITE_OPEN_READ_ONLY,
    )?;
    for (ticket, cards) in &after.tickets {
        let (holder, card): (String, Option<String>) = books.query_row(
            "SELECT holder, holder_card FROM tickets WHERE ticket = ?1",
            [ticket.cast_signed()],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        let uid = uid(&world.image(cards[0]))?;
        ensure!(
            holder == "card" && card.as_deref() == Some(uid.as_str()),
            "BOOKS: ticket {ticket} is on card {uid}, and the platform says {holder} {card:?}"
        );
    }
    Ok(())
}

/// A card's number.
pub fn uid(image: &Path) -> Result<String> {
    let blank = || Chip::blank([0; 7], CardSize::K2, KeyKind::Aes);
    let mut card = VirtualCard::open(image, blank)?;
    card.power_on();
    Ok(open_free(Box::new(card))?.uid().to_string())
}
