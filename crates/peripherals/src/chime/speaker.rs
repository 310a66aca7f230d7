//! Chimes through the sound card.

use super::{Chime, Chimes, SoundCondition, tones};
use crate::sound_device::SoundDevice;

/// Plays on the default device.
pub struct SpeakerChimes {
    device: SoundDevice,
}

impl SpeakerChimes {
    /// Opens the default device; with none it stays silent and says so.
    pub fn open() -> Self {
        Self {
            device: SoundDevice::open(),
        }
    }
}

impl Chimes for SpeakerChimes {
    fn play(&mut self, chime: Chime) -> SoundCondition {
        match self.device.ready() {
            Some((mixer, _)) => {
                mixer.add(tones::source(chime));
                SoundCondition::Sounding
            }
            None => SoundCondition::Silent,
        }
    }

    fn condition(&mut self) -> SoundCondition {
        match self.device.ready() {
            Some(_) => SoundCondition::Sounding,
            None => SoundCondition::Silent,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn with_or_without_a_device_it_says_which_and_goes_on() {
        let mut speaker = SpeakerChimes::open();
        let condition = speaker.condition();
        for chime in Chime::ALL {
            assert_eq!(speaker.play(chime), condition);
        }
    }
}
