//! Bar code scanners. Most of them act as a keyboard: this one is taken away from the window, so that its keys never reach a screen
//! that means something else by them, and its texts arrive whole.

mod decoder;
mod keys;
mod layout;
mod place;

pub use decoder::{KeyDecoder, KeyEvent, Stroke};
pub use keys::listen;
pub use place::{BadPlace, ScannerPlace};

use crate::hot_plug::Presence;

/// What a scanner says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScannerNews {
    /// It read this code.
    Text(String),
    /// It was plugged in or pulled out.
    Presence(Presence),
}
