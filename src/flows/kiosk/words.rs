//! From the platform's and the card's types to the facts that screens show.

use kippu_api::{
    events::EventSummary, holds::HeldSeat, orders::Order, problem::ProblemCode, refunds::RefundItem,
};
use kippu_card::capability::{CardContents, CardEvent, CardFault, SlotState};
use kippu_handover::{
    facts::Facts,
    outcome::Summary,
    paper::PaperFault,
    row::{ItemState, ProblemCodeName},
};
use kippu_seatplan::Plan;
use kippu_ticket::{
    ids::{CardUid, EventId},
    record::{BoundTicket, TicketBody},
};

use super::{
    desk::SECOND,
    input::{PaperEnd, WriteProgress},
    view::{CardRefusal, CheckMark, MyTicket, Paper, PaperProblem, PrinterCondition, Writing},
};
use crate::flows::facts::{EventFacts, Moment, Money, Places, SeatWords, Zone};

/// The printer's condition, for those who run the kiosk.
pub(super) fn printer(condition: PrinterCondition) -> &'static str {
    match condition {
        PrinterCondition::Ready => "ready",
        PrinterCondition::PaperLow => "low on paper",
        PrinterCondition::PaperOut => "out of paper",
        PrinterCondition::CoverOpen => "open",
        PrinterCondition::Off => "off",
        PrinterCondition::Absent => "not there",
    }
}

pub(super) fn event_of_list(event: &EventSummary) -> EventFacts {
    let zone = Zone::Named(event.zone.clone());
    EventFacts {
        event: Some(event.event),
        name: event.name.clone(),
        venue: event.venue.clone(),
        doors_open: Moment {
            at: event.doors_open,
            zone: zone.clone(),
        },
        starts: Moment {
            at: event.starts,
            zone,
        },
    }
}

pub(crate) fn event_of_order(order: &Order) -> EventFacts {
    let zone = Zone::Named(order.zone.clone());
    EventFacts {
        event: Some(order.event),
        name: order.event_name.clone(),
        venue: order.venue.clone(),
        doors_open: Moment {
            at: order.doors_open,
            zone: zone.clone(),
        },
        starts: Moment {
            at: order.starts,
            zone,
        },
    }
}

pub(crate) fn event_of_refund(item: &RefundItem) -> EventFacts {
    let at = |at| Moment {
        at,
        zone: Zone::Named(item.zone.clone()),
    };
    EventFacts {
        event: Some(item.event),
        name: item.event_name.clone(),
        venue: item.venue.clone(),
        doors_open: at(item.doors_open),
        starts: at(item.starts),
    }
}

pub(crate) fn event_of_card(event: &CardEvent) -> EventFacts {
    let zone = Zone::Offset(event.utc_offset_minutes);
    EventFacts {
        event: Some(event.event),
        name: event.name.clone(),
        venue: event.venue.clone(),
        doors_open: Moment {
            at: event.doors_open * SECOND,
            zone: zone.clone(),
        },
        starts: Moment {
            at: event.starts * SECOND,
            zone,
        },
    }
}

pub(crate) fn seat_of_hold(seat: &HeldSeat, class_names: &[String]) -> SeatWords {
    SeatWords {
        floor: 0,
        block: seat.block.clone(),
        row: seat.row.clone(),
        number: seat.number.clone(),
        entrance: seat.entrance.clone(),
        class: class_names
            .get(usize::from(seat.class))
            .cloned()
            .unwrap_or_default(),
    }
}

/// A seat of the plan; empty where the index is beyond it.
pub(super) fn seat_of_plan(plan: &Plan, seat: u32, class: &str) -> SeatWords {
    let index = seat as usize;
    let Some(place) = plan.seats.get(index) else {
        return SeatWords::default();
    };
    let block = plan.block_of(index);
    SeatWords {
        floor: block.floor,
        block: block.name.clone(),
        row: plan.row_of(index).label.clone(),
        number: place.number.clone(),
        entrance: if block.entrance == 0 {
            String::new()
        } else {
            block.entrance.to_string()
        },
        class: class.to_owned(),
    }
}

pub(crate) fn sum(order: &Order) -> Money {
    Money {
        amount: order.total,
        currency: order.currency.clone(),
    }
}

pub(crate) fn count(seats: usize) -> u8 {
    u8::try_from(seats).unwrap_or(u8::MAX)
}

/// Last four digits of a card's number.
pub(crate) fn ending(card: CardUid) -> String {
    let text = card.to_string();
    text[text.len() - 4..].to_owned()
}

pub(crate) fn places(contents: &CardContents) -> Places {
    let total = contents.directory.slots.len();
    Places {
        used: count(total - contents.room()),
        total: count(total),
    }
}

/// Live tickets of a card, by event and seat as the card keeps them.
pub(super) fn my_tickets(contents: &CardContents) -> Vec<MyTicket> {
    let event_of = |event: EventId| contents.events.iter().find(|known| known.event == event);
    contents
        .tickets
        .iter()
        .filter(|ticket| ticket.state == SlotState::Live)
        .filter_map(|ticket| {
            let body = BoundTicket::from_bytes(&ticket.record).ok()?.signed.body;
            let event = event_of(body.event).map(event_of_card).unwrap_or_default();
            Some(my_ticket(&body, event, ticket.entered % 2 == 1))
        })
        .collect()
}

/// Tickets of a handover that are in one of the given states, as its row keeps them.
pub(super) fn tickets_of(facts: &Facts, states: impl Fn(ItemState) -> bool) -> Vec<MyTicket> {
    facts
        .items
        .iter()
        .filter(|item| states(item.state))
        .filter_map(|item| {
            let body = BoundTicket::from_bytes(&item.record).ok()?.signed.body;
            Some(my_ticket(&body, event_of_row(facts, body.event), false))
        })
        .collect()
}

/// Title, hall and times of a handover's event; empty where the row does not know it.
pub(super) fn event_of_row(facts: &Facts, event: EventId) -> EventFacts {
    let known = facts.events.iter().find(|known| known.event == event.0);
    known.map_or_else(EventFacts::default, |known| {
        event_of_card(&CardEvent {
            event,
            name: known.name.clone(),
            venue: known.venue.clone(),
            doors_open: known.doors_open,
            starts: known.starts,
            utc_offset_minutes: known.utc_offset_minutes,
        })
    })
}

/// The first event of a handover.
pub(super) fn first_event(facts: &Facts) -> EventFacts {
    facts
        .events
        .first()
        .map(|event| event_of_row(facts, EventId(event.event)))
        .unwrap_or_default()
}

/// Tickets of a handover in a state.
pub(super) fn count_of(facts: &Facts, states: impl Fn(ItemState) -> bool) -> u8 {
    count(facts.items.iter().filter(|item| states(item.state)).count())
}

/// Tickets of a handover that are not at their end.
pub(super) fn open_count(facts: &Facts) -> u8 {
    count_of(facts, |state| !state.is_final())
}

fn my_ticket(body: &TicketBody, event: EventFacts, inside: bool) -> MyTicket {
    MyTicket {
        id: body.ticket,
        kind: body.kind,
        event,
        seat: SeatWords {
            floor: body.seat.floor(),
            block: body.seat.block().to_owned(),
            row: body.seat.row().to_owned(),
            number: body.seat.number().to_owned(),
            entrance: if body.entrance == 0 {
                String::new()
            } else {
                body.entrance.to_string()
            },
            class: String::new(),
        },
        inside,
        recalled: false,
    }
}

pub(super) fn refusal(fault: CardFault) -> CardRefusal {
    match fault {
        CardFault::Torn => CardRefusal::Torn,
        CardFault::Mute => CardRefusal::Mute,
        CardFault::NotOurs => CardRefusal::NotOurs,
        CardFault::Blank => CardRefusal::Blank,
        CardFault::WrongKey => CardRefusal::WrongKey,
        // A full card is asked for its room first; one that says so only while it is written has a directory that cannot be trusted.
        CardFault::Full | CardFault::Unreadable => CardRefusal::Unreadable,
        CardFault::OlderLayout => CardRefusal::OlderLayout,
        CardFault::NewerLayout => CardRefusal::NewerLayout,
        CardFault::WornOut => CardRefusal::WornOut,
        CardFault::OtherCard => CardRefusal::OtherCard,
        CardFault::NoKeys => CardRefusal::NoNetwork,
    }
}

/// What a print's end means to the customer.
pub(super) fn paper(end: PaperEnd) -> Paper {
    match end {
        PaperEnd::Printed => Paper::Printed,
        PaperEnd::NotPrinted(condition) => Paper::NotPrinted(match condition {
            PrinterCondition::PaperOut => PaperProblem::PaperOut,
            PrinterCondition::CoverOpen => PaperProblem::CoverOpen,
            _ => PaperProblem::PrinterOff,
        }),
        PaperEnd::Unconfirmed(PrinterCondition::PaperOut) => {
            Paper::NotPrinted(PaperProblem::EndedMidway)
        }
        PaperEnd::Unconfirmed(PrinterCondition::CoverOpen) => {
            Paper::NotPrinted(PaperProblem::CoverOpen)
        }
        PaperEnd::Unconfirmed(_) => Paper::Unconfirmed,
    }
}

/// Why a paper ticket is not printed.
pub(super) fn paper_problem(fault: PaperFault) -> PaperProblem {
    match fault {
        PaperFault::OutOfPaper => PaperProblem::PaperOut,
        PaperFault::CoverOpen => PaperProblem::CoverOpen,
        PaperFault::Away | PaperFault::Fault => PaperProblem::PrinterOff,
    }
}

/// How far a change of a card has come: card checked, room checked, written, read back.
pub(super) fn writing(tickets: u8, progress: Option<WriteProgress>) -> Writing {
    use CheckMark::{Ahead, Now, Passed};
    let (permille, written, read_back) = match progress {
        None | Some(WriteProgress::Preparing) => (150, Now, Ahead),
        Some(WriteProgress::Records { done, of }) => (
            200 + 400 * u16::from(done) / u16::from(of.max(1)),
            Now,
            Ahead,
        ),
        Some(WriteProgress::ReadBack) => (700, Passed, Now),
        Some(WriteProgress::Committing) => (850, Passed, Now),
        Some(WriteProgress::Verified) => (1000, Passed, Passed),
    };
    Writing {
        tickets,
        permille,
        checks: [Passed, Passed, written, read_back],
        card_missing: false,
    }
}

/// Why the platform refused a handover, if it did.
pub(super) fn refused(summary: &Summary) -> Option<ProblemCode> {
    let ProblemCodeName(name) = summary.refused.as_ref()?;
    let code = serde_json::from_value(serde_json::Value::String(name.clone()));
    Some(code.unwrap_or(ProblemCode::Internal))
}
