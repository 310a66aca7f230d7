//! Seeds in a row must all be sound, a seed must be the same every time, and broken rules must be caught.

use kippu_sim::{
    audit::Finding,
    faults::{Counts, KINDS, Kind},
    flaws::Flaw,
    platform::Platform,
    roads::{ROADS, Roads},
    run::{REAL_JOURNAL_EVERY, Report, run},
    world::Stage,
};

/// Seeds of a series here; `script/sim` runs more.
const SERIES: u64 = 1_000;
/// Within so many seeds a broken rule is caught.
const SABOTAGE: u64 = 900;

struct Place {
    stage: Stage,
    platform: Platform,
    _folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let memory = std::path::Path::new("/dev/shm");
        let base = match memory.is_dir() {
            true => memory.to_owned(),
            false => std::env::temp_dir(),
        };
        let folder = tempfile::Builder::new()
            .prefix("kippu-sim-test-")
            .tempdir_in(base)
            .unwrap();
        let stage = Stage::set(&folder.path().join("stage")).unwrap();
        let platform = Platform::in_folder(&stage.template, &folder.path().join("run")).unwrap();
        Self {
            stage,
            platform,
            _folder: folder,
        }
    }

    fn run(&mut self, seed: u64, flaw: Flaw) -> Report {
        run(&self.stage, &mut self.platform, seed, flaw, false).unwrap()
    }
}

fn series(from: u64) {
    let mut place = Place::new();
    let (mut faults, mut roads) = (Counts::default(), Roads::default());
    for seed in from..from + SERIES {
        let report = place.run(seed, Flaw::None);
        assert_eq!(report.findings, [], "seed {seed}");
        faults.add_all(&report.counts);
        roads.add_all(&report.roads);
    }
    for (kind, word) in KINDS {
        assert!(faults.of(kind) > 0, "there were no {word}");
    }
    for (road, word) in ROADS {
        assert!(roads.of(road) > 0, "nobody walked this road: {word}");
    }
}

#[test]
fn the_first_seeds_are_sound() {
    series(0);
}

#[test]
fn the_next_seeds_are_sound() {
    series(SERIES);
}

/// Seeds of the long run that found what nobody had thought of, each mended since.
#[test]
fn seeds_that_found_something_are_sound() {
    const FOUND: [u64; 11] = [
        1_001_385, 1_004_450, 1_033_398, 1_071_790, 1_072_237, 1_234_277, 1_395_696, 1_625_929,
        1_789_826, 1_965_701, 1_996_546,
    ];
    let mut place = Place::new();
    for seed in FOUND {
        assert_eq!(place.run(seed, Flaw::None).findings, [], "seed {seed}");
    }
}

#[test]
fn a_seed_is_the_same_every_time_and_whatever_ran_before() {
    let seeds: Vec<u64> = (0..80).collect();
    assert!(seeds.contains(&(REAL_JOURNAL_EVERY - 1)));
    let (mut forwards, mut backwards) = (Place::new(), Place::new());
    let first: Vec<Report> = seeds
        .iter()
        .map(|seed| forwards.run(*seed, Flaw::None))
        .collect();
    let restored = |report: &Report| report.counts.of(Kind::Restore) > 0;
    assert!(first.iter().any(restored), "no run has left another file");
    for (seed, one) in seeds.iter().zip(&first).rev() {
        for two in [
            backwards.run(*seed, Flaw::None),
            backwards.run(*seed, Flaw::None),
        ] {
            assert_eq!(hex::encode(one.hash), hex::encode(two.hash), "seed {seed}");
            assert_eq!(one.counts, two.counts, "seed {seed}");
        }
    }
}

/// What is found with a broken rule, in the first seed that finds it.
fn caught(flaw: Flaw) -> Vec<Finding> {
    let mut place = Place::new();
    (0..SABOTAGE)
        .map(|seed| place.run(seed, flaw).findings)
        .find(|findings| !findings.is_empty())
        .unwrap_or_default()
}

macro_rules! caught {
    ($($name:ident: $flaw:ident),* $(,)?) => {
        $(
            #[test]
            fn $name() {
                let findings = caught(Flaw::$flaw);
                assert!(!findings.is_empty(), "{:?} was not caught within {SABOTAGE} seeds", Flaw::$flaw);
            }
        )*
    };
}

caught! {
    a_record_written_after_the_act_is_caught: RecordAfterAct,
    an_unconfirmed_print_taken_for_printed_is_caught: UnconfirmedIsPrinted,
    a_park_given_up_on_a_time_out_is_caught: ParkGivenUp,
    only_the_last_id_of_the_ring_is_caught: OnlyTheLastId,
    an_id_without_step_and_attempt_is_caught: IdWithoutStep,
    giving_back_while_a_giving_is_unknown_is_caught: GiveBackWhileUnknown,
    one_state_for_the_whole_handover_is_caught: OneState,
    printing_again_what_was_not_confirmed_is_caught: PrintedAgain,
}
