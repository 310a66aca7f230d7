//! The model's world: cards, the platform's books, terminals' disks, and what must be true of them.

use std::{
    collections::{BTreeMap, BTreeSet},
    hash::{Hash, Hasher},
};

use kippu_api::handovers::{Report, ReportedOutcome};
use kippu_card::capability::{Directory, DirectorySlot, SlotState};
use kippu_handover::row::{Handover, Incarnation};
use kippu_ticket::ids::{CardUid, EventId, Generation, HandoverId, OperationId, TicketId};

pub const ORDER: &str = "order";

/// What may still go wrong in a run. Every fault taken costs one of its kind and one of the total.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Faults {
    pub total: u8,
    /// The card leaves the field, at any exchange.
    pub tears: u8,
    /// A message or its reply is lost, or arrives later.
    pub messages: u8,
    /// The process is killed, before or after a write to its disk.
    pub crashes: u8,
    /// Another terminal changes a card.
    pub strangers: u8,
    /// The operator issues the tickets anew.
    pub reissues: u8,
    /// The disk is copied; the copy is put back later.
    pub restores: u8,
}

/// A slot as it is on the chip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    pub state: SlotState,
    /// Ticket, epoch, hop: the model's record.
    pub record: Vec<u8>,
}

impl Hash for Slot {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        (self.state as u8, &self.record).hash(hasher);
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
        let slots = self
            .slots
            .iter()
            .map(|slot| DirectorySlot {
                state: slot.state,
                event: EventId(1),
                generation: record_of(&slot.record)
                    .map_or(Generation { epoch: 0, hop: 0 }, |record| record.1),
                check: Default::default(),
            })
            .collect();
        Directory {
            sequence: self.sequence,
            ring: self.ring.clone(),
            slots,
        }
    }

    /// Places a terminal sees on it.
    pub fn room(&self) -> u8 {
        let free = self
            .slots
            .iter()
            .filter(|slot| slot.state != SlotState::Live)
            .count();
        u8::try_from(free).expect("few slots")
    }

    /// A commit: everything becomes visible at once.
    pub fn commit(&mut self, operation: OperationId) {
        self.sequence += 1;
        self.ring.insert(0, operation);
        self.ring.truncate(4);
    }
}

pub fn record(ticket: TicketId, generation: Generation, uid: CardUid) -> Vec<u8> {
    let mut bytes = vec![ticket.0 as u8, generation.epoch as u8, generation.hop as u8];
    bytes.extend(uid.0);
    bytes
}

pub fn record_of(bytes: &[u8]) -> Option<(TicketId, Generation)> {
    let &[ticket, epoch, hop, ..] = bytes else {
        return None;
    };
    Some((
        TicketId(ticket.into()),
        Generation {
            epoch: epoch.into(),
            hop: hop.into(),
        },
    ))
}

/// Whom the platform's books name as a ticket's holder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Books {
    Platform,
    Granted(HandoverId),
    OnCard(CardUid),
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BookedTicket {
    pub ticket: TicketId,
    pub generation: Generation,
    pub holder: Books,
}

/// A handover as the platform knows it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BookedHandover {
    pub fence: u64,
    pub card: CardUid,
    pub incarnation: String,
    /// Ticket and generation granted; the answer to a repeated request.
    pub granted: Vec<(TicketId, Generation)>,
    pub stayed: Vec<TicketId>,
    /// Highest report row seen, and whether an operation's end is open.
    pub last_row: u64,
    pub unknown: Option<(OperationId, u32)>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Platform {
    pub card: CardUid,
    pub tickets: Vec<BookedTicket>,
    pub handovers: BTreeMap<HandoverId, BookedHandover>,
    /// Handovers that were refused once; they are refused always.
    pub refused: BTreeSet<HandoverId>,
    /// Whose commit made which sequence of which card, from all terminals' reports (R4).
    pub history: BTreeMap<(CardUid, u32), OperationId>,
}

impl Platform {
    pub fn learn(&mut self, card: CardUid, directory: &Directory) {
        for (place, operation) in directory.ring.iter().enumerate() {
            let sequence = directory.sequence - place as u32;
            self.history.insert((card, sequence), *operation);
        }
    }

    /// Takes a report. Older or repeated ones change nothing (R6).
    pub fn take_report(&mut self, id: HandoverId, report: &Report) -> bool {
        for directory in [&report.before, &report.after].into_iter().flatten() {
            let directory: Directory =
                serde_json::from_value(directory.clone()).expect("a directory");
            self.learn(report.card, &directory);
        }
        let Some(handover) = self.handovers.get_mut(&id) else {
            return false;
        };
        if report.row <= handover.last_row {
            return false;
        }
        handover.last_row = report.row;
        let operation = OperationId {
            handover: id,
            step: report.step,
            attempt: report.attempt,
        };
        match report.outcome {
            ReportedOutcome::Unknown => {
                let before = report
                    .before
                    .clone()
                    .map(|json| serde_json::from_value::<Directory>(json).expect("json"));
                handover.unknown = before.map(|directory| (operation, directory.sequence));
            }
            ReportedOutcome::NotDone => handover.unknown = None,
            ReportedOutcome::Done | ReportedOutcome::LeftAtPlatform => {
                handover.unknown = None;
                let holder = match report.outcome {
                    ReportedOutcome::Done => Books::OnCard(report.card),
                    _ => Books::Platform,
                };
                for booked in &mut self.tickets {
                    if report.tickets.contains(&booked.ticket)
                        && booked.holder == Books::Granted(id)
                    {
                        booked.holder = holder;
                    }
                }
            }
        }
        true
    }
}

/// A terminal's disk: what survives a crash.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Disk {
    pub incarnation: Incarnation,
    pub rows: Vec<Handover>,
    /// Unsent reports: row number, handover, JSON.
    pub outbox: Vec<(u64, HandoverId, String)>,
    pub next_row: u64,
}

/// A message that left late and may still arrive.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Late {
    Grant(String),
    Report(HandoverId, String),
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct World {
    pub cards: Vec<Card>,
    pub platform: Platform,
    pub disks: Vec<Disk>,
    pub copies: Vec<Option<Disk>>,
    pub late: Vec<Late>,
    pub faults: Faults,
    pub begun: u8,
    /// Distinct numbers for strangers' operations.
    pub strangers: u8,
}

impl World {
    /// `tickets` of one paid order; each card has one slot per entry, `true` where another ticket already lies in it.
    pub fn new(tickets: u64, cards: &[&[bool]], terminals: u8, faults: Faults) -> Self {
        let uid = |card: usize| CardUid([card as u8 + 1; 7]);
        Self {
            cards: cards
                .iter()
                .enumerate()
                .map(|(number, slots)| Card {
                    uid: uid(number),
                    sequence: 0,
                    ring: Vec::new(),
                    slots: slots
                        .iter()
                        .map(|taken| Slot {
                            state: if *taken {
                                SlotState::Live
                            } else {
                                SlotState::Free
                            },
                            record: if *taken {
                                record(TicketId(99), Generation { epoch: 1, hop: 1 }, uid(number))
                            } else {
                                Vec::new()
                            },
                        })
                        .collect(),
                })
                .collect(),
            platform: Platform {
                card: uid(0),
                tickets: (1..=tickets)
                    .map(|ticket| BookedTicket {
                        ticket: TicketId(ticket),
                        generation: Generation { epoch: 1, hop: 0 },
                        holder: Books::Platform,
                    })
                    .collect(),
                handovers: BTreeMap::new(),
                refused: BTreeSet::new(),
                history: BTreeMap::new(),
            },
            disks: (0..terminals)
                .map(|terminal| Disk {
                    incarnation: Incarnation([terminal + 1; 16]),
                    rows: Vec::new(),
                    outbox: Vec::new(),
                    next_row: 1,
                })
                .collect(),
            copies: vec![None; terminals.into()],
            late: Vec::new(),
            faults,
            begun: 0,
            strangers: 0,
        }
    }

    /// Live copies of a ticket's current epoch: what a gate with the newest recall list admits.
    pub fn admissible(&self, booked: &BookedTicket) -> Vec<CardUid> {
        self.cards
            .iter()
            .flat_map(|card| card.slots.iter().map(move |slot| (card.uid, slot)))
            .filter(|(_, slot)| slot.state == SlotState::Live)
            .filter(|(_, slot)| {
                record_of(&slot.record).is_some_and(|(ticket, generation)| {
                    ticket == booked.ticket && generation.epoch == booked.generation.epoch
                })
            })
            .map(|(uid, _)| uid)
            .collect()
    }

    /// Promise 1, first half: never two holders. The platform counts as one where it would hand the ticket out.
    pub fn doubled(&self) -> Option<String> {
        self.platform.tickets.iter().find_map(|booked| {
            let copies = self.admissible(booked);
            let holders = copies.len() + usize::from(booked.holder == Books::Platform);
            (holders > 1).then(|| {
                format!(
                    "ticket {} on {copies:?}, books say {:?}",
                    booked.ticket, booked.holder
                )
            })
        })
    }

    /// Where promise 1's second half ends well: each ticket with exactly one holder, and the books name it; nothing open anywhere.
    pub fn settled(&self) -> bool {
        self.disks
            .iter()
            .all(|disk| disk.rows.iter().all(|row| !row.is_open()) && disk.outbox.is_empty())
            && self.platform.tickets.iter().all(|booked| {
                let copies = self.admissible(booked);
                match booked.holder {
                    Books::Platform => copies.is_empty(),
                    Books::OnCard(uid) => copies == [uid],
                    Books::Granted(_) => false,
                }
            })
    }

    /// An unknown that nobody can answer any more: the ring has passed it and no report holds the place. Only an operator can.
    pub fn honest_unknown(&self) -> bool {
        self.disks
            .iter()
            .flat_map(|disk| &disk.rows)
            .filter_map(|row| row.pending.as_ref())
            .any(|intent| {
                self.cards
                    .iter()
                    .filter(|card| card.uid == intent.card)
                    .any(|card| {
                        let since = card.sequence - intent.sequence;
                        since as usize > card.ring.len()
                    })
            })
    }
}
