//! Slows down whoever guesses codes: five that belong to nothing, and the terminal takes no code for five minutes.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use kippu_api::problem::ProblemCode;
use kippu_ticket::ids::TerminalId;

use crate::refusal::{Answer, Refusal};

/// Wrong codes in a row before a terminal takes no more.
pub const WRONG_MAX: u32 = 5;
/// For how long: 5 minutes.
pub const SHUT_MICROS: i64 = 5 * 60 * 1_000_000;

/// Wrong codes by terminal. Kept in memory: a restart forgives.
#[derive(Default)]
pub struct CodeThrottle(Mutex<HashMap<TerminalId, (u32, i64)>>);

impl CodeThrottle {
    /// Counts a try before it is checked, so that tries at the same moment count too.
    ///
    /// # Errors
    /// 429 when there were too many.
    pub fn admit(&self, terminal: TerminalId, now: i64) -> Answer<()> {
        let mut tries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tries.retain(|_, (_, last)| now - *last < SHUT_MICROS);
        let (wrong, last) = tries.entry(terminal).or_insert((0, now));
        if *wrong >= WRONG_MAX {
            return Err(Refusal::new(
                ProblemCode::TooMany,
                "Too many codes were tried at this terminal that belong to nothing.",
            )
            .hint("Wait five minutes, or lay the card instead."));
        }
        (*wrong, *last) = (*wrong + 1, now);
        Ok(())
    }

    /// Forgets the tries after a code that belongs to something.
    pub fn forget(&self, terminal: TerminalId) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&terminal);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: TerminalId = TerminalId(11);

    #[test]
    fn five_wrong_codes_shut_a_terminal_for_a_while() {
        let throttle = CodeThrottle::default();
        for _ in 0..WRONG_MAX {
            throttle.admit(HERE, 0).unwrap();
        }
        assert_eq!(
            throttle.admit(HERE, 1).unwrap_err().code,
            ProblemCode::TooMany
        );
        throttle.admit(TerminalId(12), 1).unwrap();
        throttle.admit(HERE, SHUT_MICROS).unwrap();
        throttle.forget(HERE);
        for _ in 0..WRONG_MAX {
            throttle.admit(HERE, SHUT_MICROS).unwrap();
        }
    }
}
