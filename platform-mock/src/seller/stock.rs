//! A seller's seats of an event, one by one and counted.

use kippu_api::returns::{OwnStock, StockState};

/// How many of a seller's seats are in which state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    /// To be had.
    pub free: u32,
    /// About to be bought.
    pub held: u32,
    /// Offered back.
    pub offered: u32,
    /// Paid.
    pub sold: u32,
}

impl Counts {
    /// Counts a seat; another seller's is none.
    pub fn add(&mut self, state: StockState) {
        match state {
            StockState::Other => {}
            StockState::Free => self.free += 1,
            StockState::Held => self.held += 1,
            StockState::Offered => self.offered += 1,
            StockState::Sold => self.sold += 1,
        }
    }

    /// All of them.
    pub fn seats(&self) -> u32 {
        self.free + self.held + self.offered + self.sold
    }
}

/// What became of each seat of the hall, in plan order.
pub(super) fn states(stock: &OwnStock) -> Vec<StockState> {
    let runs = stock.seats.iter();
    runs.flat_map(|run| (0..run.seats).map(move |_| run.state))
        .collect()
}

/// The word of a state in files; nothing for seats of others.
pub(super) fn word(state: StockState) -> &'static str {
    match state {
        StockState::Other => "",
        StockState::Free => "free",
        StockState::Held => "held",
        StockState::Offered => "offered",
        StockState::Sold => "sold",
    }
}
