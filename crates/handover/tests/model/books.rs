//! The model's platform: where it believes tickets are, and what makes it believe otherwise. The rules are those of the product's platform: a
//! ticket's rank only rises, refusals stay, an ownership ends with the release of its owner.

use std::collections::{BTreeMap, BTreeSet};

use kippu_api::orders::Claim;
use kippu_ticket::ids::{CardUid, Generation, HandoverId, OperationId, TicketId};

use crate::wire::{Asker, Life, ReleaseAsk};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Holder {
    Platform,
    Terminal,
    Card(CardUid),
    Paper(u64),
    Unknown,
}

/// How far a ticket has come at its hop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    OnItsWay,
    Held,
    PerhapsTaken,
    Taken,
}

/// How new an account is.
pub type Rank = (Generation, Phase);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Standing {
    pub rank: Rank,
    pub holder: Holder,
    pub handover: Option<HandoverId>,
}

impl Standing {
    pub fn in_hands_of(&self, handover: HandoverId) -> bool {
        self.handover == Some(handover) && matches!(self.holder, Holder::Terminal | Holder::Unknown)
    }

    pub fn open_to(&self, handover: HandoverId, taken: Generation) -> bool {
        self.in_hands_of(handover) || self.rank < (taken, Phase::Taken)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Booked {
    pub ticket: TicketId,
    pub standing: Standing,
    /// The highest hop a record was made for.
    pub bound: u16,
    /// What fetches it while it waits here.
    pub claim: Claim,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    Open,
    Released,
    Ended,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Granted {
    pub claim: Claim,
    pub card: CardUid,
    pub lives: Vec<Life>,
    pub left: Vec<TicketId>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct OfHandover {
    pub ticket: TicketId,
    /// The life the handover got it in.
    pub before: Generation,
    pub given_up: bool,
    /// Highest row that was told of it, by journal.
    pub rows: BTreeMap<String, u64>,
}

/// A handover as the platform knows it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Known {
    pub owner: Asker,
    pub state: State,
    pub giver: Option<CardUid>,
    pub grant: Option<Granted>,
    pub tickets: Vec<OfHandover>,
    /// The newest operation whose end its terminal does not know, its card, and the sequence it was planned on.
    pub question: Option<(OperationId, CardUid, u32)>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Release {
    pub by: Asker,
    pub ask: ReleaseAsk,
    pub taken: bool,
}

/// What can be refused for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Asked {
    Grant,
    Register,
    Park,
    Release,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Platform {
    /// Raised when it is restored from a backup.
    pub life: u8,
    pub fence: u64,
    pub tickets: Vec<Booked>,
    pub handovers: BTreeMap<HandoverId, Known>,
    pub refused: BTreeSet<(HandoverId, usize, Asked, u8)>,
    pub parcels: BTreeSet<(HandoverId, usize, u8)>,
    pub releases: Vec<Release>,
    /// Whose commit made which sequence of which card, from all reports (R4).
    pub history: BTreeMap<(CardUid, u32), OperationId>,
    pub void: BTreeSet<u64>,
    /// Terminals that have to resend their rows (R15).
    pub owing: Vec<bool>,
}

pub const ORDER: &str = "order";

impl Platform {
    pub fn new(tickets: Vec<(TicketId, Holder)>, terminals: usize) -> Self {
        let book = |(ticket, holder): (TicketId, Holder)| {
            let hop = u16::from(holder != Holder::Platform);
            let phase = if hop == 0 {
                Phase::OnItsWay
            } else {
                Phase::Held
            };
            Booked {
                ticket,
                standing: Standing {
                    rank: (Generation { epoch: 1, hop }, phase),
                    holder,
                    handover: None,
                },
                bound: hop,
                claim: Claim::Order(ORDER.into()),
            }
        };
        Self {
            life: 0,
            fence: 0,
            tickets: tickets.into_iter().map(book).collect(),
            handovers: BTreeMap::new(),
            refused: BTreeSet::new(),
            parcels: BTreeSet::new(),
            releases: Vec::new(),
            history: BTreeMap::new(),
            void: BTreeSet::new(),
            owing: vec![false; terminals],
        }
    }

    pub fn ticket(&self, ticket: TicketId) -> &Booked {
        &self.tickets[self.place(ticket)]
    }

    pub fn ticket_mut(&mut self, ticket: TicketId) -> &mut Booked {
        let place = self.place(ticket);
        &mut self.tickets[place]
    }

    pub fn place(&self, ticket: TicketId) -> usize {
        self.tickets
            .iter()
            .position(|booked| booked.ticket == ticket)
            .expect("a ticket of the model")
    }

    pub fn next_fence(&mut self) -> u64 {
        self.fence += 1;
        self.fence
    }

    /// Ends a handover that has nothing in its hands any more, and opens one that has again.
    pub fn settle(&mut self, handover: HandoverId) {
        let any = self
            .tickets
            .iter()
            .any(|booked| booked.standing.in_hands_of(handover));
        if let Some(known) = self.handovers.get_mut(&handover)
            && known.state != State::Released
        {
            known.state = if any { State::Open } else { State::Ended };
        }
    }

    /// The handover, if whoever asks owns it; begun now where it was taken without asking.
    pub fn owned_or_begun(&mut self, handover: HandoverId, asker: &Asker) -> Option<&mut Known> {
        if !self.owned(handover, asker) {
            return None;
        }
        Some(self.handovers.entry(handover).or_insert_with(|| Known {
            owner: asker.clone(),
            state: State::Open,
            giver: None,
            grant: None,
            tickets: Vec::new(),
            question: None,
        }))
    }

    /// Whether whoever asks may act on it.
    pub fn owned(&self, handover: HandoverId, asker: &Asker) -> bool {
        match self.handovers.get(&handover) {
            None => asker.fence == 0,
            Some(known) => known.owner.is(asker) && known.state != State::Released,
        }
    }

    /// Whether a handover may act on a ticket it took in this life.
    pub fn may_act(&self, handover: HandoverId, (ticket, taken): Life) -> bool {
        let standing = &self.ticket(ticket).standing;
        taken.epoch >= standing.rank.0.epoch && standing.open_to(handover, taken)
    }
}

impl Known {
    pub fn ticket(&self, ticket: TicketId) -> Option<&OfHandover> {
        self.tickets.iter().find(|own| own.ticket == ticket)
    }

    /// Adds a ticket, if it is not one of it yet; `correct`: or corrects the life it came in.
    pub fn add(&mut self, ticket: TicketId, before: Generation, correct: bool) {
        match self.tickets.iter_mut().find(|own| own.ticket == ticket) {
            Some(own) if correct => own.before = before,
            Some(_) => {}
            None => self.tickets.push(OfHandover {
                ticket,
                before,
                given_up: false,
                rows: BTreeMap::new(),
            }),
        }
    }
}
