//! Cards, tickets and changes for the tests of the ticket application.

use kippu_card::{
    capability::{
        CardContents, CardEvent, Change, ChangeFault, Committed, Directory, NewTicket, SlotState,
        TicketCard,
    },
    desfire::crypto::Key,
    format::format_blank,
    gate::{GateCard, GateTickets, MarkFault},
    keys::{LocalKeys, MasterKeys, Role},
    open::open,
    transport::{Transport, TransportFault},
    virtual_card::{CardSize, Exchange, KeyKind, VirtualCard},
};
use kippu_ticket::{
    binding::EventBindingKey,
    ids::{
        CardUid, EventId, HandoverId, IssuerId, OperationId, SellerId, Step, TerminalId, TicketId,
    },
    record::{BoundTicket, TicketBody, TicketFlags, TicketKind},
    seat::SeatAddress,
    sign::SigningKey,
};

pub const UID: CardUid = CardUid([0x04, 0xA1, 0xB2, 0xC3, 0xD4, 0xE5, 0xF6]);
pub const EVENT: EventId = EventId(7);

pub fn keys() -> MasterKeys {
    MasterKeys {
        master: Key([1; 16]),
        write: Key([2; 16]),
        gate: Key([3; 16]),
        transaction_mac: Key([4; 16]),
    }
}

pub fn formatted(size: CardSize) -> VirtualCard {
    let mut card = VirtualCard::blank(UID.0, size, KeyKind::Des);
    format_blank(&mut card, &keys()).unwrap();
    card
}

pub fn copy(card: &VirtualCard) -> VirtualCard {
    VirtualCard::in_memory(card.chip().clone())
}

pub fn ticket(number: u64, hop: u16) -> NewTicket {
    new(number, 1, hop, EVENT, TicketFlags::default())
}

pub fn flagged(number: u64, hop: u16, flags: TicketFlags) -> NewTicket {
    new(number, 1, hop, EVENT, flags)
}

pub fn of_event(number: u64, hop: u16, event: EventId) -> NewTicket {
    new(number, 1, hop, event, TicketFlags::default())
}

pub fn reissued(number: u64, epoch: u16, hop: u16) -> NewTicket {
    new(number, epoch, hop, EVENT, TicketFlags::default())
}

fn new(number: u64, epoch: u16, hop: u16, event: EventId, flags: TicketFlags) -> NewTicket {
    let body = TicketBody {
        issuer_key: 1,
        ticket: TicketId(number),
        event,
        issuer: IssuerId(1),
        seller: SellerId(2),
        epoch,
        entrance: 0,
        kind: TicketKind::Seat,
        price_class: 0,
        flags,
        seat: SeatAddress::new(0, "stalls", "7", &number.to_string()).unwrap(),
    };
    let signed = body.sign(&SigningKey::from_bytes(&[9; 32]));
    let bound = EventBindingKey::from_bytes([5; 16])
        .for_terminal(TerminalId(101))
        .bind(signed, UID, hop);
    let event = CardEvent {
        event,
        name: "Parsifal".into(),
        venue: "Teatro".into(),
        doors_open: 1_800_000_000,
        starts: 1_800_003_600,
        utc_offset_minutes: 60,
    };
    NewTicket {
        record: bound.to_bytes().to_vec(),
        event,
    }
}

fn operation(number: u64, step: Step, attempt: u8) -> OperationId {
    let mut handover = [0xEE; 16];
    handover[..8].copy_from_slice(&number.to_le_bytes());
    OperationId {
        handover: HandoverId(handover),
        step,
        attempt,
    }
}

pub fn add(directory: &Directory, handover: u64, add: &[NewTicket]) -> Change {
    let operation = operation(handover, Step::Give, 1);
    Change {
        operation,
        expected_sequence: directory.sequence,
        add: add.to_vec(),
        nullify: Vec::new(),
    }
}

pub fn nullify(directory: &Directory, handover: u64, tickets: &[TicketId]) -> Change {
    let operation = operation(handover, Step::Take, 1);
    Change {
        operation,
        expected_sequence: directory.sequence,
        add: Vec::new(),
        nullify: tickets.to_vec(),
    }
}

/// Takes ticket 1 and gives tickets 3 and 4, on a card that holds 1 and 2.
pub fn give_and_take(directory: &Directory, attempt: u8) -> Change {
    Change {
        operation: operation(50, Step::Give, attempt),
        expected_sequence: directory.sequence,
        add: vec![ticket(3, 1), of_event(4, 1, EventId(8))],
        nullify: vec![TicketId(1)],
    }
}

pub fn prepared_for_change() -> VirtualCard {
    let mut card = formatted(CardSize::K2);
    give(&mut card, 1, &[ticket(1, 1), ticket(2, 1)]).unwrap();
    card
}

/// Exchanges of one `apply` in a session of its own.
pub fn exchanges_of(prepared: &VirtualCard) -> u32 {
    let mut card = copy(prepared);
    let directory = read(&mut card).directory;
    card.reset_counters();
    apply(&mut card, &give_and_take(&directory, 1)).unwrap();
    card.counters().exchanges
}

pub fn read(card: &mut VirtualCard) -> CardContents {
    open(Box::new(card), &LocalKeys::new(&keys()), Role::Write)
        .unwrap()
        .read()
        .unwrap()
}

pub fn live(contents: &CardContents) -> Vec<TicketId> {
    let live = contents
        .tickets
        .iter()
        .filter(|ticket| ticket.state == SlotState::Live);
    let mut ids: Vec<_> = live.map(|ticket| id_of(&ticket.record)).collect();
    ids.sort();
    ids
}

pub fn apply(card: &mut VirtualCard, change: &Change) -> Result<Committed, ChangeFault> {
    let store = LocalKeys::new(&keys());
    let mut session = open(Box::new(card), &store, Role::Write).map_err(ChangeFault::NotDone)?;
    session.apply(change, &mut |_| ())
}

/// Adds tickets, planned on what the card says now.
pub fn give(
    card: &mut VirtualCard,
    handover: u64,
    tickets: &[NewTicket],
) -> Result<Committed, ChangeFault> {
    let change = add(&read(card).directory, handover, tickets);
    apply(card, &change)
}

/// Nullifies tickets, planned on what the card says now.
pub fn take(
    card: &mut VirtualCard,
    handover: u64,
    tickets: &[TicketId],
) -> Result<Committed, ChangeFault> {
    let change = nullify(&read(card).directory, handover, tickets);
    apply(card, &change)
}

pub fn look(card: &mut VirtualCard) -> GateTickets {
    GateCard::open(Box::new(card), &LocalKeys::new(&keys()))
        .unwrap()
        .read(|event| event == EVENT)
        .unwrap()
}

pub fn mark(card: &mut VirtualCard, slot: u8, counter: u8) -> Result<(), MarkFault> {
    let store = LocalKeys::new(&keys());
    GateCard::open(Box::new(card), &store)
        .map_err(MarkFault::NotDone)?
        .mark_entered(slot, counter)
}

pub fn id_of(record: &[u8]) -> TicketId {
    BoundTicket::from_bytes(record).unwrap().signed.body.ticket
}

/// Status byte of one raw command.
pub fn card_status(card: &mut VirtualCard, apdu: &[u8]) -> u8 {
    match card.transmit(apdu) {
        Exchange::Answer(answer) => *answer.last().unwrap(),
        other => panic!("{other:?}"),
    }
}

/// What a phone reads: ISO SELECT by name, capability container, NDEF file.
pub fn ndef_text(card: &mut VirtualCard) -> String {
    card.power_on();
    let mut iso = |apdu: &[u8]| match card.transmit(apdu) {
        Exchange::Answer(answer) => answer
            .strip_suffix(&[0x90, 0x00])
            .map(<[u8]>::to_vec)
            .unwrap(),
        other => panic!("{other:?}"),
    };
    iso(&[
        0x00, 0xA4, 0x04, 0x00, 7, 0xD2, 0x76, 0x00, 0x00, 0x85, 0x01, 0x01, 0x00,
    ]);
    iso(&[0x00, 0xA4, 0x00, 0x0C, 2, 0xE1, 0x03]);
    let container = iso(&[0x00, 0xB0, 0x00, 0x00, 15]);
    let (id, _) = (&container[9..11], &container[11..13]);
    iso(&[0x00, 0xA4, 0x00, 0x0C, 2, id[0], id[1]]);
    let length = iso(&[0x00, 0xB0, 0x00, 0x00, 2]);
    let message = iso(&[0x00, 0xB0, 0x00, 0x02, length[1]]);
    assert_eq!(message[..4], [0xD1, 0x01, length[1] - 4, b'T']);
    String::from_utf8(message[5..].to_vec()).unwrap()
}

/// Another kind of card: knows no class 90.
pub struct NotADesfire;

impl Transport for NotADesfire {
    fn transmit(&mut self, apdu: &[u8]) -> Result<Vec<u8>, TransportFault> {
        match apdu {
            [0xFF, 0xCA, ..] => Ok(vec![4, 1, 2, 3, 4, 5, 6, 0x90, 0x00]),
            _ => Ok(vec![0x6E, 0x00]),
        }
    }
}

/// Loses the first commit's answer, or the commit itself, while the card goes on answering.
pub struct LosesCommit<'a> {
    pub card: &'a mut VirtualCard,
    pub arrives: bool,
}

impl Transport for LosesCommit<'_> {
    fn transmit(&mut self, apdu: &[u8]) -> Result<Vec<u8>, TransportFault> {
        if apdu[1] != 0xC7 {
            return Transport::transmit(self.card, apdu);
        }
        if self.arrives {
            Transport::transmit(self.card, apdu)?;
        }
        // Half of a status word: what a disturbed field leaves of an answer.
        Ok(vec![0x91])
    }
}
