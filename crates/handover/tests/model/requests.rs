//! What the model's platform does on each request. Every one may arrive late or twice.

use kippu_api::{
    handovers::{HandoverStatus, Parked, Registered, Released, TakenOver},
    orders::{Claim, EventOnCard, Grant, GrantedTicket},
    problem::{Problem, ProblemCode},
};
use kippu_handover::{platform::Reply, row::ROW_VERSION};
use kippu_ticket::ids::{CardUid, Generation, HandoverId, TicketId};

use crate::{
    books::{Asked, Granted, Holder, Known, Phase, Release, Standing, State},
    record::{EVENT, Record},
    setup::Flaws,
    wire::{Asker, GrantAsk, Life, ParkAsk, ReleaseAsk},
    world::World,
};

pub fn refusal<T>(code: ProblemCode) -> Reply<T> {
    Reply::Refused(Problem {
        kind: String::new(),
        title: String::new(),
        status: 409,
        code,
        detail: None,
        hint: None,
        request: None,
        limit: None,
    })
}

/// A restored platform does nothing for a terminal that has not resent, and nothing with what others may know more of before all have (R15).
pub fn guarded(world: &World, terminal: usize, of_others: bool) -> Option<ProblemCode> {
    let owing = &world.platform.owing;
    if owing[terminal] {
        Some(ProblemCode::ResendFirst)
    } else if of_others && owing.contains(&true) {
        Some(ProblemCode::Busy)
    } else {
        None
    }
}

/// Answers once and for all: as it was refused before, or now.
fn decided<T>(
    world: &mut World,
    key: (HandoverId, usize, Asked, u8),
    decision: impl FnOnce(&mut World) -> Reply<T>,
) -> Reply<T> {
    if world.platform.refused.contains(&key) {
        return refusal(ProblemCode::WrongState);
    }
    let reply = decision(world);
    if matches!(&reply, Reply::Refused(problem) if problem.code.is_final()) {
        world.platform.refused.insert(key);
    }
    reply
}

pub fn grant(world: &mut World, asker: &Asker, ask: &GrantAsk) -> Reply<Grant> {
    if let Some(code) = guarded(world, asker.terminal, true) {
        return refusal(code);
    }
    let key = (ask.handover, asker.terminal, Asked::Grant, 0);
    decided(world, key, |world| {
        if world.platform.handovers.contains_key(&ask.handover) {
            return granted_before(world, asker, ask);
        }
        hand_out(world, asker, ask)
    })
}

fn granted_before(world: &World, asker: &Asker, ask: &GrantAsk) -> Reply<Grant> {
    let known = &world.platform.handovers[&ask.handover];
    let same = (known.owner.terminal, &known.owner.journal) == (asker.terminal, &asker.journal);
    match &known.grant {
        Some(granted) if same && known.state == State::Open => {
            answer(ask.handover, known.owner.fence, granted)
        }
        _ => refusal(ProblemCode::NotOwner),
    }
}

fn hand_out(world: &mut World, asker: &Asker, ask: &GrantAsk) -> Reply<Grant> {
    let platform = &mut world.platform;
    let of_claim = |claim: &Claim| *claim == ask.claim;
    let under_way = platform
        .tickets
        .iter()
        .filter(|booked| of_claim(&booked.claim))
        .any(|booked| matches!(booked.standing.holder, Holder::Terminal | Holder::Unknown));
    let waiting: Vec<TicketId> = platform
        .tickets
        .iter()
        .filter(|booked| of_claim(&booked.claim) && booked.standing.holder == Holder::Platform)
        .map(|booked| booked.ticket)
        .collect();
    let order_under_way = under_way && ask.claim.order().is_some();
    if waiting.is_empty() || order_under_way || ask.room == 0 {
        return refusal(ProblemCode::WrongState);
    }
    let (fit, left) = waiting.split_at(waiting.len().min(ask.room.into()));
    let owner = Asker {
        fence: platform.next_fence(),
        ..asker.clone()
    };
    let fence = owner.fence;
    let mut known = Known {
        owner,
        state: State::Open,
        giver: None,
        grant: None,
        tickets: Vec::new(),
        question: None,
    };
    let mut lives = Vec::new();
    for ticket in fit {
        let booked = platform.ticket_mut(*ticket);
        let (generation, _) = booked.standing.rank;
        let hop = generation.hop.max(booked.bound) + 1;
        let given = Generation { hop, ..generation };
        let before = Generation {
            hop: hop - 1,
            ..generation
        };
        booked.bound = hop;
        booked.standing = Standing {
            rank: (given, Phase::OnItsWay),
            holder: Holder::Terminal,
            handover: Some(ask.handover),
        };
        known.add(*ticket, before, true);
        lives.push((*ticket, given));
    }
    let granted = Granted {
        claim: ask.claim.clone(),
        card: ask.card,
        lives,
        left: left.to_vec(),
    };
    known.grant = Some(granted.clone());
    platform.handovers.insert(ask.handover, known);
    answer(ask.handover, fence, &granted)
}

fn answer(handover: HandoverId, fence: u64, granted: &Granted) -> Reply<Grant> {
    Reply::Done(Grant {
        claim: granted.claim.clone(),
        handover,
        card: granted.card,
        fence,
        tickets: granted
            .lives
            .iter()
            .map(|life| record_for(*life, granted.card))
            .collect(),
        events: vec![EventOnCard {
            event: EVENT,
            name: String::new(),
            venue: String::new(),
            doors_open: 0,
            starts: 0,
            utc_offset_minutes: 0,
        }],
        left_at_platform: granted.left.clone(),
    })
}

pub fn record_for((ticket, generation): Life, card: CardUid) -> GrantedTicket {
    let record = Record {
        ticket,
        generation,
        card,
    };
    GrantedTicket {
        ticket,
        event: EVENT,
        record: hex::encode(record.to_bytes()),
        epoch: generation.epoch,
        hop: generation.hop,
    }
}

pub fn register(
    world: &mut World,
    asker: &Asker,
    handover: HandoverId,
    giver: CardUid,
    lives: &[Life],
) -> Reply<Registered> {
    if let Some(code) = guarded(world, asker.terminal, false) {
        return refusal(code);
    }
    let key = (handover, asker.terminal, Asked::Register, 0);
    decided(world, key, |world| {
        let platform = &mut world.platform;
        if let Some(known) = platform.handovers.get(&handover) {
            let same = (known.owner.terminal, &known.owner.journal)
                == (asker.terminal, &asker.journal)
                && known.state != State::Released;
            let fence = known.owner.fence;
            return if same {
                Reply::Done(Registered { handover, fence })
            } else {
                refusal(ProblemCode::NotOwner)
            };
        }
        for (ticket, generation) in lives {
            let (known, phase) = platform.ticket(*ticket).standing.rank;
            if generation.epoch < known.epoch {
                return refusal(ProblemCode::Recalled);
            }
            if (known, phase) > (*generation, Phase::PerhapsTaken) {
                return refusal(ProblemCode::WrongState);
            }
        }
        let fence = platform.next_fence();
        let mut begun = Known {
            owner: Asker {
                fence,
                ..asker.clone()
            },
            state: State::Open,
            giver: Some(giver),
            grant: None,
            tickets: Vec::new(),
            question: None,
        };
        for (ticket, generation) in lives {
            begun.add(*ticket, *generation, true);
            let booked = platform.ticket_mut(*ticket);
            let read = Standing {
                rank: (*generation, Phase::Held),
                holder: Holder::Card(giver),
                handover: None,
            };
            if read.rank > booked.standing.rank {
                booked.standing = read;
            }
        }
        platform.handovers.insert(handover, begun);
        Reply::Done(Registered { handover, fence })
    })
}

/// Whether records may be made of these tickets; remembers their hop. `None`: yes.
pub fn bind(
    world: &mut World,
    asker: &Asker,
    handover: HandoverId,
    lives: &[Life],
) -> Option<ProblemCode> {
    if let Some(code) = guarded(world, asker.terminal, false) {
        return Some(code);
    }
    let platform = &mut world.platform;
    if !platform.owned(handover, asker)
        || lives.iter().any(|life| !platform.may_act(handover, *life))
    {
        return Some(ProblemCode::NotOwner);
    }
    for (ticket, taken) in lives {
        let booked = platform.ticket_mut(*ticket);
        booked.bound = booked.bound.max(taken.hop + 1);
    }
    None
}

pub fn park(world: &mut World, asker: &Asker, ask: &ParkAsk) -> Reply<Parked> {
    if let Some(code) = guarded(world, asker.terminal, false) {
        return refusal(code);
    }
    let done = || {
        Reply::Done(Parked {
            parcel: String::new(),
        })
    };
    let handover = ask.handover;
    let key = (handover, asker.terminal, Asked::Park, ask.attempt);
    decided(world, key, |world| {
        let platform = &mut world.platform;
        if platform
            .parcels
            .contains(&(handover, asker.terminal, ask.attempt))
        {
            return done();
        }
        if !platform.owned(handover, asker)
            || ask
                .lives
                .iter()
                .any(|life| !platform.may_act(handover, *life))
        {
            return refusal(ProblemCode::NotOwner);
        }
        let Some(known) = platform.owned_or_begun(handover, asker) else {
            return refusal(ProblemCode::NotOwner);
        };
        known.giver = known.giver.or(Some(ask.giver));
        for (ticket, taken) in &ask.lives {
            known.add(*ticket, *taken, false);
        }
        let tickets: Vec<_> = ask.lives.iter().map(|life| life.0).collect();
        put_down(world, asker.terminal, handover, ask.attempt, &tickets);
        done()
    })
}

/// Lays a parcel's tickets down: the platform holds them, and their handover is done with them.
pub fn put_down(
    world: &mut World,
    terminal: usize,
    handover: HandoverId,
    attempt: u8,
    tickets: &[TicketId],
) {
    let platform = &mut world.platform;
    platform.parcels.insert((handover, terminal, attempt));
    for ticket in tickets {
        let Some(known) = platform.handovers.get_mut(&handover) else {
            continue;
        };
        let Some(own) = known.tickets.iter_mut().find(|own| own.ticket == *ticket) else {
            continue;
        };
        own.given_up = true;
        let taken = own.before;
        let booked = platform.ticket_mut(*ticket);
        booked.standing = Standing {
            rank: booked.standing.rank.max((taken, Phase::Taken)),
            holder: Holder::Platform,
            handover: Some(handover),
        };
        booked.claim = Claim::Parcel(format!("{}-{attempt}", handover.0[0]));
    }
    platform.settle(handover);
}

pub fn release(
    world: &mut World,
    flaws: Flaws,
    asker: &Asker,
    ask: &ReleaseAsk,
) -> Reply<Released> {
    // Not guarded: released rows are part of what a terminal resends.
    let handover = ask.handover;
    let done = || Reply::Done(Released { handover });
    let key = (handover, asker.terminal, Asked::Release, ask.attempt);
    decided(world, key, |world| {
        let platform = &mut world.platform;
        let repeated = platform
            .releases
            .iter_mut()
            .find(|known| known.ask.handover == handover && known.by.is(asker));
        if let Some(repeated) = repeated {
            if flaws.repeated_release_wins && repeated.taken {
                repeated.taken = false;
                if let Some(known) = platform.handovers.get_mut(&handover) {
                    known.state = State::Released;
                }
            }
            return done();
        }
        if !platform.owned(handover, asker)
            || ask
                .lives
                .iter()
                .any(|life| !platform.may_act(handover, *life))
        {
            return refusal(ProblemCode::NotOwner);
        }
        let Some(known) = platform.owned_or_begun(handover, asker) else {
            return refusal(ProblemCode::NotOwner);
        };
        for (ticket, taken) in &ask.lives {
            known.add(*ticket, *taken, false);
        }
        known.state = State::Released;
        for (ticket, taken) in &ask.lives {
            let booked = platform.ticket_mut(*ticket);
            if !booked.standing.in_hands_of(handover) {
                booked.standing = Standing {
                    rank: booked.standing.rank.max((*taken, Phase::PerhapsTaken)),
                    holder: Holder::Unknown,
                    handover: Some(handover),
                };
            }
        }
        platform.releases.push(Release {
            by: asker.clone(),
            ask: ask.clone(),
            taken: false,
        });
        done()
    })
}

/// A platform that thinks an owner has time only until it is not heard of lets another terminal go on with what was reported last.
pub fn lapse(world: &mut World, terminal: usize, handover: HandoverId) {
    let row = world.disks[terminal]
        .rows
        .iter()
        .find(|row| row.get().id == handover && row.get().is_open());
    let Some(row) = row.cloned() else { return };
    let platform = &mut world.platform;
    platform
        .releases
        .retain(|release| release.ask.handover != handover || release.taken);
    platform.releases.push(Release {
        by: Asker {
            terminal,
            journal: row.get().incarnation.to_string(),
            fence: row.get().fence(),
        },
        ask: ReleaseAsk {
            handover,
            attempt: 0,
            lives: Vec::new(),
            row,
        },
        taken: false,
    });
}

/// Makes a terminal the owner of a released handover; the first one wins, and is answered again.
pub fn take_over(
    world: &mut World,
    terminal: usize,
    journal: &str,
    handover: HandoverId,
) -> Reply<TakenOver> {
    if let Some(code) = guarded(world, terminal, true) {
        return refusal(code);
    }
    let platform = &mut world.platform;
    let last = platform
        .releases
        .iter()
        .rposition(|release| release.ask.handover == handover);
    let (Some(last), Some(known)) = (last, platform.handovers.get(&handover)) else {
        return refusal(ProblemCode::NotOwner);
    };
    let row = platform.releases[last].ask.row.clone();
    let fence = if platform.releases[last].taken {
        let repeated = (known.owner.terminal, known.owner.journal.as_str()) == (terminal, journal)
            && known.state != State::Released;
        if !repeated {
            return refusal(ProblemCode::NotOwner);
        }
        known.owner.fence
    } else {
        let fence = platform.next_fence();
        platform.releases[last].taken = true;
        if let Some(known) = platform.handovers.get_mut(&handover) {
            known.owner = Asker {
                terminal,
                journal: journal.into(),
                fence,
            };
            known.state = State::Open;
        }
        fence
    };
    Reply::Done(TakenOver {
        handover,
        fence,
        row_version: ROW_VERSION,
        row: serde_json::to_value(row.get()).expect("a row"),
    })
}

pub fn status(world: &World, terminal: usize, id: HandoverId) -> Reply<HandoverStatus> {
    let platform = &world.platform;
    let Some(known) = platform.handovers.get(&id) else {
        return Reply::Done(HandoverStatus {
            handover: id,
            fence: 0,
            known: false,
            yours: true,
            happened: None,
            attempt: None,
            reissued: Vec::new(),
        });
    };
    let had_it = platform
        .releases
        .iter()
        .any(|release| release.ask.handover == id && release.by.terminal == terminal);
    if known.owner.terminal != terminal && !had_it {
        return refusal(ProblemCode::NotFound);
    }
    let reissued = known
        .tickets
        .iter()
        .filter(|own| platform.ticket(own.ticket).standing.rank.0.epoch > own.before.epoch)
        .map(|own| own.ticket);
    let happened = known.question.and_then(|(operation, card, sequence)| {
        platform
            .history
            .get(&(card, sequence + 1))
            .map(|found| *found == operation)
    });
    let attempt = known.question.map(|(operation, ..)| operation.attempt);
    Reply::Done(HandoverStatus {
        handover: id,
        fence: known.owner.fence,
        known: true,
        yours: known.owner.terminal == terminal && known.state == State::Open,
        happened,
        attempt,
        reissued: reissued.collect(),
    })
}
