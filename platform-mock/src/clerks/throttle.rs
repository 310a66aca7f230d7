//! Slows down whoever guesses PINs: five wrong ones and the clerk's number is shut for five minutes.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use kippu_api::problem::ProblemCode;

use crate::refusal::{Answer, Refusal};

/// Wrong PINs in a row before the number is shut.
pub const WRONG_MAX: u32 = 5;
/// For how long: 5 minutes.
pub const SHUT_MICROS: i64 = 5 * 60 * 1_000_000;

/// Wrong tries by store and clerk number, whether such a clerk exists or not. Kept in memory: a restart forgives.
#[derive(Default)]
pub struct Throttle(Mutex<HashMap<(String, String), Tries>>);

#[derive(Clone, Copy)]
struct Tries {
    wrong: u32,
    last: i64,
}

impl Throttle {
    /// Counts a try before it is checked, so that tries at the same moment count too.
    ///
    /// # Errors
    /// 429 when there were too many.
    pub fn admit(&self, store: &str, clerk: &str, now: i64) -> Answer<()> {
        let mut tries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tries.retain(|_, known| now - known.last < SHUT_MICROS);
        let known = tries
            .entry((store.to_owned(), clerk.to_owned()))
            .or_insert(Tries {
                wrong: 0,
                last: now,
            });
        if known.wrong >= WRONG_MAX {
            return Err(Refusal::new(
                ProblemCode::TooMany,
                "There were too many wrong PINs for this clerk.",
            )
            .hint("Wait five minutes, or ask the store's manager."));
        }
        *known = Tries {
            wrong: known.wrong + 1,
            last: now,
        };
        Ok(())
    }

    /// Forgets the tries after a right PIN.
    pub fn forget(&self, store: &str, clerk: &str) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&(store.to_owned(), clerk.to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_wrong_pins_shut_the_number_for_a_while() {
        let throttle = Throttle::default();
        for _ in 0..WRONG_MAX {
            throttle.admit("s", "1", 0).unwrap();
        }
        assert_eq!(
            throttle.admit("s", "1", 1).unwrap_err().code,
            ProblemCode::TooMany
        );
        throttle.admit("s", "2", 1).unwrap();
        throttle.admit("s", "1", SHUT_MICROS).unwrap();
    }

    #[test]
    fn a_right_pin_clears_the_count() {
        let throttle = Throttle::default();
        for _ in 0..3 * WRONG_MAX {
            throttle.admit("s", "1", 0).unwrap();
            throttle.forget("s", "1");
        }
    }
}
