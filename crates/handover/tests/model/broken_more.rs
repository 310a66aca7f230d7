//! Rules of the journal and of answers, broken one by one: they are older than the fifteen and as necessary.

use kippu_card::capability::{Directory, Happened};
use kippu_handover::{
    decide,
    rules::{Protocol, Rules},
};
use kippu_ticket::ids::OperationId;

use crate::{
    broken::{caught, flawed},
    setup::{Flaws, Setup},
    world::{Budget, World},
};

/// R3 broken: what the ring has passed is taken for not done.
#[derive(Clone, Copy)]
struct AbsenceIsNo;

impl Rules for AbsenceIsNo {
    fn happened(&self, operation: &OperationId, planned: u32, directory: &Directory) -> Happened {
        match decide::happened(operation, planned, directory) {
            Happened::Unknown => Happened::No,
            sure => sure,
        }
    }
}

#[test]
fn broken_too_absence_taken_for_no() {
    let budget = Budget {
        total: 1,
        tears: 1,
        strangers: 1,
        ..Budget::NONE
    };
    let world = World::new(&[&[1], &[0]], &[], 1, budget);
    let setup = Setup {
        history: true,
        ..Setup::GIVING
    };
    caught("absence is no", &world, setup, AbsenceIsNo);
}

#[test]
fn broken_too_the_intent_written_after_the_act() {
    let budget = Budget {
        total: 1,
        crashes: 1,
        ..Budget::NONE
    };
    let world = World::new(&[&[1], &[0]], &[], 1, budget);
    let flaws = Flaws {
        intent_late: true,
        ..Flaws::default()
    };
    let setup = flawed(Setup::GIVING, flaws);
    caught("intent after the act", &world, setup, Protocol);
}

#[test]
fn broken_too_the_grant_asked_for_before_it_is_noted() {
    let budget = Budget {
        total: 1,
        replies: 1,
        ..Budget::NONE
    };
    let world = World::new(&[&[0]], &[1], 1, budget);
    let flaws = Flaws {
        asked_late: true,
        ..Flaws::default()
    };
    let setup = flawed(Setup::FETCHING, flaws);
    caught("grant not noted", &world, setup, Protocol);
}

#[test]
fn broken_too_an_older_report_replaces_a_newer() {
    let budget = Budget {
        total: 1,
        repeats: 1,
        ..Budget::NONE
    };
    let world = World::new(&[&[1], &[0]], &[], 1, budget);
    let flaws = Flaws {
        old_report_wins: true,
        ..Flaws::default()
    };
    let setup = flawed(Setup::GIVING, flaws);
    caught("old report wins", &world, setup, Protocol);
}
