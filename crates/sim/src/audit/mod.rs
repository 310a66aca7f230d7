//! The auditor: apart from the product's own code it reads raw chip memory, the platform's rows and printed codes by docs/formats.md, and counts
//! what a fresh gate would admit. It knows the platform's public numbers from its key files and nothing else of the product.

mod books;
mod card;
mod record;

use std::collections::{BTreeMap, HashMap};

use kippu_card::virtual_card::VirtualCard;

pub use books::{Books, Holding};
pub use card::live_count;
pub use record::Secrets;

use crate::paper::Paper;

/// What the auditor finds wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// A sold ticket nobody has.
    Lost {
        /// Ticket.
        ticket: u64,
        /// What is known of it.
        why: String,
    },
    /// More than one admissible copy, or more than one admission.
    Doubled {
        /// Ticket.
        ticket: u64,
        /// Where they are.
        why: String,
    },
    /// Something that should have come to an end and did not.
    Stuck {
        /// What.
        why: String,
    },
}

/// One copy a fresh gate would admit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Copy {
    /// In a slot of a card.
    Card {
        /// Card number.
        uid: [u8; 7],
        /// Slot.
        slot: usize,
    },
    /// On a paper that came out.
    Paper {
        /// Its serial.
        serial: u64,
    },
}

/// A ticket as its bytes state it, signature and binding checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stated {
    /// Ticket.
    pub ticket: u64,
    /// Epoch inside the signature.
    pub epoch: u16,
    /// Hop outside it.
    pub hop: u16,
}

/// The auditor of one run.
pub struct Auditor {
    secrets: Secrets,
    /// Records checked before; signatures are dear.
    checked: HashMap<(Vec<u8>, [u8; 7]), Option<Stated>>,
    papers: HashMap<Vec<u8>, Option<(Stated, u64)>>,
    admitted: BTreeMap<u64, u32>,
}

impl Auditor {
    /// An auditor who knows the platform's public numbers.
    pub fn new(secrets: Secrets) -> Self {
        Self {
            secrets,
            checked: HashMap::new(),
            papers: HashMap::new(),
            admitted: BTreeMap::new(),
        }
    }

    /// Every copy a fresh gate with the newest recalls and void serials would admit.
    pub fn copies<'c>(
        &mut self,
        cards: impl Iterator<Item = &'c VirtualCard>,
        papers: &[Paper],
        books: &Books,
    ) -> BTreeMap<u64, Vec<Copy>> {
        let mut found: BTreeMap<u64, Vec<Copy>> = BTreeMap::new();
        for chip in cards.map(VirtualCard::chip) {
            for live in card::live_slots(chip) {
                let stated = self.check(&live.record, chip.uid);
                let Some(stated) = stated.filter(|stated| {
                    (stated.epoch, stated.hop) == (live.epoch, live.hop)
                        && !books.is_recalled(stated.ticket, stated.epoch)
                }) else {
                    continue;
                };
                found.entry(stated.ticket).or_default().push(Copy::Card {
                    uid: chip.uid,
                    slot: live.slot,
                });
            }
        }
        for paper in papers.iter().filter(|paper| paper.came_out) {
            let Some((stated, serial)) = self.check_paper(&paper.record) else {
                continue;
            };
            if !books.is_recalled(stated.ticket, stated.epoch)
                && !books.is_void(stated.ticket, serial)
            {
                let copies = found.entry(stated.ticket).or_default();
                copies.push(Copy::Paper { serial });
            }
        }
        found
    }

    fn check(&mut self, record: &[u8], uid: [u8; 7]) -> Option<Stated> {
        let secrets = &self.secrets;
        *self
            .checked
            .entry((record.to_vec(), uid))
            .or_insert_with_key(|(record, uid)| record::bound(secrets, record, *uid))
    }

    fn check_paper(&mut self, record: &[u8]) -> Option<(Stated, u64)> {
        let secrets = &self.secrets;
        *self
            .papers
            .entry(record.to_vec())
            .or_insert_with_key(|record| record::paper(secrets, record))
    }

    /// Somebody came in.
    pub fn admitted(&mut self, ticket: u64) -> Option<Finding> {
        let times = self.admitted.entry(ticket).or_default();
        *times += 1;
        (*times > 1).then(|| Finding::Doubled {
            ticket,
            why: format!("admitted {times} times"),
        })
    }

    /// Whether somebody came in with a ticket.
    pub fn was_admitted(&self, ticket: u64) -> bool {
        self.admitted.contains_key(&ticket)
    }
}

/// Tickets with more than one admissible copy.
pub fn doubled(copies: &BTreeMap<u64, Vec<Copy>>) -> impl Iterator<Item = Finding> + '_ {
    copies
        .iter()
        .filter(|(_, copies)| copies.len() > 1)
        .map(|(ticket, copies)| Finding::Doubled {
            ticket: *ticket,
            why: format!("{copies:02x?}"),
        })
}

/// Each sold ticket exactly once, and where the books say.
pub fn settled(sold: &[u64], copies: &BTreeMap<u64, Vec<Copy>>, books: &Books) -> Vec<Finding> {
    let mut findings = Vec::new();
    for ticket in sold {
        let ticket = *ticket;
        let copies = copies.get(&ticket).map(Vec::as_slice).unwrap_or_default();
        let holding = books.holding(ticket);
        let at_platform = matches!(holding, Some(Holding::Platform | Holding::GivenUp));
        match copies.len() + usize::from(at_platform) {
            0 => findings.push(Finding::Lost {
                ticket,
                why: format!("the books say {holding:02x?}"),
            }),
            1 if !at_platform && !agrees(holding, &copies[0]) => findings.push(Finding::Stuck {
                why: format!(
                    "ticket {ticket} is at {:02x?}, the books say {holding:02x?}",
                    copies[0]
                ),
            }),
            1 => {}
            _ => findings.push(Finding::Doubled {
                ticket,
                why: format!("{copies:02x?}, the books say {holding:02x?}"),
            }),
        }
    }
    findings
}

fn agrees(holding: Option<&Holding>, copy: &Copy) -> bool {
    match (holding, copy) {
        (Some(Holding::Card(known)), Copy::Card { uid, .. }) => known == uid,
        (Some(Holding::Paper(known)), Copy::Paper { serial }) => known == serial,
        _ => false,
    }
}
