//! Chimes through the sound card.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rodio::{DeviceSinkBuilder, DeviceSinkError, MixerDeviceSink};

use super::{Chime, Chimes, SoundCondition, tones};

/// Plays on the default device. A device that is missing or lost is looked for again before each chime.
pub struct SpeakerChimes {
    device: Option<MixerDeviceSink>,
    lost: Arc<AtomicBool>,
}

impl SpeakerChimes {
    /// Opens the default device; with none it stays silent and says so.
    pub fn open() -> Self {
        let mut speaker = Self {
            device: None,
            lost: Arc::new(AtomicBool::new(false)),
        };
        speaker.ensure_device();
        speaker
    }

    fn ensure_device(&mut self) -> Option<&MixerDeviceSink> {
        if self.lost.swap(false, Ordering::SeqCst) {
            self.device = None;
        }
        if self.device.is_none() {
            match open_device(self.lost.clone()) {
                Ok(device) => self.device = Some(device),
                Err(error) => tracing::warn!(%error, "no sound"),
            }
        }
        self.device.as_ref()
    }
}

impl Chimes for SpeakerChimes {
    fn play(&mut self, chime: Chime) -> SoundCondition {
        match self.ensure_device() {
            Some(device) => {
                device.mixer().add(tones::source(chime));
                SoundCondition::Sounding
            }
            None => SoundCondition::Silent,
        }
    }

    fn condition(&mut self) -> SoundCondition {
        match self.ensure_device() {
            Some(_) => SoundCondition::Sounding,
            None => SoundCondition::Silent,
        }
    }
}

fn open_device(lost: Arc<AtomicBool>) -> Result<MixerDeviceSink, DeviceSinkError> {
    let on_error = move |error| {
        tracing::warn!(%error, "sound device");
        lost.store(true, Ordering::SeqCst);
    };
    let mut device = DeviceSinkBuilder::from_default_device()?
        .with_error_callback(on_error)
        .open_sink_or_fallback()?;
    device.log_on_drop(false);
    Ok(device)
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
