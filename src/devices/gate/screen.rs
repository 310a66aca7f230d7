//! From the gate's decision to what its screen shows.

use kippu_gate::{
    bundle::{self, Bundle, OtherEvent},
    outcome::{Admission, Outcome},
};

use crate::flows::{
    facts::{EventFacts, Moment, SeatWords, Zone},
    gate::{
        Input,
        view::{Admit, Direction, Fact, Reason, Refuse, Screen},
    },
};

/// A bundle that is in use now.
pub(super) fn bundle(bundle: &Bundle, now: i64) -> Input {
    let moment = |at| Moment {
        at,
        zone: Zone::Named(bundle.zone.clone()),
    };
    let event = bundle.serving(now).map(|event| EventFacts {
        event: Some(event.event),
        name: event.name.clone(),
        venue: bundle.venue.clone(),
        doors_open: moment(event.doors_open),
        starts: moment(event.starts),
    });
    Input::Bundle {
        gate: bundle.gate.name.clone(),
        event: Box::new(event.unwrap_or_default()),
    }
}

/// The gate cannot log: nobody passes, and the staff is asked.
pub(super) fn unusable() -> Screen {
    Screen::Refuse(Refuse {
        reason: Reason::Unreadable,
        fact: Fact::None,
    })
}

/// What a decision on a scanned code shows: words about a card would mislead.
pub(super) fn of_paper(outcome: &Outcome, bundle: &Bundle) -> Screen {
    match outcome {
        Outcome::Unreadable | Outcome::NoTicket => Screen::Refuse(Refuse {
            reason: Reason::NotATicketCode,
            fact: Fact::None,
        }),
        _ => of(outcome, bundle),
    }
}

/// What a decision shows.
pub(super) fn of(outcome: &Outcome, bundle: &Bundle) -> Screen {
    let moment = |at| Moment {
        at,
        zone: Zone::Named(bundle.zone.clone()),
    };
    let (reason, fact) = match outcome {
        Outcome::Admit(tickets) => return admit(tickets, false),
        Outcome::Readmit(tickets) | Outcome::Leave(tickets) => return admit(tickets, true),
        Outcome::NoTicket => (Reason::NoTicket, Fact::None),
        Outcome::NotThisEvent { known, .. } => {
            let fact = known
                .as_ref()
                .map_or(Fact::None, |event| Fact::TicketFor(other(event)));
            (Reason::NotThisEvent, fact)
        }
        Outcome::NotThisGate { entrance, .. } => {
            (Reason::NotThisGate, Fact::Door(entrance.clone()))
        }
        Outcome::TooEarly { from } => (Reason::TooEarly, Fact::OpensAt(moment(*from))),
        Outcome::TooLate { until } => (Reason::TooLate, Fact::EndedAt(moment(*until))),
        Outcome::AlreadyInside | Outcome::NoReentry | Outcome::NotInside => {
            (Reason::AlreadyInside, Fact::None)
        }
        Outcome::Nullified => (Reason::Nullified, Fact::None),
        Outcome::Recalled | Outcome::VoidPaper => (Reason::Recalled, Fact::None),
        Outcome::Forged => (Reason::Forged, Fact::None),
        Outcome::WrongCard => (Reason::WrongCard, Fact::None),
        Outcome::Unreadable => (Reason::Unreadable, Fact::None),
        Outcome::NotOurs => (Reason::NotOurs, Fact::None),
        Outcome::LayAgain => (Reason::Torn, Fact::None),
    };
    Screen::Refuse(Refuse { reason, fact })
}

fn admit(tickets: &[Admission], again: bool) -> Screen {
    let direction = match tickets.first().map(|ticket| ticket.direction) {
        Some(bundle::Direction::Left) => Direction::Left,
        Some(bundle::Direction::Right) => Direction::Right,
        _ => Direction::Ahead,
    };
    Screen::Admit(Admit {
        again,
        seats: tickets.iter().map(seat).collect(),
        direction,
    })
}

fn seat(ticket: &Admission) -> SeatWords {
    let block = if ticket.block.is_empty() {
        ticket.seat.block()
    } else {
        &ticket.block
    };
    SeatWords {
        floor: ticket.seat.floor(),
        block: block.to_owned(),
        row: ticket.seat.row().to_owned(),
        number: ticket.seat.number().to_owned(),
        entrance: ticket.door.clone(),
        class: String::new(),
    }
}

fn other(event: &OtherEvent) -> EventFacts {
    let starts = Moment {
        at: event.starts,
        zone: Zone::Named(event.zone.clone()),
    };
    EventFacts {
        event: Some(event.event),
        name: event.name.clone(),
        venue: event.venue.clone(),
        doors_open: starts.clone(),
        starts,
    }
}
