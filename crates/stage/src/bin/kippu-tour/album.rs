//! Where the tour keeps what it saw.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use kippu_card::{open::open_free, reader::Reader, tray::Tray};
use kippu_stage::hand::Hand;
use kippu_ticket::record::BoundTicket;

/// Name under which the tour lays a card to read it.
const TOUR_READER: &str = "tour";

/// Numbered files in one folder.
pub struct Album {
    folder: PathBuf,
    count: usize,
}

impl Album {
    /// An empty album in an existing folder.
    pub fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            count: 0,
        }
    }

    /// Files saved so far.
    pub fn count(&self) -> usize {
        self.count
    }

    fn next(&mut self, name: &str) -> PathBuf {
        self.count += 1;
        let path = self.folder.join(format!("{:02}-{name}", self.count));
        println!("{}", path.display());
        path
    }

    /// Saves what a terminal shows.
    pub fn shot(&mut self, terminal: &mut Hand, name: &str) -> Result<()> {
        let file = self.next(&format!("{name}.png"));
        terminal.shot(&std::path::absolute(&file).context("folder of the album")?)
    }

    /// Saves the newest printed paper.
    pub fn paper(&mut self, papers: &Path, name: &str) -> Result<()> {
        let newest = std::fs::read_dir(papers)?
            .filter_map(|entry| entry.ok().map(|entry| entry.path()))
            .filter(|path| path.extension().is_some_and(|extension| extension == "png"))
            .max()
            .context("no paper came out")?;
        let file = self.next(&format!("{name}.png"));
        std::fs::copy(newest, file)
            .context("save the paper")
            .map(drop)
    }

    /// Saves a virtual card's content as text, read with no key as anyone can.
    pub fn card(&mut self, tray: &Path, card: &str, name: &str) -> Result<()> {
        let text = describe_card(tray, card)?;
        let file = self.next(&format!("{name}.txt"));
        std::fs::write(file, text).context("save the card's content")
    }
}

fn describe_card(folder: &Path, card: &str) -> Result<String> {
    use kippu_card::capability::TicketCard as _;

    let tray = Tray::open(folder)?;
    tray.lay(card, TOUR_READER)?;
    let contents = tray
        .reader(TOUR_READER)
        .connect()
        .and_then(open_free)
        .and_then(|mut card| card.read());
    tray.lift(TOUR_READER);
    let contents = contents?;

    let mut text = format!(
        "virtual card {card}, number {}\nsequence {}, {} of {} places free\n",
        contents.uid,
        contents.directory.sequence,
        contents.room(),
        contents.directory.slots.len()
    );
    for event in &contents.events {
        writeln!(
            text,
            "event {}: {}, {}",
            event.event, event.name, event.venue
        )?;
    }
    for ticket in &contents.tickets {
        let record = BoundTicket::from_bytes(&ticket.record)?;
        let body = &record.signed.body;
        writeln!(
            text,
            "slot {}: {:?}, ticket {}, event {}, block {}, row {}, seat {}, epoch {}, hop {}, entered {}\n  {}",
            ticket.slot,
            ticket.state,
            body.ticket,
            body.event,
            body.seat.block(),
            body.seat.row(),
            body.seat.number(),
            ticket.generation.epoch,
            ticket.generation.hop,
            ticket.entered,
            ticket
                .record
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect::<String>(),
        )?;
    }
    Ok(text)
}
