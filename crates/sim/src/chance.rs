//! Chance and time of one run. Both belong to the thread that runs it, because the machine takes them as plain functions.

use std::cell::{Cell, RefCell};

use kippu_handover::machine::Ambient;
use kippu_ticket::{code::ResumeCode, ids::HandoverId};
use rand::{RngExt as _, SeedableRng as _, rngs::Xoshiro256PlusPlus};

/// 2026-12-01T09:00:00Z in microseconds.
pub const START: i64 = 1_796_115_600_000_000;
/// A second in microseconds.
pub const SECOND: i64 = 1_000_000;

thread_local! {
    static CHANCE: RefCell<Xoshiro256PlusPlus> = RefCell::new(Xoshiro256PlusPlus::seed_from_u64(0));
    static NOW: Cell<i64> = const { Cell::new(START) };
    static SKEW: Cell<i64> = const { Cell::new(0) };
}

/// Begins a run: the same seed gives the same numbers.
pub fn begin(seed: u64) {
    CHANCE.with_borrow_mut(|chance| *chance = Xoshiro256PlusPlus::seed_from_u64(seed));
    NOW.set(START);
    SKEW.set(0);
}

/// A number below `end`; 0 where `end` is 0.
pub fn below(end: usize) -> usize {
    match end {
        0 => 0,
        end => CHANCE.with_borrow_mut(|chance| chance.random_range(0..end)),
    }
}

/// True once in so many times on average; never for 0.
pub fn one_in(times: u32) -> bool {
    times > 0 && below(times as usize) == 0
}

/// One of these.
pub fn pick<T: Copy>(of: &[T]) -> Option<T> {
    of.get(below(of.len())).copied()
}

/// The number of a weight, drawn in proportion to the weights.
pub fn weighted(weights: &[u32]) -> usize {
    let sum: u32 = weights.iter().sum();
    let mut drawn = below(sum as usize) as u32;
    for (index, weight) in weights.iter().enumerate() {
        if drawn < *weight {
            return index;
        }
        drawn -= weight;
    }
    0
}

/// Any number.
pub fn number() -> u64 {
    CHANCE.with_borrow_mut(|chance| chance.random())
}

/// The true time, UTC microseconds.
pub fn now() -> i64 {
    NOW.get()
}

/// Time passes.
pub fn pass(micros: i64) {
    NOW.set(NOW.get() + micros);
}

/// How far the clock of the terminal that works now is wrong, in microseconds.
pub fn set_skew(micros: i64) {
    SKEW.set(micros);
}

/// Chance and time as the machine takes them.
pub fn ambient() -> Ambient {
    Ambient {
        now: terminal_now,
        new_id,
        new_code,
        new_serial: number,
    }
}

fn terminal_now() -> i64 {
    NOW.get() + SKEW.get()
}

fn new_id() -> HandoverId {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&number().to_le_bytes());
    bytes[8..].copy_from_slice(&number().to_le_bytes());
    HandoverId(bytes)
}

fn new_code() -> ResumeCode {
    ResumeCode::of(number())
}
