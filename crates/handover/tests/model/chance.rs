//! One run of the model: its world, what goes wrong in it, and how all ways of going wrong are walked.

use std::{cell::RefCell, rc::Rc};

use kippu_handover::row::Handover;

use crate::{
    setup::Setup,
    world::{Budget, World},
};

/// Replays a list of choices and notes how many there were at each point, so that all of them can be walked.
#[derive(Debug, Default)]
pub struct Chooser {
    script: Vec<(usize, usize)>,
    at: usize,
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

/// Which part of the budget a fault costs.
pub type Kind = fn(&mut Budget) -> &mut u8;

pub struct Run {
    pub world: World,
    pub setup: Setup,
    pub chooser: Chooser,
    /// Nothing went wrong in this run.
    pub clean: bool,
    /// What a store that writes too late has not written.
    pub volatile: Vec<Handover>,
    /// The process was killed.
    pub killed: bool,
}

pub type Shared = Rc<RefCell<Run>>;

impl Run {
    pub fn new(world: World, setup: Setup, chooser: Chooser) -> Shared {
        Rc::new(RefCell::new(Self {
            world,
            setup,
            chooser,
            clean: true,
            volatile: Vec::new(),
            killed: false,
        }))
    }

    /// The run, when nobody else holds it.
    pub fn take(run: Shared) -> Self {
        let Ok(run) = Rc::try_unwrap(run) else {
            panic!("somebody still holds the run")
        };
        run.into_inner()
    }

    /// 0: all goes well; otherwise one of these ways of going wrong, counted from 1, which costs one of its kind and one of the total.
    pub fn pick(&mut self, ways: &[Kind]) -> usize {
        if self.world.budget.total == 0 {
            return 0;
        }
        let mut affordable = [0; 8];
        let mut count = 0;
        for (number, way) in ways.iter().enumerate() {
            if *way(&mut self.world.budget) > 0 {
                affordable[count] = number;
                count += 1;
            }
        }
        if count == 0 {
            return 0;
        }
        match self.chooser.choose(count + 1) {
            0 => 0,
            choice => {
                let way = affordable[choice - 1];
                *ways[way](&mut self.world.budget) -= 1;
                self.world.budget.total -= 1;
                self.clean = false;
                way + 1
            }
        }
    }
}

pub fn tears(budget: &mut Budget) -> &mut u8 {
    &mut budget.tears
}
pub fn crashes(budget: &mut Budget) -> &mut u8 {
    &mut budget.crashes
}
pub fn replies(budget: &mut Budget) -> &mut u8 {
    &mut budget.replies
}
pub fn lost(budget: &mut Budget) -> &mut u8 {
    &mut budget.lost
}
pub fn repeats(budget: &mut Budget) -> &mut u8 {
    &mut budget.repeats
}
pub fn prints(budget: &mut Budget) -> &mut u8 {
    &mut budget.prints
}
