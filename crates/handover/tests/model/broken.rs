//! Rules as they must not be: the fifteen ways in which a first sketch of the protocol doubled or lost tickets, each as one broken rule of the
//! product, caught in a world that the unbroken rules pass.

use kippu_card::capability::{CardContents, Directory, Happened};
use kippu_handover::{
    decide::{self, Action, Seen},
    row::{Destination, Handover, Incarnation, ItemState, Place, Source},
    rules::{Protocol, Rules},
};
use kippu_ticket::ids::{OperationId, Step};

use crate::{
    explore::explore,
    setup::{ANY_CARD, Flaws, Setup, WHAT_FITS},
    show,
    world::{Budget, NULLIFIED, Slot, World},
};

#[track_caller]
pub fn caught(name: &str, world: &World, setup: Setup, rules: impl Rules + Copy) {
    let sane = Setup {
        flaws: Flaws::default(),
        ..setup
    };
    let unbroken = explore(world.clone(), sane, Protocol);
    show(&format!("{name}, unbroken"), &unbroken);
    assert!(unbroken.is_sound(), "{name}: the rules themselves fail");
    let broken = explore(world.clone(), setup, rules);
    show(name, &broken);
    assert!(!broken.is_sound(), "{name} was not caught");
}

pub fn flawed(setup: Setup, flaws: Flaws) -> Setup {
    Setup { flaws, ..setup }
}

const TEAR: Budget = Budget {
    total: 1,
    tears: 1,
    ..Budget::NONE
};

/// R4 broken: the card's answer is taken from the newest id alone, and what is not there did not happen.
#[derive(Clone, Copy)]
struct OnlyLastId;

impl Rules for OnlyLastId {
    fn happened(&self, operation: &OperationId, _: u32, directory: &Directory) -> Happened {
        if directory.ring.first() == Some(operation) {
            Happened::Yes
        } else {
            Happened::No
        }
    }
}

#[test]
fn broken_01_only_the_last_id_is_kept() {
    let world = World::new(&[&[1, 2], &[0, 0]], &[], 2, TEAR);
    caught("01 only the last id", &world, Setup::GIVING, OnlyLastId);
}

/// R1 broken: the id names the handover and neither step nor attempt.
#[derive(Clone, Copy)]
struct IdWithoutStep;

impl Rules for IdWithoutStep {
    fn next_operation(&self, row: &Handover, _: Step) -> OperationId {
        OperationId {
            handover: row.id,
            step: Step::Take,
            attempt: 0,
        }
    }

    fn happened(&self, operation: &OperationId, planned: u32, directory: &Directory) -> Happened {
        if directory.ring.contains(operation) {
            Happened::Yes
        } else {
            decide::happened(operation, planned, directory)
        }
    }
}

#[test]
fn broken_02_an_id_without_its_step() {
    let world = World::new(&[&[1], &[0]], &[], 1, TEAR);
    caught("02 id without step", &world, Setup::GIVING, IdWithoutStep);
}

#[test]
fn broken_03_a_lease_that_lapses() {
    let budget = Budget {
        cuts: 1,
        ..Budget::NONE
    };
    let world = World::new(&[&[1], &[0], &[0]], &[], 2, budget);
    let setup = Setup {
        local_keys: true,
        ..Setup::GIVING
    };
    let flaws = Flaws {
        leases_lapse: true,
        ..Flaws::default()
    };
    caught("03 lapsing lease", &world, flawed(setup, flaws), Protocol);
}

/// R5 broken: while nobody knows whether the receiver has it, it goes back to the giver.
#[derive(Clone, Copy)]
struct GiveBackWhileUnknown;

impl Rules for GiveBackWhileUnknown {
    fn decide(&self, here: Incarnation, row: &Handover, seen: &Seen<'_>) -> Action {
        let giving = row
            .pending
            .as_ref()
            .is_some_and(|intent| intent.operation.step == Step::Give);
        let givers = row.giver().is_some_and(|giver| {
            matches!(seen.card, decide::CardView::Here { contents, .. } if contents.uid == giver)
        });
        if giving && givers {
            return Action::ConcludeNotDone;
        }
        decide::decide(self, here, row, seen)
    }
}

#[test]
fn broken_04_given_back_while_giving_is_unknown() {
    let world = World::new(&[&[1], &[0]], &[], 1, TEAR);
    caught(
        "04 give back while unknown",
        &world,
        Setup::GIVING,
        GiveBackWhileUnknown,
    );
}

/// R8 broken: one state for the whole handover.
#[derive(Clone, Copy)]
struct OneStateForAll;

impl Rules for OneStateForAll {
    fn mark(&self, row: &mut Handover, state: ItemState) {
        for item in &mut row.items {
            item.state = state;
        }
    }
}

#[test]
fn broken_05_one_state_for_the_whole_handover() {
    let world = World::new(&[&[1, 2], &[0]], &[], 1, Budget::NONE);
    let setup = Setup {
        want: &[Destination::Giver, WHAT_FITS],
        ..Setup::GIVING
    };
    caught("05 one state for all", &world, setup, OneStateForAll);
}

#[test]
fn broken_06_a_single_generation_number() {
    let budget = Budget {
        cuts: 1,
        reissues: 1,
        ..Budget::NONE
    };
    let world = World::new(&[&[1], &[0]], &[], 1, budget);
    let setup = Setup {
        local_keys: true,
        ..Setup::GIVING
    };
    let flaws = Flaws {
        single_generation: true,
        ..Flaws::default()
    };
    caught(
        "06 single generation",
        &world,
        flawed(setup, flaws),
        Protocol,
    );
}

#[test]
fn broken_07_a_park_given_up_on_a_time_out() {
    let budget = Budget {
        total: 1,
        lost: 1,
        cuts: 1,
        ..Budget::NONE
    };
    let world = World::new(&[&[1], &[0]], &[], 1, budget);
    let setup = Setup {
        want: &[Destination::Giver, Destination::Platform],
        local_keys: true,
        ..Setup::GIVING
    };
    let flaws = Flaws {
        park_time_out_is_refusal: true,
        ..Flaws::default()
    };
    caught("07 park given up", &world, flawed(setup, flaws), Protocol);
}

#[test]
fn broken_08_a_platform_restored_without_asking_the_terminals() {
    let budget = Budget {
        platform_restores: 1,
        ..Budget::NONE
    };
    let world = World::new(&[&[0]], &[1], 1, budget);
    let setup = Setup {
        keeps_sent: true,
        ..Setup::FETCHING
    };
    let flaws = Flaws {
        restored_platform_goes_on: true,
        ..Flaws::default()
    };
    caught(
        "08 restored platform",
        &world,
        flawed(setup, flaws),
        Protocol,
    );
}

#[test]
fn broken_09_a_repeated_release_replaces_the_newer_owner() {
    let budget = Budget {
        total: 1,
        repeats: 1,
        releases: 1,
        ..Budget::NONE
    };
    let world = World::new(&[&[1], &[0], &[0]], &[], 2, budget);
    let flaws = Flaws {
        repeated_release_wins: true,
        ..Flaws::default()
    };
    let setup = flawed(Setup::GIVING, flaws);
    caught("09 repeated release", &world, setup, Protocol);
}

#[test]
fn broken_10_a_restored_journal_goes_on() {
    let budget = Budget {
        total: 1,
        lost: 1,
        journal_restores: 1,
        ..Budget::NONE
    };
    let world = World::new(&[&[1], &[0], &[0]], &[], 1, budget);
    let flaws = Flaws {
        restored_journal_goes_on: true,
        ..Flaws::default()
    };
    let setup = flawed(Setup::GIVING, flaws);
    caught("10 restored journal", &world, setup, Protocol);
}

#[test]
fn broken_11_the_record_of_an_earlier_session_is_trusted() {
    let budget = Budget {
        total: 2,
        tears: 2,
        ..Budget::NONE
    };
    let world = World::new(&[&[1, 2], &[0, 0]], &[], 2, budget);
    let setup = Setup {
        want: &[],
        garbage: true,
        ..Setup::GIVING
    };
    let flaws = Flaws {
        slots_trusted: true,
        ..Flaws::default()
    };
    caught("11 slot trusted", &world, flawed(setup, flaws), Protocol);
}

#[test]
fn broken_12_the_entered_counter_is_not_looked_at_or_not_reset() {
    let budget = Budget {
        total: 1,
        crashes: 1,
        entries: 2,
        ..Budget::NONE
    };
    let world = World::new(&[&[1], &[0]], &[], 1, budget);
    let flaws = Flaws {
        entered_not_checked: true,
        ..Flaws::default()
    };
    let setup = flawed(Setup::GIVING, flaws);
    caught("12 entered not checked", &world, setup, Protocol);

    // The receiver's only slot held a ticket of last week, which was used.
    let mut world = World::new(&[&[1], &[0]], &[], 1, Budget::NONE);
    world.cards[1].slots[0] = Slot {
        entered: 1,
        ..Slot::new(NULLIFIED, None)
    };
    let flaws = Flaws {
        entered_not_reset: true,
        ..Flaws::default()
    };
    let setup = flawed(Setup::GIVING, flaws);
    caught("12 entered not reset", &world, setup, Protocol);
}

/// R12 broken: the giver's yes holds for the card, whatever has become of it.
#[derive(Clone, Copy)]
struct StaleConsent;

impl Rules for StaleConsent {
    fn consent_holds(&self, row: &Handover, contents: &CardContents) -> bool {
        row.giver() == Some(contents.uid)
    }
}

#[test]
fn broken_13_a_stale_consent() {
    let budget = Budget {
        total: 1,
        crashes: 1,
        ..Budget::NONE
    };
    let world = World::new(&[&[1], &[0]], &[], 2, budget);
    caught("13 stale consent", &world, Setup::GIVING, StaleConsent);
}

/// R16 broken: a print without a recorded end is printed again.
#[derive(Clone, Copy)]
struct Reprint;

impl Rules for Reprint {
    fn decide_paper(&self, row: &Handover) -> Action {
        match row.pending.as_ref().and_then(|intent| intent.items.first()) {
            Some(ticket) => Action::Print(*ticket),
            None => Action::AskPeople,
        }
    }
}

#[test]
fn broken_14_reprinted_on_restart_or_a_wrong_clerk_without_void_serials() {
    let setup = Setup {
        agree: &[Destination::Paper],
        ..Setup::GIVING
    };
    let budget = Budget {
        total: 1,
        crashes: 1,
        prints: 1,
        ..Budget::NONE
    };
    let world = World::new(&[&[1]], &[], 1, budget);
    caught("14 reprinted", &world, setup, Reprint);

    let setup = Setup {
        wrong_clerk: true,
        ..setup
    };
    let flaws = Flaws {
        papers_never_void: true,
        ..Flaws::default()
    };
    let sane = explore(world.clone(), setup, Protocol);
    show("14 wrong clerk, unbroken", &sane);
    // Who says of a paper that lies nowhere that it came out loses the ticket; only an operator can help, and nothing is doubled.
    assert_eq!(sane.wrong, None);
    let broken = explore(world, flawed(setup, flaws), Protocol);
    show("14 wrong clerk without void serials", &broken);
    assert!(broken.wrong.is_some());
}

/// The order of things broken: the receiver is written while nobody knows whether the giver's card was nullified.
#[derive(Clone, Copy)]
struct ReceiverFirst;

impl Rules for ReceiverFirst {
    fn decide(&self, here: Incarnation, row: &Handover, seen: &Seen<'_>) -> Action {
        let taking = row.pending.as_ref().is_some_and(|intent| {
            intent.operation.step == Step::Take && matches!(intent.place, Place::Card { .. })
        });
        let of_card = matches!(row.source, Source::Card { .. });
        if taking && of_card && row.destination == ANY_CARD {
            return Action::ConcludeDone;
        }
        decide::decide(self, here, row, seen)
    }
}

#[test]
fn broken_15_the_receiver_is_written_before_the_giver_is_known_nullified() {
    let world = World::new(&[&[1], &[0]], &[], 1, TEAR);
    caught("15 receiver first", &world, Setup::GIVING, ReceiverFirst);
}
