//! What was said before, as sound: a screen's words come again and again. In memory only, so that nothing of a customer outlives the process.

use std::{collections::HashMap, sync::Arc};

use super::{Phrase, voices::Sound};

/// Samples kept: some six minutes of Mei.
const ROOM: usize = 16 * 1024 * 1024;

#[derive(Default)]
pub(super) struct Cache {
    kept: HashMap<Phrase, Kept>,
    /// Samples of all of them.
    samples: usize,
    /// Counts the uses.
    clock: u64,
}

struct Kept {
    sound: Arc<Sound>,
    used: u64,
}

impl Cache {
    pub fn get(&mut self, phrase: &Phrase) -> Option<Arc<Sound>> {
        self.clock += 1;
        let kept = self.kept.get_mut(phrase)?;
        kept.used = self.clock;
        Some(kept.sound.clone())
    }

    /// Keeps a sound; those that were not used for longest go.
    pub fn keep(&mut self, phrase: Phrase, sound: Arc<Sound>) {
        self.clock += 1;
        self.samples += sound.samples.len();
        let used = self.clock;
        if let Some(before) = self.kept.insert(phrase, Kept { sound, used }) {
            self.samples -= before.sound.samples.len();
        }
        while self.samples > ROOM {
            let oldest = self.kept.iter().min_by_key(|(_, kept)| kept.used);
            let Some(oldest) = oldest.map(|(phrase, _)| phrase.clone()) else {
                return;
            };
            if let Some(gone) = self.kept.remove(&oldest) {
                self.samples -= gone.sound.samples.len();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::speech::Tongue;

    #[test]
    fn the_longest_unused_goes_first() {
        let phrase = |words: &str| Phrase {
            tongue: Tongue::English,
            words: words.into(),
        };
        let sound = Arc::new(Sound {
            rate: 16_000,
            samples: vec![0; ROOM / 2],
        });
        let mut cache = Cache::default();
        cache.keep(phrase("one"), sound.clone());
        cache.keep(phrase("two"), sound.clone());
        assert!(cache.get(&phrase("one")).is_some());
        cache.keep(phrase("three"), sound);
        assert!(cache.get(&phrase("two")).is_none());
        assert!(cache.get(&phrase("one")).is_some() && cache.get(&phrase("three")).is_some());
    }
}
