//! Speech: what a terminal says to somebody who does not see its screen.
//!
//! Whoever speaks hands over phrases and goes on at once; a voice of its own thread makes sound of them. `hush` is heard at once.

mod cache;
mod memory;
mod output;
mod voices;
mod worker;

pub use memory::{MemorySpeech, MemorySpeechHandle};
pub use output::{DeviceOutput, FolderOutput, Output};
pub use voices::{Sound, VoiceFault, Voices};
pub use worker::SpokenAloud;

/// Languages there is a voice for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tongue {
    /// English.
    English,
    /// Japanese.
    Japanese,
}

/// Something to say in one breath.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Phrase {
    /// Language of the words.
    pub tongue: Tongue,
    /// The words.
    pub words: String,
}

/// A way to speak.
pub trait Speech {
    /// Says these after what is being said.
    fn say(&mut self, phrases: Vec<Phrase>);

    /// Says nothing more; what is being said breaks off.
    fn hush(&mut self);

    /// Whether something is being said, or about to be.
    fn is_speaking(&self) -> bool;

    /// How loud from here on, 0 to 1.
    fn set_loudness(&mut self, part: f32);
}
