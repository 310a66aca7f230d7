//! How often cards' keys may be used: far above what people with cards can do, far below what somebody needs who wants to try something out.

use std::{
    collections::HashMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
};

use kippu_api::problem::ProblemCode;
use kippu_ticket::ids::{CardUid, TerminalId};

use crate::refusal::{Answer, Refusal};

/// Over which time is counted: one minute.
const WINDOW_MICROS: i64 = 60 * 1_000_000;
/// One card in a minute. A customer's whole visit needs a dozen; a card that is laid again and again, two in a second.
pub const PER_CARD: u32 = 120;
/// All cards at one terminal in a minute: five times what the fastest reader manages.
pub const PER_TERMINAL: u32 = 600;

/// Counts handshakes of this node. A restart forgets.
pub struct CardLimits {
    per_card: AtomicU32,
    per_terminal: AtomicU32,
    begun: Mutex<HashMap<Subject, (i64, u32)>>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Subject {
    Card(CardUid),
    Terminal(TerminalId),
}

impl Default for CardLimits {
    fn default() -> Self {
        Self {
            per_card: AtomicU32::new(PER_CARD),
            per_terminal: AtomicU32::new(PER_TERMINAL),
            begun: Mutex::default(),
        }
    }
}

impl CardLimits {
    /// Other limits, handshakes a minute.
    pub fn set(&self, per_card: u32, per_terminal: u32) {
        self.per_card.store(per_card, Ordering::Relaxed);
        self.per_terminal.store(per_terminal, Ordering::Relaxed);
    }

    /// Counts a handshake before it begins.
    ///
    /// # Errors
    /// 429 when there were too many.
    pub fn admit(&self, terminal: TerminalId, card: CardUid, now: i64) -> Answer<()> {
        let mut begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
        if begun.len() > 10_000 {
            begun.retain(|_, (since, _)| now - *since < WINDOW_MICROS);
        }
        for (subject, limit) in [
            (Subject::Terminal(terminal), &self.per_terminal),
            (Subject::Card(card), &self.per_card),
        ] {
            let (since, count) = begun.entry(subject).or_insert((now, 0));
            // A clock that was set back begins a new window too.
            if !(0..WINDOW_MICROS).contains(&(now - *since)) {
                (*since, *count) = (now, 0);
            }
            if *count >= limit.load(Ordering::Relaxed) {
                tracing::warn!(%terminal, %card, "the keys of cards are asked for too often");
                return Err(Refusal::new(
                    ProblemCode::TooMany,
                    "This was tried too often within a minute. Nothing was done to the card.",
                )
                .hint("Take the card away, wait a minute and begin again."));
            }
            *count += 1;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CARD: CardUid = CardUid([4; 7]);

    #[test]
    fn a_card_and_a_terminal_have_their_own_counts() {
        let limits = CardLimits::default();
        limits.set(3, 5);
        let admit =
            |terminal, card, now| limits.admit(TerminalId(terminal), CardUid([card; 7]), now);
        for _ in 0..3 {
            admit(1, 1, 0).unwrap();
        }
        assert_eq!(admit(1, 1, 1).unwrap_err().code, ProblemCode::TooMany);
        admit(1, 2, 1).unwrap();
        assert_eq!(
            admit(1, 3, 1).unwrap_err().code,
            ProblemCode::TooMany,
            "the terminal's own"
        );
        admit(2, 3, 1).unwrap();
        assert_eq!(
            admit(2, 1, 1).unwrap_err().code,
            ProblemCode::TooMany,
            "the card at another terminal"
        );
        admit(1, 1, WINDOW_MICROS).unwrap();
        admit(1, 1, 5).unwrap();
    }

    #[test]
    fn a_queue_of_people_never_meets_the_limits() {
        let limits = CardLimits::default();
        // A customer every five seconds, each with a card of their own that is opened twelve times.
        for moment in 0..200_i64 {
            let card = CardUid([4, 0, 0, 0, 0, (moment / 100) as u8, (moment % 100) as u8]);
            for _ in 0..12 {
                limits
                    .admit(TerminalId(1), card, moment * 5_000_000)
                    .unwrap();
            }
        }
        limits.admit(TerminalId(1), CARD, 0).unwrap();
    }
}
