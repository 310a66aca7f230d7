//! Chimes through the sound card.

use super::{Chime, Chimes, SoundCondition, tones};
use crate::sound_device::Loudspeaker;

/// Plays on the default device.
pub struct SpeakerChimes {
    speaker: Loudspeaker,
}

impl SpeakerChimes {
    /// Plays through this loudspeaker.
    pub fn new(speaker: Loudspeaker) -> Self {
        Self { speaker }
    }
}

impl Chimes for SpeakerChimes {
    fn play(&mut self, chime: Chime) -> SoundCondition {
        match self.speaker.mixer() {
            Some((mixer, _)) => {
                mixer.add(tones::source(chime));
                SoundCondition::Sounding
            }
            None => SoundCondition::Silent,
        }
    }

    fn condition(&mut self) -> SoundCondition {
        self.speaker.condition()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn with_or_without_a_device_it_says_which_and_goes_on() {
        let mut speaker = SpeakerChimes::new(Loudspeaker::open());
        let condition = speaker.condition();
        for chime in Chime::ALL {
            assert_eq!(speaker.play(chime), condition);
        }
    }
}
