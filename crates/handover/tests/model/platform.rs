//! The platform behind a network that loses, delays and repeats, as the core sees it.

use std::{cell::Cell, rc::Rc};

use kippu_api::{
    handovers::{
        BindRequest, Bindings, HandoverStatus, NewHandover, PaperRecord, PaperRequest, ParkRequest,
        Parked, Registered, ReleaseRequest, Released, Report, ReportAccepted, TakenOver,
    },
    orders::{ChangeCard, Claim, Grant, GrantRequest, Order},
    problem::ProblemCode,
};
use kippu_handover::{
    platform::{Binder, PlatformPort, Reply},
    row::{Handover, ROW_VERSION},
};
use kippu_ticket::ids::{CardUid, EventId, Generation, HandoverId};

use crate::{
    chance::{Kind, Shared, lost, repeats, replies},
    record::Record,
    reports, requests,
    requests::refusal,
    wire::{Asker, GrantAsk, Late, ParkAsk, ReleaseAsk, Told, lives},
    world::{Row, World},
};

pub struct ModelPlatform {
    pub run: Shared,
    pub terminal: usize,
    /// Something was answered since the process began.
    pub heard: Cell<bool>,
}

/// A message that left late, or once more, is acted on, and nobody hears the answer.
pub fn arrive(world: &mut World, setup: &crate::setup::Setup, late: &Late) {
    match late {
        Late::Grant(asker, ask) => drop(requests::grant(world, asker, ask)),
        Late::Register(asker, handover, giver, lives) => {
            drop(requests::register(world, asker, *handover, *giver, lives));
        }
        Late::Park(asker, ask) => drop(requests::park(world, asker, ask)),
        Late::Release(asker, ask) => drop(requests::release(world, setup.flaws, asker, ask)),
        Late::Report(terminal, told) => {
            let _ = reports::report(world, setup.flaws, setup.history, *terminal, told);
        }
    }
}

impl ModelPlatform {
    /// The network's part.
    fn deliver<T>(&self, late: Option<Late>, act: impl Fn(&mut World) -> Reply<T>) -> Reply<T> {
        let mut run = self.run.borrow_mut();
        if run.world.cut[self.terminal] {
            return Reply::Unreachable;
        }
        const ALL: [Kind; 4] = [lost, replies, lost, repeats];
        const HARMLESS: [Kind; 1] = [lost];
        let ways: &[Kind] = if late.is_some() { &ALL } else { &HARMLESS };
        match run.pick(ways) {
            0 => {
                self.heard.set(true);
                act(&mut run.world)
            }
            1 => Reply::Unreachable,
            2 => {
                act(&mut run.world);
                Reply::Unknown
            }
            3 => {
                run.world.late.extend(late);
                Reply::Unknown
            }
            _ => {
                self.heard.set(true);
                let reply = act(&mut run.world);
                run.world.late.extend(late);
                reply
            }
        }
    }

    fn asker(&self, journal: &str, fence: u64) -> Asker {
        Asker {
            terminal: self.terminal,
            journal: journal.into(),
            fence,
        }
    }

    pub fn take_over(&self, journal: &str, handover: HandoverId) -> Reply<TakenOver> {
        let terminal = self.terminal;
        let mut run = self.run.borrow_mut();
        if run.world.cut[terminal] {
            return Reply::Unreachable;
        }
        match run.pick(&[replies]) {
            0 => requests::take_over(&mut run.world, terminal, journal, handover),
            _ => {
                requests::take_over(&mut run.world, terminal, journal, handover);
                Reply::Unknown
            }
        }
    }
}

impl PlatformPort for ModelPlatform {
    fn grant(&self, claim: &Claim, request: &GrantRequest) -> Reply<Grant> {
        let asker = self.asker(&request.incarnation, 0);
        let ask = GrantAsk {
            handover: request.handover,
            claim: claim.clone(),
            card: request.card,
            room: request.room,
        };
        let late = Late::Grant(asker.clone(), ask.clone());
        self.deliver(Some(late), |world| requests::grant(world, &asker, &ask))
    }

    fn register(&self, new: &NewHandover) -> Reply<Registered> {
        let asker = self.asker(&new.incarnation, 0);
        let lives = lives(&new.tickets);
        let late = Late::Register(asker.clone(), new.handover, new.giver, lives.clone());
        self.deliver(Some(late), |world| {
            requests::register(world, &asker, new.handover, new.giver, &lives)
        })
    }

    fn bind(&self, handover: HandoverId, request: &BindRequest) -> Reply<Bindings> {
        let asker = self.asker(&request.incarnation, request.fence);
        let lives = lives(&request.tickets);
        self.deliver(None, |world| {
            if let Some(code) = requests::bind(world, &asker, handover, &lives) {
                return refusal(code);
            }
            let bound = lives.iter().map(|(ticket, taken)| {
                let generation = Generation {
                    hop: taken.hop + 1,
                    ..*taken
                };
                requests::record_for((*ticket, generation), request.card)
            });
            Reply::Done(Bindings {
                tickets: bound.collect(),
            })
        })
    }

    fn paper(&self, handover: HandoverId, request: &PaperRequest) -> Reply<PaperRecord> {
        let asker = self.asker(&request.incarnation, request.fence);
        let lives = lives(std::slice::from_ref(&request.ticket));
        self.deliver(None, |world| {
            match requests::bind(world, &asker, handover, &lives) {
                Some(code) => refusal(code),
                None => Reply::Done(PaperRecord {
                    record: String::new(),
                }),
            }
        })
    }

    fn park(&self, handover: HandoverId, request: &ParkRequest) -> Reply<Parked> {
        let asker = self.asker(&request.incarnation, request.fence);
        let ask = ParkAsk {
            handover,
            attempt: request.attempt,
            giver: request.giver,
            receiver: request.receiver,
            lives: lives(&request.tickets),
        };
        let late = Late::Park(asker.clone(), ask.clone());
        let reply = self.deliver(Some(late), |world| requests::park(world, &asker, &ask));
        if self.run.borrow().setup.flaws.park_time_out_is_refusal && matches!(reply, Reply::Unknown)
        {
            return refusal(ProblemCode::WrongState);
        }
        reply
    }

    fn release(&self, handover: HandoverId, request: &ReleaseRequest) -> Reply<Released> {
        let asker = self.asker(&request.incarnation, request.fence);
        assert_eq!(request.row_version, ROW_VERSION);
        let row: Handover = serde_json::from_value(request.row.clone()).expect("a row");
        let ask = ReleaseAsk {
            handover,
            attempt: request.attempt,
            lives: lives(&request.tickets),
            row: Row::new(row),
        };
        let flaws = self.run.borrow().setup.flaws;
        let late = Late::Release(asker.clone(), ask.clone());
        self.deliver(Some(late), |world| {
            requests::release(world, flaws, &asker, &ask)
        })
    }

    fn report(&self, handover: HandoverId, report: &Report) -> Reply<ReportAccepted> {
        let (terminal, setup) = (self.terminal, self.run.borrow().setup);
        // What the report carried lies in the outbox; only its number is needed to find it.
        let told = {
            let run = self.run.borrow();
            let outbox = &run.world.disks[terminal].outbox;
            outbox
                .iter()
                .map(|(told, _)| told)
                .find(|told| told.row == report.row && told.handover == handover)
                .map_or_else(
                    || Rc::new(Told::of(handover, report.row, report)),
                    Rc::clone,
                )
        };
        let late = Late::Report(terminal, Rc::clone(&told));
        self.deliver(Some(late), |world| {
            match reports::report(world, setup.flaws, setup.history, terminal, &told) {
                Ok(()) => {
                    if setup.flaws.leases_lapse {
                        requests::lapse(world, terminal, handover);
                    }
                    Reply::Done(ReportAccepted {
                        newest: true,
                        proved: None,
                    })
                }
                Err(code) => refusal(code),
            }
        })
    }

    fn status(&self, handover: HandoverId) -> Reply<HandoverStatus> {
        self.deliver(None, |world| {
            requests::status(world, self.terminal, handover)
        })
    }

    fn change_card(&self, _: &str, _: &ChangeCard) -> Reply<Order> {
        refusal(ProblemCode::WrongState)
    }

    fn incarnation(&self) -> Option<String> {
        let life = self.run.borrow().world.platform.life;
        self.heard.get().then(|| life.to_string())
    }

    fn resent(&self, incarnation: &str) -> Reply<()> {
        let terminal = self.terminal;
        self.deliver(None, |world| {
            if world.platform.life.to_string() == incarnation {
                world.platform.owing[terminal] = false;
            }
            Reply::Done(())
        })
    }
}

/// Local keys of the model's terminals.
pub struct LocalKeys;

impl Binder for LocalKeys {
    fn covers(&self, _: EventId) -> bool {
        true
    }

    fn bind(&self, record: &[u8], card: CardUid, hop: u16) -> Option<Vec<u8>> {
        let mut record = Record::from_bytes(record);
        record.generation.hop = hop;
        record.card = card;
        Some(record.to_bytes())
    }

    fn bind_paper(&self, _: &[u8], _: u64, _: u16) -> Option<Vec<u8>> {
        Some(Vec::new())
    }
}
