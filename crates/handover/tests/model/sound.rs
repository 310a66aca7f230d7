//! The rules as they are, in worlds with one kind of trouble and with several.

use kippu_handover::{row::Destination, rules::Protocol};

use crate::{
    explore::explore,
    setup::{ANY_CARD, Setup, WHAT_FITS},
    show,
    world::{Budget, World},
};

#[track_caller]
pub fn sound(name: &str, world: World, setup: Setup) {
    let found = explore(world, setup, Protocol);
    show(name, &found);
    assert!(found.is_sound(), "{name}");
    assert!(found.settled > 0, "{name}: the model goes nowhere");
}

#[test]
fn giving_without_faults() {
    let world = World::new(&[&[1, 2], &[0, 0], &[0]], &[], 2, Budget::NONE);
    sound("giving, no faults", world, Setup::GIVING);
}

#[test]
fn giving_torn_killed_and_unheard() {
    let budget = Budget {
        total: 2,
        tears: 2,
        crashes: 1,
        replies: 2,
        lost: 1,
        repeats: 1,
        ..Budget::NONE
    };
    let world = World::new(&[&[1, 2], &[0, 0]], &[], 1, budget);
    sound("giving, two faults, one terminal", world, Setup::GIVING);
}

const _: (Destination, Destination) = (ANY_CARD, WHAT_FITS);
