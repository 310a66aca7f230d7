//! One run of the model: its world, what goes wrong in it, and how all ways of going wrong are walked.

use std::{cell::RefCell, rc::Rc};

use kippu_handover::row::Handover;
use kippu_ticket::ids::HandoverId;

use crate::world::World;

/// Replays a list of choices and notes how many there were at each point, so that all of them can be walked.
#[derive(Debug, Default)]
pub struct Chooser {
    pub script: Vec<(usize, usize)>,
    pub at: usize,
}

impl Chooser {
    fn choose(&mut self, of: usize) -> usize {
        if self.at == self.script.len() {
            self.script.push((0, of));
        }
        let (choice, known) = self.script[self.at];
        assert_eq!(known, of, "a replayed run took another way");
        self.at += 1;
        choice
    }

    /// Moves on to the next list; `false` when all were walked.
    pub fn next(&mut self) -> bool {
        self.at = 0;
        while let Some((choice, of)) = self.script.pop() {
            if choice + 1 < of {
                self.script.push((choice + 1, of));
                return true;
            }
        }
        false
    }
}

/// How a broken variant differs from the product, outside the rules trait.
#[derive(Debug, Clone, Copy, Default)]
pub struct Flaws {
    /// An intent reaches the disk only with the outcome: written after the act.
    pub intent_late: bool,
    /// The row of an asked grant reaches the disk only with the answer.
    pub asked_late: bool,
    /// A time-out is taken for a refusal (R7).
    pub timeout_is_refusal: bool,
    /// The platform lets an older report replace newer state (R6).
    pub old_report_wins: bool,
    /// An answer about one attempt is taken for another's (R1).
    pub answer_without_attempt: bool,
}

pub struct Run {
    pub world: World,
    pub chooser: Chooser,
    pub flaws: Flaws,
    pub clean: bool,
    /// What a volatile store has not written.
    pub volatile: Vec<Handover>,
}

pub type Shared = Rc<RefCell<Run>>;

impl Run {
    pub fn new(world: World, chooser: Chooser, flaws: Flaws) -> Shared {
        Rc::new(RefCell::new(Self {
            world,
            chooser,
            flaws,
            clean: true,
            volatile: Vec::new(),
        }))
    }

    /// The run, when nobody else holds it.
    pub fn take(run: Shared) -> Self {
        let Ok(run) = Rc::try_unwrap(run) else {
            panic!("somebody still holds the run")
        };
        run.into_inner()
    }

    /// One of `of` ways, the first being the good one; the others cost a fault of the given kind.
    pub fn fault(&mut self, of: usize, kind: fn(&mut World) -> &mut u8) -> usize {
        if self.world.faults.total == 0 || *kind(&mut self.world) == 0 {
            return 0;
        }
        let choice = self.chooser.choose(of);
        if choice > 0 {
            *kind(&mut self.world) -= 1;
            self.world.faults.total -= 1;
            self.clean = false;
        }
        choice
    }
}

pub fn crashes(world: &mut World) -> &mut u8 {
    &mut world.faults.crashes
}
pub fn tears(world: &mut World) -> &mut u8 {
    &mut world.faults.tears
}
pub fn messages(world: &mut World) -> &mut u8 {
    &mut world.faults.messages
}

/// Numbers for handovers that depend on nothing but the world.
pub fn next_id(begun: u8) -> HandoverId {
    HandoverId([begun; 16])
}
