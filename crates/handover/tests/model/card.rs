//! The model's card: sequence, ring and slots that change at the commit or not at all, and a customer who pulls it away.

use kippu_card::capability::{
    CardContents, CardFault, CardTicket, Change, ChangeFault, Committed, Directory, Progress,
    SlotState, TicketCard,
};
use kippu_ticket::ids::{CardUid, Generation, HandoverId, OperationId, Step, TicketId};

use crate::{
    choice::{Shared, tears},
    world::{World, record, record_of},
};

pub struct ModelCard {
    pub run: Shared,
    pub card: usize,
    pub torn: bool,
}

impl TicketCard for ModelCard {
    fn uid(&self) -> CardUid {
        self.run.borrow().world.cards[self.card].uid
    }

    fn read(&mut self) -> Result<CardContents, CardFault> {
        if self.torn || self.run.borrow_mut().fault(2, tears) > 0 {
            self.torn = true;
            return Err(CardFault::Torn);
        }
        let run = self.run.borrow();
        let card = &run.world.cards[self.card];
        let tickets = card
            .slots
            .iter()
            .enumerate()
            .filter(|(_, slot)| slot.state != SlotState::Free)
            .map(|(number, slot)| CardTicket {
                slot: number as u8,
                state: slot.state,
                record: slot.record.clone(),
                entered: 0,
                generation: record_of(&slot.record)
                    .map_or(Generation { epoch: 0, hop: 0 }, |found| found.1),
            })
            .collect();
        Ok(CardContents {
            uid: card.uid,
            directory: card.directory(),
            events: Vec::new(),
            tickets,
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
        let card = &run.world.cards[self.card];
        if card.sequence != change.expected_sequence {
            return Err(ChangeFault::Sequence {
                found: card.sequence,
            });
        }
        let places: Vec<_> = [SlotState::Free, SlotState::Nullified]
            .into_iter()
            .flat_map(|wanted| {
                (0..card.slots.len()).filter(move |place| card.slots[*place].state == wanted)
            })
            .collect();
        if places.len() < change.add.len() {
            return Err(ChangeFault::NotDone(CardFault::Full));
        }
        // 1: torn before the commit; 2: the commit never arrived; 3: it did, the answer was lost.
        let way = run.fault(4, tears);
        if way == 1 || way == 2 {
            self.torn = true;
            return Err(if way == 1 {
                ChangeFault::NotDone(CardFault::Torn)
            } else {
                ChangeFault::Unknown(CardFault::Torn)
            });
        }
        let card = &mut run.world.cards[self.card];
        let before = card.directory();
        for (place, new) in places.into_iter().zip(&change.add) {
            card.slots[place].state = SlotState::Live;
            card.slots[place].record.clone_from(&new.record);
        }
        card.commit(change.operation);
        let after = card.directory();
        if way == 3 {
            self.torn = true;
            return Err(ChangeFault::Unknown(CardFault::Torn));
        }
        Ok(Committed {
            before,
            after,
            proof: None,
        })
    }
}

/// Another terminal's visit: `commits` changes; the first frees a foreign ticket's slot or fills a free one, the rest change nothing to see.
pub fn stranger(world: &mut World, card: usize, commits: u8, fills: bool, reported: bool) {
    for number in 0..commits {
        world.strangers += 1;
        let operation = OperationId {
            handover: HandoverId([200 + world.strangers; 16]),
            step: Step::Take,
            attempt: 1,
        };
        let card = &mut world.cards[card];
        if number == 0 {
            let foreign =
                |record: &[u8]| record_of(record).is_some_and(|found| found.0 == TicketId(99));
            if fills {
                let uid = card.uid;
                if let Some(slot) = card
                    .slots
                    .iter_mut()
                    .find(|slot| slot.state != SlotState::Live)
                {
                    slot.state = SlotState::Live;
                    slot.record = record(TicketId(99), Generation { epoch: 1, hop: 1 }, uid);
                }
            } else if let Some(slot) = card
                .slots
                .iter_mut()
                .find(|slot| slot.state == SlotState::Live && foreign(&slot.record))
            {
                slot.state = SlotState::Nullified;
            }
        }
        card.commit(operation);
        if reported {
            let (uid, directory) = (card.uid, card.directory());
            world.platform.learn(uid, &directory);
        }
    }
}
