//! Whole taps of virtual cards: each outcome once, and cards torn away at every exchange.

mod support;

use kippu_card::virtual_card::{CardSize, Direction as Half, Fault, KeyKind, VirtualCard};
use kippu_gate::{
    bundle::{Direction, Passage, Recall, Reentry},
    outcome::Outcome,
};
use kippu_ticket::{
    ids::TicketId,
    record::{TicketBody, TicketKind},
    sign::SigningKey,
};
use support::*;

#[test]
fn a_guest_is_admitted_and_shown_the_way() {
    let mut card = card_with(vec![body(12)]);
    let mut gate = TestGate::first();
    let Outcome::Admit(tickets) = gate.tap(&mut card) else {
        panic!()
    };
    let [ticket] = tickets.as_slice() else {
        panic!("{tickets:?}")
    };
    assert_eq!(
        (ticket.ticket, ticket.seat.row(), ticket.seat.number()),
        (TicketId(12), "C", "12")
    );
    assert_eq!(
        (ticket.block.as_str(), ticket.door.as_str()),
        ("Stalls", "3")
    );
    assert_eq!(
        (ticket.direction, ticket.step_free),
        (Direction::Left, Direction::Right)
    );
    assert_eq!(gate.tap(&mut card), Outcome::AlreadyInside);
    assert_eq!(gate.words(), ["admit", "already_inside"]);
    assert_eq!(gate.log.inside(CONCERT).unwrap(), 1);
}

#[test]
fn a_party_on_one_card_comes_in_together() {
    let mut card = card_with(vec![body(1), body(2), body(3)]);
    let mut gate = TestGate::first();
    let Outcome::Admit(tickets) = gate.tap(&mut card) else {
        panic!()
    };
    assert_eq!(tickets.len(), 3);
    assert_eq!(gate.words(), ["admit", "admit", "admit"]);
    assert_eq!(gate.tap(&mut card), Outcome::AlreadyInside);
    // One more ticket is given to the card: only that one comes in.
    give(&mut card, &[bound(body(4), uid(1), 1)]);
    let Outcome::Admit(tickets) = gate.tap(&mut card) else {
        panic!()
    };
    assert_eq!(
        tickets
            .iter()
            .map(|ticket| ticket.ticket.0)
            .collect::<Vec<_>>(),
        [4]
    );
}

#[test]
fn who_has_left_may_return_where_the_event_lets_them() {
    for (reentry, word) in [
        (Reentry::Allowed, "readmit"),
        (Reentry::Never, "no_reentry"),
    ] {
        let mut card = card_with(vec![body(1)]);
        let (mut entry, mut exit) = (TestGate::first(), TestGate::numbered(1, Passage::Out));
        entry.bundle.events[0].reentry = reentry;
        assert_eq!(exit.tap(&mut card), Outcome::NotInside);
        assert_eq!(entry.tap(&mut card).word(), "admit");
        assert_eq!(exit.tap(&mut card).word(), "leave");
        assert_eq!(entry.tap(&mut card).word(), word);
    }
}

#[test]
fn another_event_says_which_day_and_hall() {
    let mut opera = body(1);
    opera.event = OPERA;
    let mut card = card_with(vec![opera]);
    let Outcome::NotThisEvent { event, known } = TestGate::first().tap(&mut card) else {
        panic!()
    };
    let known = known.unwrap();
    assert_eq!(
        (event, known.venue.as_str(), known.starts),
        (OPERA, "Opera house", START + 24 * HOUR)
    );
}

#[test]
fn another_entrance_says_which_and_where() {
    let mut east = body(1);
    east.entrance = 1;
    let outcome = TestGate::first().tap(&mut card_with(vec![east]));
    assert_eq!(
        outcome,
        Outcome::NotThisGate {
            entrance: "East".into(),
            direction: Direction::Right
        }
    );
}

#[test]
fn doors_open_and_close() {
    let mut card = card_with(vec![body(1)]);
    let mut gate = TestGate::first();
    assert_eq!(
        gate.tap_at(&mut card, START - HOUR - 1),
        Outcome::TooEarly { from: START - HOUR }
    );
    assert_eq!(
        gate.tap_at(&mut card, START + 2 * HOUR + 1),
        Outcome::TooLate {
            until: START + 2 * HOUR
        }
    );
    assert_eq!(gate.tap_at(&mut card, START - HOUR).word(), "admit");
}

#[test]
fn a_ticket_that_has_left_the_card_is_nullified() {
    let mut card = card_with(vec![body(1)]);
    change(&mut card, &[], &[TicketId(1)]);
    assert_eq!(TestGate::first().tap(&mut card), Outcome::Nullified);
}

#[test]
fn recalls_stop_a_ticket_up_to_their_epoch_and_a_kiosk_altogether() {
    let mut gate = TestGate::first();
    gate.bundle.recalled.push(Recall {
        ticket: TicketId(1),
        epoch: 1,
    });
    assert_eq!(gate.tap(&mut card_with(vec![body(1)])), Outcome::Recalled);
    let mut reissued = body(1);
    reissued.epoch = 2;
    assert_eq!(gate.tap(&mut card_with(vec![reissued])).word(), "admit");
    gate.bundle.recalled_terminals.push(KIOSK);
    assert_eq!(gate.tap(&mut card_with(vec![body(2)])), Outcome::Recalled);
}

#[test]
fn a_ticket_nobody_signed_is_forged() {
    let mut card = empty_card(1);
    let forged = body(1).sign(&SigningKey::from_bytes(&[6; 32]));
    give(&mut card, &[bind(forged, CONCERT, uid(1), 1)]);
    assert_eq!(TestGate::first().tap(&mut card), Outcome::Forged);
}

#[test]
fn a_record_copied_to_another_card_is_seen() {
    let mut copy = empty_card(2);
    give(&mut copy, &[bound(body(1), uid(1), 1)]);
    assert_eq!(TestGate::first().tap(&mut copy), Outcome::WrongCard);
}

#[test]
fn a_copy_that_was_bound_anew_is_stopped_by_the_log() {
    // A stolen kiosk binds a good ticket to a second card: nothing on that card betrays it.
    let mut gate = TestGate::first();
    assert_eq!(gate.tap(&mut card_with(vec![body(1)])).word(), "admit");
    let mut copy = empty_card(2);
    give(&mut copy, &[bound(body(1), uid(2), 2)]);
    assert_eq!(gate.tap(&mut copy), Outcome::AlreadyInside);
}

#[test]
fn vouchers_and_memberships_do_not_admit() {
    for kind in [TicketKind::Voucher, TicketKind::Membership] {
        let item = TicketBody { kind, ..body(1) };
        let mut gate = TestGate::first();
        assert_eq!(
            gate.tap(&mut card_with(vec![item.clone()])),
            Outcome::NoTicket
        );
        // A drink had and gone does not explain why somebody without a ticket stays outside.
        let mut used = card_with(vec![item]);
        change(&mut used, &[], &[TicketId(1)]);
        assert_eq!(gate.tap(&mut used), Outcome::NoTicket);
    }
}

#[test]
fn a_ticket_passes_with_vouchers_and_memberships_beside_it() {
    let item = |ticket, kind| TicketBody {
        kind,
        ..body(ticket)
    };
    let mut card = card_with(vec![
        item(1, TicketKind::Voucher),
        body(2),
        item(3, TicketKind::Membership),
    ]);
    let mut gate = TestGate::first();
    let outcome = gate.tap(&mut card);
    let [ticket] = outcome.admissions() else {
        panic!("{outcome:?}")
    };
    assert_eq!((outcome.word(), ticket.ticket), ("admit", TicketId(2)));
    assert_eq!(gate.tap(&mut card), Outcome::AlreadyInside);
}

#[test]
fn cards_without_tickets_and_cards_of_others() {
    let mut gate = TestGate::first();
    assert_eq!(gate.tap(&mut empty_card(1)), Outcome::NoTicket);
    let mut blank = VirtualCard::blank([4, 9, 9, 9, 9, 9, 9], CardSize::K2, KeyKind::Aes);
    assert_eq!(gate.tap(&mut blank), Outcome::NoTicket);
    gate.bundle.card_key = kippu_gate::bundle::Secret::new([0xEE; 16]);
    assert_eq!(gate.tap(&mut card_with(vec![body(1)])), Outcome::NotOurs);
}

/// Taps once without a fault and counts the exchanges.
fn exchanges(tickets: Vec<kippu_ticket::record::TicketBody>) -> u32 {
    let mut card = card_with(tickets);
    card.reset_counters();
    assert!(TestGate::first().tap(&mut card).passes());
    card.counters().exchanges
}

fn tears(of: u32) -> impl Iterator<Item = Fault> {
    let halves = [Half::Command, Half::Response];
    let tear = move |exchange| {
        halves.map(|direction| Fault::Tear {
            exchange,
            byte: 3,
            direction,
        })
    };
    (1..=of)
        .flat_map(tear)
        .chain((1..=of).map(|exchange| Fault::Mute { exchange }))
}

#[test]
fn torn_at_any_exchange_a_guest_comes_in_once_and_is_never_refused() {
    for party in [vec![body(1)], vec![body(1), body(2)]] {
        for fault in tears(exchanges(party.clone())) {
            let mut card = card_with(party.clone());
            let mut gate = TestGate::first();
            let torn = gate.tap_with(&mut card, fault);
            assert_eq!(torn, Outcome::LayAgain, "{fault:?}");
            assert_eq!(
                gate.log.inside(CONCERT).unwrap(),
                0,
                "{fault:?}: nobody has passed yet"
            );
            let Outcome::Admit(tickets) = gate.tap(&mut card) else {
                panic!("{fault:?}: refused")
            };
            assert_eq!(tickets.len(), party.len(), "{fault:?}");
            assert_eq!(gate.tap(&mut card), Outcome::AlreadyInside, "{fault:?}");
        }
    }
}

#[test]
fn torn_at_one_gate_and_in_through_another_lets_nobody_in_twice() {
    for fault in tears(exchanges(vec![body(1)])) {
        let mut card = card_with(vec![body(1)]);
        let (mut first, mut second) = (TestGate::first(), TestGate::numbered(1, Passage::In));
        first.tap_with(&mut card, fault);
        // The gates cannot talk. Wherever the guest comes in, the card is passed back to somebody who tries everywhere.
        let admitted = [&mut second, &mut first]
            .into_iter()
            .chain([])
            .map(|gate| gate.tap(&mut card).passes())
            .filter(|passed| *passed)
            .count();
        let again = [first.tap(&mut card), second.tap(&mut card)]
            .iter()
            .filter(|outcome| outcome.passes())
            .count();
        assert_eq!((admitted, again), (1, 0), "{fault:?}");
    }
}

#[test]
fn torn_while_leaving_and_coming_back_counts_right() {
    for fault in tears(exchanges(vec![body(1)])) {
        let mut card = card_with(vec![body(1)]);
        let (mut entry, mut exit) = (TestGate::first(), TestGate::numbered(1, Passage::Out));
        assert_eq!(entry.tap(&mut card).word(), "admit");
        assert_eq!(exit.tap_with(&mut card, fault), Outcome::LayAgain);
        assert_eq!(exit.tap(&mut card).word(), "leave", "{fault:?}");
        assert_eq!(exit.tap(&mut card), Outcome::NotInside, "{fault:?}");
        assert_eq!(entry.tap_with(&mut card, fault), Outcome::LayAgain);
        assert_eq!(entry.tap(&mut card).word(), "readmit", "{fault:?}");
        assert_eq!(entry.tap(&mut card), Outcome::AlreadyInside, "{fault:?}");
    }
}
