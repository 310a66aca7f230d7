//! Ties a signed ticket to one card and one hop with an AES-CMAC, under a key that says which terminal did it.
//!
//! The platform and the gates hold the event's binding key; a kiosk holds only what is derived from it for its own terminal number, so a
//! stolen kiosk is recalled by that number.

use std::fmt;

use aes::Aes128;
use cmac::{Cmac, KeyInit, Mac};

use crate::{
    ids::{CardUid, TerminalId},
    record::{BoundTicket, SignedTicket},
};

/// In front of a terminal number when its key is derived, so that no derived key is ever a binding value of something else.
const DERIVATION: &[u8] = b"kippu binding v1";

/// The ticket is not bound to this card by this key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the ticket is not bound to this card")]
pub struct BadBinding;

/// Binding key of one event; platform and gates only.
#[derive(Clone, PartialEq, Eq)]
pub struct EventBindingKey([u8; 16]);

/// Binding key of one event and one terminal.
#[derive(Clone, PartialEq, Eq)]
pub struct TerminalBindingKey {
    terminal: TerminalId,
    key: [u8; 16],
}

impl EventBindingKey {
    /// A fresh random key.
    pub fn random() -> Self {
        Self(rand::random())
    }

    /// The key behind its bytes.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The key's bytes, for bundles and the platform's storage.
    pub fn to_bytes(&self) -> [u8; 16] {
        self.0
    }

    /// The key a terminal gets: AES-CMAC of the derivation text and the terminal number.
    pub fn for_terminal(&self, terminal: TerminalId) -> TerminalBindingKey {
        TerminalBindingKey {
            terminal,
            key: cmac(&self.0, &[DERIVATION, &terminal.0.to_le_bytes()]),
        }
    }

    /// Checks that a ticket is on the card it was bound to. Does not check the signature.
    pub fn verify(&self, ticket: &BoundTicket, card: CardUid) -> Result<(), BadBinding> {
        self.for_terminal(ticket.terminal).verify(ticket, card)
    }
}

impl TerminalBindingKey {
    /// The key as a terminal got it.
    pub fn from_bytes(terminal: TerminalId, key: [u8; 16]) -> Self {
        Self { terminal, key }
    }

    /// The key's bytes.
    pub fn to_bytes(&self) -> [u8; 16] {
        self.key
    }

    /// Whose key it is.
    pub fn terminal(&self) -> TerminalId {
        self.terminal
    }

    /// Binds a ticket to a card for one hop.
    pub fn bind(&self, signed: SignedTicket, card: CardUid, hop: u16) -> BoundTicket {
        let mac = self.mac(&signed, card, hop);
        BoundTicket {
            signed,
            hop,
            terminal: self.terminal,
            mac,
        }
    }

    /// Checks a ticket this terminal bound.
    pub fn verify(&self, ticket: &BoundTicket, card: CardUid) -> Result<(), BadBinding> {
        let expected = self.mac(&ticket.signed, card, ticket.hop);
        let difference = expected
            .iter()
            .zip(ticket.mac)
            .fold(0, |sum, (a, b)| sum | (a ^ b));
        match ticket.terminal == self.terminal && difference == 0 {
            true => Ok(()),
            false => Err(BadBinding),
        }
    }

    fn mac(&self, signed: &SignedTicket, card: CardUid, hop: u16) -> [u8; BoundTicket::MAC_LEN] {
        let full = cmac(
            &self.key,
            &[
                &signed.to_bytes(),
                &card.0,
                &hop.to_le_bytes(),
                &self.terminal.0.to_le_bytes(),
            ],
        );
        let mut mac = [0; BoundTicket::MAC_LEN];
        mac.copy_from_slice(&full[..BoundTicket::MAC_LEN]);
        mac
    }
}

impl fmt::Debug for EventBindingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EventBindingKey(..)")
    }
}

impl fmt::Debug for TerminalBindingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TerminalBindingKey(of terminal {})", self.terminal)
    }
}

fn cmac(key: &[u8; 16], parts: &[&[u8]]) -> [u8; 16] {
    let mut mac = <Cmac<Aes128> as KeyInit>::new(&(*key).into());
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        ids::{EventId, IssuerId, SellerId, TicketId},
        record::{TicketBody, TicketFlags, TicketKind},
        seat::SeatAddress,
        sign::SigningKey,
    };

    const CARD: CardUid = CardUid([4, 1, 2, 3, 4, 5, 6]);

    fn signed() -> SignedTicket {
        TicketBody {
            issuer_key: 1,
            ticket: TicketId(1),
            event: EventId(2),
            issuer: IssuerId(3),
            seller: SellerId(4),
            epoch: 1,
            entrance: 0,
            kind: TicketKind::Seat,
            price_class: 0,
            flags: TicketFlags::default(),
            seat: SeatAddress::new(0, "stalls", "7", "12").unwrap(),
        }
        .sign(&SigningKey::from_bytes(&[9; 32]))
    }

    #[test]
    fn a_binding_holds_for_its_card_hop_terminal_and_event_only() {
        let event = EventBindingKey::from_bytes([1; 16]);
        let bound = event.for_terminal(TerminalId(101)).bind(signed(), CARD, 1);
        assert_eq!(event.verify(&bound, CARD), Ok(()));
        assert_eq!(
            event.verify(&bound, CardUid([4, 1, 2, 3, 4, 5, 7])),
            Err(BadBinding)
        );
        assert_eq!(
            event.verify(
                &BoundTicket {
                    hop: 2,
                    ..bound.clone()
                },
                CARD
            ),
            Err(BadBinding)
        );
        assert_eq!(
            event.verify(
                &BoundTicket {
                    terminal: TerminalId(102),
                    ..bound.clone()
                },
                CARD
            ),
            Err(BadBinding)
        );
        assert_eq!(
            EventBindingKey::from_bytes([2; 16]).verify(&bound, CARD),
            Err(BadBinding)
        );
        let mut other = bound.clone();
        other.signed.signature[0] ^= 1;
        assert_eq!(event.verify(&other, CARD), Err(BadBinding));
    }

    #[test]
    fn a_kiosk_cannot_bind_in_another_kiosks_name() {
        let event = EventBindingKey::from_bytes([1; 16]);
        let stolen = event.for_terminal(TerminalId(101));
        let forged = TerminalBindingKey::from_bytes(TerminalId(102), stolen.to_bytes()).bind(
            signed(),
            CARD,
            1,
        );
        assert_eq!(event.verify(&forged, CARD), Err(BadBinding));
    }

    /// RFC 4493 section 4, examples 1 and 2.
    #[test]
    fn the_rfcs_cmac_vectors() {
        let key = [
            0x2b, 0x7e, 0x15, 0x16, 0x28, 0xae, 0xd2, 0xa6, 0xab, 0xf7, 0x15, 0x88, 0x09, 0xcf,
            0x4f, 0x3c,
        ];
        assert_eq!(
            hex::encode(cmac(&key, &[])),
            "bb1d6929e95937287fa37d129b756746"
        );
        let block = hex::decode("6bc1bee22e409f96e93d7e117393172a").unwrap();
        assert_eq!(
            hex::encode(cmac(&key, &[&block])),
            "070a16b46b4d4144f79bdd9dd04a287c"
        );
    }
}
