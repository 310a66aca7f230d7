//! The kiosk's process killed before and after every row it writes to the real journal, then started again.

use kippu_card::virtual_card::CardSize;
use kippu_handover::row::{Destination, ItemState};

use crate::{
    assignment::{cards, site_of},
    platform::TestPlatform,
    site::{A, ANY_CARD, B, Site, Wish, chip},
    store::Kill,
};

/// Every kill of a script: the site as it is left, with the process started again. Ends when the script is through before the kill.
fn every_kill(
    begin: impl Fn() -> Site,
    script: impl Fn(&mut Site) -> bool,
    then: impl Fn(&mut Site),
) -> u32 {
    let mut kills = 0;
    for rows_left in 1.. {
        for last_reaches_disk in [false, true] {
            let mut site = begin();
            site.kill.set(Some(Kill {
                rows_left,
                last_reaches_disk,
            }));
            let killed = script(&mut site);
            site.kill.set(None);
            if !killed {
                return kills;
            }
            kills += 1;
            site.assert_nothing_doubled();
            then(&mut site);
        }
    }
    unreachable!("a script writes a finite number of rows")
}

/// The card to begin with after a restart: the receiver's once the tickets were taken, else the giver's.
fn first_card(site: &Site) -> usize {
    match site.open_rows().first() {
        Some(row) if row.attempts > 1 || !row.in_state(ItemState::Kept).is_empty() => B,
        _ => A,
    }
}

#[test]
fn an_assignment_ends_with_the_receiver() {
    let cards = cards();
    let both = Wish::Move(&[1, 2], ANY_CARD);
    let kills = every_kill(
        || site_of(&cards),
        |site| site.lay(A, both).is_err() || site.lay(B, Wish::Nothing).is_err(),
        |site| {
            if site.live(B).len() < 2 || !site.open_rows().is_empty() {
                let first = first_card(site);
                site.until_ended(both, first);
            }
            site.with(|_, _| Ok(())).unwrap();
            site.assert_settled(&[], &[1, 2]);
        },
    );
    println!("assignment: {kills} kills");
    assert_eq!(kills, 16, "before and after each of eight rows");
}

#[test]
fn a_return_ends_with_the_giver() {
    let cards = cards();
    let begin = || {
        let mut site = site_of(&cards);
        site.lay(A, Wish::Move(&[1, 2], ANY_CARD)).unwrap();
        site
    };
    let back = |site: &mut Site| {
        let id = site.open_id();
        site.with(|machine, _| machine.redirect(id, Destination::Giver))
            .is_err()
            || site.lay(A, Wish::Nothing).is_err()
    };
    let kills = every_kill(begin, back, |site| {
        if !site.open_rows().is_empty() {
            back(site);
        }
        site.with(|_, _| Ok(())).unwrap();
        site.assert_settled(&[1, 2], &[]);
    });
    println!("return: {kills} kills");
    assert!(kills >= 6);
}

#[test]
fn a_purchase_ends_on_its_card() {
    let card = chip(A, CardSize::K4, &[]);
    let kills = every_kill(
        || Site::new(TestPlatform::with_order(2), &card, &card),
        |site| site.lay(A, Wish::Buy).is_err(),
        |site| {
            if site.live(A).is_empty() || !site.open_rows().is_empty() {
                site.lay(A, Wish::Buy).unwrap();
            }
            site.with(|_, _| Ok(())).unwrap();
            site.assert_settled(&[1, 2], &[]);
        },
    );
    println!("purchase: {kills} kills");
    assert_eq!(kills, 8, "before and after each of four rows");
}
