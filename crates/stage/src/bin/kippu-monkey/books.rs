//! Counts where each ticket is: on the chips of the cards, and in the platform's books.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use kippu_card::{
    capability::{SlotState, TicketCard as _},
    open::open_free,
    virtual_card::{CardSize, Chip, KeyKind, VirtualCard},
};
use kippu_stage::theatre::Theatre;
use kippu_ticket::record::BoundTicket;
use rusqlite::{Connection, OpenFlags};

/// Longest wait until the last report has come.
const PATIENCE: Duration = Duration::from_secs(30);
const LOOK: Duration = Duration::from_millis(100);

/// The cards each ticket is live on, by the ticket's number.
type Live = BTreeMap<u64, Vec<String>>;

/// Reads the memory of every card of the tray.
pub fn live(theatre: &Theatre) -> Result<Live> {
    let mut live = Live::new();
    for entry in fs::read_dir(theatre.tray())? {
        let image = entry?.path();
        if image.extension().is_none_or(|ending| ending != "card") {
            continue;
        }
        let blank = || Chip::blank([0; 7], CardSize::K2, KeyKind::Aes);
        let mut card = VirtualCard::open(&image, blank)?;
        card.power_on();
        // Blank cards, and those of others, are in the tray too.
        let Ok(mut card) = open_free(Box::new(card)) else {
            continue;
        };
        let contents = card.read().with_context(|| image.display().to_string())?;
        let uid = card.uid().to_string();
        for ticket in contents.tickets {
            if ticket.state == SlotState::Live {
                let bound = BoundTicket::from_bytes(&ticket.record)?;
                let id = bound.signed.body.ticket.0;
                live.entry(id).or_default().push(uid.clone());
            }
        }
    }
    Ok(live)
}

/// No ticket is on two cards, none of `before` is gone, and the books name the card of each that is on one.
pub fn agree(theatre: &Theatre, before: &Live) -> Result<String> {
    let end = Instant::now() + PATIENCE;
    loop {
        let found = compare(theatre, before);
        if found.is_ok() || Instant::now() > end {
            return found;
        }
        thread::sleep(LOOK);
    }
}

fn compare(theatre: &Theatre, before: &Live) -> Result<String> {
    let live = live(theatre)?;
    for (ticket, cards) in &live {
        ensure!(cards.len() == 1, "DOUBLED: ticket {ticket} is on {cards:?}");
    }
    let books = Connection::open_with_flags(
        theatre.platform_data().join("platform.db"),
        OpenFlags::SQLITE_OPEN_READ_ONLY,
    )?;
    let mut statement = books.prepare("SELECT ticket, holder, holder_card FROM tickets")?;
    let rows = statement.query_map([], |row| {
        let ticket: i64 = row.get(0)?;
        let (holder, card): (String, Option<String>) = (row.get(1)?, row.get(2)?);
        Ok((ticket.cast_unsigned(), holder, card))
    })?;
    let (mut known, mut between) = (BTreeSet::new(), 0);
    for row in rows {
        let (ticket, holder, card) = row?;
        known.insert(ticket);
        let on = live.get(&ticket).map(|cards| cards[0].clone());
        match holder.as_str() {
            "card" => ensure!(
                on == card,
                "BOOKS: ticket {ticket} is on {on:?}, and the platform says {card:?}"
            ),
            // Between two holders only the card knows.
            "unknown" => between += 1,
            elsewhere => ensure!(
                on.is_none(),
                "BOOKS: ticket {ticket} is on {on:?}, and the platform says {elsewhere}"
            ),
        }
    }
    let is_new = |ticket: &&u64| !known.contains(*ticket) && !before.contains_key(*ticket);
    let unheard = live.keys().find(is_new);
    ensure!(unheard.is_none(), "INVENTED: ticket {unheard:?}");
    let is_gone = |ticket: &&u64| !known.contains(*ticket) && !live.contains_key(*ticket);
    let lost = before.keys().find(is_gone);
    ensure!(lost.is_none(), "LOST: ticket {lost:?}");
    Ok(format!(
        "{} tickets on cards, each on one and where the books say, {} elsewhere, {between} between holders",
        live.len(),
        known
            .iter()
            .filter(|ticket| !live.contains_key(ticket))
            .count()
    ))
}
