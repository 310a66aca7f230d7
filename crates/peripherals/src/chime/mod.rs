//! Short sounds that tell admit from refuse without looking, and warn before time runs out.
//!
//! Every chime has its substitute on the screen: a terminal with no sound still works, and says that it is silent.

mod file;
mod memory;
mod speaker;
mod tones;

pub use file::WavChimes;
pub use memory::{MemoryChimes, MemoryChimesHandle};
pub use speaker::SpeakerChimes;

pub use crate::sound_device::Loudspeaker;

/// What a terminal has to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Chime {
    /// Come in: two notes upwards.
    Admit,
    /// Please wait: two low, equal, rough notes. Not an alarm; nobody shall be shown up.
    Refuse,
    /// Time is running out: two soft equal notes.
    Countdown,
}

impl Chime {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Admit, Self::Refuse, Self::Countdown];
}

/// Whether anybody can hear it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SoundCondition {
    /// Sound goes out.
    Sounding,
    /// No sound device, or it went away; the screen must do alone.
    Silent,
}

/// A player of chimes. Playing never blocks for the length of the sound.
pub trait Chimes: Send {
    /// Plays one, and says whether it could be heard.
    fn play(&mut self, chime: Chime) -> SoundCondition;

    /// Whether the next one could be heard, as far as is known.
    fn condition(&mut self) -> SoundCondition;
}
