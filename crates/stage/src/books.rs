//! Counts, apart from every terminal, where each ticket is: on the chips of the cards of a tray, and in the platform's books.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
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

/// Between two looks.
const LOOK: Duration = Duration::from_millis(100);

/// The cards each ticket is live on, by the ticket's number. Cards by their own number, as the platform writes it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Live(BTreeMap<u64, Vec<String>>);

impl Live {
    /// Reads the memory of every card of a tray.
    ///
    /// # Errors
    /// A card of this system that cannot be read.
    pub fn read(tray: &Path) -> Result<Self> {
        let mut live = Self::default();
        for entry in fs::read_dir(tray)? {
            let image = entry?.path();
            if image.extension().is_none_or(|ending| ending != "card") {
                continue;
            }
            // Blank cards, and those of others, are in the tray too.
            let Ok(mut card) = open_free(Box::new(powered(&image)?)) else {
                continue;
            };
            let contents = card.read().with_context(|| image.display().to_string())?;
            let uid = card.uid().to_string();
            for ticket in contents.tickets {
                if ticket.state == SlotState::Live {
                    let bound = BoundTicket::from_bytes(&ticket.record)?;
                    let id = bound.signed.body.ticket.0;
                    live.0.entry(id).or_default().push(uid.clone());
                }
            }
        }
        Ok(live)
    }

    /// The tickets, in the order of their numbers.
    pub fn tickets(&self) -> impl Iterator<Item = u64> + '_ {
        self.0.keys().copied()
    }

    /// How many tickets are on a card.
    pub fn count_on(&self, card: &str) -> usize {
        let on = |cards: &&Vec<String>| cards.iter().any(|on| on == card);
        self.0.values().filter(on).count()
    }

    /// Whether a ticket is on any card.
    pub fn has(&self, ticket: u64) -> bool {
        self.0.contains_key(&ticket)
    }

    /// No ticket is on two cards.
    ///
    /// # Errors
    /// One is.
    pub fn each_once(&self) -> Result<()> {
        for (ticket, cards) in &self.0 {
            ensure!(cards.len() == 1, "DOUBLED: ticket {ticket} is on {cards:?}");
        }
        Ok(())
    }
}

/// A card's number.
///
/// # Errors
/// It cannot be read.
pub fn uid(image: &Path) -> Result<String> {
    Ok(open_free(Box::new(powered(image)?))?.uid().to_string())
}

fn powered(image: &Path) -> Result<VirtualCard> {
    let blank = || Chip::blank([0; 7], CardSize::K2, KeyKind::Aes);
    let mut card = VirtualCard::open(image, blank)?;
    card.power_on();
    Ok(card)
}

/// Opens the books of a platform for reading, by its data folder.
///
/// # Errors
/// There are none.
pub fn open(platform: &Path) -> Result<Connection> {
    let file = platform.join("platform.db");
    Connection::open_with_flags(&file, OpenFlags::SQLITE_OPEN_READ_ONLY)
        .with_context(|| file.display().to_string())
}

/// What the books say beside what agrees with the cards.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Agreed {
    /// Tickets the books know and no card has.
    pub elsewhere: usize,
    /// Tickets between two holders: only a card knows which has them.
    pub between: BTreeSet<u64>,
}

/// No ticket is on two cards, none of `before` is gone, none is new that nobody sold, and the books name the card of each that is on one.
///
/// # Errors
/// What does not agree, the worst first.
pub fn agree(before: &Live, live: &Live, books: &Connection) -> Result<Agreed> {
    live.each_once()?;
    let mut statement = books.prepare("SELECT ticket, holder, holder_card FROM tickets")?;
    let rows = statement.query_map([], |row| {
        let ticket: i64 = row.get(0)?;
        let (holder, card): (String, Option<String>) = (row.get(1)?, row.get(2)?);
        Ok((ticket.cast_unsigned(), holder, card))
    })?;
    let (mut known, mut agreed) = (BTreeSet::new(), Agreed::default());
    for row in rows {
        let (ticket, holder, card) = row?;
        known.insert(ticket);
        let on = live.0.get(&ticket).map(|cards| cards[0].clone());
        match holder.as_str() {
            "card" => ensure!(
                on == card,
                "BOOKS: ticket {ticket} is on {on:?}, and the platform says {card:?}"
            ),
            "unknown" => {
                agreed.between.insert(ticket);
            }
            elsewhere => ensure!(
                on.is_none(),
                "BOOKS: ticket {ticket} is on {on:?}, and the platform says {elsewhere}"
            ),
        }
    }
    let is_new = |ticket: &u64| !known.contains(ticket) && !before.has(*ticket);
    let unheard = live.tickets().find(is_new);
    ensure!(unheard.is_none(), "INVENTED: ticket {unheard:?}");
    let is_gone = |ticket: &u64| !known.contains(ticket) && !live.has(*ticket);
    let lost = before.tickets().find(is_gone);
    ensure!(lost.is_none(), "LOST: ticket {lost:?}");
    agreed.elsewhere = known.iter().filter(|ticket| !live.has(**ticket)).count();
    Ok(agreed)
}

/// Looks again until it holds, at most this long: reports arrive when they arrive.
///
/// # Errors
/// What still does not hold then.
pub fn within<T>(patience: Duration, mut look: impl FnMut() -> Result<T>) -> Result<T> {
    let end = Instant::now() + patience;
    loop {
        let found = look();
        if found.is_ok() || Instant::now() > end {
            return found;
        }
        thread::sleep(LOOK);
    }
}
