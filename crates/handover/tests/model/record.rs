//! Tickets as bytes: real records, so that the core reads them, with the card's number where the binding value is.

use std::{cell::RefCell, collections::HashMap};

use kippu_ticket::{
    ids::{CardUid, EventId, Generation, IssuerId, SellerId, TerminalId, TicketId},
    record::{BoundTicket, SignedTicket, TicketBody, TicketFlags, TicketKind},
    seat::SeatAddress,
    sign::SigningKey,
};

pub const EVENT: EventId = EventId(1);

thread_local! {
    static SIGNED: RefCell<HashMap<(TicketId, u16), SignedTicket>> = RefCell::default();
}

/// A ticket in one life, as a slot, a paper or a row means it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Record {
    pub ticket: TicketId,
    pub generation: Generation,
    pub card: CardUid,
}

impl Record {
    pub fn to_bytes(self) -> Vec<u8> {
        let key = (self.ticket, self.generation.epoch);
        let signed = SIGNED.with_borrow_mut(|known| {
            known
                .entry(key)
                .or_insert_with(|| sign(self.ticket, self.generation.epoch))
                .clone()
        });
        let mut mac = [0; BoundTicket::MAC_LEN];
        mac[..7].copy_from_slice(&self.card.0);
        let bound = BoundTicket {
            signed,
            hop: self.generation.hop,
            terminal: TerminalId(1),
            mac,
        };
        bound.to_bytes().to_vec()
    }

    pub fn from_bytes(bytes: &[u8]) -> Self {
        let bound = BoundTicket::from_bytes(bytes).expect("the model writes records only");
        let mut card = CardUid([0; 7]);
        card.0.copy_from_slice(&bound.mac[..7]);
        Self {
            ticket: bound.signed.body.ticket,
            generation: bound.generation(),
            card,
        }
    }
}

fn sign(ticket: TicketId, epoch: u16) -> SignedTicket {
    let body = TicketBody {
        issuer_key: 1,
        ticket,
        event: EVENT,
        issuer: IssuerId(1),
        seller: SellerId(1),
        epoch,
        entrance: 0,
        kind: TicketKind::Seat,
        price_class: 0,
        flags: TicketFlags::default(),
        seat: SeatAddress::new(0, "stalls", "1", "1").expect("a seat"),
    };
    body.sign(&SigningKey::from_bytes(&[9; 32]))
}
