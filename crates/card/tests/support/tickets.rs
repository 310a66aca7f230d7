//! Keys, tickets and changes for tests of ticket cards.
#![allow(dead_code, reason = "each test binary uses its own part")]

use kippu_card::capability::{CardContents, CardEvent, Change, NewTicket, SlotState};
use kippu_card::desfire::crypto::Key;
use kippu_card::format::format_blank;
use kippu_card::keys::{LocalKeys, MasterKeys};
use kippu_card::virtual_card::{CardSize, KeyKind, VirtualCard};
use kippu_ticket::binding::EventBindingKey;
use kippu_ticket::ids::{
    CardUid, EventId, HandoverId, IssuerId, OperationId, SellerId, Step, TerminalId, TicketId,
};
use kippu_ticket::record::{BoundTicket, TicketBody, TicketFlags, TicketKind};
use kippu_ticket::seat::SeatAddress;
use kippu_ticket::sign::SigningKey;

pub const UID: CardUid = CardUid([0x04, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66]);
pub const TERMINAL: TerminalId = TerminalId(101);

pub fn master_keys() -> MasterKeys {
    MasterKeys {
        master: Key([1; 16]),
        write: Key([2; 16]),
        gate: Key([3; 16]),
        transaction_mac: Key([4; 16]),
    }
}

pub fn keys() -> LocalKeys {
    LocalKeys::new(&master_keys())
}

/// A formatted card with no tickets.
pub fn empty_card(size: CardSize) -> VirtualCard {
    let mut card = VirtualCard::blank(UID.0, size, KeyKind::Des);
    format_blank(&mut card, &master_keys()).unwrap();
    card
}

pub fn event(number: u32) -> CardEvent {
    CardEvent {
        event: EventId(number),
        name: format!("Event {number}"),
        venue: "Hall".to_owned(),
        doors_open: 1_900_000_800,
        starts: 1_900_004_400,
        utc_offset_minutes: 540,
    }
}

/// Ticket `number` of event 1 in its first life on this card.
pub fn ticket(number: u64, card: CardUid) -> NewTicket {
    let body = TicketBody {
        issuer_key: 1,
        ticket: TicketId(number),
        event: EventId(1),
        issuer: IssuerId(1),
        seller: SellerId(1),
        epoch: 1,
        entrance: 0,
        kind: TicketKind::Seat,
        price_class: 0,
        flags: TicketFlags::default(),
        seat: SeatAddress::new(0, "stalls", "7", &number.to_string()).unwrap(),
    };
    let signed = body.sign(&SigningKey::from_bytes(&[9; 32]));
    let bound = EventBindingKey::from_bytes([5; 16])
        .for_terminal(TERMINAL)
        .bind(signed, card, 1);
    NewTicket {
        record: bound.to_bytes().to_vec(),
        event: event(1),
    }
}

/// A change on a card at this sequence.
pub fn change(sequence: u32, add: &[u64], nullify: &[u64], card: CardUid) -> Change {
    let handover = HandoverId([sequence as u8 + 1; 16]);
    Change {
        operation: OperationId {
            handover,
            step: Step::Give,
            attempt: 1,
        },
        expected_sequence: sequence,
        add: add.iter().map(|number| ticket(*number, card)).collect(),
        nullify: nullify.iter().map(|number| TicketId(*number)).collect(),
    }
}

/// Numbers of the live tickets, in slot order.
pub fn live(contents: &CardContents) -> Vec<u64> {
    let live = contents
        .tickets
        .iter()
        .filter(|ticket| ticket.state == SlotState::Live);
    live.map(|ticket| {
        BoundTicket::from_bytes(&ticket.record)
            .unwrap()
            .signed
            .body
            .ticket
            .0
    })
    .collect()
}
