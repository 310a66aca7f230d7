//! Speech in memory: what a test, or a machine without a sound card, would have said.

use std::{
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::{Phrase, Speech};

/// Keeps what was said.
#[derive(Debug, Default)]
pub struct MemorySpeech(MemorySpeechHandle);

/// The listener's end of [`MemorySpeech`].
#[derive(Debug, Clone, Default)]
pub struct MemorySpeechHandle(Arc<Mutex<Vec<Phrase>>>);

impl MemorySpeech {
    /// The listener's end.
    pub fn handle(&self) -> MemorySpeechHandle {
        self.0.clone()
    }
}

impl MemorySpeechHandle {
    /// What was said since the last time.
    pub fn take(&self) -> Vec<Phrase> {
        mem::take(&mut *self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Phrase>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Speech for MemorySpeech {
    fn say(&mut self, phrases: Vec<Phrase>) {
        self.0.lock().extend(phrases);
    }

    // Whoever listens here hears a phrase in no time, so none breaks off.
    fn hush(&mut self) {}

    fn is_speaking(&self) -> bool {
        false
    }

    fn set_loudness(&mut self, _: f32) {}
}
