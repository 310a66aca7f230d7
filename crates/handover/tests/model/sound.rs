//! The rules as they are: worlds with one kind of trouble each, then several together. Bounds are those a shared machine walks in minutes;
//! `KIPPU_MODEL=deep` walks the large ones too.

use kippu_handover::{row::Destination, rules::Protocol};

use crate::{
    explore::explore,
    setup::{ANY_CARD, Setup, WHAT_FITS},
    show,
    world::{Budget, World},
};

#[track_caller]
fn sound(name: &str, world: World, setup: Setup) {
    let found = explore(world, setup, Protocol);
    show(name, &found);
    assert!(found.is_sound(), "{name}");
    assert!(found.settled > 0, "{name}: the model goes nowhere");
}

/// Whether the large worlds are walked as well.
fn deep() -> bool {
    std::env::var("KIPPU_MODEL").is_ok_and(|value| value == "deep")
}

const NONE: Budget = Budget::NONE;

/// Lost replies, lost and repeated messages.
const NETWORK: Budget = Budget {
    total: 2,
    replies: 2,
    lost: 1,
    repeats: 1,
    ..NONE
};

#[test]
fn two_terminals_three_cards_two_tickets() {
    let world = World::new(&[&[1, 2], &[0, 0], &[0]], &[], 2, NONE);
    sound("no faults", world, Setup::GIVING);
}

#[test]
fn torn_killed_and_unheard() {
    let budget = Budget {
        tears: 2,
        crashes: 2,
        ..NETWORK
    };
    let world = World::new(&[&[1, 2], &[0, 0]], &[], 1, budget);
    sound("two faults of any kind", world, Setup::GIVING);
}

#[test]
fn three_faults_of_any_kind() {
    let budget = Budget {
        total: 3,
        tears: 2,
        crashes: 2,
        ..NETWORK
    };
    let world = World::new(&[&[1], &[0]], &[], 1, budget);
    sound("three faults, one ticket", world, Setup::GIVING);
}

#[test]
fn one_given_one_back() {
    let setup = Setup {
        want: &[Destination::Giver, ANY_CARD, WHAT_FITS],
        ..Setup::GIVING
    };
    let budget = Budget {
        total: 1,
        tears: 1,
        crashes: 1,
        replies: 1,
        ..NONE
    };
    let world = World::new(&[&[1, 2], &[0], &[0]], &[], 1, budget);
    sound("one given, one back, a third card", world, setup);
}

#[test]
fn two_terminals_after_one_card() {
    let budget = Budget {
        total: 1,
        tears: 1,
        crashes: 1,
        replies: 1,
        ..NONE
    };
    let world = World::new(&[&[1, 2], &[0, 0]], &[], 2, budget);
    sound("two terminals, one fault", world, Setup::GIVING);
}

#[test]
fn a_ticket_that_returns() {
    let setup = Setup {
        begun_max: 2,
        ..Setup::GIVING
    };
    let budget = Budget {
        total: 1,
        tears: 1,
        replies: 1,
        repeats: 1,
        ..NONE
    };
    let world = World::new(&[&[1], &[0]], &[], 1, budget);
    sound("there and back again", world, setup);
}

#[test]
fn paper_and_clerks_who_are_right() {
    let setup = Setup {
        agree: &[Destination::Paper],
        want: &[Destination::Giver, ANY_CARD],
        ..Setup::GIVING
    };
    let budget = Budget {
        crashes: 1,
        prints: 2,
        ..NETWORK
    };
    let world = World::new(&[&[1], &[0]], &[], 1, budget);
    sound("paper", world, setup);
}

#[test]
fn parked_and_picked_up() {
    let setup = Setup {
        want: &[Destination::Giver, Destination::Platform],
        fetch: true,
        begun_max: 2,
        ..Setup::GIVING
    };
    let budget = Budget {
        total: 1,
        tears: 1,
        crashes: 1,
        ..NETWORK
    };
    let world = World::new(&[&[1], &[0]], &[], 1, budget);
    sound("parking and pick-up", world, setup);
}

#[test]
fn parked_at_one_terminal_and_fetched_at_another() {
    let setup = Setup {
        want: &[Destination::Platform],
        fetch: true,
        ..Setup::GIVING
    };
    let world = World::new(
        &[&[1, 2], &[0]],
        &[],
        2,
        Budget {
            total: 1,
            ..NETWORK
        },
    );
    sound("parking, two terminals", world, setup);
}

#[test]
fn bought_left_and_fetched() {
    let setup = Setup {
        begun_max: 2,
        ..Setup::FETCHING
    };
    let budget = Budget {
        tears: 1,
        crashes: 1,
        ..NETWORK
    };
    let world = World::new(&[&[0]], &[1, 2], 1, budget);
    sound("purchase, little room", world, setup);
    let world = World::new(&[&[0]], &[1], 2, Budget { total: 1, ..budget });
    sound("purchase, two terminals", world, setup);
}

/// Handovers begin at the first terminal and may go on at the second.
const ELSEWHERE: Setup = Setup {
    beginners: 1,
    ..Setup::GIVING
};

#[test]
fn released_and_taken_over() {
    let budget = Budget {
        total: 1,
        tears: 1,
        releases: 1,
        ..NETWORK
    };
    let cards: [&[u64]; 3] = [&[1], &[0], &[0]];
    let world = World::new(&cards, &[], 2, budget);
    sound("resume elsewhere, one fault", world, ELSEWHERE);
    let twice = Budget {
        releases: 2,
        ..budget
    };
    let world = World::new(&cards[..2], &[], 2, twice);
    sound("there and back between terminals", world, ELSEWHERE);
    if deep() {
        let world = World::new(&cards, &[], 2, Budget { total: 2, ..budget });
        sound("resume elsewhere, two faults", world, ELSEWHERE);
    }
}

#[test]
fn cut_off_with_local_keys() {
    let setup = Setup {
        want: &[Destination::Giver, Destination::Platform],
        local_keys: true,
        ..ELSEWHERE
    };
    let budget = Budget {
        total: 1,
        tears: 1,
        replies: 1,
        lost: 1,
        cuts: 1,
        ..NONE
    };
    let world = World::new(&[&[1], &[0]], &[], 1, budget);
    sound("cut off, local keys", world, setup);
    let releases = Budget {
        total: 0,
        releases: 1,
        ..budget
    };
    let world = World::new(&[&[1], &[0]], &[], 2, releases);
    sound("cut off, local keys, resume elsewhere", world, setup);
}

#[test]
fn issued_anew_at_any_moment() {
    let setup = Setup {
        fetch: true,
        local_keys: true,
        ..Setup::GIVING
    };
    let budget = Budget {
        total: 1,
        tears: 1,
        reissues: 1,
        cuts: 1,
        ..NETWORK
    };
    let world = World::new(&[&[1], &[0]], &[], 2, budget);
    sound("re-issue", world, setup);
}

#[test]
fn entered_at_any_moment() {
    let budget = Budget {
        total: 1,
        tears: 1,
        crashes: 1,
        entries: 1,
        ..NONE
    };
    let world = World::new(&[&[1], &[0]], &[], 2, budget);
    sound("a gate in between", world, Setup::GIVING);
}

#[test]
fn the_ring_is_passed() {
    let setup = Setup {
        history: true,
        ..Setup::GIVING
    };
    let budget = Budget {
        total: 2,
        tears: 1,
        crashes: 1,
        strangers: 1,
        ..NONE
    };
    let world = World::new(&[&[1], &[0]], &[], 1, budget);
    sound("other terminals' commits", world, setup);
}

#[test]
fn a_journal_is_put_back() {
    let budget = Budget {
        total: 1,
        tears: 1,
        lost: 1,
        journal_restores: 1,
        ..NONE
    };
    let world = World::new(&[&[1], &[0]], &[], 1, budget);
    sound("restored journal", world, Setup::GIVING);
    let world = World::new(&[&[0]], &[1], 1, budget);
    sound("restored journal, purchase", world, Setup::FETCHING);
}

#[test]
fn a_platform_is_put_back() {
    let setup = Setup {
        keeps_sent: true,
        ..Setup::GIVING
    };
    let budget = Budget {
        total: 1,
        tears: 1,
        lost: 1,
        platform_restores: 1,
        ..NONE
    };
    let world = World::new(&[&[1], &[0]], &[], 1, budget);
    sound("restored platform, giving", world, setup);
    let parking = Setup {
        want: &[Destination::Platform],
        fetch: true,
        ..setup
    };
    let world = World::new(&[&[1], &[0]], &[], 2, Budget { total: 0, ..budget });
    sound("restored platform, parking", world, parking);
}

#[test]
fn a_platform_is_put_back_while_tickets_are_granted() {
    let setup = Setup {
        keeps_sent: true,
        ..Setup::FETCHING
    };
    let budget = Budget {
        total: 1,
        tears: 1,
        cuts: 1,
        platform_restores: 1,
        ..NONE
    };
    let world = World::new(&[&[0]], &[1], 2, budget);
    sound("restored platform, purchase", world, setup);
}

#[test]
fn a_platform_is_put_back_while_a_handover_moves_between_terminals() {
    let setup = Setup {
        keeps_sent: true,
        want: &[],
        ..ELSEWHERE
    };
    let budget = Budget {
        cuts: 1,
        releases: 1,
        platform_restores: 1,
        ..NONE
    };
    let world = World::new(&[&[1], &[0], &[0]], &[], 2, budget);
    sound("restored platform, resume elsewhere", world, setup);
}

/// The bounds the rules were first checked in: 2 terminals, 3 cards, 2 tickets, 2 lost replies, 1 lost and 1 repeated message, 1 release, 1 re-issue.
#[test]
fn everything_together() {
    let setup = Setup {
        want: &[Destination::Giver, Destination::Platform],
        fetch: true,
        ..Setup::GIVING
    };
    let budget = Budget {
        total: 2,
        releases: 1,
        reissues: 1,
        ..NETWORK
    };
    let world = World::new(&[&[1], &[0]], &[], 2, Budget { total: 1, ..budget });
    sound("everything together, one fault", world, setup);
    if deep() {
        let three: [&[u64]; 3] = [&[1], &[0], &[0]];
        let world = World::new(&three, &[], 2, Budget { total: 1, ..budget });
        sound("everything together, three cards, one fault", world, setup);
        let all: [&[u64]; 3] = [&[1, 2], &[0, 0], &[0]];
        let world = World::new(&all, &[], 2, Budget { total: 1, ..budget });
        sound("everything together, two tickets, one fault", world, setup);
        let world = World::new(&all, &[], 2, budget);
        sound("everything together, two tickets, two faults", world, setup);
    }
}
