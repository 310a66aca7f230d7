//! A purchase: the card torn at every exchange of the write, little room, another card.

use std::collections::BTreeMap;

use kippu_api::orders::Claim;
use kippu_card::virtual_card::{CardSize, Chip, Direction, Fault};
use kippu_handover::{
    decide::CardWanted,
    outcome::{MachineFault, Outcome},
};
use kippu_ticket::ids::{CardUid, TicketId};

use crate::{
    platform::{Holder, ORDER, TestPlatform},
    site::{A, Site, UIDS, Wish, chip},
};

fn site(card: &Chip, tickets: u64) -> Site {
    Site::new(TestPlatform::with_order(tickets), card, card)
}

/// Lays the card with each of these faults in turn, then without; every ticket must end on the card once, and the books must say so.
fn lays_with(chip: &Chip, faults: &[Fault]) -> Vec<Option<Outcome>> {
    let mut site = site(chip, 2);
    let mut outcomes: Vec<_> = faults
        .iter()
        .map(|fault| site.lay_with(A, Wish::Buy, *fault))
        .collect();
    // Twice: where the first run ended well, the second finds nothing to do.
    for _ in 0..2 {
        if site.platform.holders().len() < 2 {
            outcomes.push(site.lay(A, Wish::Buy).unwrap());
        }
    }
    assert_eq!(site.platform.holders().len(), 2, "{faults:?}: {outcomes:?}");
    site.assert_settled(&[1, 2], &[]);
    outcomes
}

/// How the first lay ended for a fault at each exchange of the purchase's write, counted.
fn every_exchange(
    chip: &Chip,
    faults: &dyn Fn(u32) -> Vec<Fault>,
) -> BTreeMap<&'static str, usize> {
    let mut words = BTreeMap::new();
    for exchange in 1..=exchanges_of_a_write(chip) {
        let outcomes = lays_with(chip, &faults(exchange));
        let word = match &outcomes[0] {
            None => "not opened",
            Some(Outcome::LayCard {
                why: CardWanted::ToWrite,
                ..
            }) => "known not done",
            Some(Outcome::LayCard {
                why: CardWanted::ToAnswer,
                ..
            }) => "unknown",
            Some(Outcome::Ended(_)) => "done",
            Some(other) => panic!("exchange {exchange}: {other:?}"),
        };
        *words.entry(word).or_default() += 1;
    }
    words
}

fn exchanges_of_a_write(chip: &Chip) -> u32 {
    let mut site = site(chip, 2);
    site.lay(A, Wish::Buy).unwrap();
    site.exchanges(A)
}

fn tear(direction: Direction, byte: usize) -> impl Fn(u32) -> Fault {
    move |exchange| Fault::Tear {
        exchange,
        byte,
        direction,
    }
}

#[test]
fn torn_or_mute_at_any_exchange_the_tickets_end_on_the_card_once() {
    let chip = chip(A, CardSize::K4, &[]);
    let before = tear(Direction::Command, 3);
    let after = tear(Direction::Response, 0);
    let late = tear(Direction::Response, 1);
    let show = |name: &str, faults: &dyn Fn(u32) -> Vec<Fault>| {
        let words = every_exchange(&chip, faults);
        println!(
            "{name} at each of {} exchanges: {words:?}",
            words.values().sum::<usize>()
        );
        assert!(
            words.contains_key("unknown") && words.contains_key("known not done"),
            "{name}: {words:?}"
        );
    };
    show("command torn", &|exchange| vec![before(exchange)]);
    show("answer torn", &|exchange| vec![after(exchange)]);
    show("answer cut short, twice", &|exchange| {
        vec![late(exchange), late(exchange)]
    });
    show("mute", &|exchange| vec![Fault::Mute { exchange }]);
}

#[test]
fn a_card_with_too_little_room_leaves_the_rest_at_the_platform_and_proves_what_it_took() {
    let mut site = site(&chip(A, CardSize::K2, &[]), 10);
    let Some(Outcome::Ended(summary)) = site.lay(A, Wish::Buy).unwrap() else {
        panic!("not ended")
    };
    assert_eq!(summary.given.len(), 8);
    assert_eq!(summary.left_at_platform, [TicketId(9), TicketId(10)]);
    site.assert_settled(&[1, 2, 3, 4, 5, 6, 7, 8], &[]);
    assert_eq!(site.platform.proved.get(), 1);
    site.journal = "another";
    let next = site.lay(A, Wish::Buy);
    assert!(matches!(next, Err(MachineFault::NoRoom)), "{next:?}");
}

#[test]
fn another_card_is_named_and_nothing_is_written_to_it() {
    let mut site = site(&chip(A, CardSize::K2, &[]), 1);
    let right = CardUid([9; 7]);
    site.with(|machine, _| machine.begin(&Claim::Order(ORDER.into()), None, right, 1))
        .unwrap();
    let outcome = site.lay(A, Wish::Nothing).unwrap();
    assert!(
        matches!(
            outcome,
            Some(Outcome::LayCard { card: Some(card), found: Some(found), fault: None, .. })
                if card == right && found == UIDS[A]
        ),
        "{outcome:?}"
    );
    assert!(site.live(A).is_empty());
    assert_eq!(site.sequence(A), 0);
    let outcome = site.with(|machine, _| {
        let id = machine.open_handovers()?[0].id;
        machine.leave(id)
    });
    assert!(
        matches!(&outcome, Ok(Outcome::Ended(summary)) if summary.left_at_platform == [TicketId(1)]),
        "{outcome:?}"
    );
    assert_eq!(site.platform.holders(), [(1, Holder::Platform)]);
}
