//! A platform that keeps books of what is reported, behind a network the test commands.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, VecDeque},
};

use kippu_api::{
    handovers::{
        BindRequest, Bindings, HandoverStatus, NewHandover, PaperRecord, PaperRequest, ParkRequest,
        Parked, Registered, ReleaseRequest, Released, Report, ReportAccepted, ReportedOutcome,
        TakenOver, TicketOnCard,
    },
    orders::{ChangeCard, Claim, EventOnCard, Grant, GrantRequest, GrantedTicket, Order},
    problem::{Problem, ProblemCode},
};
use kippu_card::{capability::CommitProof, transaction_mac};
use kippu_handover::platform::{PlatformPort, Reply};
use kippu_ticket::{
    ids::{CardUid, EventId, Generation, HandoverId, Step, TicketId},
    record::BoundTicket,
};

use crate::site::{binding_key, master_keys, record};

pub const ORDER: &str = "order";
pub const EVENT: EventId = EventId(603);

/// What can be asked; named where a test wants one of them to fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    Register,
    Bind,
    Paper,
    Park,
    Release,
    Report,
}

/// What becomes of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Net {
    Delivered,
    NotSent,
    ReplyLost,
    /// Lost on the way: it left, and nobody acted on it.
    RequestLost,
    Refused(ProblemCode),
}

/// Where the books say a ticket is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holder {
    Platform,
    Terminal,
    Card(CardUid),
    Paper(u64),
}

#[derive(Default)]
pub struct TestPlatform {
    /// Tickets of the one paid order.
    pub order: Vec<TicketId>,
    pub books: RefCell<BTreeMap<TicketId, Holder>>,
    pub void_serials: RefCell<Vec<u64>>,
    pub not_done: Cell<usize>,
    pub proved: Cell<usize>,
    pub calls: Cell<u32>,
    /// Cut off until told otherwise.
    pub away: Cell<bool>,
    /// Failures to come, each at the next message of its kind.
    pub nets: RefCell<VecDeque<(Call, Net)>>,
    granted: RefCell<Option<HandoverId>>,
    parked: RefCell<BTreeMap<(HandoverId, u8), bool>>,
    released: RefCell<BTreeMap<HandoverId, ReleaseRequest>>,
}

pub fn problem(code: ProblemCode) -> Problem {
    Problem {
        kind: String::new(),
        title: "no".into(),
        status: 409,
        code,
        detail: None,
        hint: None,
        request: None,
        limit: None,
    }
}

fn refused<T>(code: ProblemCode) -> Reply<T> {
    Reply::Refused(problem(code))
}

impl TestPlatform {
    pub fn with_order(tickets: u64) -> Self {
        Self {
            order: (1..=tickets).map(TicketId).collect(),
            ..Self::default()
        }
    }

    pub fn fails(&self, call: Call, net: Net) {
        self.nets.borrow_mut().push_back((call, net));
    }

    pub fn holders(&self) -> Vec<(u64, Holder)> {
        let books = self.books.borrow();
        books
            .iter()
            .map(|(ticket, holder)| (ticket.0, *holder))
            .collect()
    }

    fn deliver<T>(&self, call: Call, act: impl FnOnce() -> Reply<T>) -> Reply<T> {
        if self.away.get() {
            return Reply::Unreachable;
        }
        self.calls.set(self.calls.get() + 1);
        let net = {
            let mut nets = self.nets.borrow_mut();
            match nets.iter().position(|(failing, _)| *failing == call) {
                Some(place) => nets.remove(place).map(|(_, net)| net),
                None => None,
            }
        };
        match net.unwrap_or(Net::Delivered) {
            Net::Delivered => act(),
            Net::NotSent => Reply::Unreachable,
            Net::ReplyLost => {
                act();
                Reply::Unknown
            }
            Net::RequestLost => Reply::Unknown,
            Net::Refused(code) => refused(code),
        }
    }

    fn set(&self, tickets: impl IntoIterator<Item = TicketId>, holder: Holder) {
        for ticket in tickets {
            self.books.borrow_mut().insert(ticket, holder);
        }
    }

    /// Another terminal asks for what was released.
    pub fn take_over(&self, handover: HandoverId, fence: u64) -> Option<TakenOver> {
        let released = self.released.borrow().get(&handover).cloned()?;
        Some(TakenOver {
            handover,
            fence,
            row_version: released.row_version,
            row: released.row,
        })
    }

    fn bound(&self, taken: &TicketOnCard, card: CardUid) -> GrantedTicket {
        let ticket = BoundTicket::from_bytes(&hex::decode(&taken.record).unwrap()).unwrap();
        let bound = binding_key().bind(ticket.signed, card, taken.hop + 1);
        GrantedTicket {
            ticket: taken.ticket,
            event: taken.event,
            record: hex::encode(bound.to_bytes()),
            epoch: taken.epoch,
            hop: taken.hop + 1,
        }
    }

    fn check_proof(&self, report: &Report) -> Option<bool> {
        let proof = report.proof.as_ref()?;
        let proof = CommitProof {
            counter: proof.counter,
            mac: hex::decode(&proof.mac).unwrap().try_into().unwrap(),
            input: hex::decode(&proof.input).unwrap(),
        };
        let right = transaction_mac::verify(&master_keys(), report.card, &proof).is_ok();
        assert!(right, "the card's proof is wrong");
        self.proved.set(self.proved.get() + 1);
        Some(right)
    }

    fn note(&self, report: &Report) {
        let done = report.outcome == ReportedOutcome::Done;
        let tickets = report.tickets.iter().copied();
        match (report.outcome, report.step) {
            (ReportedOutcome::LeftAtPlatform, _) => self.set(tickets, Holder::Platform),
            (ReportedOutcome::Done, Step::Take) => self.set(tickets, Holder::Terminal),
            (ReportedOutcome::Done, Step::Give | Step::GiveBack) => {
                self.set(tickets, Holder::Card(report.card));
            }
            (ReportedOutcome::Done, Step::Park) => self.set(tickets, Holder::Platform),
            (ReportedOutcome::Done, Step::Print) => {
                self.set(tickets, Holder::Paper(report.serial.unwrap()));
            }
            (ReportedOutcome::PaperVoid, _) => {
                self.void_serials.borrow_mut().push(report.serial.unwrap());
            }
            (ReportedOutcome::NotDone, _) => self.not_done.set(self.not_done.get() + 1),
            (ReportedOutcome::Unknown, _) => {}
        }
        // Whoever reports a ticket from a card says what it is.
        assert!(
            !done || report.giver.is_none() || report.records.len() == report.tickets.len(),
            "{report:?}"
        );
    }
}

impl PlatformPort for TestPlatform {
    fn grant(&self, claim: &Claim, request: &GrantRequest) -> Reply<Grant> {
        let mut granted = self.granted.borrow_mut();
        if granted.get_or_insert(request.handover) != &request.handover {
            return refused(ProblemCode::WrongState);
        }
        let (fit, left) = self
            .order
            .split_at(self.order.len().min(request.room.into()));
        Reply::Done(Grant {
            claim: claim.clone(),
            handover: request.handover,
            card: request.card,
            fence: 1,
            tickets: fit
                .iter()
                .map(|ticket| GrantedTicket {
                    ticket: *ticket,
                    event: EVENT,
                    record: hex::encode(record(*ticket, request.card, 1)),
                    epoch: 1,
                    hop: 1,
                })
                .collect(),
            events: vec![EventOnCard {
                event: EVENT,
                name: "La Traviata".into(),
                venue: "Teatro".into(),
                doors_open: 1_900_000_800,
                starts: 1_900_004_400,
                utc_offset_minutes: 60,
            }],
            left_at_platform: left.to_vec(),
        })
    }

    fn register(&self, handover: &NewHandover) -> Reply<Registered> {
        self.deliver(Call::Register, || {
            Reply::Done(Registered {
                handover: handover.handover,
                fence: 1,
            })
        })
    }

    fn bind(&self, _: HandoverId, request: &BindRequest) -> Reply<Bindings> {
        self.deliver(Call::Bind, || {
            let tickets = request.tickets.iter();
            Reply::Done(Bindings {
                tickets: tickets
                    .map(|taken| self.bound(taken, request.card))
                    .collect(),
            })
        })
    }

    fn paper(&self, _: HandoverId, request: &PaperRequest) -> Reply<PaperRecord> {
        self.deliver(Call::Paper, || {
            let bytes = hex::decode(&request.ticket.record).unwrap();
            let taken = BoundTicket::from_bytes(&bytes).unwrap();
            let paper = binding_key().bind_paper(taken.signed, request.serial, taken.hop + 1);
            Reply::Done(PaperRecord {
                record: hex::encode(paper.to_bytes()),
            })
        })
    }

    fn park(&self, handover: HandoverId, request: &ParkRequest) -> Reply<Parked> {
        let attempt = (handover, request.attempt);
        let decided = self.parked.borrow().get(&attempt).copied();
        let answer = |taken| match taken {
            true => Reply::Done(Parked {
                parcel: "parcel".into(),
            }),
            false => refused(ProblemCode::WrongState),
        };
        if let Some(taken) = decided {
            // The same attempt gets the same answer (R7).
            return self.deliver(Call::Park, || answer(taken));
        }
        let reply = self.deliver(Call::Park, || {
            self.parked.borrow_mut().insert(attempt, true);
            self.set(
                request.tickets.iter().map(|taken| taken.ticket),
                Holder::Platform,
            );
            answer(true)
        });
        if matches!(&reply, Reply::Refused(problem) if problem.code.is_final()) {
            self.parked.borrow_mut().insert(attempt, false);
        }
        reply
    }

    fn release(&self, handover: HandoverId, request: &ReleaseRequest) -> Reply<Released> {
        self.deliver(Call::Release, || {
            self.released
                .borrow_mut()
                .entry(handover)
                .or_insert_with(|| request.clone());
            Reply::Done(Released { handover })
        })
    }

    fn report(&self, _: HandoverId, report: &Report) -> Reply<ReportAccepted> {
        self.deliver(Call::Report, || {
            let proved = self.check_proof(report);
            self.note(report);
            Reply::Done(ReportAccepted {
                newest: true,
                proved,
            })
        })
    }

    fn status(&self, handover: HandoverId) -> Reply<HandoverStatus> {
        if self.away.get() {
            return Reply::Unreachable;
        }
        Reply::Done(HandoverStatus {
            handover,
            fence: 1,
            known: true,
            yours: true,
            happened: None,
            attempt: None,
            reissued: Vec::new(),
        })
    }

    fn change_card(&self, _: &str, _: &ChangeCard) -> Reply<Order> {
        refused(ProblemCode::WrongState)
    }

    fn incarnation(&self) -> Option<String> {
        (!self.away.get()).then(|| "1".into())
    }

    fn resent(&self, _: &str) -> Reply<()> {
        Reply::Done(())
    }
}

/// The generation a ticket's bytes state.
pub fn generation(record: &[u8]) -> Generation {
    BoundTicket::from_bytes(record).unwrap().generation()
}
