//! The protocol, walked: the real decision and the real machine over every order of visits, departures and faults within stated bounds.
//!
//! Faults: a card torn at reading, before the commit, or with the commit or its answer lost; a message not sent, lost after it was acted on, or
//! late; the process killed before or after every write; another terminal's commits between; a re-issue; a journal restored from a copy.
//! Properties: no ticket ever has two holders (promise 1); from every state a way without further faults leads to where each ticket has exactly
//! one holder and the books name it, or to an unknown that nobody can answer and nobody acts on.

mod broken;
mod card;
mod choice;
mod explore;
mod on_disk;
mod platform;
mod store;
mod world;

use choice::Flaws;
use explore::{Found, explore};
use kippu_handover::rules::{Protocol, Rules};

use world::{Faults, World};

const NO_FAULTS: Faults = Faults {
    total: 0,
    tears: 0,
    messages: 0,
    crashes: 0,
    strangers: 0,
    reissues: 0,
    restores: 0,
};

fn everything(total: u8) -> Faults {
    Faults {
        total,
        tears: 2,
        messages: 2,
        crashes: 2,
        ..NO_FAULTS
    }
}

/// Two cards; the first has one free slot and one foreign ticket.
const TIGHT: &[&[bool]] = &[&[false, true], &[false, false]];
/// Two cards with room for everything.
const ROOMY: &[&[bool]] = &[&[false, false], &[false, false]];

fn show(name: &str, found: &Found) {
    println!(
        "{name}: {} states, {} runs, {} settled, {} honestly unknown{}{}",
        found.states,
        found.runs,
        found.settled,
        found.honest_unknown,
        found
            .doubled
            .as_ref()
            .map_or(String::new(), |how| format!("\n  DOUBLED {how}")),
        found
            .lost
            .as_ref()
            .map_or(String::new(), |how| format!("\n  LOST {how}")),
    );
}

#[track_caller]
fn sound(name: &str, world: World) {
    let found = explore(world, Protocol, Flaws::default(), true);
    show(name, &found);
    assert!(found.is_sound(), "{name}");
    assert!(found.settled > 0, "{name}: the model goes nowhere");
}

/// The worlds of broken rules lie within those the unbroken rules pass above.
#[track_caller]
fn caught(name: &str, world: World, rules: impl Rules + Copy, flaws: Flaws) {
    let found = explore(world, rules, flaws, true);
    show(name, &found);
    assert!(!found.is_sound(), "{name} was not caught");
}

#[test]
fn without_faults_every_purchase_settles() {
    sound(
        "no faults, two terminals",
        World::new(2, TIGHT, 2, NO_FAULTS),
    );
}

#[test]
fn three_faults_of_any_kind_neither_double_nor_lose_a_ticket() {
    sound(
        "one terminal, three faults",
        World::new(2, ROOMY, 1, everything(3)),
    );
}

#[test]
fn a_tight_card_and_another_terminals_commits_change_nothing_of_that() {
    sound(
        "tight card, strangers",
        World::new(
            2,
            TIGHT,
            1,
            Faults {
                strangers: 1,
                ..everything(2)
            },
        ),
    );
}

#[test]
fn two_terminals_after_one_order_change_nothing_of_that() {
    sound(
        "two terminals, two faults",
        World::new(1, ROOMY, 2, everything(2)),
    );
}

#[test]
fn a_reissue_at_any_moment_leaves_one_admissible_copy() {
    sound(
        "re-issue",
        World::new(
            1,
            ROOMY,
            1,
            Faults {
                reissues: 1,
                ..everything(2)
            },
        ),
    );
}

#[test]
fn a_restored_journal_gives_nothing() {
    let world = World::new(
        1,
        ROOMY,
        1,
        Faults {
            restores: 1,
            ..everything(1)
        },
    );
    let found = explore(world, Protocol, Flaws::default(), false);
    show("restored journal", &found);
    assert!(found.doubled.is_none());
}

/// One terminal, room for all.
fn small(total: u8) -> World {
    World::new(2, ROOMY, 1, everything(total))
}

/// One terminal, little room, and another terminal's visits.
fn busy() -> World {
    World::new(
        2,
        TIGHT,
        1,
        Faults {
            strangers: 1,
            ..everything(2)
        },
    )
}

#[test]
fn broken_only_the_last_id_is_kept() {
    caught(
        "only the last id",
        busy(),
        broken::OnlyLastId,
        Flaws::default(),
    );
}

#[test]
fn broken_an_id_without_its_step() {
    caught(
        "id without step",
        busy(),
        broken::IdWithoutStep,
        Flaws::default(),
    );
}

#[test]
fn broken_another_card_while_the_first_is_unknown() {
    caught(
        "leaving while unknown",
        small(1),
        broken::LeaveWhileUnknown,
        Flaws::default(),
    );
}

#[test]
fn broken_one_state_for_the_whole_handover() {
    let world = World::new(
        2,
        ROOMY,
        1,
        Faults {
            strangers: 1,
            ..everything(1)
        },
    );
    caught(
        "one state for all",
        world,
        broken::OneStateForAll,
        Flaws::default(),
    );
}

#[test]
fn broken_absence_taken_for_no() {
    caught(
        "absence is no",
        busy(),
        broken::AbsenceIsNo,
        Flaws::default(),
    );
}

#[test]
fn broken_an_answer_about_an_earlier_attempt() {
    let flaws = Flaws {
        answer_without_attempt: true,
        ..Flaws::default()
    };
    caught("answer without attempt", busy(), Protocol, flaws);
}

#[test]
fn broken_the_intent_written_after_the_act() {
    let flaws = Flaws {
        intent_late: true,
        ..Flaws::default()
    };
    caught("intent after the act", small(1), Protocol, flaws);
}

#[test]
fn broken_the_grant_asked_for_before_it_is_noted() {
    let flaws = Flaws {
        asked_late: true,
        ..Flaws::default()
    };
    caught("grant not noted", small(1), Protocol, flaws);
}

#[test]
fn broken_a_time_out_taken_for_a_refusal() {
    let flaws = Flaws {
        timeout_is_refusal: true,
        ..Flaws::default()
    };
    caught("time-out is refusal", small(1), Protocol, flaws);
}

#[test]
fn broken_an_older_report_replaces_a_newer() {
    let flaws = Flaws {
        old_report_wins: true,
        ..Flaws::default()
    };
    caught("old report wins", small(2), Protocol, flaws);
}

#[test]
fn broken_a_restored_journal_goes_on() {
    let world = World::new(
        1,
        ROOMY,
        1,
        Faults {
            restores: 1,
            ..everything(1)
        },
    );
    let found = explore(world, broken::RestoredOwns, Flaws::default(), false);
    show("restored journal goes on", &found);
    assert!(
        found.doubled.is_some(),
        "a restored journal that goes on was not caught"
    );
}
