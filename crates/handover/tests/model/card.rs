//! The model's card and printer: what changes, changes at the commit or not at all, and customers pull cards away.

use kippu_card::capability::{
    CardContents, CardEvent, CardFault, CardTicket, Change, ChangeFault, Committed, Directory,
    Progress, Refusal, TicketCard,
};
use kippu_handover::{
    paper::{PaperEnd, PaperFault, PaperJob, PaperPort},
    row::Source,
};
use kippu_ticket::ids::{CardUid, HandoverId, OperationId, Step};

use crate::{
    chance::{Kind, Run, Shared, prints, tears},
    record::{EVENT, Record},
    world::{FREE, LIVE, NULLIFIED, PaperOut, Presentation, World},
};

pub struct ModelCard {
    pub run: Shared,
    pub card: usize,
    pub torn: bool,
    /// Read in this session: what comes now cannot fail on the way here.
    pub read: bool,
}

impl ModelCard {
    pub fn new(run: &Shared, card: usize) -> Self {
        Self {
            run: Shared::clone(run),
            card,
            torn: false,
            read: false,
        }
    }
}

impl TicketCard for ModelCard {
    fn uid(&self) -> CardUid {
        self.run.borrow().world.cards[self.card].uid
    }

    fn read(&mut self) -> Result<CardContents, CardFault> {
        if self.torn || !self.read && self.run.borrow_mut().pick(&[tears]) > 0 {
            self.torn = true;
            return Err(CardFault::Torn);
        }
        self.read = true;
        let run = self.run.borrow();
        let card = &run.world.cards[self.card];
        let tickets = (0..)
            .zip(&card.slots)
            .filter(|(_, slot)| slot.state != FREE)
            .filter_map(|(number, slot)| {
                let record = slot.record?;
                Some(CardTicket {
                    slot: number,
                    state: slot.state(),
                    record: record.to_bytes(),
                    entered: slot.entered,
                    generation: record.generation,
                })
            });
        Ok(CardContents {
            uid: card.uid,
            directory: card.directory(),
            events: vec![CardEvent {
                event: EVENT,
                name: String::new(),
                venue: String::new(),
                doors_open: 0,
                starts: 0,
                utc_offset_minutes: 0,
            }],
            tickets: tickets.collect(),
        })
    }

    fn directory(&mut self) -> Result<Directory, CardFault> {
        self.read().map(|contents| contents.directory)
    }

    fn apply(
        &mut self,
        change: &Change,
        _: &mut dyn FnMut(Progress),
    ) -> Result<Committed, ChangeFault> {
        if self.torn {
            return Err(ChangeFault::NotDone(CardFault::Torn));
        }
        let mut run = self.run.borrow_mut();
        let places = plan(&run, self.card, change)?;
        // 1: torn before anything was written; 2: after writing, before the commit; 3: the commit never arrived; 4: its answer was lost.
        // Without garbage 1 and 2 leave the same.
        let ways = if run.setup.garbage { 4 } else { 3 };
        let mut way = run.pick(&[tears as Kind; 4][..ways]);
        if !run.setup.garbage && way > 1 {
            way += 1;
        }
        if way == 1 {
            self.torn = true;
            return Err(ChangeFault::NotDone(CardFault::Torn));
        }
        let trusted = run.setup.flaws.slots_trusted && change.operation.attempt > 1;
        let garbage = run.setup.garbage;
        let card = &mut run.world.cards[self.card];
        let before = card.directory();
        for (place, new) in places.iter().zip(&change.add) {
            let slot = &mut card.slots[*place];
            if !(trusted && slot.garbage.is_some()) {
                slot.garbage = Some(Record::from_bytes(&new.record));
            }
        }
        if way == 2 || way == 3 {
            self.torn = true;
            if !garbage {
                card.slots.iter_mut().for_each(|slot| slot.garbage = None);
            }
            return Err(if way == 2 {
                ChangeFault::NotDone(CardFault::Torn)
            } else {
                ChangeFault::Unknown(CardFault::Torn)
            });
        }
        commit(&mut run, self.card, change, &places);
        if way == 4 {
            self.torn = true;
            return Err(ChangeFault::Unknown(CardFault::Torn));
        }
        Ok(Committed {
            before,
            after: run.world.cards[self.card].directory(),
            proof: None,
        })
    }
}

/// Slots for what is to be added; the refusals are those of the card client.
fn plan(run: &Run, card: usize, change: &Change) -> Result<Vec<usize>, ChangeFault> {
    let card = &run.world.cards[card];
    if card.sequence != change.expected_sequence {
        return Err(ChangeFault::Sequence {
            found: card.sequence,
        });
    }
    for ticket in &change.nullify {
        let slot = card
            .slots
            .iter()
            .find(|slot| slot.state == LIVE && slot.record.is_some_and(|on| on.ticket == *ticket));
        match slot {
            None => return Err(ChangeFault::Refused(Refusal::NotLive(*ticket))),
            Some(slot) if slot.entered > 0 && !run.setup.flaws.entered_not_checked => {
                return Err(ChangeFault::Refused(Refusal::Entered(*ticket)));
            }
            Some(_) => {}
        }
    }
    for new in &change.add {
        let record = Record::from_bytes(&new.record);
        for slot in &card.slots {
            let same_or_later = slot
                .record
                .is_some_and(|on| on.ticket == record.ticket && on.generation >= record.generation);
            match slot.state {
                LIVE if same_or_later => {
                    return Err(ChangeFault::Refused(Refusal::AlreadyLive(record.ticket)));
                }
                NULLIFIED if same_or_later => {
                    return Err(ChangeFault::Refused(Refusal::Outlived(record.ticket)));
                }
                _ => {}
            }
        }
    }
    let places: Vec<usize> = [FREE, NULLIFIED]
        .into_iter()
        .flat_map(|wanted| {
            (0..card.slots.len()).filter(move |place| card.slots[*place].state == wanted)
        })
        .take(change.add.len())
        .collect();
    if places.len() < change.add.len() {
        return Err(ChangeFault::NotDone(CardFault::Full));
    }
    Ok(places)
}

fn commit(run: &mut Run, card: usize, change: &Change, places: &[usize]) {
    if change.operation.step == Step::Take && !agreed(&run.world, card, change) {
        run.world.broken = Some("P4: taken without its giver's consent");
    }
    let reset = !run.setup.flaws.entered_not_reset;
    let card = &mut run.world.cards[card];
    for ticket in &change.nullify {
        for slot in &mut card.slots {
            if slot.state == LIVE && slot.record.is_some_and(|on| on.ticket == *ticket) {
                slot.state = NULLIFIED;
            }
        }
    }
    for place in places {
        let slot = &mut card.slots[*place];
        slot.state = LIVE;
        slot.record = slot.garbage.take();
        if reset {
            slot.entered = 0;
        }
    }
    card.commit(change.operation);
}

/// P4: a giver agreed to this, with this card, at this sequence, and to one try.
fn agreed(world: &World, card: usize, change: &Change) -> bool {
    let card = &world.cards[card];
    let rows = world.disks.iter().flat_map(|disk| &disk.rows);
    rows.map(|row| row.get())
        .filter(|row| row.id == change.operation.handover)
        .any(|row| match row.source {
            Source::Card {
                card: giver,
                sequence,
                ..
            } => {
                giver == card.uid
                    && sequence == card.sequence
                    && change
                        .nullify
                        .iter()
                        .all(|ticket| row.items.iter().any(|item| item.ticket == *ticket))
            }
            Source::Claim { .. } => false,
        })
}

/// Another terminal's commits, with nothing to see but the sequence and the ring.
pub fn stranger(world: &mut World, card: usize, commits: u8, reported: bool) {
    for _ in 0..commits {
        world.strangers += 1;
        let operation = OperationId {
            handover: HandoverId([200 + world.strangers; 16]),
            step: Step::Take,
            attempt: 1,
        };
        let card = &mut world.cards[card];
        card.commit(operation);
        if reported {
            let place = (card.uid, card.sequence);
            world.platform.history.insert(place, operation);
        }
    }
}

pub struct ModelPrinter {
    pub run: Shared,
}

impl PaperPort for ModelPrinter {
    fn ready(&mut self) -> Result<(), PaperFault> {
        Ok(())
    }

    fn print(&mut self, job: &PaperJob) -> PaperEnd {
        let mut run = self.run.borrow_mut();
        let taken = Record::from_bytes(&job.record);
        // 1: for certain nothing; 2: not confirmed, nothing came out; 3: not confirmed, it came out.
        let way = run.pick(&[prints as Kind; 3]);
        if way == 0 || way == 3 {
            let mut generation = taken.generation;
            generation.hop += 1;
            run.world.papers.push(PaperOut {
                serial: job.serial,
                ticket: job.ticket,
                generation,
            });
        }
        match way {
            0 => PaperEnd::Printed,
            1 => PaperEnd::Nothing(PaperFault::OutOfPaper),
            _ => PaperEnd::Unconfirmed(PaperFault::Away),
        }
    }
}

/// A gate lets somebody in with a card. Gates know the recall lists and nothing of the platform's books.
pub fn enter(world: &mut World, card: usize, slot: usize) {
    let uid = world.cards[card].uid;
    let Some(record) = world.cards[card].slots[slot].record else {
        return;
    };
    let place = world.platform.place(record.ticket);
    world.cards[card].slots[slot].entered = 1;
    if world.inside[place].is_some() {
        world.broken = Some("DOUBLED: admitted twice");
    }
    world.inside[place] = Some(Presentation::Card(uid));
}
