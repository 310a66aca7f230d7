//! A seller's seats in words: how many there are in each block, and one block's rows as runs of neighbours that are alike.

use kippu_api::returns::StockState;
use kippu_seatplan::Plan;

use super::stock::Counts;
use crate::organizer::sheet::between;

/// A block that has seats of the seller.
pub(super) struct BlockLine {
    /// Index in the plan.
    pub block: u16,
    /// What people call it.
    pub name: String,
    /// Its seats of the seller.
    pub counts: Counts,
}

/// A row with seats of the seller.
pub(super) struct RowLine {
    /// As printed.
    pub label: String,
    /// Runs of neighbours.
    pub parts: Vec<RowPart>,
}

/// Neighbours in one state.
pub(super) struct RowPart {
    /// As people read them.
    pub numbers: String,
    /// How many.
    pub seats: usize,
    /// What became of them.
    pub state: StockState,
}

/// Blocks with seats of the seller.
pub(super) fn blocks(plan: &Plan, states: &[StockState]) -> Vec<BlockLine> {
    let mut counts = vec![Counts::default(); plan.blocks.len()];
    for row in &plan.rows {
        for state in &states[row.range()] {
            counts[usize::from(row.block)].add(*state);
        }
    }
    let named = plan.blocks.iter().zip(counts).zip(0_u16..);
    named
        .filter(|((_, counts), _)| counts.seats() > 0)
        .map(|((block, counts), index)| BlockLine {
            block: index,
            name: block.name.clone(),
            counts,
        })
        .collect()
}

/// A block's rows as far as they are the seller's.
pub(super) fn rows(plan: &Plan, states: &[StockState], block: u16) -> Vec<RowLine> {
    let mut lines = Vec::new();
    for row in plan.rows.iter().filter(|row| row.block == block) {
        let (mut parts, range) = (Vec::new(), row.range());
        let mut begin = range.start;
        while begin < range.end {
            let state = states[begin];
            let alike = states[begin..range.end].iter();
            let seats = alike.take_while(|other| **other == state).count();
            if state != StockState::Other {
                parts.push(RowPart {
                    numbers: between(plan, begin, begin + seats - 1),
                    seats,
                    state,
                });
            }
            begin += seats;
        }
        if !parts.is_empty() {
            lines.push(RowLine {
                label: row.label.clone(),
                parts,
            });
        }
    }
    lines
}
