//! How the model's platform takes reports: each counts if it is the newest that is known of a ticket.

use kippu_api::{handovers::ReportedOutcome, problem::ProblemCode};
use kippu_ticket::ids::{Generation, OperationId, Step, TicketId};

use crate::{
    books::{Holder, Known, Phase, Rank, Standing, State},
    requests::put_down,
    setup::Flaws,
    wire::{Asker, Told},
    world::World,
};

fn beyond(before: Generation) -> Generation {
    Generation {
        hop: before.hop + 1,
        ..before
    }
}

/// Where a ticket is by a report; `None` where it says nothing about that.
fn claimed(told: &Told, before: Generation, granted: bool) -> Option<(Rank, Holder)> {
    use ReportedOutcome::{Done, LeftAtPlatform, NotDone, PaperVoid, Unknown};
    let card = Holder::Card(told.card);
    Some(match (told.step, told.outcome()) {
        (Step::Take, Done) => ((before, Phase::Taken), Holder::Terminal),
        (Step::Take, Unknown) => ((before, Phase::PerhapsTaken), Holder::Unknown),
        (Step::Take, NotDone) => ((before, Phase::Held), card),
        (Step::Give | Step::GiveBack, Done) => ((beyond(before), Phase::Held), card),
        (Step::Print, Done) => (
            (beyond(before), Phase::Held),
            Holder::Paper(told.serial.expect("a serial")),
        ),
        (Step::Give | Step::GiveBack | Step::Print, Unknown) => {
            ((beyond(before), Phase::OnItsWay), Holder::Unknown)
        }
        (Step::Give | Step::GiveBack | Step::Print, NotDone) | (Step::Print, PaperVoid) => {
            ((beyond(before), Phase::OnItsWay), Holder::Terminal)
        }
        // The core leaves granted tickets under the step of parking.
        (_, LeftAtPlatform) if granted => ((beyond(before), Phase::OnItsWay), Holder::Platform),
        (Step::Park, _) | (_, LeftAtPlatform | PaperVoid) => return None,
    })
}

/// The standing after a report, where it is newer than what is known.
fn after(known: &Standing, told: &Told, (rank, holder): (Rank, Holder)) -> Option<Standing> {
    if rank.0.epoch < known.rank.0.epoch {
        return None;
    }
    let own = known.handover == Some(told.handover)
        && match known.holder {
            Holder::Unknown => true,
            Holder::Terminal => rank >= known.rank,
            Holder::Paper(serial) => {
                told.outcome() == ReportedOutcome::PaperVoid && told.serial == Some(serial)
            }
            Holder::Platform | Holder::Card(_) => false,
        };
    (own || rank > known.rank).then_some(Standing {
        rank,
        holder,
        handover: Some(told.handover),
    })
}

/// Takes a report; the refusal, if it is one.
pub fn report(
    world: &mut World,
    flaws: Flaws,
    history: bool,
    terminal: usize,
    told: &Told,
) -> Result<(), ProblemCode> {
    let asker = Asker {
        terminal,
        journal: told.journal.clone(),
        fence: told.fence,
    };
    let id = told.handover;
    let platform = &mut world.platform;
    let new = !platform.handovers.contains_key(&id);
    let let_go: Vec<TicketId> = platform
        .releases
        .iter()
        .filter(|release| release.ask.handover == id)
        .filter(|release| (release.by.terminal, &release.by.journal) == (terminal, &told.journal))
        .flat_map(|release| release.ask.lives.iter().map(|life| life.0))
        .collect();
    if new {
        platform.fence = platform.fence.max(told.fence);
    }
    let known = platform.handovers.entry(id).or_insert_with(|| Known {
        owner: asker.clone(),
        state: State::Open,
        giver: told.giver,
        grant: None,
        tickets: Vec::new(),
        question: None,
    });
    // A fence that this life of the platform never gave: an earlier one made the speaker the owner (R15).
    if asker.fence > known.owner.fence {
        known.owner = asker.clone();
        known.state = State::Open;
        for release in &mut platform.releases {
            release.taken |= release.ask.handover == id;
        }
        platform.fence = platform.fence.max(asker.fence);
    }
    let owner = (known.owner.terminal, &known.owner.journal) == (terminal, &told.journal);
    if !owner && let_go.is_empty() {
        return Err(ProblemCode::NotOwner);
    }
    let former = !known.owner.is(&asker) || known.state == State::Released;
    let granted = known.grant.is_some() || (new && told.giver.is_none() && told.step == Step::Give);
    if told.outcome() == ReportedOutcome::Unknown
        && let Some((sequence, _)) = &told.before
    {
        let operation = OperationId {
            handover: id,
            step: told.step,
            attempt: told.attempt,
        };
        known.question = Some((operation, told.card, *sequence));
    }
    let mut changed = false;
    for ticket in &told.tickets {
        changed |= tell(
            world,
            flaws,
            told,
            *ticket,
            granted,
            former && (let_go.is_empty() || let_go.contains(ticket)),
        );
    }
    if history {
        for (sequence, ring) in [&told.before, &told.after].into_iter().flatten() {
            for (age, operation) in ring.iter().enumerate() {
                let place = (told.card, sequence - age as u32);
                world.platform.history.insert(place, *operation);
            }
        }
    }
    if (told.step, told.outcome()) == (Step::Park, ReportedOutcome::Done) {
        park_again(world, terminal, told);
    }
    if changed && (told.step, told.outcome()) != (Step::Take, ReportedOutcome::NotDone) {
        world.platform.settle(id);
    }
    Ok(())
}

fn tell(
    world: &mut World,
    flaws: Flaws,
    told: &Told,
    ticket: TicketId,
    granted: bool,
    let_go: bool,
) -> bool {
    let platform = &mut world.platform;
    let stated = told
        .lives
        .iter()
        .find(|life| life.0 == ticket)
        .map(|life| life.1);
    let Some(known) = platform.handovers.get_mut(&told.handover) else {
        return false;
    };
    let before = match (known.ticket(ticket), stated, told.step) {
        (_, Some(stated), Step::Take) => stated,
        (Some(own), _, _) => own.before,
        (None, Some(stated), Step::Give | Step::GiveBack) => Generation {
            hop: stated.hop.saturating_sub(1),
            ..stated
        },
        (None, Some(stated), _) => stated,
        (None, None, _) => {
            let place = platform
                .tickets
                .iter()
                .find(|booked| booked.ticket == ticket);
            place.expect("a ticket of the model").standing.rank.0
        }
    };
    known.add(ticket, before, told.step == Step::Take);
    let own = known
        .tickets
        .iter_mut()
        .find(|own| own.ticket == ticket)
        .expect("just added");
    let last = own.rows.entry(told.journal.clone()).or_insert(0);
    let late = told.row <= *last && !flaws.old_report_wins;
    *last = told.row.max(*last);
    let given_up = own.given_up;
    if told.outcome() == ReportedOutcome::PaperVoid && !flaws.papers_never_void {
        platform.void.extend(told.serial);
    }
    let Some(claimed) = claimed(told, before, granted) else {
        return false;
    };
    if let (_, Holder::Paper(serial)) = claimed
        && platform.void.contains(&serial)
    {
        return false;
    }
    if late || given_up || let_go {
        return false;
    }
    let standing = platform.ticket(ticket).standing;
    let next = if flaws.old_report_wins {
        Some(Standing {
            rank: claimed.0,
            holder: claimed.1,
            handover: Some(told.handover),
        })
    } else {
        after(&standing, told, claimed)
    };
    let Some(next) = next else {
        return false;
    };
    platform.ticket_mut(ticket).standing = next;
    if next.holder == Holder::Platform {
        let known = platform.handovers.get_mut(&told.handover);
        for own in known.into_iter().flat_map(|known| &mut known.tickets) {
            own.given_up |= own.ticket == ticket;
        }
    }
    if let Some(other) = standing.handover.filter(|other| *other != told.handover) {
        platform.settle(other);
    }
    true
}

/// Makes a parcel again that a restored platform has forgotten (R15).
fn park_again(world: &mut World, terminal: usize, told: &Told) {
    let platform = &world.platform;
    let refused = (
        told.handover,
        terminal,
        crate::books::Asked::Park,
        told.attempt,
    );
    if platform
        .parcels
        .contains(&(told.handover, terminal, told.attempt))
        || platform.refused.contains(&refused)
    {
        return;
    }
    let Some(known) = platform.handovers.get(&told.handover) else {
        return;
    };
    let lost: Vec<TicketId> = known
        .tickets
        .iter()
        .filter(|own| told.tickets.contains(&own.ticket) && !own.given_up)
        .filter(|own| {
            let standing = &platform.ticket(own.ticket).standing;
            standing.open_to(told.handover, own.before)
        })
        .map(|own| own.ticket)
        .collect();
    if !lost.is_empty() {
        put_down(world, terminal, told.handover, told.attempt, &lost);
    }
}
