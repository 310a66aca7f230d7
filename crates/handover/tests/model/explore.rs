//! Walks every move from every state, with every combination of faults the budget allows, and looks at what can still be reached.

use std::{collections::HashMap, time::Instant};

use kippu_handover::rules::Rules;

use crate::{
    act::{Move, act, moves},
    chance::{Chooser, Run},
    setup::Setup,
    world::World,
};

#[derive(Debug, Default)]
pub struct Found {
    pub states: usize,
    pub runs: u64,
    pub settled: usize,
    pub seconds: f32,
    /// P1 or P4 broken: what, and the shortest way there.
    pub wrong: Option<(String, Vec<Move>)>,
    /// P2, P3 broken: the shortest way to a state from which nothing leads to where every ticket has one holder.
    pub stuck: Option<Vec<Move>>,
}

impl Found {
    pub fn is_sound(&self) -> bool {
        self.wrong.is_none() && self.stuck.is_none()
    }
}

/// What was walked so far.
struct Graph {
    known: HashMap<u128, u32>,
    came_from: Vec<(u32, Option<Move>)>,
    good: Vec<bool>,
    /// Ways without faults.
    clean: Vec<(u32, u32)>,
}

impl Graph {
    fn trace(&self, mut state: u32) -> Vec<Move> {
        let mut steps = Vec::new();
        while let (from, Some(step)) = self.came_from[state as usize] {
            steps.push(step);
            state = from;
        }
        steps.reverse();
        steps
    }

    /// The first state from which no way without faults leads to a good one.
    fn stuck(&self) -> Option<u32> {
        let mut into: Vec<Vec<u32>> = vec![Vec::new(); self.good.len()];
        for (from, to) in &self.clean {
            into[*to as usize].push(*from);
        }
        let mut reached = self.good.clone();
        let mut stack: Vec<u32> = (0..reached.len() as u32)
            .filter(|state| reached[*state as usize])
            .collect();
        while let Some(state) = stack.pop() {
            for from in &into[state as usize] {
                if !std::mem::replace(&mut reached[*from as usize], true) {
                    stack.push(*from);
                }
            }
        }
        reached
            .iter()
            .position(|reached| !reached)
            .map(|state| state as u32)
    }
}

/// All states reachable from `start`. Stops at the first that breaks P1 or P4.
pub fn explore<R: Rules + Copy>(start: World, setup: Setup, rules: R) -> Found {
    let began = Instant::now();
    let never_void = setup.flaws.papers_never_void;
    let mut found = Found::default();
    let mut graph = Graph {
        known: HashMap::from([(start.fingerprint(), 0)]),
        came_from: vec![(0, None)],
        good: vec![false],
        clean: Vec::new(),
    };
    let mut frontier = vec![(0u32, start)];
    while !frontier.is_empty() && found.wrong.is_none() {
        let mut next = Vec::new();
        for (number, world) in frontier {
            let settled = world.settled(never_void);
            found.settled += usize::from(settled);
            graph.good[number as usize] = settled;
            for step in moves(&world, &setup) {
                let mut chooser = Chooser::default();
                loop {
                    let run = Run::new(world.clone(), setup, chooser);
                    act(&run, rules, step);
                    let ended = Run::take(run);
                    found.runs += 1;
                    chooser = ended.chooser;
                    let size = graph.came_from.len() as u32;
                    let to = *graph.known.entry(ended.world.fingerprint()).or_insert(size);
                    if to == size {
                        graph.came_from.push((number, Some(step)));
                        graph.good.push(false);
                        if let Some(wrong) = ended.world.wrong(never_void) {
                            found.wrong = Some((wrong, graph.trace(to)));
                            found.states = graph.good.len();
                            found.seconds = began.elapsed().as_secs_f32();
                            return found;
                        }
                        next.push((to, ended.world));
                    }
                    if ended.clean && to != number {
                        graph.clean.push((number, to));
                    }
                    if !chooser.next() {
                        break;
                    }
                }
            }
        }
        frontier = next;
    }
    found.states = graph.good.len();
    found.stuck = graph.stuck().map(|state| graph.trace(state));
    found.seconds = began.elapsed().as_secs_f32();
    found
}
