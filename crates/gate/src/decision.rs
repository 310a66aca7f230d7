//! Decides a tap: a pure function of bundle, card, log and time.
//!
//! Order for each ticket: something that admits → event of this gate → nullified → record whole → signature → binding → entrance → time → recalled → inside.
//! Of several tickets those that pass, pass together; if none does, the one that came furthest explains the refusal best.
//!
//! The entered mark: odd is inside, even is outside, 0 is never entered. A gate with mark number *n* writes 2n+1 for in and 2n+2 for
//! out, so no two gates write the same value, and a gate that lost the answer to its own mark knows it when it sees it again.

use kippu_card::{
    capability::{CardTicket, SlotState},
    gate::GateTickets,
};
use kippu_ticket::{
    binding::EventBindingKey,
    ids::{EventId, TicketId},
    record::{BoundTicket, TicketBody, TicketFlags},
};

use crate::{
    bundle::{Bundle, Direction, GateEvent, Micros, Passage, Reentry},
    inside::Inside,
    outcome::{Admission, Outcome},
};

/// A decision: the outcome to show once the marks are on the card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// What to say. A passage counts only after the marks are made and logged.
    pub outcome: Outcome,
    /// Marks to be made on the card first.
    pub marks: Vec<Mark>,
    /// Open marks of earlier taps that turn out to stand on the card.
    pub found: Vec<i64>,
}

/// One mark to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// Ticket.
    pub ticket: TicketId,
    /// Slot.
    pub slot: u8,
    /// Value of the slot's entered counter.
    pub value: u8,
}

/// One ticket's own result, before those of a card are put together.
enum Verdict<'a> {
    Pass(Pass<'a>),
    /// How far the ticket came, and what stopped it.
    Stop(u8, Outcome),
}

struct Pass<'a> {
    event: &'a GateEvent,
    admission: Admission,
    again: bool,
    mark: Result<Mark, i64>,
}

/// The value a gate writes.
pub fn mark_value(bundle: &Bundle) -> u8 {
    let number = bundle.gate.mark.min(crate::bundle::Gate::MARK_MAX);
    match bundle.gate.passage {
        Passage::In => 2 * number + 1,
        Passage::Out => 2 * number + 2,
    }
}

/// Decides what a gate says to a card.
pub fn decide(bundle: &Bundle, card: &GateTickets, inside: &Inside, now: Micros) -> Decision {
    let mut passes: Vec<Pass<'_>> = Vec::new();
    let mut stop = card
        .others
        .first()
        .map(|event| (1, elsewhere(bundle, *event)));
    for slot in &card.tickets {
        match judge(bundle, card, slot, inside, now) {
            Verdict::Pass(pass) => passes.push(pass),
            Verdict::Stop(reach, outcome) => {
                if stop.as_ref().is_none_or(|(furthest, _)| reach >= *furthest) {
                    stop = Some((reach, outcome));
                }
            }
        }
    }
    // Two events may admit at once; a tap is for one of them.
    let event = passes
        .iter()
        .map(|pass| pass.event)
        .min_by_key(|event| (event.starts - now).abs());
    let Some(event) = event else {
        let outcome = stop.map_or(Outcome::NoTicket, |(_, outcome)| outcome);
        return Decision {
            outcome,
            marks: Vec::new(),
            found: Vec::new(),
        };
    };
    passes.retain(|pass| pass.event.event == event.event);
    let again = passes.iter().all(|pass| pass.again);
    let marks = passes.iter().filter_map(|pass| pass.mark.ok()).collect();
    let found = passes.iter().filter_map(|pass| pass.mark.err()).collect();
    let tickets = passes.into_iter().map(|pass| pass.admission).collect();
    let outcome = match bundle.gate.passage {
        Passage::Out => Outcome::Leave(tickets),
        Passage::In if again => Outcome::Readmit(tickets),
        Passage::In => Outcome::Admit(tickets),
    };
    Decision {
        outcome,
        marks,
        found,
    }
}

fn judge<'a>(
    bundle: &'a Bundle,
    card: &GateTickets,
    slot: &CardTicket,
    inside: &Inside,
    now: Micros,
) -> Verdict<'a> {
    let Ok(ticket) = BoundTicket::from_bytes(&slot.record) else {
        return Verdict::Stop(3, Outcome::Unreadable);
    };
    let body = &ticket.signed.body;
    // Whatever became of a drink or a membership explains nothing to somebody who wants to come in.
    if !body.kind.admits() {
        return Verdict::Stop(0, Outcome::NoTicket);
    }
    let Some(event) = bundle.event(body.event) else {
        return Verdict::Stop(1, elsewhere(bundle, body.event));
    };
    if slot.state == SlotState::Nullified {
        return Verdict::Stop(2, Outcome::Nullified);
    }
    // A record that is not the one the directory's commit meant is the rest of a torn write.
    if ticket.generation() != slot.generation {
        return Verdict::Stop(3, Outcome::Unreadable);
    }
    let key = bundle.issuer_key(body.issuer, body.issuer_key);
    if key.is_none_or(|key| ticket.signed.verify(key).is_err()) {
        return Verdict::Stop(4, Outcome::Forged);
    }
    let binding = EventBindingKey::from_bytes(event.binding_key.bytes());
    if binding.verify(&ticket, card.uid).is_err() {
        return Verdict::Stop(5, Outcome::WrongCard);
    }
    if let Err(outcome) = entrance(event, body) {
        return Verdict::Stop(6, outcome);
    }
    if let Err(outcome) = time(bundle, event, now) {
        return Verdict::Stop(7, outcome);
    }
    if bundle.is_recalled(body.ticket, body.epoch)
        || bundle.recalled_terminals.contains(&ticket.terminal)
    {
        return Verdict::Stop(8, Outcome::Recalled);
    }
    let mark = match presence(bundle, event, card, slot, &ticket, inside) {
        Ok(mark) => mark,
        Err(outcome) => return Verdict::Stop(9, outcome),
    };
    let again = match mark {
        Ok(_) => slot.entered > 0,
        Err(_) => inside.passages.contains_key(&body.ticket),
    };
    Verdict::Pass(Pass {
        event,
        admission: admission(event, Some(slot.slot), body),
        again,
        mark,
    })
}

/// Whether the ticket is good at the entrance this gate stands at.
pub(crate) fn entrance(event: &GateEvent, body: &TicketBody) -> Result<(), Outcome> {
    match event.entrances.get(usize::from(body.entrance)) {
        Some(other) if !other.here => Err(Outcome::NotThisGate {
            entrance: other.name.clone(),
            direction: other.direction,
        }),
        _ => Ok(()),
    }
}

/// Whether people come in now; they may leave at any time.
pub(crate) fn time(bundle: &Bundle, event: &GateEvent, now: Micros) -> Result<(), Outcome> {
    match bundle.gate.passage {
        Passage::In if now < event.entry_from => Err(Outcome::TooEarly {
            from: event.entry_from,
        }),
        Passage::In if now > event.entry_until => Err(Outcome::TooLate {
            until: event.entry_until,
        }),
        _ => Ok(()),
    }
}

/// A ticket for an event this gate does not serve.
pub(crate) fn elsewhere(bundle: &Bundle, event: EventId) -> Outcome {
    Outcome::NotThisEvent {
        event,
        known: bundle.other(event).cloned(),
    }
}

/// Whether the ticket is on the right side of the gate: the mark to make, the open mark found on the card, or the refusal.
fn presence(
    bundle: &Bundle,
    event: &GateEvent,
    card: &GateTickets,
    slot: &CardTicket,
    ticket: &BoundTicket,
    inside: &Inside,
) -> Result<Result<Mark, i64>, Outcome> {
    let id = ticket.signed.body.ticket;
    let generation = ticket.generation();
    let value = mark_value(bundle);
    let ours = inside.open.get(&id).filter(|open| {
        open.slot == slot.slot
            && open.generation == generation
            && open.mark == value
            && slot.entered == value
    });
    // Only this gate writes this value, and before the open mark was sent another stood there: it happened, and nobody passed yet.
    if let Some(open) = ours {
        return Ok(Err(open.intent));
    }
    let is_inside = slot.entered % 2 == 1;
    let mark = Mark {
        ticket: id,
        slot: slot.slot,
        value,
    };
    match bundle.gate.passage {
        Passage::Out if is_inside => return Ok(Ok(mark)),
        Passage::Out => return Err(Outcome::NotInside),
        Passage::In if is_inside => return Err(Outcome::AlreadyInside),
        Passage::In => {}
    }
    // The card's own mark is the truth about this card. The log also knows of other cards and papers with the same ticket.
    let elsewhere = inside.passages.get(&id).filter(|passed| {
        let given_on = ticket
            .signed
            .body
            .flags
            .contains(TicketFlags::TRANSFERABLE_AFTER_ENTRY)
            && generation > passed.generation;
        passed.inside
            && (passed.card, passed.generation) != (Some(card.uid), generation)
            && !given_on
    });
    if elsewhere.is_some() {
        return Err(Outcome::AlreadyInside);
    }
    if slot.entered > 0 && event.reentry == Reentry::Never {
        return Err(Outcome::NoReentry);
    }
    Ok(Ok(mark))
}

/// What the guest is told.
pub(crate) fn admission(event: &GateEvent, slot: Option<u8>, body: &TicketBody) -> Admission {
    let route = event
        .routes
        .iter()
        .find(|route| route.floor == body.seat.floor() && route.block == body.seat.block());
    let direction = route.map_or(Direction::Ahead, |route| route.direction);
    Admission {
        ticket: body.ticket,
        event: body.event,
        slot,
        seat: body.seat.clone(),
        block: route.map(|route| route.name.clone()).unwrap_or_default(),
        door: route.map(|route| route.door.clone()).unwrap_or_default(),
        direction,
        step_free: route.and_then(|route| route.step_free).unwrap_or(direction),
    }
}
