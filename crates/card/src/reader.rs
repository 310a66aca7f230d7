//! A place where a card can be laid, real or virtual.

use std::time::Duration;

use crate::{capability::CardFault, transport::Transport};

/// What lies on a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReaderState {
    /// No card.
    Absent,
    /// A card. The token changes whenever a card is laid down anew, the same one included.
    Present(CardToken),
    /// There is no reader: unplugged, or its service is not running. It may come back.
    Gone,
}

/// Tells one laying down of a card from the next, within one reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CardToken(pub u64);

/// What a screen says about a reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReaderInfo {
    /// Name as the system states it.
    pub name: String,
    /// Cards on it are virtual; every screen says so.
    pub simulated: bool,
}

/// One reader.
pub trait Reader: Send {
    /// Waits until the state differs from what the last call returned, or the time is over; returns the state as it is then.
    fn poll(&mut self, timeout: Duration) -> ReaderState;

    /// Opens the card that lies there.
    ///
    /// # Errors
    /// [`CardFault::Torn`] where no card lies there any longer, [`CardFault::Mute`] where it does not wake up.
    fn connect(&mut self) -> Result<Box<dyn Transport>, CardFault>;

    /// Name and kind, for screens.
    fn describe(&self) -> ReaderInfo;
}
