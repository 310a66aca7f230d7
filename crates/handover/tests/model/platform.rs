//! The model's platform behind a network that loses and delays.

use kippu_api::{
    handovers::{HandoverStatus, Report, ReportAccepted},
    orders::{ChangeCard, EventOnCard, Grant, GrantRequest, GrantedTicket, Order, OrderState},
    problem::{Problem, ProblemCode},
};
use kippu_handover::platform::{PlatformPort, Reply};
use kippu_ticket::ids::{EventId, HandoverId};

use crate::{
    choice::{Flaws, Shared, messages},
    world::{BookedHandover, Books, Late, ORDER, World, record},
};

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
