//! When each terminal called last: kept in memory while requests come, written to the database now and then, so that silent ones are known
//! across nodes and restarts.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use kippu_ticket::ids::TerminalId;

/// Terminals that called since this was written down last, and when, UTC microseconds.
#[derive(Default)]
pub struct Heard(Mutex<HashMap<TerminalId, i64>>);

impl Heard {
    /// A terminal called.
    pub fn note(&self, terminal: TerminalId, at: i64) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(terminal, at);
    }

    /// Everybody noted, who is forgotten here.
    pub fn take(&self) -> Vec<(TerminalId, i64)> {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut heard: Vec<_> = noted.drain().collect();
        heard.sort_unstable_by_key(|(terminal, _)| terminal.0);
        heard
    }

    /// Takes back what could not be written, unless it is newer here by now.
    pub fn give_back(&self, heard: Vec<(TerminalId, i64)>) {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (terminal, at) in heard {
            noted.entry(terminal).or_insert(at);
        }
    }
}
