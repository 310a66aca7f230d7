//! Where speech is heard: through the sound card, or in a folder of recordings.

use std::{
    fs, io,
    num::NonZero,
    path::{Path, PathBuf},
};

use rodio::{Player, buffer::SamplesBuffer};

use super::voices::Sound;
use crate::{chime::SoundCondition, sound_device::Loudspeaker};

/// Somewhere sound goes.
pub trait Output: Send + 'static {
    /// Plays after what is being played.
    fn play(&mut self, sound: &Sound);
    /// Breaks off.
    fn stop(&mut self);
    /// Whether something is being played.
    fn is_playing(&self) -> bool;
    /// How loud, 0 to 1, from here on and of what is being played.
    fn set_loudness(&mut self, part: f32);
}

/// The default sound card. Without one nothing is heard, and the screen has to do.
pub struct DeviceOutput {
    speaker: Loudspeaker,
    /// What plays, and on which opening of the card.
    player: Option<(Player, u64)>,
    loudness: f32,
}

impl DeviceOutput {
    /// Speaks through this loudspeaker.
    pub fn new(speaker: Loudspeaker) -> Self {
        Self {
            speaker,
            player: None,
            loudness: 1.0,
        }
    }
}

impl Output for DeviceOutput {
    fn play(&mut self, sound: &Sound) {
        let Some((mixer, opened)) = self.speaker.mixer() else {
            self.player = None;
            return;
        };
        if self.player.as_ref().is_none_or(|(_, of)| *of != opened) {
            let player = Player::connect_new(&mixer);
            player.set_volume(self.loudness);
            self.player = Some((player, opened));
        }
        let Some(rate) = NonZero::new(sound.rate) else {
            return;
        };
        let samples: Vec<f32> = sound
            .samples
            .iter()
            .map(|sample| f32::from(*sample) / -f32::from(i16::MIN))
            .collect();
        if let Some((player, _)) = &self.player {
            player.append(SamplesBuffer::new(NonZero::<u16>::MIN, rate, samples));
        }
    }

    fn stop(&mut self) {
        // A new one is made for the next words: one that was stopped may not start again.
        if let Some((player, _)) = self.player.take() {
            player.stop();
        }
    }

    fn is_playing(&self) -> bool {
        // What was left to say on a card that is lost would never end.
        let sounding = self.speaker.condition() == SoundCondition::Sounding;
        let playing = self.player.as_ref();
        sounding && playing.is_some_and(|(player, _)| !player.empty())
    }

    fn set_loudness(&mut self, part: f32) {
        self.loudness = part;
        if let Some((player, _)) = &self.player {
            player.set_volume(part);
        }
    }
}

/// Recordings `0001.wav` and on, for listening to without a sound card.
pub struct FolderOutput {
    folder: PathBuf,
    count: u32,
}

impl FolderOutput {
    /// Writes into this folder, which is made when missing.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn open(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        Ok(Self {
            folder: folder.to_owned(),
            count: 0,
        })
    }
}

impl Output for FolderOutput {
    fn play(&mut self, sound: &Sound) {
        self.count += 1;
        let file = self.folder.join(format!("{:04}.wav", self.count));
        let kind = hound::WavSpec {
            channels: 1,
            sample_rate: sound.rate,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let written = hound::WavWriter::create(&file, kind).and_then(|mut writer| {
            for sample in &sound.samples {
                writer.write_sample(*sample)?;
            }
            writer.finalize()
        });
        if let Err(error) = written {
            tracing::warn!(%error, file = %file.display(), "cannot write speech");
        }
    }

    // A recording that is written is not taken back.
    fn stop(&mut self) {}

    fn is_playing(&self) -> bool {
        false
    }

    fn set_loudness(&mut self, _: f32) {}
}
