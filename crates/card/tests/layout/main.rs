//! The ticket application on a virtual card: what a terminal and a gate can do, and what a fault at any moment leaves behind.

mod cards;
mod formats;
mod handing;
mod torn;

use cards::*;
use kippu_card::{
    capability::{CardFault, ChangeFault, Happened, Refusal, SlotState, TicketCard},
    format::{FormatFault, format_blank},
    gate::GateCard,
    keys::{LocalKeys, MasterKeys, Role},
    layout::guest::{Guest, Needs},
    open::{identify, open, open_free},
    transaction_mac::{self, accesses},
    virtual_card::{CardSize, Fault, KeyKind, VirtualCard},
};
use kippu_ticket::{
    ids::{EventId, TicketId},
    record::TicketFlags,
};

const SIZES: [CardSize; 3] = [CardSize::K2, CardSize::K4, CardSize::K8];

#[test]
fn a_blank_card_becomes_an_empty_ticket_card_once() {
    for size in SIZES {
        let mut card = VirtualCard::blank(UID.0, size, KeyKind::Des);
        assert_eq!(open_free(Box::new(&mut card)).err(), Some(CardFault::Blank));
        let identity = format_blank(&mut card, &keys()).unwrap();
        assert_eq!(identity.memory_bytes as usize, size.nominal_bytes());
        assert_eq!(identify(&mut card), Ok(identity));

        let contents = read(&mut card);
        assert_eq!(
            (
                contents.uid,
                contents.directory.sequence,
                contents.tickets.len()
            ),
            (UID, 0, 0)
        );
        assert_eq!(
            contents.room(),
            kippu_card::layout::Layout::capacity(identity.memory_bytes)
        );
        assert_eq!(
            format_blank(&mut card, &keys()),
            Err(FormatFault::AlreadyOurs)
        );
        assert_eq!(
            format_blank(&mut card, &MasterKeys::random()),
            Err(CardFault::WrongKey.into())
        );
    }
}

#[test]
fn every_size_holds_what_is_promised_and_then_says_that_it_is_full() {
    for (size, promised) in SIZES.into_iter().zip([8, 20, 40]) {
        let mut card = formatted(size);
        for number in 1..=promised {
            give(&mut card, number, &[ticket(number, 1)]).unwrap();
        }
        let full = read(&mut card);
        let numbers: Vec<_> = full
            .tickets
            .iter()
            .map(|ticket| id_of(&ticket.record))
            .collect();
        assert_eq!(numbers, (1..=promised).map(TicketId).collect::<Vec<_>>());
        assert_eq!(full.room(), 0);
        let one_more = add(&full.directory, 99, &[ticket(99, 1)]);
        assert_eq!(
            apply(&mut card, &one_more),
            Err(ChangeFault::NotDone(CardFault::Full))
        );
        assert_eq!(read(&mut card), full);
    }
}

#[test]
fn a_commit_is_proved_by_the_card_and_shows_its_operation() {
    let mut card = formatted(CardSize::K4);
    let change = add(&read(&mut card).directory, 1, &[ticket(1, 1), ticket(2, 1)]);
    let mut steps = Vec::new();
    let keys = keys();
    let store = LocalKeys::new(&keys);
    let committed = open(Box::new(&mut card), &store, Role::Write)
        .unwrap()
        .apply(&change, &mut |step| steps.push(step))
        .unwrap();
    assert_eq!(
        (committed.before.sequence, committed.after.sequence),
        (0, 1)
    );
    assert_eq!(
        committed.after.happened(&change.operation, 0),
        Happened::Yes
    );
    assert_eq!(steps.len(), 6, "{steps:?}");

    let proof = committed.proof.unwrap();
    assert_eq!(transaction_mac::verify(&keys, UID, &proof), Ok(()));
    let written = accesses(&proof.input).unwrap();
    let operation = change.operation.to_bytes();
    let shows = |data: &[u8]| {
        data.windows(operation.len())
            .any(|window| window == operation)
    };
    assert!(
        written
            .iter()
            .any(|access| access.write && access.file == 0 && shows(&access.data))
    );
}

#[test]
fn reading_without_a_key_shows_the_same_as_reading_with_one() {
    let mut card = formatted(CardSize::K2);
    give(&mut card, 1, &[ticket(1, 1), ticket(2, 1)]).unwrap();
    mark(&mut card, 0, 1).unwrap();
    let (with, without) = (
        read(&mut card),
        open_free(Box::new(&mut card)).unwrap().read().unwrap(),
    );
    assert_eq!(with, without);
    assert_eq!(with.tickets[0].entered, 1);
    let change = add(&with.directory, 2, &[ticket(3, 1)]);
    let mut session = open_free(Box::new(&mut card)).unwrap();
    assert_eq!(
        session.apply(&change, &mut |_| ()),
        Err(ChangeFault::NotDone(CardFault::NoKeys))
    );
}

#[test]
fn a_change_planned_on_an_older_sequence_writes_nothing() {
    let mut card = formatted(CardSize::K2);
    let old = read(&mut card).directory;
    apply(&mut card, &add(&old, 1, &[ticket(1, 1)])).unwrap();
    let before = card.chip().clone();
    assert_eq!(
        apply(&mut card, &add(&old, 2, &[ticket(2, 1)])),
        Err(ChangeFault::Sequence { found: 1 })
    );
    assert!(*card.chip() == before);
}

#[test]
fn the_ring_answers_for_four_commits_and_then_says_unknown() {
    let mut card = formatted(CardSize::K2);
    let first = add(&read(&mut card).directory, 1, &[ticket(1, 1)]);
    apply(&mut card, &first).unwrap();
    let never = add(&read(&mut card).directory, 77, &[ticket(77, 1)]);
    for number in 2..=4 {
        assert_eq!(
            read(&mut card).directory.happened(&first.operation, 0),
            Happened::Yes
        );
        give(&mut card, number, &[ticket(number, 1)]).unwrap();
    }
    let directory = read(&mut card).directory;
    assert_eq!(directory.ring.len(), 4);
    assert_eq!(
        directory.happened(&never.operation, 1),
        Happened::No,
        "commit 2 is another operation's"
    );
    apply(&mut card, &add(&directory, 5, &[ticket(5, 1)])).unwrap();
    let directory = read(&mut card).directory;
    assert_eq!(directory.happened(&first.operation, 0), Happened::Unknown);
    assert_eq!(directory.happened(&first.operation, 5), Happened::No);
}

#[test]
fn an_entered_ticket_is_not_given_away_unless_its_event_allows_it() {
    let mut card = formatted(CardSize::K2);
    let free = TicketFlags::TRANSFERABLE_AFTER_ENTRY;
    give(&mut card, 1, &[ticket(1, 1), flagged(2, 1, free)]).unwrap();
    let away = |card: &mut VirtualCard, id: u64| take(card, 10 + id, &[TicketId(id)]);
    mark(&mut card, 0, 1).unwrap();
    mark(&mut card, 1, 1).unwrap();
    assert_eq!(
        away(&mut card, 1),
        Err(ChangeFault::Refused(Refusal::Entered(TicketId(1))))
    );
    assert_eq!(
        away(&mut card, 2),
        Err(ChangeFault::Refused(Refusal::Entered(TicketId(2)))),
        "its holder is inside"
    );
    mark(&mut card, 0, 2).unwrap();
    mark(&mut card, 1, 2).unwrap();
    assert_eq!(
        away(&mut card, 1),
        Err(ChangeFault::Refused(Refusal::Entered(TicketId(1))))
    );
    assert!(away(&mut card, 2).is_ok());
    assert_eq!(
        away(&mut card, 2),
        Err(ChangeFault::Refused(Refusal::NotLive(TicketId(2))))
    );
}

#[test]
fn a_reused_slot_forgets_what_its_former_ticket_had_entered() {
    let mut card = formatted(CardSize::K2);
    let all: Vec<_> = (1..=8)
        .map(|number| flagged(number, 1, TicketFlags::TRANSFERABLE_AFTER_ENTRY))
        .collect();
    give(&mut card, 1, &all).unwrap();
    mark(&mut card, 3, 1).unwrap();
    mark(&mut card, 3, 2).unwrap();
    take(&mut card, 2, &[TicketId(4)]).unwrap();
    assert_eq!(read(&mut card).tickets[3].state, SlotState::Nullified);
    give(&mut card, 3, &[ticket(9, 1)]).unwrap();
    let reused = &read(&mut card).tickets[3];
    assert_eq!(
        (id_of(&reused.record), reused.state, reused.entered),
        (TicketId(9), SlotState::Live, 0)
    );
}

#[test]
fn only_a_later_life_of_a_ticket_comes_back_to_a_card() {
    let mut card = formatted(CardSize::K2);
    give(&mut card, 1, &[ticket(1, 1)]).unwrap();
    let again = |card: &mut VirtualCard, new| give(card, 2, &[new]);
    assert_eq!(
        again(&mut card, ticket(1, 1)),
        Err(ChangeFault::Refused(Refusal::AlreadyLive(TicketId(1))))
    );
    take(&mut card, 3, &[TicketId(1)]).unwrap();
    assert_eq!(
        again(&mut card, ticket(1, 1)),
        Err(ChangeFault::Refused(Refusal::Outlived(TicketId(1))))
    );
    again(&mut card, ticket(1, 2)).unwrap();
    // A re-issue: the copy of the earlier epoch dies in the commit that brings the new one.
    again(&mut card, reissued(1, 2, 1)).unwrap();
    let live: Vec<_> = read(&mut card)
        .tickets
        .into_iter()
        .filter(|ticket| ticket.state == SlotState::Live)
        .collect();
    assert_eq!(live.len(), 1);
    assert_eq!((live[0].generation.epoch, live[0].generation.hop), (2, 1));
}

#[test]
fn events_take_the_place_of_events_whose_tickets_are_gone() {
    let mut card = formatted(CardSize::K2);
    let of = |number, event| of_event(number, 1, EventId(event));
    give(&mut card, 1, &[of(1, 11), of(2, 12), of(3, 13)]).unwrap();
    let full = give(&mut card, 2, &[of(4, 14)]);
    assert_eq!(full, Err(ChangeFault::NotDone(CardFault::Full)));
    take(&mut card, 3, &[TicketId(1)]).unwrap();
    give(&mut card, 4, &[of(4, 14)]).unwrap();
    let events: Vec<_> = read(&mut card)
        .events
        .iter()
        .map(|event| event.event.0)
        .collect();
    assert_eq!(events, [14, 12, 13]);
}

#[test]
fn a_gate_reads_and_marks_in_few_exchanges() {
    let mut card = formatted(CardSize::K8);
    give(&mut card, 1, &[ticket(1, 1)]).unwrap();
    card.reset_counters();
    let store = LocalKeys::new(&keys());
    let mut gate = GateCard::open(Box::new(&mut card), &store).unwrap();
    let seen = gate.read(|event| event == EVENT).unwrap();
    assert_eq!(
        (
            seen.tickets.len(),
            seen.tickets[0].entered,
            seen.others.len()
        ),
        (1, 0, 0)
    );
    gate.mark_entered(0, 1).unwrap();
    drop(gate);
    // The reader's own question for the card number does not go over the air.
    assert_eq!(card.counters().exchanges, 1 + 8);
    assert_eq!(card.counters().bytes_on_air, 493);
    assert_eq!(look(&mut card).tickets[0].entered, 1);
}

#[test]
fn a_ticket_is_written_in_one_commit_and_few_exchanges() {
    for (size, exchanges) in SIZES.into_iter().zip([15, 19, 21]) {
        let mut card = formatted(size);
        let change = add(&read(&mut card).directory, 1, &[ticket(1, 1)]);
        card.reset_counters();
        apply(&mut card, &change).unwrap();
        assert_eq!(card.counters().exchanges, exchanges, "{size}");
    }
}

#[test]
fn a_gate_finds_tickets_in_any_slot_and_says_what_else_is_there() {
    let mut card = formatted(CardSize::K8);
    let many: Vec<_> = (1..=30)
        .map(|number| of_event(number, 1, EventId(if number == 30 { 7 } else { 8 })))
        .collect();
    give(&mut card, 1, &many).unwrap();
    let seen = look(&mut card);
    assert_eq!(
        seen.tickets
            .iter()
            .map(|ticket| ticket.slot)
            .collect::<Vec<_>>(),
        [29]
    );
    take(&mut card, 2, &[TicketId(30)]).unwrap();
    let seen = look(&mut card);
    assert_eq!(
        seen.tickets
            .iter()
            .map(|ticket| ticket.state)
            .collect::<Vec<_>>(),
        [SlotState::Nullified]
    );
    assert_eq!(seen.others, [EventId(8)]);
}

#[test]
fn needs_are_for_gates_only() {
    let mut card = formatted(CardSize::K4);
    let guest = Guest {
        membership: 12,
        name: "Aoi Sato".into(),
        needs: Needs::STEP_FREE,
    };
    let (keys, at_gate) = (
        LocalKeys::new(&keys()),
        LocalKeys::with_roles([(Role::Gate, keys().gate.clone())]),
    );
    open(Box::new(&mut card), &keys, Role::Write)
        .unwrap()
        .write_guest(Some(&guest))
        .unwrap();
    let mut gate = GateCard::open(Box::new(&mut card), &at_gate).unwrap();
    assert_eq!(gate.guest(), Ok(Some(guest)));
    drop(gate);
    let mut as_gate = open(Box::new(&mut card), &at_gate, Role::Gate).unwrap();
    assert_eq!(as_gate.write_guest(None), Err(CardFault::NoKeys));
    drop(as_gate);
    // Without a key the chip itself refuses.
    card.power_on();
    assert_eq!(
        card_status(&mut card, &[0x90, 0x5A, 0, 0, 3, b'K', b'P', 1, 0]),
        0x00
    );
    assert_eq!(
        card_status(&mut card, &[0x90, 0xAD, 0, 0, 7, 4, 0, 0, 0, 16, 0, 0, 0]),
        0xAE
    );
}

#[test]
fn a_gate_key_writes_no_tickets() {
    let mut card = formatted(CardSize::K2);
    let at_gate = LocalKeys::with_roles([(Role::Gate, keys().gate.clone())]);
    let change = add(&read(&mut card).directory, 1, &[ticket(1, 1)]);
    let mut session = open(Box::new(&mut card), &at_gate, Role::Gate).unwrap();
    assert_eq!(
        session.apply(&change, &mut |_| ()),
        Err(ChangeFault::NotDone(CardFault::NoKeys))
    );
    drop(session);
    assert_eq!(
        open(Box::new(&mut card), &at_gate, Role::Write).err(),
        Some(CardFault::NoKeys)
    );
}

#[test]
fn foreign_and_silent_cards_have_their_own_faults() {
    let mut card = formatted(CardSize::K2);
    let others = LocalKeys::new(&MasterKeys::random());
    assert_eq!(
        open(Box::new(&mut card), &others, Role::Write).err(),
        Some(CardFault::WrongKey)
    );

    let mut foreign = VirtualCard::blank(UID.0, CardSize::K2, KeyKind::Des);
    assert_eq!(
        card_status(&mut foreign, &[0x90, 0xCA, 0, 0, 5, 1, 2, 3, 0x0F, 0x81, 0]),
        0x00
    );
    assert_eq!(
        open_free(Box::new(&mut foreign)).err(),
        Some(CardFault::NotOurs)
    );
    assert_eq!(identify(&mut NotADesfire), Err(CardFault::NotOurs));
    assert_eq!(
        open_free(Box::new(NotADesfire)).err(),
        Some(CardFault::NotOurs)
    );

    card.power_on();
    card.set_fault(Some(Fault::Mute { exchange: 3 }));
    assert_eq!(
        open(Box::new(&mut card), &LocalKeys::new(&keys()), Role::Write).err(),
        Some(CardFault::Mute)
    );
}

#[test]
fn a_phone_reads_the_tickets_as_ndef() {
    let mut card = formatted(CardSize::K4);
    assert!(ndef_text(&mut card).ends_with("No tickets"));
    give(&mut card, 1, &[ticket(1, 1), ticket(2, 1)]).unwrap();
    assert_eq!(ndef_text(&mut card), "enParsifal: stalls 7-1, stalls 7-2");
}
