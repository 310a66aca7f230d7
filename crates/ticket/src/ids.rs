//! Identifiers that travel between card, terminal and platform. All numbers are little-endian on the card.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// Why a text is not the identifier it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a {what}: expected {digits} hexadecimal digits")]
pub struct BadId {
    what: &'static str,
    text: String,
    digits: usize,
}

macro_rules! number_id {
    ($(#[$doc:meta])* $name:ident($number:ty)) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub $number);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

macro_rules! bytes_id {
    ($(#[$doc:meta])* $name:ident, $len:literal, $what:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; $len]);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&hex::encode_upper(self.0))
            }
        }

        impl FromStr for $name {
            type Err = BadId;

            fn from_str(text: &str) -> Result<Self, BadId> {
                let mut bytes = [0; $len];
                hex::decode_to_slice(text, &mut bytes)
                    .map_err(|_| BadId { what: $what, text: text.into(), digits: 2 * $len })?;
                Ok(Self(bytes))
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
            }
        }
    };
}

number_id! {
    /// One ticket, for its whole life; given by the platform and never used again.
    TicketId(u64)
}
number_id! {
    /// One event (a performance people attend); short enough for the card's directory.
    EventId(u32)
}
number_id! {
    /// The platform that signed a ticket.
    IssuerId(u16)
}
number_id! {
    /// A seller of tickets, fan clubs included.
    SellerId(u16)
}
number_id! {
    /// A kiosk, gate, counter or wallet that can put tickets on a card.
    TerminalId(u32)
}
bytes_id! {
    /// The seven bytes a MIFARE DESFire card is known by.
    CardUid, 7, "card number"
}
bytes_id! {
    /// A customer's wish to move items from one holder to another; random.
    HandoverId, 16, "handover number"
}

impl HandoverId {
    /// A fresh random handover number.
    pub fn random() -> Self {
        Self(rand::random())
    }
}

/// The one change of the outside world an operation makes (handover.md R1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Step {
    /// Tickets leave a card.
    Take = 1,
    /// Tickets are written to a card.
    Give = 2,
    /// Tickets return to the card they came from.
    GiveBack = 3,
    /// Tickets go to the platform to wait there.
    Park = 4,
    /// A ticket becomes paper.
    Print = 5,
}

impl Step {
    /// The step behind its number on the card.
    pub fn from_byte(byte: u8) -> Option<Self> {
        [
            Self::Take,
            Self::Give,
            Self::GiveBack,
            Self::Park,
            Self::Print,
        ]
        .into_iter()
        .find(|step| *step as u8 == byte)
    }
}

/// What a card's ring remembers of a commit: handover, step and attempt, never a counter of a journal (R1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct OperationId {
    /// The customer's wish this belongs to.
    pub handover: HandoverId,
    /// Which step of it.
    pub step: Step,
    /// 1 for the first try, one more after each that is known not to have happened.
    pub attempt: u8,
}

impl OperationId {
    /// Length on the card in bytes.
    pub const LEN: usize = 18;

    /// The bytes of the ring entry.
    pub fn to_bytes(self) -> [u8; Self::LEN] {
        let mut bytes = [0; Self::LEN];
        bytes[..16].copy_from_slice(&self.handover.0);
        bytes[16] = self.step as u8;
        bytes[17] = self.attempt;
        bytes
    }

    /// The operation behind a ring entry, or `None` for an empty or unknown one.
    pub fn from_bytes(bytes: &[u8; Self::LEN]) -> Option<Self> {
        let mut handover = [0; 16];
        handover.copy_from_slice(&bytes[..16]);
        Some(Self {
            handover: HandoverId(handover),
            step: Step::from_byte(bytes[16])?,
            attempt: bytes[17],
        })
    }
}

/// Which life of a ticket this is (R9): only the platform raises the epoch, every change of holder raises the hop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Generation {
    /// Inside the signature; raised by a re-issue.
    pub epoch: u16,
    /// Outside the signature; raised by every change of holder, the first writing being hop 1.
    pub hop: u16,
}
