//! What a program tells the systemd that started it (`sd_notify(3)`): that it is ready, how it stands in words, and that it still lives.
//!
//! Everything here does nothing where `NOTIFY_SOCKET` is not set: the program was started by somebody else.
#![forbid(unsafe_code)]

use std::time::{Duration, Instant};

pub use sd_notify::{NotifyState, watchdog_enabled};

/// How many times the watchdog is fed within the time it waits: one word may be late or lost.
pub const FEEDS_A_PERIOD: u32 = 3;
/// How often it is told how the program stands where no watchdog waits.
const SELDOM: Duration = Duration::from_secs(10);

/// Says something to systemd, if it started this process. Where that fails the log says so: nobody else could do anything about it.
pub fn tell(state: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        tracing::warn!(%error, "systemd was not told");
    }
}

/// How a program stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// Everything in it that has to live does. Where not, the watchdog is no longer fed, and the program is started again.
    pub lives: bool,
    /// One line for those who run it. Nothing of customers: it is shown to everybody who asks systemd.
    pub words: String,
}

/// Feeds the watchdog from a program's own clock, so that a program whose clock hangs is started again.
pub struct Pulse {
    /// Time between two words.
    period: Duration,
    /// When the last one was said; `None`: it was not said yet that the program is ready.
    last: Option<Instant>,
    said: Option<Health>,
}

impl Pulse {
    /// As often as the watchdog of this process wants it.
    pub fn of_this_process() -> Self {
        Self::every(watchdog_enabled().map_or(SELDOM, |patience| patience / FEEDS_A_PERIOD))
    }

    fn every(period: Duration) -> Self {
        Self {
            period,
            last: None,
            said: None,
        }
    }

    /// The program's clock ticked; `health` is asked for only when it is time to say something. The first tick says that the program is ready.
    pub fn tick(&mut self, now: Instant, health: impl FnOnce() -> Health) {
        if let Some(words) = self.due(now, health) {
            tell(&words.iter().map(Word::state).collect::<Vec<_>>());
        }
    }

    /// The program ends because it was told to.
    pub fn stop(&self) {
        tell(&[NotifyState::Stopping]);
    }

    fn due(&mut self, now: Instant, health: impl FnOnce() -> Health) -> Option<Vec<Word>> {
        if self
            .last
            .is_some_and(|last| now.duration_since(last) < self.period)
        {
            return None;
        }
        let health = health();
        let first = self.last.replace(now).is_none();
        let mut words = Vec::new();
        if first {
            words.push(Word::Ready);
        }
        if health.lives {
            words.push(Word::Lives);
        } else if self.said.as_ref().is_none_or(|said| said.lives) {
            tracing::error!(
                words = health.words,
                "the watchdog is not fed any more: a part of this program has ended"
            );
        }
        if self.said.as_ref() != Some(&health) {
            words.push(Word::Stands(health.words.clone()));
            self.said = Some(health);
        }
        (!words.is_empty()).then_some(words)
    }
}

/// One thing to say.
#[derive(Debug, PartialEq, Eq)]
enum Word {
    Ready,
    Lives,
    Stands(String),
}

impl Word {
    fn state(&self) -> NotifyState<'_> {
        match self {
            Self::Ready => NotifyState::Ready,
            Self::Lives => NotifyState::Watchdog,
            Self::Stands(words) => NotifyState::Status(words),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PERIOD: Duration = Duration::from_secs(5);

    fn health(lives: bool, words: &str) -> Health {
        Health {
            lives,
            words: words.into(),
        }
    }

    #[test]
    fn the_first_tick_says_ready_and_the_next_ones_what_is_due() {
        let mut pulse = Pulse::every(PERIOD);
        let start = Instant::now();
        assert_eq!(
            pulse.due(start, || health(true, "open")),
            Some(vec![Word::Ready, Word::Lives, Word::Stands("open".into())])
        );
        let early = start + PERIOD / 2;
        assert_eq!(pulse.due(early, || panic!("asked too early")), None);
        assert_eq!(
            pulse.due(start + PERIOD, || health(true, "open")),
            Some(vec![Word::Lives])
        );
        assert_eq!(
            pulse.due(start + PERIOD * 2, || health(true, "no printer")),
            Some(vec![Word::Lives, Word::Stands("no printer".into())])
        );
    }

    #[test]
    fn a_program_with_a_dead_part_starves_its_watchdog() {
        let mut pulse = Pulse::every(PERIOD);
        let start = Instant::now();
        pulse.due(start, || health(true, "open"));
        assert_eq!(
            pulse.due(start + PERIOD, || health(false, "no reader")),
            Some(vec![Word::Stands("no reader".into())])
        );
        assert_eq!(
            pulse.due(start + PERIOD * 2, || health(false, "no reader")),
            None
        );
    }
}
