//! Ticket record v1: what was sold, the platform's signature over it, and the binding to one card.
//!
//! The bytes are described in docs/formats.md and frozen in `tests/fixtures`; numbers are little-endian.

use serde::{Deserialize, Serialize};

use crate::{
    ids::{EventId, Generation, IssuerId, SellerId, TerminalId, TicketId},
    seat::SeatAddress,
    sign::{self, BadSignature, PublicKey, SIGNATURE_LEN, SigningKey},
};

/// The version this program writes, and the only one it reads.
pub const VERSION: u8 = 1;

/// Why bytes are not a ticket record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadRecord {
    /// Another number of bytes than a record has.
    #[error("a ticket record has {expected} bytes, not {found}")]
    Length {
        /// What it should be.
        expected: usize,
        /// What it is.
        found: usize,
    },
    /// Written by another release.
    #[error("ticket record version {0} is not known here")]
    Version(u8),
    /// A kind of ticket this release does not know.
    #[error("ticket kind {0} is not known here")]
    Kind(u8),
    /// The seat address makes no sense.
    #[error("the seat address makes no sense")]
    Seat,
}

/// What the holder may do with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum TicketKind {
    /// Enter the event and sit on one seat.
    Seat = 1,
    /// Enter the event; no seat is assigned.
    FreeSeating = 2,
    /// Get something at the venue (a drink, a programme); does not admit.
    Voucher = 3,
    /// Be a member of a fan club or theatre circle; does not admit.
    Membership = 4,
}

impl TicketKind {
    /// The kind behind its number in the record.
    pub fn from_byte(byte: u8) -> Option<Self> {
        [
            Self::Seat,
            Self::FreeSeating,
            Self::Voucher,
            Self::Membership,
        ]
        .into_iter()
        .find(|kind| *kind as u8 == byte)
    }

    /// Whether its holder may come in with it.
    pub fn admits(self) -> bool {
        match self {
            Self::Seat | Self::FreeSeating => true,
            Self::Voucher | Self::Membership => false,
        }
    }
}

/// Bits that bind everybody who handles the ticket. Unknown bits are kept as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TicketFlags(pub u8);

impl TicketFlags {
    /// May not go to another holder's card.
    pub const NOT_TRANSFERABLE: Self = Self(0x01);
    /// May not become paper.
    pub const NO_PAPER: Self = Self(0x02);
    /// May be given away after its holder has entered and left again.
    pub const TRANSFERABLE_AFTER_ENTRY: Self = Self(0x04);
    /// A wheelchair place.
    pub const WHEELCHAIR_PLACE: Self = Self(0x08);

    /// Whether all bits of another set are set here.
    pub fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Both sets together.
    pub fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// The part of a ticket that is signed: everything that is true of it whoever holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketBody {
    /// Which of the issuer's keys signed it.
    pub issuer_key: u8,
    /// The ticket, for its whole life.
    pub ticket: TicketId,
    /// The event it is for.
    pub event: EventId,
    /// The platform that signed it.
    pub issuer: IssuerId,
    /// Who sold it.
    pub seller: SellerId,
    /// Raised by a re-issue (R9).
    pub epoch: u16,
    /// Index of the entrance in the event's list.
    pub entrance: u8,
    /// What it is good for.
    pub kind: TicketKind,
    /// Index of the price class in the event's list.
    pub price_class: u8,
    /// What may not be done with it.
    pub flags: TicketFlags,
    /// Where.
    pub seat: SeatAddress,
}

impl TicketBody {
    /// Length in bytes.
    pub const LEN: usize = 48;

    /// The bytes that are signed.
    pub fn to_bytes(&self) -> [u8; Self::LEN] {
        let mut bytes = [0; Self::LEN];
        bytes[0] = VERSION;
        bytes[1] = self.issuer_key;
        bytes[2..10].copy_from_slice(&self.ticket.0.to_le_bytes());
        bytes[10..14].copy_from_slice(&self.event.0.to_le_bytes());
        bytes[14..16].copy_from_slice(&self.issuer.0.to_le_bytes());
        bytes[16..18].copy_from_slice(&self.seller.0.to_le_bytes());
        bytes[18..20].copy_from_slice(&self.epoch.to_le_bytes());
        bytes[20] = self.entrance;
        bytes[21] = self.kind as u8;
        bytes[22] = self.price_class;
        bytes[23] = self.flags.0;
        bytes[24..].copy_from_slice(&self.seat.to_bytes());
        bytes
    }

    /// Reads the signed bytes back; whatever `to_bytes` would not have written is refused.
    pub fn from_bytes(bytes: &[u8; Self::LEN]) -> Result<Self, BadRecord> {
        if bytes[0] != VERSION {
            return Err(BadRecord::Version(bytes[0]));
        }
        Ok(Self {
            issuer_key: bytes[1],
            ticket: TicketId(u64::from_le_bytes(array(bytes, 2))),
            event: EventId(u32::from_le_bytes(array(bytes, 10))),
            issuer: IssuerId(u16::from_le_bytes(array(bytes, 14))),
            seller: SellerId(u16::from_le_bytes(array(bytes, 16))),
            epoch: u16::from_le_bytes(array(bytes, 18)),
            entrance: bytes[20],
            kind: TicketKind::from_byte(bytes[21]).ok_or(BadRecord::Kind(bytes[21]))?,
            price_class: bytes[22],
            flags: TicketFlags(bytes[23]),
            seat: SeatAddress::from_bytes(&array(bytes, 24)).map_err(|_| BadRecord::Seat)?,
        })
    }

    /// Signs it.
    pub fn sign(self, key: &SigningKey) -> SignedTicket {
        let signature = key.sign(sign::TICKET, &self.to_bytes());
        SignedTicket {
            body: self,
            signature,
        }
    }
}

/// A sold ticket: *we sold this*. Whoever holds these bytes holds no ticket yet; a card needs the binding, paper the shared log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedTicket {
    /// What was sold.
    pub body: TicketBody,
    /// The platform's signature over the body's bytes, not checked by parsing.
    pub signature: [u8; SIGNATURE_LEN],
}

impl SignedTicket {
    /// Length in bytes.
    pub const LEN: usize = TicketBody::LEN + SIGNATURE_LEN;

    /// Body, then signature.
    pub fn to_bytes(&self) -> [u8; Self::LEN] {
        let mut bytes = [0; Self::LEN];
        bytes[..TicketBody::LEN].copy_from_slice(&self.body.to_bytes());
        bytes[TicketBody::LEN..].copy_from_slice(&self.signature);
        bytes
    }

    /// Reads the bytes; says nothing yet about who signed them.
    pub fn from_bytes(bytes: &[u8; Self::LEN]) -> Result<Self, BadRecord> {
        Ok(Self {
            body: TicketBody::from_bytes(&array(bytes, 0))?,
            signature: array(bytes, TicketBody::LEN),
        })
    }

    /// Checks the platform's signature.
    pub fn verify(&self, key: &PublicKey) -> Result<(), BadSignature> {
        key.verify(sign::TICKET, &self.body.to_bytes(), &self.signature)
    }
}

/// A ticket on one card: *on this card, this many hands later, put there by that terminal*.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoundTicket {
    /// What was sold, with its signature.
    pub signed: SignedTicket,
    /// Raised by every change of holder; the first writing is hop 1.
    pub hop: u16,
    /// Whose key bound it.
    pub terminal: TerminalId,
    /// Truncated AES-CMAC over ticket, card, hop and terminal (see [`crate::binding`]), not checked by parsing.
    pub mac: [u8; Self::MAC_LEN],
}

impl BoundTicket {
    /// Length in bytes.
    pub const LEN: usize = SignedTicket::LEN + 6 + Self::MAC_LEN;
    /// Length of the binding value in bytes.
    pub const MAC_LEN: usize = 8;

    /// Signed ticket, hop, terminal, binding value.
    pub fn to_bytes(&self) -> [u8; Self::LEN] {
        let mut bytes = [0; Self::LEN];
        let (signed, binding) = bytes.split_at_mut(SignedTicket::LEN);
        signed.copy_from_slice(&self.signed.to_bytes());
        binding[..2].copy_from_slice(&self.hop.to_le_bytes());
        binding[2..6].copy_from_slice(&self.terminal.0.to_le_bytes());
        binding[6..].copy_from_slice(&self.mac);
        bytes
    }

    /// Reads a record; says nothing yet about signature and binding.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BadRecord> {
        let bytes: &[u8; Self::LEN] = bytes.try_into().map_err(|_| BadRecord::Length {
            expected: Self::LEN,
            found: bytes.len(),
        })?;
        Ok(Self {
            signed: SignedTicket::from_bytes(&array(bytes, 0))?,
            hop: u16::from_le_bytes(array(bytes, SignedTicket::LEN)),
            terminal: TerminalId(u32::from_le_bytes(array(bytes, SignedTicket::LEN + 2))),
            mac: array(bytes, SignedTicket::LEN + 6),
        })
    }

    /// Which life of the ticket this is (R9).
    pub fn generation(&self) -> Generation {
        Generation {
            epoch: self.signed.body.epoch,
            hop: self.hop,
        }
    }
}

/// A fixed-length piece of a longer array; callers pass constants within it.
pub(crate) fn array<const N: usize>(bytes: &[u8], start: usize) -> [u8; N] {
    let mut piece = [0; N];
    piece.copy_from_slice(&bytes[start..start + N]);
    piece
}
