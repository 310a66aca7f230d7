//! The model's world: cards, papers, gates, terminals' disks and the platform, and what must be true of them.

use std::{
    collections::BTreeSet,
    hash::{DefaultHasher, Hash, Hasher},
    rc::Rc,
};

use kippu_card::capability::{Directory, DirectorySlot, SlotState};
use kippu_handover::{
    row::{Handover, Incarnation, Place},
    store::KnownPlatform,
};
use kippu_ticket::ids::{CardUid, EventId, Generation, OperationId, TicketId};

use crate::{
    books::{Holder, Platform},
    record::{EVENT, Record},
    wire::{Late, Told},
};

/// What may still go wrong or be done. Every fault taken costs one of its kind and one of the total.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Budget {
    pub total: u8,
    /// The card leaves the field.
    pub tears: u8,
    /// The process is killed, before or after a write to its disk.
    pub crashes: u8,
    /// A message is acted on and its reply is lost.
    pub replies: u8,
    /// A message does not leave, or arrives later or never.
    pub lost: u8,
    /// A message arrives twice.
    pub repeats: u8,
    /// A print whose end the printer does not confirm.
    pub prints: u8,
    /// A terminal is cut off for a while.
    pub cuts: u8,
    /// Other terminals' commits on a card.
    pub strangers: u8,
    /// Not faults: a customer enters, a terminal lets go, the operator issues anew, somebody puts a copy back.
    pub entries: u8,
    pub releases: u8,
    pub reissues: u8,
    pub journal_restores: u8,
    pub platform_restores: u8,
}

impl Budget {
    /// Nothing goes wrong.
    pub const NONE: Self = Self {
        total: 0,
        tears: 0,
        crashes: 0,
        replies: 0,
        lost: 0,
        repeats: 0,
        prints: 0,
        cuts: 0,
        strangers: 0,
        entries: 0,
        releases: 0,
        reissues: 0,
        journal_restores: 0,
        platform_restores: 0,
    };
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Slot {
    pub state: u8,
    /// What the directory says of it.
    pub record: Option<Record>,
    /// What a session wrote here that never came to its commit.
    pub garbage: Option<Record>,
    /// The gates' counter.
    pub entered: u8,
}

pub const FREE: u8 = 0;
pub const LIVE: u8 = 1;
pub const NULLIFIED: u8 = 2;

impl Slot {
    pub fn new(state: u8, record: Option<Record>) -> Self {
        Self {
            state,
            record,
            garbage: None,
            entered: 0,
        }
    }

    pub fn state(&self) -> SlotState {
        match self.state {
            FREE => SlotState::Free,
            LIVE => SlotState::Live,
            _ => SlotState::Nullified,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Card {
    pub uid: CardUid,
    pub sequence: u32,
    pub ring: Vec<OperationId>,
    pub slots: Vec<Slot>,
}

impl Card {
    pub fn directory(&self) -> Directory {
        let slots = self.slots.iter().map(|slot| DirectorySlot {
            state: slot.state(),
            event: slot.record.map_or(EventId(0), |_| EVENT),
            generation: slot
                .record
                .map_or(Generation { epoch: 0, hop: 0 }, |record| record.generation),
            check: Default::default(),
        });
        Directory {
            sequence: self.sequence,
            ring: self.ring.clone(),
            slots: slots.collect(),
        }
    }

    /// Everything becomes visible at once.
    pub fn commit(&mut self, operation: OperationId) {
        self.sequence += 1;
        self.ring.insert(0, operation);
        self.ring.truncate(4);
    }

    pub fn room(&self) -> u8 {
        let free = self.slots.iter().filter(|slot| slot.state != LIVE).count();
        u8::try_from(free).expect("few slots")
    }

    pub fn live(&self) -> impl Iterator<Item = TicketId> + '_ {
        self.slots
            .iter()
            .filter(|slot| slot.state == LIVE)
            .filter_map(|slot| Some(slot.record?.ticket))
    }
}

/// A row with its hash, shared between the worlds that have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row(Rc<(u64, Handover)>);

impl Row {
    pub fn new(row: Handover) -> Self {
        let mut hasher = DefaultHasher::new();
        row.hash(&mut hasher);
        Self(Rc::new((hasher.finish(), row)))
    }

    pub fn get(&self) -> &Handover {
        &self.0.1
    }
}

impl Hash for Row {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.0.0.hash(hasher);
    }
}

/// A terminal's disk: what survives a crash.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Disk {
    pub incarnation: Incarnation,
    pub rows: Vec<Row>,
    /// Reports with whether they wait to be sent.
    pub outbox: Vec<(Rc<Told>, bool)>,
    pub next_row: u64,
    pub known: KnownPlatform,
    /// Numbers drawn for handovers and papers.
    pub begun: u8,
    pub serials: u8,
}

/// A paper that came out of a printer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PaperOut {
    pub serial: u64,
    pub ticket: TicketId,
    pub generation: Generation,
}

/// What a gate looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Presentation {
    Card(CardUid),
    Paper(u64),
    /// The platform would hand the ticket out.
    Platform,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct World {
    pub cards: Vec<Card>,
    pub papers: Vec<PaperOut>,
    pub platform: Platform,
    pub disks: Vec<Disk>,
    /// Terminals that are cut off.
    pub cut: Vec<bool>,
    pub late: Vec<Late>,
    /// With which presentation a ticket's holder is inside.
    pub inside: Vec<Option<Presentation>>,
    /// Lives of each ticket the gates' recall lists turn away are below this; never goes back.
    pub recalled_below: Vec<Generation>,
    pub copies: Vec<Option<Disk>>,
    pub backup: Option<Rc<Platform>>,
    /// Something was put back from a copy: an operator has to look at what that lost.
    pub restored: bool,
    pub budget: Budget,
    pub strangers: u8,
    /// A promise that was broken by what just happened.
    pub broken: Option<&'static str>,
}

pub fn uid(card: usize) -> CardUid {
    CardUid([card as u8 + 1; 7])
}

impl World {
    /// `on_cards`: for each card its slots; a number is a ticket that lies there, 0 a free one. `at_platform`: tickets of one paid order.
    pub fn new(on_cards: &[&[u64]], at_platform: &[u64], terminals: u8, budget: Budget) -> Self {
        let first = Generation { epoch: 1, hop: 1 };
        let mut tickets: Vec<(TicketId, Holder)> = Vec::new();
        let mut cards = Vec::new();
        for (card, slots) in on_cards.iter().enumerate() {
            let slots = slots.iter().map(|ticket| match ticket {
                0 => Slot::new(FREE, None),
                ticket => {
                    let ticket = TicketId(*ticket);
                    tickets.push((ticket, Holder::Card(uid(card))));
                    let record = Record {
                        ticket,
                        generation: first,
                        card: uid(card),
                    };
                    Slot::new(LIVE, Some(record))
                }
            });
            cards.push(Card {
                uid: uid(card),
                sequence: 0,
                ring: Vec::new(),
                slots: slots.collect(),
            });
        }
        tickets.extend(
            at_platform
                .iter()
                .map(|ticket| (TicketId(*ticket), Holder::Platform)),
        );
        tickets.sort();
        let count = tickets.len();
        let disk = |terminal: u8| Disk {
            incarnation: Incarnation([terminal + 1; 16]),
            rows: Vec::new(),
            outbox: Vec::new(),
            next_row: 1,
            known: KnownPlatform {
                told: Some("0".into()),
                telling: None,
            },
            begun: 0,
            serials: 0,
        };
        Self {
            cards,
            papers: Vec::new(),
            platform: Platform::new(tickets, terminals.into()),
            disks: (0..terminals).map(disk).collect(),
            cut: vec![false; terminals.into()],
            late: Vec::new(),
            inside: vec![None; count],
            recalled_below: vec![Generation { epoch: 0, hop: 0 }; count],
            copies: vec![None; terminals.into()],
            backup: None,
            restored: false,
            budget,
            strangers: 0,
            broken: None,
        }
    }

    /// Serials that were said not to have come out, whoever knows of it yet: that gates learn late is not what is looked at here.
    fn void_serials(&self) -> BTreeSet<u64> {
        let rows = self.disks.iter().flat_map(|disk| &disk.rows);
        let said = rows
            .flat_map(|row| &row.get().papers)
            .filter(|paper| !paper.came_out)
            .map(|paper| paper.serial);
        said.chain(self.platform.void.iter().copied()).collect()
    }

    /// What would get somebody in with this ticket, or hand it out, or already has.
    pub fn presentations(&self, place: usize, papers_never_void: bool) -> BTreeSet<Presentation> {
        let booked = &self.platform.tickets[place];
        let good = |generation: Generation| generation >= self.recalled_below[place];
        let mut found: BTreeSet<_> = self
            .cards
            .iter()
            .flat_map(|card| card.slots.iter().map(move |slot| (card.uid, slot)))
            .filter(|(_, slot)| slot.state == LIVE)
            .filter_map(|(uid, slot)| {
                let record = slot.record?;
                let shown = Presentation::Card(uid);
                let admitted = slot.entered == 0 || self.inside[place] == Some(shown);
                (record.ticket == booked.ticket && good(record.generation) && admitted)
                    .then_some(shown)
            })
            .collect();
        if self
            .papers
            .iter()
            .any(|paper| paper.ticket == booked.ticket)
        {
            let void = self.void_serials();
            found.extend(
                self.papers
                    .iter()
                    .filter(|paper| paper.ticket == booked.ticket && good(paper.generation))
                    .filter(|paper| papers_never_void || !void.contains(&paper.serial))
                    .map(|paper| Presentation::Paper(paper.serial)),
            );
        }
        // A restored platform hands out nothing before everybody has resent (R15).
        if booked.standing.holder == Holder::Platform && !self.platform.owing.contains(&true) {
            found.insert(Presentation::Platform);
        }
        found.extend(self.inside[place]);
        found
    }

    /// P1: no two presentations are both admitted. P4 where it was seen broken.
    pub fn wrong(&self, papers_never_void: bool) -> Option<String> {
        if let Some(broken) = self.broken {
            return Some(broken.into());
        }
        (0..self.platform.tickets.len()).find_map(|place| {
            let found = self.presentations(place, papers_never_void);
            (found.len() > 1).then(|| {
                format!(
                    "DOUBLED: ticket {} by {found:?}",
                    self.platform.tickets[place].ticket
                )
            })
        })
    }

    /// P2's goal: every ticket live with exactly one holder, the books name it, and nothing is open anywhere.
    pub fn settled(&self, papers_never_void: bool) -> bool {
        !self.cut.contains(&true)
            && !self.platform.owing.contains(&true)
            && self.platform.releases.iter().all(|release| release.taken)
            && self.disks.iter().all(|disk| {
                disk.outbox.iter().all(|(_, waits)| !waits)
                    && disk.rows.iter().all(|row| !row.get().is_open())
            })
            && (0..self.platform.tickets.len()).all(|place| {
                let found = self.presentations(place, papers_never_void);
                let named = match self.platform.tickets[place].standing.holder {
                    Holder::Platform => Some(Presentation::Platform),
                    Holder::Card(uid) => Some(Presentation::Card(uid)),
                    Holder::Paper(serial) => Some(Presentation::Paper(serial)),
                    Holder::Terminal | Holder::Unknown => None,
                };
                found.len() == 1 && found.first() == named.as_ref()
            })
    }

    /// An unknown that the ring has passed: only other terminals' reports, or an operator, can answer it.
    pub fn ring_passed(&self) -> bool {
        self.disks
            .iter()
            .flat_map(|disk| &disk.rows)
            .filter(|row| row.get().is_open())
            .filter_map(|row| row.get().pending.as_ref())
            .any(|intent| match intent.place {
                Place::Card { card, sequence } => self
                    .cards
                    .iter()
                    .filter(|known| known.uid == card)
                    .any(|known| (known.sequence - sequence) as usize > known.ring.len()),
                Place::Platform | Place::Paper { .. } => false,
            })
    }

    /// 128 bits that stand for the world.
    pub fn fingerprint(&self) -> u128 {
        let mut halves = [0u64; 2];
        for (salt, half) in halves.iter_mut().enumerate() {
            let mut hasher = DefaultHasher::new();
            salt.hash(&mut hasher);
            self.hash(&mut hasher);
            *half = hasher.finish();
        }
        (u128::from(halves[0]) << 64) | u128::from(halves[1])
    }
}
