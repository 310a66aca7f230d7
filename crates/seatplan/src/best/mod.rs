//! Picks good seats: together and near the front first, then step by step what is left, never refusing the last seats for neatness.

mod apart;
mod runs;

pub use runs::Places;

use crate::Plan;
use runs::Hall;

/// What is wished for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wish {
    /// Price class counted from 0 as in availability; `None` for any.
    pub class: Option<u8>,
    /// How many seats.
    pub count: usize,
}

/// Seats found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// Indices into the plan's seats, in the order of rows and seats.
    pub seats: Vec<u32>,
    /// How far the wish could be met.
    pub apart: Apart,
}

/// How far from "side by side" a choice is, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Apart {
    /// Side by side, and no single free seat is left beside them.
    Together,
    /// Side by side, but a single free seat is left over.
    LeavingOne,
    /// In neighbouring rows of one block, nobody alone.
    AcrossRows,
    /// In several blocks, nobody alone.
    AcrossBlocks,
    /// Somebody sits alone.
    Alone,
}

/// Finds seats for a wish, or `None` when there are too few.
///
/// `availability` has one byte a seat in plan order: 0 not to be had, n free in price class n-1. Seats of another price class
/// do not break a row; seats of other people and aisles do.
pub fn find(plan: &Plan, availability: &[u8], wish: &Wish) -> Option<Choice> {
    find_among(plan, &Places::of(plan), availability, wish)
}

/// The same with what was reckoned of the plan before.
pub fn find_among(
    plan: &Plan,
    places: &Places,
    availability: &[u8],
    wish: &Wish,
) -> Option<Choice> {
    if wish.count == 0 {
        return None;
    }
    let hall = Hall::new(plan, places, availability, wish.class);
    hall.together(wish.count)
        .or_else(|| apart::find(&hall, wish.count))
        .map(|mut choice| {
            choice.seats.sort_unstable();
            choice
        })
}
