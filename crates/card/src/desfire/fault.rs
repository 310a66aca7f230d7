//! What a card or its reader answers when a command was not carried out.

use crate::{capability::CardFault, transport::TransportFault};

/// A status code of the chip other than success (the low byte of `91 xx`), or of its ISO layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Not enough free memory, or the limit of applications or files is reached.
    NoRoom,
    /// The chip does not know the command.
    UnknownCommand,
    /// A MAC, checksum or padding of the command is wrong.
    Integrity,
    /// No such key, or the authentication does not allow the command.
    Authentication,
    /// The settings forbid the command for everyone.
    Forbidden,
    /// No such application.
    ApplicationNotFound,
    /// No such file.
    FileNotFound,
    /// Beyond the end of a file.
    Boundary,
    /// There is nothing to commit or abort.
    NoChanges,
    /// An application or file of this number exists.
    Duplicate,
    /// The memory could not be written, or the chip, application or file was disabled by an integrity fault.
    Memory,
    /// Any other status byte.
    Other(u8),
}

impl Status {
    /// The meaning of the byte after `91`.
    pub fn from_byte(byte: u8) -> Self {
        match byte {
            0x0C => Self::NoChanges,
            0x0E | 0xCE => Self::NoRoom,
            0x1C => Self::UnknownCommand,
            0x1E => Self::Integrity,
            0x40 | 0xAE => Self::Authentication,
            0x9D => Self::Forbidden,
            0xA0 => Self::ApplicationNotFound,
            0xBE => Self::Boundary,
            0xDE => Self::Duplicate,
            0xF0 => Self::FileNotFound,
            0xA1 | 0xC1 | 0xCD | 0xEE | 0xF1 => Self::Memory,
            other => Self::Other(other),
        }
    }
}

/// Why a command did not come to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DesfireFault {
    /// The exchange itself failed: whether the card carried the command out is not known.
    #[error(transparent)]
    Transport(#[from] TransportFault),
    /// The answer is cut short, no answer at all, or its MAC is wrong: whether the card carried the command out is not known.
    #[error("the card's answer arrived damaged")]
    Damaged,
    /// The card refused; its session and transaction have ended. In a session this is not authenticated.
    #[error("the card refused: {0:?}")]
    Refused(Status),
    /// The key store had no answer for the card.
    #[error("{0}")]
    Keys(CardFault),
}

impl From<DesfireFault> for CardFault {
    fn from(fault: DesfireFault) -> Self {
        match fault {
            DesfireFault::Transport(fault) => fault.into(),
            DesfireFault::Damaged => Self::Torn,
            DesfireFault::Keys(fault) => fault,
            DesfireFault::Refused(status) => match status {
                Status::NoRoom => Self::Full,
                Status::UnknownCommand => Self::NotOurs,
                Status::Authentication => Self::WrongKey,
                Status::Memory => Self::WornOut,
                Status::ApplicationNotFound => Self::Blank,
                // The command arrived damaged, and the card noticed before we did.
                Status::Integrity => Self::Torn,
                Status::Forbidden
                | Status::FileNotFound
                | Status::Boundary
                | Status::NoChanges
                | Status::Duplicate
                | Status::Other(_) => Self::Unreadable,
            },
        }
    }
}
