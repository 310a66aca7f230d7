//! Ties a signed ticket to one card or one paper, and one hop, with an AES-CMAC under a key that says which terminal did it.
//!
//! The platform and the gates hold the event's binding key; a kiosk holds only what is derived from it for its own terminal number, so a
//! stolen kiosk is recalled by that number.

use std::fmt;

use aes::Aes128;
use cmac::{Cmac, KeyInit, Mac};

use crate::{
    ids::{CardUid, TerminalId},
    paper::PaperTicket,
    record::{BoundTicket, SignedTicket},
};

/// In front of a terminal number when its key is derived, so that no derived key is ever a binding value of something else.
const DERIVATION: &[u8] = b"kippu binding v1";

/// In front of what is bound to a paper. What is bound to a card begins with a record's version, so neither is ever the other's binding.
const PAPER: &[u8] = b"kippu paper v1\0";

/// The ticket is not bound to this card, or this paper, by this key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the ticket is not bound to this card or paper")]
pub struct BadBinding;

/// Bytes of a CMAC that a record keeps.
const BINDING_LEN: usize = BoundTicket::MAC_LEN;

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

    /// Checks that a paper was printed under its serial, by its terminal. Does not check the signature.
    pub fn verify_paper(&self, paper: &PaperTicket) -> Result<(), BadBinding> {
        self.for_terminal(paper.terminal).verify_paper(paper)
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
        self.compare(ticket.terminal, &expected, &ticket.mac)
    }

    /// Binds a ticket to one print of it for one hop.
    pub fn bind_paper(&self, signed: SignedTicket, serial: u64, hop: u16) -> PaperTicket {
        let mac = self.paper_mac(&signed, serial, hop);
        PaperTicket {
            signed,
            serial,
            hop,
            terminal: self.terminal,
            mac,
        }
    }

    /// Checks a paper this terminal bound.
    pub fn verify_paper(&self, paper: &PaperTicket) -> Result<(), BadBinding> {
        let expected = self.paper_mac(&paper.signed, paper.serial, paper.hop);
        self.compare(paper.terminal, &expected, &paper.mac)
    }

    /// Takes the same time whatever differs.
    fn compare(
        &self,
        terminal: TerminalId,
        expected: &[u8; BINDING_LEN],
        found: &[u8; BINDING_LEN],
    ) -> Result<(), BadBinding> {
        let difference = expected
            .iter()
            .zip(found)
            .fold(0, |sum, (a, b)| sum | (a ^ b));
        match terminal == self.terminal && difference == 0 {
            true => Ok(()),
            false => Err(BadBinding),
        }
    }

    fn mac(&self, signed: &SignedTicket, card: CardUid, hop: u16) -> [u8; BINDING_LEN] {
        self.truncated(&[
            &signed.to_bytes(),
            &card.0,
            &hop.to_le_bytes(),
            &self.terminal.0.to_le_bytes(),
        ])
    }

    fn paper_mac(&self, signed: &SignedTicket, serial: u64, hop: u16) -> [u8; BINDING_LEN] {
        self.truncated(&[
            PAPER,
            &signed.to_bytes(),
            &serial.to_le_bytes(),
            &hop.to_le_bytes(),
            &self.terminal.0.to_le_bytes(),
        ])
    }

    fn truncated(&self, parts: &[&[u8]]) -> [u8; BINDING_LEN] {
        let mut mac = [0; BINDING_LEN];
        mac.copy_from_slice(&cmac(&self.key, parts)[..BINDING_LEN]);
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

    #[test]
    fn a_paper_holds_for_its_serial_hop_terminal_and_event_only() {
        let event = EventBindingKey::from_bytes([1; 16]);
        let paper = event
            .for_terminal(TerminalId(101))
            .bind_paper(signed(), 77, 3);
        assert_eq!(event.verify_paper(&paper), Ok(()));
        let other = |change: fn(&mut PaperTicket)| {
            let mut other = paper.clone();
            change(&mut other);
            event.verify_paper(&other)
        };
        assert_eq!(other(|paper| paper.serial = 78), Err(BadBinding));
        assert_eq!(other(|paper| paper.hop = 4), Err(BadBinding));
        assert_eq!(
            other(|paper| paper.terminal = TerminalId(102)),
            Err(BadBinding)
        );
        assert_eq!(
            other(|paper| paper.signed.signature[0] ^= 1),
            Err(BadBinding)
        );
        assert_eq!(
            EventBindingKey::from_bytes([2; 16]).verify_paper(&paper),
            Err(BadBinding)
        );
    }

    /// The serial's bytes read as a card's number, the same hop, the same terminal: still two different values.
    #[test]
    fn a_card_binding_is_never_a_paper_binding() {
        let event = EventBindingKey::from_bytes([1; 16]);
        let key = event.for_terminal(TerminalId(101));
        let serial = u64::from_le_bytes([4, 1, 2, 3, 4, 5, 6, 0]);
        let (bound, paper) = (
            key.bind(signed(), CARD, 1),
            key.bind_paper(signed(), serial, 1),
        );
        assert_ne!(bound.mac, paper.mac);
        let as_paper = PaperTicket {
            mac: bound.mac,
            ..paper.clone()
        };
        let as_card = BoundTicket {
            mac: paper.mac,
            ..bound
        };
        assert_eq!(event.verify_paper(&as_paper), Err(BadBinding));
        assert_eq!(event.verify(&as_card, CARD), Err(BadBinding));
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
