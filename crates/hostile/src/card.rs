//! Cards: files as they may lie there, and answers that are wrong, too short, or of a card that lies.

use kippu_card::{
    capability::TicketCard as _,
    desfire::crypto::Key,
    format::format_blank,
    gate::GateCard,
    keys::{LocalKeys, MasterKeys, Role},
    layout::{directory, event, guest},
    open::{identify, open, open_free},
    transport::{Transport, TransportFault},
    virtual_card::{CardSize, KeyKind, VirtualCard},
};

/// Files of the ticket application.
pub fn files(bytes: &[u8]) {
    let _ = directory::Header::from_bytes(bytes);
    let _ = directory::rows_from_bytes(bytes);
    if let Ok(found) = directory::from_bytes(bytes) {
        // Written and read again it is the same directory.
        let written = directory::to_bytes(&found);
        assert_eq!(directory::from_bytes(&written).ok(), Some(found));
    }
    if let Some(found) = event::from_bytes(bytes) {
        assert_eq!(event::from_bytes(&event::to_bytes(&found)), Some(found));
    }
    let _ = event::all_from_bytes(bytes);
    if let Some(found) = guest::from_bytes(bytes) {
        let written = guest::to_bytes(Some(&found), bytes.len());
        assert_eq!(guest::from_bytes(&written), Some(found));
    }
}

/// A conversation. The first byte says with whom: one that answers what the bytes say, or a ticket card of which one answer is changed on the way.
pub fn answers(bytes: &[u8]) {
    let Some((kind, rest)) = bytes.split_first() else {
        return;
    };
    if kind % 2 == 0 {
        let _ = identify(&mut Liar { left: rest });
        if let Ok(mut session) = open_free(Box::new(Liar { left: rest })) {
            let _ = session.read();
        }
        return;
    }
    let keys = LocalKeys::new(&MASTERS);
    let meddler = || {
        Box::new(Meddler {
            card: ticket_card(),
            at: usize::from(kind >> 1),
            with: rest.to_vec(),
        })
    };
    if let Ok(mut session) = open(meddler(), &keys, Role::Write) {
        let _ = session.read();
        let _ = session.directory();
    }
    if let Ok(mut gate) = GateCard::open(meddler(), &keys) {
        let _ = gate.read(|_| true);
    }
}

const MASTERS: MasterKeys = MasterKeys {
    master: Key([1; 16]),
    write: Key([2; 16]),
    gate: Key([3; 16]),
    transaction_mac: Key([4; 16]),
};

/// A formatted card without tickets.
fn ticket_card() -> VirtualCard {
    let mut card = VirtualCard::blank([4, 1, 2, 3, 4, 5, 6], CardSize::K2, KeyKind::Aes);
    format_blank(&mut card, &MASTERS).expect("a blank virtual card can be formatted");
    card
}

/// Answers whatever the bytes say: a length, and so many bytes.
struct Liar<'b> {
    left: &'b [u8],
}

impl Transport for Liar<'_> {
    fn transmit(&mut self, _: &[u8]) -> Result<Vec<u8>, TransportFault> {
        let (length, rest) = self.left.split_first().ok_or(TransportFault::Torn)?;
        let (answer, rest) = rest.split_at(rest.len().min(usize::from(*length)));
        self.left = rest;
        Ok(answer.to_vec())
    }
}

/// A true card, one of whose answers is changed: the bytes are laid over it, and where they are fewer it is cut off.
struct Meddler {
    card: VirtualCard,
    at: usize,
    with: Vec<u8>,
}

impl Transport for Meddler {
    fn transmit(&mut self, apdu: &[u8]) -> Result<Vec<u8>, TransportFault> {
        let mut answer = Transport::transmit(&mut self.card, apdu)?;
        if self.at == 0 {
            answer.truncate(self.with.len());
            answer
                .iter_mut()
                .zip(&self.with)
                .for_each(|(byte, with)| *byte ^= with);
        }
        self.at = self.at.wrapping_sub(1);
        Ok(answer)
    }
}
