//! Store, platform and card of the model: each asks the chooser what goes wrong now.

use std::{cell::RefCell, rc::Rc};

use kippu_api::{
    handovers::{HandoverStatus, Report, ReportAccepted},
    orders::{ChangeCard, EventOnCard, Grant, GrantRequest, GrantedTicket, Order, OrderState},
    problem::{Problem, ProblemCode},
};
use kippu_card::capability::{
    CardContents, CardFault, CardTicket, Change, ChangeFault, Committed, Directory, Progress,
    SlotState, TicketCard,
};
use kippu_handover::{
    platform::{PlatformPort, Reply},
    row::{GrantStanding, Handover, Incarnation},
    store::{Outgoing, Receipt, Store, StoreFault},
};
use kippu_ticket::ids::{CardUid, EventId, Generation, HandoverId, OperationId, Step, TicketId};

use crate::world::{BookedHandover, Books, Late, ORDER, World, record, record_of};

/// Replays a list of choices and notes how many there were at each point, so that all of them can be walked.
#[derive(Debug, Default)]
pub struct Chooser {
    pub script: Vec<(usize, usize)>,
    pub at: usize,
}

impl Chooser {
    fn choose(&mut self, of: usize) -> usize {
        if self.at == self.script.len() {
            self.script.push((0, of));
        }
        let (choice, known) = self.script[self.at];
        assert_eq!(known, of, "a replayed run took another way");
        self.at += 1;
        choice
    }

    /// Moves on to the next list; `false` when all were walked.
    pub fn next(&mut self) -> bool {
        self.at = 0;
        while let Some((choice, of)) = self.script.pop() {
            if choice + 1 < of {
                self.script.push((choice + 1, of));
                return true;
            }
        }
        false
    }
}

/// How a broken variant differs from the product, outside the rules trait.
#[derive(Debug, Clone, Copy, Default)]
pub struct Flaws {
    /// An intent reaches the disk only with the outcome: written after the act.
    pub intent_late: bool,
    /// The row of an asked grant reaches the disk only with the answer.
    pub asked_late: bool,
    /// A time-out is taken for a refusal (R7).
    pub timeout_is_refusal: bool,
    /// The platform lets an older report replace newer state (R6).
    pub old_report_wins: bool,
    /// An answer about one attempt is taken for another's (R1).
    pub answer_without_attempt: bool,
}

pub struct Run {
    pub world: World,
    pub chooser: Chooser,
    pub flaws: Flaws,
    pub clean: bool,
    /// What a volatile store has not written.
    volatile: Vec<Handover>,
}

pub type Shared = Rc<RefCell<Run>>;

impl Run {
    pub fn new(world: World, chooser: Chooser, flaws: Flaws) -> Shared {
        Rc::new(RefCell::new(Self {
            world,
            chooser,
            flaws,
            clean: true,
            volatile: Vec::new(),
        }))
    }

    /// The run, when nobody else holds it.
    pub fn take(run: Shared) -> Self {
        let Ok(run) = Rc::try_unwrap(run) else {
            panic!("somebody still holds the run")
        };
        run.into_inner()
    }

    /// One of `of` ways, the first being the good one; the others cost a fault of the given kind.
    fn fault(&mut self, of: usize, kind: fn(&mut World) -> &mut u8) -> usize {
        if self.world.faults.total == 0 || *kind(&mut self.world) == 0 {
            return 0;
        }
        let choice = self.chooser.choose(of);
        if choice > 0 {
            *kind(&mut self.world) -= 1;
            self.world.faults.total -= 1;
            self.clean = false;
        }
        choice
    }
}

fn crashes(world: &mut World) -> &mut u8 {
    &mut world.faults.crashes
}
fn tears(world: &mut World) -> &mut u8 {
    &mut world.faults.tears
}
fn messages(world: &mut World) -> &mut u8 {
    &mut world.faults.messages
}

pub struct ModelStore {
    pub run: Shared,
    pub terminal: usize,
}

impl ModelStore {
    fn write(&mut self, change: impl FnOnce(&mut Run)) -> Result<(), StoreFault> {
        let mut run = self.run.borrow_mut();
        match run.fault(3, crashes) {
            0 => change(&mut run),
            1 => return Err(StoreFault::Database("killed before the write".into())),
            _ => {
                change(&mut run);
                return Err(StoreFault::Database("killed after the write".into()));
            }
        }
        Ok(())
    }
}

impl Store for ModelStore {
    fn incarnation(&self) -> Incarnation {
        self.run.borrow().world.disks[self.terminal].incarnation
    }

    fn put(&mut self, row: &Handover, report: Option<&Report>) -> Result<(), StoreFault> {
        let terminal = self.terminal;
        let row = row.clone();
        let report = report.cloned();
        self.write(|run| {
            let lazy = (run.flaws.intent_late
                && row
                    .pending
                    .as_ref()
                    .is_some_and(|intent| !intent.reported_unknown))
                || (run.flaws.asked_late && row.grant == GrantStanding::Asked);
            if lazy {
                run.volatile.retain(|other| other.id != row.id);
                run.volatile.push(row);
                return;
            }
            run.volatile.retain(|other| other.id != row.id);
            let disk = &mut run.world.disks[terminal];
            if let Some(report) = report {
                let mut report = report;
                report.row = disk.next_row;
                disk.next_row += 1;
                disk.outbox.push((
                    report.row,
                    row.id,
                    serde_json::to_string(&report).expect("json"),
                ));
            }
            match disk.rows.iter_mut().find(|other| other.id == row.id) {
                Some(other) => *other = row,
                None => disk.rows.push(row),
            }
        })
    }

    fn get(&self, id: HandoverId) -> Result<Option<Handover>, StoreFault> {
        let run = self.run.borrow();
        let rows = &run.world.disks[self.terminal].rows;
        Ok(run
            .volatile
            .iter()
            .chain(rows)
            .find(|row| row.id == id)
            .cloned())
    }

    fn open_rows(&self) -> Result<Vec<Handover>, StoreFault> {
        Ok(self.run.borrow().world.disks[self.terminal]
            .rows
            .iter()
            .filter(|row| row.is_open())
            .cloned()
            .collect())
    }

    fn unsent(&self) -> Result<Vec<Outgoing>, StoreFault> {
        let run = self.run.borrow();
        Ok(run.world.disks[self.terminal]
            .outbox
            .iter()
            .map(|(_, handover, json)| Outgoing {
                handover: *handover,
                report: serde_json::from_str(json).expect("json"),
            })
            .collect())
    }

    fn mark_sent(&mut self, row: u64, _: &Receipt) -> Result<(), StoreFault> {
        let terminal = self.terminal;
        self.write(|run| {
            run.world.disks[terminal]
                .outbox
                .retain(|(number, _, _)| *number != row)
        })
    }
}

pub struct ModelPlatform {
    pub run: Shared,
}

fn refusal<T>(code: ProblemCode) -> Reply<T> {
    Reply::Refused(Problem {
        kind: String::new(),
        title: String::new(),
        status: 409,
        code,
        detail: None,
        hint: None,
    })
}

impl ModelPlatform {
    /// The network's part: delivered, not sent, acted on with the reply lost, lost, or late.
    fn deliver<T>(&self, late: Option<Late>, act: impl FnOnce(&mut World) -> Reply<T>) -> Reply<T> {
        let mut run = self.run.borrow_mut();
        let ways = if late.is_some() { 4 } else { 2 };
        let lost = match run.fault(ways, messages) {
            0 => return act(&mut run.world),
            1 => Reply::Unreachable,
            2 => {
                act(&mut run.world);
                Reply::Unknown
            }
            _ => {
                run.world.late.extend(late);
                run.world.late.sort();
                Reply::Unknown
            }
        };
        if run.flaws.timeout_is_refusal && matches!(lost, Reply::Unknown) {
            refusal(ProblemCode::WrongState)
        } else {
            lost
        }
    }
}

/// The platform's grant: repeated requests get the same answer; a handover that gave something back is granted nothing more.
pub fn act_grant(world: &mut World, request: &GrantRequest) -> Reply<Grant> {
    let platform = &mut world.platform;
    if platform.refused.contains(&request.handover) {
        return refusal(ProblemCode::WrongState);
    }
    if !platform.handovers.contains_key(&request.handover) {
        let held = platform
            .tickets
            .iter()
            .any(|booked| matches!(booked.holder, Books::Granted(_)));
        let waiting = platform
            .tickets
            .iter()
            .any(|booked| booked.holder == Books::Platform);
        if platform.card != request.card || held || !waiting {
            // Durable: the same handover asking again, or its late first request, is refused as well.
            platform.refused.insert(request.handover);
            return refusal(ProblemCode::WrongState);
        }
        let waiting: Vec<_> = platform
            .tickets
            .iter_mut()
            .filter(|booked| booked.holder == Books::Platform)
            .collect();
        let mut granted = Vec::new();
        let mut stayed = Vec::new();
        for booked in waiting {
            if granted.len() < request.room.into() {
                booked.generation.hop += 1;
                booked.holder = Books::Granted(request.handover);
                granted.push((booked.ticket, booked.generation));
            } else {
                stayed.push(booked.ticket);
            }
        }
        let fence = platform.handovers.len() as u64 + 1;
        platform.handovers.insert(
            request.handover,
            BookedHandover {
                fence,
                card: request.card,
                incarnation: request.incarnation.clone(),
                granted,
                stayed,
                last_row: 0,
                unknown: None,
            },
        );
    }
    let booked = &platform.handovers[&request.handover];
    if booked.incarnation != request.incarnation {
        return refusal(ProblemCode::NotOwner);
    }
    Reply::Done(Grant {
        order: ORDER.into(),
        handover: request.handover,
        card: booked.card,
        fence: booked.fence,
        tickets: booked
            .granted
            .iter()
            .map(|(ticket, generation)| GrantedTicket {
                ticket: *ticket,
                record: hex::encode(record(*ticket, *generation, booked.card)),
                epoch: generation.epoch,
                hop: generation.hop,
            })
            .collect(),
        event: EventOnCard {
            event: EventId(1),
            name: String::new(),
            venue: String::new(),
            doors_open: 0,
            starts: 0,
            utc_offset_minutes: 0,
        },
        left_at_platform: booked.stayed.clone(),
    })
}

pub fn act_report(
    world: &mut World,
    flaws: Flaws,
    id: HandoverId,
    report: &Report,
) -> ReportAccepted {
    if flaws.old_report_wins
        && let Some(handover) = world.platform.handovers.get_mut(&id)
    {
        handover.last_row = 0;
        for booked in &mut world.platform.tickets {
            if report.tickets.contains(&booked.ticket) {
                booked.holder = Books::Granted(id);
            }
        }
    }
    ReportAccepted {
        newest: world.platform.take_report(id, report),
        proved: None,
    }
}

fn act_status(world: &World, id: HandoverId) -> Reply<HandoverStatus> {
    let platform = &world.platform;
    let Some(handover) = platform.handovers.get(&id) else {
        return refusal(ProblemCode::NotFound);
    };
    let happened = handover.unknown.and_then(|(operation, sequence)| {
        platform
            .history
            .get(&(handover.card, sequence + 1))
            .map(|found| *found == operation)
    });
    let reissued: Vec<_> = handover
        .granted
        .iter()
        .filter(|(ticket, generation)| {
            platform.tickets.iter().any(|booked| {
                booked.ticket == *ticket && booked.generation.epoch > generation.epoch
            })
        })
        .map(|(ticket, _)| *ticket)
        .collect();
    Reply::Done(HandoverStatus {
        handover: id,
        fence: handover.fence,
        yours: true,
        happened,
        attempt: handover.unknown.map(|(operation, _)| operation.attempt),
        reissued,
    })
}

pub fn order(world: &World) -> Order {
    Order {
        order: ORDER.into(),
        state: OrderState::Paid,
        event: EventId(1),
        event_name: String::new(),
        venue: String::new(),
        doors_open: 0,
        starts: 0,
        zone: String::new(),
        seats: Vec::new(),
        class_names: Vec::new(),
        tickets: Vec::new(),
        at_platform: Vec::new(),
        card: world.platform.card,
        total: 0,
        tax: 0,
        currency: String::new(),
        slip: String::new(),
        pay_until: 0,
        paid: None,
        late: false,
        now: 0,
    }
}

impl PlatformPort for ModelPlatform {
    fn grant(&self, _: &str, request: &GrantRequest) -> Reply<Grant> {
        let late = Late::Grant(serde_json::to_string(request).expect("json"));
        self.deliver(Some(late), |world| act_grant(world, request))
    }

    fn report(&self, id: HandoverId, report: &Report) -> Reply<ReportAccepted> {
        let flaws = self.run.borrow().flaws;
        let late = Late::Report(id, serde_json::to_string(report).expect("json"));
        self.deliver(Some(late), |world| {
            Reply::Done(act_report(world, flaws, id, report))
        })
    }

    fn status(&self, id: HandoverId) -> Reply<HandoverStatus> {
        let flaws = self.run.borrow().flaws;
        self.deliver(None, |world| {
            let mut reply = act_status(world, id);
            if let (true, Reply::Done(status)) = (flaws.answer_without_attempt, &mut reply) {
                let rows = world.disks.iter().flat_map(|disk| &disk.rows);
                let pending = rows
                    .filter(|row| row.id == id)
                    .find_map(|row| row.pending.as_ref());
                status.attempt = pending.map(|intent| intent.operation.attempt);
            }
            reply
        })
    }

    fn change_card(&self, _: &str, change: &ChangeCard) -> Reply<Order> {
        self.deliver(None, |world| {
            if world
                .platform
                .tickets
                .iter()
                .any(|booked| matches!(booked.holder, Books::Granted(_)))
            {
                return refusal(ProblemCode::WrongState);
            }
            world.platform.card = change.card;
            Reply::Done(order(world))
        })
    }
}

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

/// Numbers for handovers that depend on nothing but the world.
pub fn next_id(begun: u8) -> HandoverId {
    HandoverId([begun; 16])
}
