//! Messages, as small as the model can keep them.

use std::rc::Rc;

use kippu_api::{
    handovers::{Report, ReportedOutcome, TicketOnCard},
    orders::Claim,
};
use kippu_ticket::ids::{CardUid, Generation, HandoverId, OperationId, Step, TicketId};
use serde_json::Value;

use crate::{record::EVENT, world::Row};

/// A ticket in one life.
pub type Life = (TicketId, Generation);

/// A report.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Told {
    pub handover: HandoverId,
    pub row: u64,
    pub journal: String,
    pub fence: u64,
    pub card: CardUid,
    pub giver: Option<CardUid>,
    pub receiver: Option<CardUid>,
    pub step: Step,
    pub attempt: u8,
    pub tickets: Vec<TicketId>,
    pub lives: Vec<Life>,
    pub serial: Option<u64>,
    pub outcome: u8,
    /// Sequence and ring of the directories it carries.
    pub before: Option<(u32, Vec<OperationId>)>,
    pub after: Option<(u32, Vec<OperationId>)>,
}

const OUTCOMES: [ReportedOutcome; 5] = [
    ReportedOutcome::Done,
    ReportedOutcome::NotDone,
    ReportedOutcome::Unknown,
    ReportedOutcome::LeftAtPlatform,
    ReportedOutcome::PaperVoid,
];

fn directory(value: Option<&Value>) -> Option<(u32, Vec<OperationId>)> {
    let value = value?;
    let sequence = value["sequence"].as_u64().expect("a sequence") as u32;
    let ring = serde_json::from_value(value["ring"].clone()).expect("a ring");
    Some((sequence, ring))
}

impl Told {
    pub fn of(handover: HandoverId, row: u64, report: &Report) -> Self {
        let place = OUTCOMES.iter().position(|known| *known == report.outcome);
        Self {
            handover,
            row,
            journal: report.incarnation.clone(),
            fence: report.fence,
            card: report.card,
            giver: report.giver,
            receiver: report.receiver,
            step: report.step,
            attempt: report.attempt,
            tickets: report.tickets.clone(),
            lives: lives(&report.records),
            serial: report.serial,
            outcome: place.expect("all are listed") as u8,
            before: directory(report.before.as_ref()),
            after: directory(report.after.as_ref()),
        }
    }

    pub fn outcome(&self) -> ReportedOutcome {
        OUTCOMES[usize::from(self.outcome)]
    }

    /// As the core sends it; what only the model's platform would read stays behind.
    pub fn to_report(&self) -> Report {
        Report {
            row: self.row,
            incarnation: self.journal.clone(),
            order: None,
            fence: self.fence,
            card: self.card,
            giver: self.giver,
            receiver: self.receiver,
            step: self.step,
            attempt: self.attempt,
            tickets: self.tickets.clone(),
            records: Vec::new(),
            serial: self.serial,
            code: None,
            outcome: self.outcome(),
            before: None,
            after: None,
            proof: None,
            at: 0,
        }
    }
}

pub fn lives(tickets: &[TicketOnCard]) -> Vec<Life> {
    tickets
        .iter()
        .map(|ticket| {
            debug_assert_eq!(ticket.event, EVENT);
            let generation = Generation {
                epoch: ticket.epoch,
                hop: ticket.hop,
            };
            (ticket.ticket, generation)
        })
        .collect()
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Asker {
    pub terminal: usize,
    pub journal: String,
    pub fence: u64,
}

impl Asker {
    /// Whether this owner asks. One that went on without the answer to its registration does not know its fence.
    pub fn is(&self, asker: &Self) -> bool {
        (self.terminal, &self.journal) == (asker.terminal, &asker.journal)
            && (self.fence == asker.fence || asker.fence == 0)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct GrantAsk {
    pub handover: HandoverId,
    pub claim: Claim,
    pub card: CardUid,
    pub room: u8,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ParkAsk {
    pub handover: HandoverId,
    pub attempt: u8,
    pub giver: CardUid,
    pub receiver: Option<CardUid>,
    pub lives: Vec<Life>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ReleaseAsk {
    pub handover: HandoverId,
    pub attempt: u8,
    pub lives: Vec<Life>,
    pub row: Row,
}

/// A message that left and may still arrive.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Late {
    Grant(Asker, GrantAsk),
    Register(Asker, HandoverId, CardUid, Vec<Life>),
    Park(Asker, ParkAsk),
    Release(Asker, ReleaseAsk),
    Report(usize, Rc<Told>),
}
