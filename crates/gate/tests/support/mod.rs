//! A small world for gate tests: a platform's keys, cards written through the real card code, gates with bundles and logs.
#![allow(dead_code, reason = "each test binary uses its own part")]

use kippu_card::{
    capability::{CardEvent, Change, NewTicket, TicketCard},
    desfire::crypto::Key,
    format::format_blank,
    keys::{LocalKeys, MasterKeys, Role},
    open::open,
    virtual_card::{CardSize, Fault, KeyKind, VirtualCard},
};
use kippu_gate::{
    bundle::{
        Bundle, Direction, Entrance, Gate, GateEvent, IssuerKey, OtherEvent, Passage, Reentry,
        Route, Secret,
    },
    log::EntranceLog,
    outcome::Outcome,
    tap::tap,
};
use kippu_ticket::{
    binding::EventBindingKey,
    ids::{
        CardUid, EventId, HandoverId, IssuerId, OperationId, SellerId, Step, TerminalId, TicketId,
    },
    record::{BoundTicket, SignedTicket, TicketBody, TicketFlags, TicketKind},
    seat::SeatAddress,
    sign::SigningKey,
};

pub const HOUR: i64 = 3_600_000_000;
/// Start of the concert in the tests.
pub const START: i64 = 1_800_000_000_000_000;
/// A moment at which people come in.
pub const NOW: i64 = START - HOUR / 2;
pub const CONCERT: EventId = EventId(7);
pub const OPERA: EventId = EventId(8);
pub const KIOSK: TerminalId = TerminalId(101);

pub fn issuer() -> SigningKey {
    SigningKey::from_bytes(&[5; 32])
}

pub fn binding(event: EventId) -> EventBindingKey {
    EventBindingKey::from_bytes([event.0 as u8; 16])
}

pub fn card_keys() -> MasterKeys {
    MasterKeys {
        master: Key([1; 16]),
        write: Key([2; 16]),
        gate: Key([3; 16]),
        transaction_mac: Key([4; 16]),
    }
}

/// A concert ticket for the first entrance.
pub fn body(ticket: u64) -> TicketBody {
    TicketBody {
        issuer_key: 1,
        ticket: TicketId(ticket),
        event: CONCERT,
        issuer: IssuerId(1),
        seller: SellerId(3),
        epoch: 1,
        entrance: 0,
        kind: TicketKind::Seat,
        price_class: 0,
        flags: TicketFlags::default(),
        seat: SeatAddress::new(1, "stalls", "C", &ticket.to_string()).unwrap(),
    }
}

/// Signs and binds as platform and kiosk do.
pub fn bound(body: TicketBody, card: CardUid, hop: u16) -> BoundTicket {
    let event = body.event;
    bind(body.sign(&issuer()), event, card, hop)
}

pub fn bind(signed: SignedTicket, event: EventId, card: CardUid, hop: u16) -> BoundTicket {
    binding(event).for_terminal(KIOSK).bind(signed, card, hop)
}

/// The bundle of gate 1: concert, first of two entrances.
pub fn bundle() -> Bundle {
    Bundle {
        number: 1,
        incarnation: 1,
        issued_at: START - 24 * HOUR,
        valid: (START - 24 * HOUR, START + 24 * HOUR),
        gate: Gate {
            terminal: TerminalId(201),
            name: "West".into(),
            mark: 0,
            passage: Passage::In,
        },
        venue: "Hall".into(),
        zone: "Asia/Tokyo".into(),
        events: vec![GateEvent {
            event: CONCERT,
            name: "Concert".into(),
            doors_open: START - HOUR,
            starts: START,
            entry_from: START - HOUR,
            entry_until: START + 2 * HOUR,
            reentry: Reentry::Allowed,
            binding_key: Secret::new(binding(CONCERT).to_bytes()),
            entrances: vec![
                Entrance {
                    name: "West".into(),
                    here: true,
                    direction: Direction::Ahead,
                },
                Entrance {
                    name: "East".into(),
                    here: false,
                    direction: Direction::Right,
                },
            ],
            routes: vec![Route {
                floor: 1,
                block: "stalls".into(),
                name: "Stalls".into(),
                door: "3".into(),
                direction: Direction::Left,
                step_free: Some(Direction::Right),
            }],
        }],
        elsewhere: vec![OtherEvent {
            event: OPERA,
            name: "Opera".into(),
            venue: "Opera house".into(),
            starts: START + 24 * HOUR,
            zone: "Asia/Tokyo".into(),
        }],
        issuer_keys: vec![IssuerKey {
            issuer: IssuerId(1),
            key: 1,
            public: issuer().public(),
        }],
        card_key: Secret::new(card_keys().gate.0),
        recalled: Vec::new(),
        recalled_terminals: Vec::new(),
        void_serials: Vec::new(),
    }
}

/// A gate with its log.
pub struct TestGate {
    pub bundle: Bundle,
    pub log: EntranceLog,
}

impl TestGate {
    pub fn new(bundle: Bundle) -> Self {
        let log = EntranceLog::in_memory(bundle.gate.terminal).unwrap();
        Self { bundle, log }
    }

    /// Another gate of the same venue.
    pub fn numbered(mark: u8, passage: Passage) -> Self {
        let mut bundle = bundle();
        bundle.gate = Gate {
            terminal: TerminalId(201 + u32::from(mark)),
            name: format!("{mark}"),
            mark,
            passage,
        };
        Self::new(bundle)
    }

    pub fn first() -> Self {
        Self::new(bundle())
    }

    /// Lays the card, taps, lifts it.
    pub fn tap(&mut self, card: &mut VirtualCard) -> Outcome {
        self.tap_at(card, NOW)
    }

    pub fn tap_at(&mut self, card: &mut VirtualCard, now: i64) -> Outcome {
        card.power_on();
        let keys = self.bundle.key_store();
        let tapped = tap(
            Box::new(&mut *card),
            &keys,
            &self.bundle,
            &mut self.log,
            now,
        )
        .unwrap();
        card.power_off();
        tapped.outcome
    }

    pub fn tap_with(&mut self, card: &mut VirtualCard, fault: Fault) -> Outcome {
        card.set_fault(Some(fault));
        let outcome = self.tap(card);
        card.set_fault(None);
        outcome
    }

    /// Words of all rows.
    pub fn words(&self) -> Vec<String> {
        self.log
            .to_upload(10_000)
            .unwrap()
            .into_iter()
            .map(|record| record.outcome)
            .collect()
    }
}

/// A formatted card without tickets.
pub fn empty_card(number: u8) -> VirtualCard {
    let mut card = VirtualCard::blank([4, 0, 0, 0, 0, 0, number], CardSize::K4, KeyKind::Aes);
    format_blank(&mut card, &card_keys()).unwrap();
    card
}

pub fn uid(number: u8) -> CardUid {
    CardUid([4, 0, 0, 0, 0, 0, number])
}

/// Writes tickets to a card as a kiosk does.
pub fn give(card: &mut VirtualCard, tickets: &[BoundTicket]) {
    change(card, tickets, &[]);
}

pub fn change(card: &mut VirtualCard, add: &[BoundTicket], nullify: &[TicketId]) {
    card.power_on();
    let keys = LocalKeys::new(&card_keys());
    let mut session = open(Box::new(&mut *card), &keys, Role::Write).unwrap();
    let expected_sequence = session.directory().unwrap().sequence;
    let add = add
        .iter()
        .map(|ticket| NewTicket {
            record: ticket.to_bytes().to_vec(),
            event: card_event(ticket),
        })
        .collect();
    let operation = OperationId {
        handover: HandoverId::random(),
        step: Step::Give,
        attempt: 1,
    };
    let change = Change {
        operation,
        expected_sequence,
        add,
        nullify: nullify.to_vec(),
    };
    session.apply(&change, &mut |_| {}).unwrap();
    drop(session);
    card.power_off();
}

fn card_event(ticket: &BoundTicket) -> CardEvent {
    CardEvent {
        event: ticket.signed.body.event,
        name: "Concert".into(),
        venue: "Hall".into(),
        doors_open: (START - HOUR) / 1_000_000,
        starts: START / 1_000_000,
        utc_offset_minutes: 540,
    }
}

/// Card 1 with these tickets on it, properly signed and bound.
pub fn card_with(bodies: Vec<TicketBody>) -> VirtualCard {
    let mut card = empty_card(1);
    let tickets: Vec<BoundTicket> = bodies
        .into_iter()
        .map(|body| bound(body, uid(1), 1))
        .collect();
    give(&mut card, &tickets);
    card
}
