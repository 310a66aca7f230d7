//! The voices: programs of others that make sound of words. flite reads English, Open JTalk Japanese with the voice Mei.
//!
//! The words reach Open JTalk by its standard input and flite as an argument, because it reads a whole file into one recording only from
//! there; the sound comes back by standard output. Nothing is written to a disk.

use std::{
    fs, io,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
};

use super::{Phrase, Tongue};

/// The voice Mei of the MMDAgent project team, Nagoya Institute of Technology; Creative Commons Attribution 3.0, see `voices/LICENSE`.
const MEI: &[u8] = include_bytes!("../../voices/mei_normal.htsvoice");
/// Where Debian's `open-jtalk-mecab-naist-jdic` lies.
const DICTIONARY: &str = "/var/lib/mecab/dic/open-jtalk/naist-jdic";

/// Sound: samples of one channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sound {
    /// Samples a second.
    pub rate: u32,
    /// Samples.
    pub samples: Vec<i16>,
}

/// Why there is no sound.
#[derive(Debug, thiserror::Error)]
pub enum VoiceFault {
    /// The program cannot be started.
    #[error("{program} cannot be started: {why}")]
    Missing {
        /// Which.
        program: &'static str,
        /// Why.
        why: io::Error,
    },
    /// It ended without a recording of the kind it makes.
    #[error("{0} made no sound")]
    NoSound(&'static str),
}

/// Makes sound of phrases.
#[derive(Debug, Clone)]
pub struct Voices {
    mei: PathBuf,
}

impl Voices {
    /// Lays the Japanese voice into this folder, where Open JTalk finds it.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn prepare(folder: &Path) -> io::Result<Self> {
        let mei = folder.join("mei_normal.htsvoice");
        let there = fs::metadata(&mei).is_ok_and(|file| file.len() == MEI.len() as u64);
        if !there {
            fs::create_dir_all(folder)?;
            fs::write(&mei, MEI)?;
        }
        Ok(Self { mei })
    }

    /// Makes sound of a phrase; takes a tenth of a second for a short one.
    ///
    /// # Errors
    /// The voice of its language is not there or fails.
    pub fn sound(&self, phrase: &Phrase) -> Result<Sound, VoiceFault> {
        match phrase.tongue {
            Tongue::English => {
                let mut flite = Command::new("flite");
                flite.args(["-voice", "slt", "-o", "/dev/stdout", "-t", &phrase.words]);
                run("flite", flite, "")
            }
            Tongue::Japanese => {
                let mut jtalk = Command::new("open_jtalk");
                jtalk.args(["-x", DICTIONARY, "-ow", "/dev/stdout", "-m"]);
                jtalk.arg(&self.mei);
                run("open_jtalk", jtalk, &phrase.words)
            }
        }
    }
}

/// Runs a program that reads `input` and writes a recording.
fn run(program: &'static str, mut command: Command, input: &str) -> Result<Sound, VoiceFault> {
    let missing = |why| VoiceFault::Missing { program, why };
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(missing)?;
    let stdin = child.stdin.take();
    let line = format!("{input}\n");
    // Beside the reading, so that neither side waits for the other with a full pipe.
    let writer = thread::spawn(move || {
        // A program that does not want its input says so by its output.
        let _ = stdin.map(|mut stdin| stdin.write_all(line.as_bytes()));
    });
    let output = child.wait_with_output().map_err(missing)?;
    let _ = writer.join();
    read(&output.stdout).ok_or(VoiceFault::NoSound(program))
}

/// A recording of 16 bits and one channel.
fn read(recording: &[u8]) -> Option<Sound> {
    let reader = hound::WavReader::new(recording).ok()?;
    let kind = reader.spec();
    if kind.channels != 1 || kind.bits_per_sample != 16 {
        return None;
    }
    let samples: Vec<i16> = reader.into_samples().map_while(Result::ok).collect();
    (!samples.is_empty()).then_some(Sound {
        rate: kind.sample_rate,
        samples,
    })
}
