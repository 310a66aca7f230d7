//! Chimes as WAV files in a folder, for listening to without a sound card.

use std::path::{Path, PathBuf};

use super::{Chime, Chimes, SoundCondition, tones};

/// Writes `0001-admit.wav` and on.
#[derive(Debug)]
pub struct WavChimes {
    folder: PathBuf,
    played: u32,
}

impl WavChimes {
    /// Writes into this folder, which is made when missing.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn open(folder: &Path) -> std::io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        Ok(Self {
            folder: folder.to_owned(),
            played: 0,
        })
    }
}

impl Chimes for WavChimes {
    fn play(&mut self, chime: Chime) -> SoundCondition {
        self.played += 1;
        let word = match chime {
            Chime::Admit => "admit",
            Chime::Refuse => "refuse",
            Chime::Countdown => "countdown",
        };
        let path = self.folder.join(format!("{:04}-{word}.wav", self.played));
        match rodio::wav_to_file(tones::source(chime), &path) {
            Ok(()) => SoundCondition::Sounding,
            Err(error) => {
                tracing::warn!(%error, path = %path.display(), "cannot write a chime");
                SoundCondition::Silent
            }
        }
    }

    fn condition(&mut self) -> SoundCondition {
        if self.folder.is_dir() {
            SoundCondition::Sounding
        } else {
            SoundCondition::Silent
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_holds_the_whole_chime() {
        let folder = tempfile::tempdir().unwrap();
        let mut chimes = WavChimes::open(folder.path()).unwrap();
        assert_eq!(chimes.play(Chime::Refuse), SoundCondition::Sounding);
        let file = std::fs::read(folder.path().join("0001-refuse.wav")).unwrap();
        assert_eq!(&file[..4], b"RIFF");
        let bytes = tones::samples(Chime::Refuse).len() * size_of::<f32>();
        assert!((bytes..bytes + 128).contains(&file.len()), "{}", file.len());
    }

    #[test]
    fn a_folder_that_went_away_is_silence() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("wav");
        let mut chimes = WavChimes::open(&inner).unwrap();
        std::fs::remove_dir(&inner).unwrap();
        assert_eq!(chimes.condition(), SoundCondition::Silent);
        assert_eq!(chimes.play(Chime::Admit), SoundCondition::Silent);
    }
}
