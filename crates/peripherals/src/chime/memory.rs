//! Chimes in memory for tests.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Chime, Chimes, SoundCondition};

#[derive(Debug, Default)]
struct State {
    played: Vec<Chime>,
    silent: bool,
}

/// Remembers what was played.
#[derive(Debug, Default)]
pub struct MemoryChimes(MemoryChimesHandle);

/// The test's end of [`MemoryChimes`].
#[derive(Debug, Clone, Default)]
pub struct MemoryChimesHandle(Arc<Mutex<State>>);

impl MemoryChimes {
    /// The test's end.
    pub fn handle(&self) -> MemoryChimesHandle {
        self.0.clone()
    }
}

impl MemoryChimesHandle {
    /// What could be heard so far.
    pub fn played(&self) -> Vec<Chime> {
        self.lock().played.clone()
    }

    /// The device goes away or comes back.
    pub fn set_silent(&self, silent: bool) {
        self.lock().silent = silent;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Chimes for MemoryChimes {
    fn play(&mut self, chime: Chime) -> SoundCondition {
        let condition = self.condition();
        if condition == SoundCondition::Sounding {
            self.0.lock().played.push(chime);
        }
        condition
    }

    fn condition(&mut self) -> SoundCondition {
        if self.0.lock().silent {
            SoundCondition::Silent
        } else {
            SoundCondition::Sounding
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_silent_device_plays_nothing() {
        let mut chimes = MemoryChimes::default();
        let handle = chimes.handle();
        chimes.play(Chime::Admit);
        handle.set_silent(true);
        assert_eq!(chimes.play(Chime::Refuse), SoundCondition::Silent);
        assert_eq!(handle.played(), [Chime::Admit]);
    }
}
