//! The decision by itself: what no card code would write, and what explains a refusal best.

mod support;

use kippu_card::{
    capability::{CardTicket, SlotState},
    gate::GateTickets,
};
use kippu_gate::{
    bundle::{Gate, GateEvent, Passage, Secret},
    decision::{Mark, decide, mark_value},
    inside::{Inside, OpenMark, Passed},
    outcome::Outcome,
};
use kippu_ticket::{
    ids::{CardUid, Generation, TicketId},
    record::{BoundTicket, TicketBody, TicketFlags},
};
use support::*;

fn slot(slot: u8, ticket: &BoundTicket) -> CardTicket {
    CardTicket {
        slot,
        state: SlotState::Live,
        record: ticket.to_bytes().to_vec(),
        entered: 0,
        generation: ticket.generation(),
    }
}

fn card(tickets: Vec<CardTicket>) -> GateTickets {
    GateTickets {
        uid: uid(1),
        sequence: 1,
        tickets,
        others: Vec::new(),
    }
}

fn good(ticket: u64) -> CardTicket {
    slot(ticket as u8, &bound(body(ticket), uid(1), 1))
}

fn outcome(tickets: Vec<CardTicket>) -> Outcome {
    decide(&bundle(), &card(tickets), &Inside::default(), NOW).outcome
}

#[test]
fn damaged_and_half_written_records_are_unreadable() {
    let mut short = good(1);
    short.record.pop();
    let mut version = good(1);
    version.record[0] = 9;
    // The directory's commit meant another life of the ticket: what lies in the slot is the rest of a torn write.
    let mut stale = good(1);
    stale.generation.hop = 2;
    for damaged in [short, version, stale] {
        assert_eq!(outcome(vec![damaged]), Outcome::Unreadable);
    }
}

#[test]
fn every_changed_byte_of_a_record_is_refused() {
    let record = good(1).record;
    for at in 0..record.len() {
        let mut changed = good(1);
        changed.record[at] ^= 1;
        assert!(!outcome(vec![changed]).passes(), "byte {at}");
    }
}

#[test]
fn the_ticket_that_came_furthest_explains_the_refusal() {
    let mut east = body(1);
    east.entrance = 1;
    let copy = slot(2, &bound(body(2), CardUid([9; 7]), 1));
    let other_gate = slot(1, &bound(east, uid(1), 1));
    assert_eq!(
        outcome(vec![other_gate.clone(), copy.clone()]).word(),
        "not_this_gate"
    );
    assert_eq!(
        outcome(vec![copy.clone(), other_gate]).word(),
        "not_this_gate"
    );
    assert_eq!(
        outcome(vec![copy, good(3)]).admissions().len(),
        1,
        "and one that may pass, passes"
    );
}

#[test]
fn two_events_at_once_are_taken_one_at_a_time() {
    let mut bundle = bundle();
    let matinee = GateEvent {
        event: OPERA,
        starts: START - HOUR / 2,
        binding_key: Secret::new(binding(OPERA).to_bytes()),
        ..bundle.events[0].clone()
    };
    bundle.events.push(matinee);
    let opera = TicketBody {
        event: OPERA,
        ..body(2)
    };
    let both = card(vec![good(1), slot(2, &bound(opera, uid(1), 1))]);
    let admitted = |now| {
        let outcome = decide(&bundle, &both, &Inside::default(), now).outcome;
        outcome
            .admissions()
            .iter()
            .map(|admission| admission.ticket.0)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        (admitted(NOW), admitted(START)),
        (vec![2], vec![1]),
        "the nearer one first"
    );
}

#[test]
fn marks_of_all_gates_differ_and_keep_their_meaning() {
    let mut values = Vec::new();
    for number in 0..=Gate::MARK_MAX {
        for passage in [Passage::In, Passage::Out] {
            let mut bundle = bundle();
            (bundle.gate.mark, bundle.gate.passage) = (number, passage);
            let value = mark_value(&bundle);
            assert_eq!((value % 2 == 1, value > 0), (passage == Passage::In, true));
            values.push(value);
        }
    }
    values.sort_unstable();
    values.dedup();
    assert_eq!(values.len(), 254);
}

#[test]
fn an_open_mark_counts_only_for_its_slot_life_and_value() {
    let open = OpenMark {
        intent: 5,
        slot: 1,
        generation: Generation { epoch: 1, hop: 1 },
        mark: 1,
    };
    let found = |open: OpenMark, entered: u8| {
        let mut ticket = good(1);
        ticket.entered = entered;
        let inside = Inside {
            open: [(TicketId(1), open)].into(),
            ..Inside::default()
        };
        decide(&bundle(), &card(vec![ticket]), &inside, NOW)
    };
    let happened = found(open, 1);
    assert_eq!(
        (happened.outcome.word(), happened.marks, happened.found),
        ("admit", vec![], vec![5])
    );
    let not_happened = found(open, 0);
    assert_eq!(
        not_happened.marks,
        [Mark {
            ticket: TicketId(1),
            slot: 1,
            value: 1
        }]
    );
    assert!(not_happened.found.is_empty());
    // Another gate's mark, another slot, another life.
    assert_eq!(found(open, 3).outcome, Outcome::AlreadyInside);
    assert_eq!(
        found(OpenMark { slot: 2, ..open }, 1).outcome,
        Outcome::AlreadyInside
    );
    let older = Generation { epoch: 1, hop: 0 };
    assert_eq!(
        found(
            OpenMark {
                generation: older,
                ..open
            },
            1
        )
        .outcome,
        Outcome::AlreadyInside
    );
}

#[test]
fn a_ticket_given_on_after_entry_passes_where_that_is_allowed() {
    let passed = Passed {
        card: Some(CardUid([9; 7])),
        generation: Generation { epoch: 1, hop: 1 },
        inside: true,
    };
    let inside = Inside {
        passages: [(TicketId(1), passed)].into(),
        ..Inside::default()
    };
    let given_on = |flags| {
        let ticket = slot(1, &bound(TicketBody { flags, ..body(1) }, uid(1), 2));
        decide(&bundle(), &card(vec![ticket]), &inside, NOW)
            .outcome
            .word()
    };
    assert_eq!(given_on(TicketFlags::default()), "already_inside");
    assert_eq!(given_on(TicketFlags::TRANSFERABLE_AFTER_ENTRY), "admit");
}
