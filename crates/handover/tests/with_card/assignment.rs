//! Tickets from one card to another, and back: each of the three commits torn at every exchange of its lay.

use std::collections::BTreeMap;

use kippu_card::virtual_card::{CardSize, Chip, Direction, Fault};
use kippu_handover::{
    decide::CardWanted,
    outcome::{MachineFault, Outcome},
    row::Destination,
};
use kippu_ticket::ids::TicketId;

use crate::{
    platform::{Holder, TestPlatform, generation},
    site::{A, ANY_CARD, B, Site, UIDS, Wish, chip},
};

/// One card with two tickets, one with none.
pub fn cards() -> [Chip; 2] {
    [chip(A, CardSize::K4, &[1, 2]), chip(B, CardSize::K4, &[])]
}

pub fn site_of(cards: &[Chip; 2]) -> Site {
    Site::new(TestPlatform::default(), &cards[A], &cards[B])
}

const BOTH: Wish<'_> = Wish::Move(&[1, 2], ANY_CARD);

/// A fault at each exchange of one lay, in turn; how that lay ended, counted.
fn every_exchange(
    name: &str,
    kinds: &[fn(u32) -> Fault],
    until_the_lay: impl Fn() -> Site,
    card: usize,
    wish: Wish<'_>,
    then: impl Fn(&mut Site),
) {
    let mut whole = until_the_lay();
    whole.cards[card].reset_counters();
    whole.lay(card, wish).unwrap();
    let exchanges = whole.exchanges(card);
    let mut words: BTreeMap<&str, usize> = BTreeMap::new();
    for kind in kinds {
        for exchange in 1..=exchanges {
            let mut site = until_the_lay();
            let outcome = site.lay_with(card, wish, kind(exchange));
            let word = match &outcome {
                None => "not opened",
                Some(Outcome::LayCard {
                    why: CardWanted::ToAnswer,
                    ..
                }) => "unknown",
                Some(Outcome::LayCard { card: wanted, .. })
                    if *wanted == Some(UIDS[card]) || (card == B && wanted.is_none()) =>
                {
                    "known not done"
                }
                Some(Outcome::Ended(summary)) if !summary.stayed.is_empty() => "yes ended",
                Some(Outcome::Ended(_) | Outcome::LayCard { .. }) => "done",
                other => panic!("{name}, exchange {exchange}: {other:?}"),
            };
            *words.entry(word).or_default() += 1;
            then(&mut site);
        }
    }
    println!(
        "{name}: {} faults at each of {exchanges} exchanges: {words:?}",
        kinds.len()
    );
    assert!(
        words.contains_key("unknown")
            && (words.contains_key("known not done") || words.contains_key("yes ended")),
        "{name}: {words:?}"
    );
}

const FAULTS: &[fn(u32) -> Fault] = &[
    |exchange| Fault::Tear {
        exchange,
        byte: 3,
        direction: Direction::Command,
    },
    |exchange| Fault::Tear {
        exchange,
        byte: 0,
        direction: Direction::Response,
    },
    |exchange| Fault::Mute { exchange },
];

#[test]
fn a_take_torn_at_every_exchange_ends_with_the_receiver() {
    let cards = cards();
    every_exchange(
        "take",
        FAULTS,
        || site_of(&cards),
        A,
        BOTH,
        |site| {
            let first = match site.open_rows().first() {
                Some(row) if row.pending.is_none() => B,
                _ => A,
            };
            site.until_ended(BOTH, first);
            site.assert_settled(&[], &[1, 2]);
            assert_eq!(site.platform.holders().len(), 2);
        },
    );
}

#[test]
fn a_give_torn_at_every_exchange_ends_with_the_receiver() {
    let cards = cards();
    let taken = || {
        let mut site = site_of(&cards);
        site.lay(A, BOTH).unwrap();
        site
    };
    every_exchange("give", FAULTS, taken, B, Wish::Nothing, |site| {
        if !site.open_rows().is_empty() {
            site.until_ended(Wish::Nothing, B);
        }
        site.assert_settled(&[], &[1, 2]);
        assert_eq!(site.platform.holders().len(), 2);
    });
}

#[test]
fn a_give_back_torn_at_every_exchange_ends_with_the_giver() {
    let cards = cards();
    let turned = || {
        let mut site = site_of(&cards);
        site.lay(A, BOTH).unwrap();
        let id = site.open_id();
        let outcome = site
            .with(|machine, _| machine.redirect(id, Destination::Giver))
            .unwrap();
        assert!(
            matches!(outcome, Outcome::LayCard { card: Some(card), why: CardWanted::ToGiveBack, .. } if card == UIDS[A]),
            "{outcome:?}"
        );
        site
    };
    every_exchange("give back", FAULTS, turned, A, Wish::Nothing, |site| {
        if !site.open_rows().is_empty() {
            site.until_ended(Wish::Nothing, A);
        }
        site.assert_settled(&[1, 2], &[]);
        assert_eq!(site.platform.holders().len(), 2);
    });
}

#[test]
fn one_of_two_goes_and_its_card_proves_it() {
    let mut site = site_of(&cards());
    let outcome = site.lay(A, Wish::Move(&[2], ANY_CARD)).unwrap();
    assert!(
        matches!(
            outcome,
            Some(Outcome::LayCard { card: None, why: CardWanted::ToWrite, found: Some(found), fault: None }) if found == UIDS[A]
        ),
        "{outcome:?}"
    );
    assert_eq!(site.live(A), [1]);
    let row = &site.open_rows()[0];
    assert_eq!(generation(&row.items[0].record).hop, 1);
    let Outcome::Ended(summary) = site.until_ended(Wish::Nothing, B) else {
        unreachable!()
    };
    assert_eq!(summary.given, [TicketId(2)]);
    site.assert_settled(&[1], &[2]);
    assert_eq!(site.platform.proved.get(), 2, "take and give");
}

#[test]
fn the_givers_card_does_not_receive_and_the_receivers_does_not_answer_for_it() {
    let mut site = site_of(&cards());
    site.lay(A, BOTH).unwrap();
    // Laid again where the receiver's is asked for: nothing happens.
    let again = site.lay(A, Wish::Nothing).unwrap();
    assert!(
        matches!(again, Some(Outcome::LayCard { card: None, found: Some(found), .. }) if found == UIDS[A]),
        "{again:?}"
    );
    assert!(site.live(A).is_empty());
    // The receiver's where the giver's is asked for: nothing happens either.
    let id = site.open_id();
    site.with(|machine, _| machine.redirect(id, Destination::Giver))
        .unwrap();
    let other = site.lay(B, Wish::Nothing).unwrap();
    assert!(
        matches!(other, Some(Outcome::LayCard { card: Some(card), found: Some(found), .. }) if card == UIDS[A] && found == UIDS[B]),
        "{other:?}"
    );
    assert!(site.live(B).is_empty());
    site.until_ended(Wish::Nothing, A);
    site.assert_settled(&[1, 2], &[]);
}

#[test]
fn a_receiver_with_too_little_room_says_so_and_gets_what_fits_if_the_people_say_so() {
    let full: Vec<u64> = (11..=17).collect();
    let cards = [chip(A, CardSize::K4, &[1, 2]), chip(B, CardSize::K2, &full)];
    let mut site = site_of(&cards);
    site.lay(A, BOTH).unwrap();
    let outcome = site.lay(B, Wish::Nothing).unwrap();
    assert_eq!(
        outcome,
        Some(Outcome::TooFull {
            card: UIDS[B],
            room: 1,
            needed: 2
        })
    );
    let id = site.open_id();
    let what_fits = Destination::Card {
        card: Some(UIDS[B]),
        only_what_fits: true,
    };
    site.with(|machine, _| machine.redirect(id, what_fits))
        .unwrap();
    let outcome = site.lay(B, Wish::Nothing).unwrap();
    assert!(
        matches!(outcome, Some(Outcome::LayCard { card: Some(card), why: CardWanted::ToGiveBack, .. }) if card == UIDS[A]),
        "{outcome:?}"
    );
    let Outcome::Ended(summary) = site.until_ended(Wish::Nothing, A) else {
        unreachable!()
    };
    assert_eq!(
        (summary.given, summary.given_back),
        (vec![TicketId(1)], vec![TicketId(2)])
    );
    site.assert_settled(&[2], &[1, 11, 12, 13, 14, 15, 16, 17]);
}

#[test]
fn a_yes_ends_when_the_card_changes_and_nothing_is_taken() {
    let mut site = site_of(&cards());
    site.platform.away.set(true);
    // Without network and without keys the yes is noted and nothing moves (R17).
    let outcome = site.lay(A, BOTH).unwrap();
    assert_eq!(outcome, Some(Outcome::PlatformAway));
    assert_eq!(site.live(A), [1, 2]);
    // Another terminal changes the card meanwhile.
    site.platform.away.set(false);
    site.journal = "another";
    site.lay(A, Wish::Move(&[1], ANY_CARD)).unwrap();
    site.until_ended(Wish::Nothing, B);
    site.journal = "journal";
    let Some(Outcome::Ended(summary)) = site.lay(A, Wish::Nothing).unwrap() else {
        panic!("the yes still counts")
    };
    assert_eq!(summary.stayed, [TicketId(1), TicketId(2)]);
    assert_eq!(site.platform.not_done.get(), 1, "the platform is told");
    site.assert_settled(&[2], &[1]);
}

#[test]
fn a_ticket_that_is_not_on_the_card_is_not_agreed_to() {
    let mut site = site_of(&cards());
    let outcome = site.lay(A, Wish::Move(&[1, 3], ANY_CARD));
    assert!(
        matches!(outcome, Err(MachineFault::Stays(_))),
        "{outcome:?}"
    );
    assert_eq!(site.open_rows(), []);
    assert_eq!(site.platform.holders(), [] as [(u64, Holder); 0]);
}
