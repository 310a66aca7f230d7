//! What a gate meets: a card with tickets of its event, and bundles for the way in and the way out.

use kippu_card::{
    capability::{CardEvent, Change, NewTicket, TicketCard},
    desfire::crypto::Key,
    format::format_blank,
    keys::{LocalKeys, MasterKeys, Role},
    open::open,
    virtual_card::{CardSize, KeyKind, VirtualCard},
};
use kippu_gate::bundle::{Bundle, Gate, GateEvent, IssuerKey, Passage, Recall, Reentry, Secret};
use kippu_ticket::{
    binding::EventBindingKey,
    ids::{
        CardUid, EventId, HandoverId, IssuerId, OperationId, SellerId, Step, TerminalId, TicketId,
    },
    record::{TicketBody, TicketFlags, TicketKind},
    seat::SeatAddress,
    sign::SigningKey,
};

use crate::Fault;

pub const EVENT: EventId = EventId(1);
pub const NOW: i64 = 1_800_000_000_000_000;
/// Tickets the organizer called back; looked up with every decision.
const RECALLED: u64 = 10_000;
const UID: CardUid = CardUid([4, 1, 2, 3, 4, 5, 6]);

fn keys() -> MasterKeys {
    MasterKeys {
        master: Key([1; 16]),
        write: Key([2; 16]),
        gate: Key([3; 16]),
        transaction_mac: Key([4; 16]),
    }
}

fn issuer() -> SigningKey {
    SigningKey::from_bytes(&[5; 32])
}

fn binding() -> EventBindingKey {
    EventBindingKey::from_bytes([6; 16])
}

/// A 4K card with this many tickets.
pub fn written_card(tickets: u64) -> Result<VirtualCard, Fault> {
    let mut card = VirtualCard::blank(UID.0, CardSize::K4, KeyKind::Aes);
    format_blank(&mut card, &keys())?;
    let add = (1..=tickets).map(ticket).collect::<Result<_, _>>()?;
    card.power_on();
    let store = LocalKeys::new(&keys());
    let mut session = open(Box::new(&mut card), &store, Role::Write)?;
    let expected_sequence = session.directory()?.sequence;
    let operation = OperationId {
        handover: HandoverId::random(),
        step: Step::Give,
        attempt: 1,
    };
    session.apply(
        &Change {
            operation,
            expected_sequence,
            add,
            nullify: Vec::new(),
        },
        &mut |_| {},
    )?;
    drop(session);
    Ok(card)
}

fn ticket(number: u64) -> Result<NewTicket, Fault> {
    let body = TicketBody {
        issuer_key: 1,
        ticket: TicketId(number),
        event: EVENT,
        issuer: IssuerId(1),
        seller: SellerId(1),
        epoch: 1,
        entrance: 0,
        kind: TicketKind::Seat,
        price_class: 0,
        flags: TicketFlags::default(),
        seat: SeatAddress::new(0, "west-12", "14", &number.to_string())?,
    };
    let bound = binding()
        .for_terminal(TerminalId(1))
        .bind(body.sign(&issuer()), UID, 1);
    let event = CardEvent {
        event: EVENT,
        name: "Event".into(),
        venue: "Hall".into(),
        doors_open: NOW / 1_000_000,
        starts: NOW / 1_000_000,
        utc_offset_minutes: 0,
    };
    Ok(NewTicket {
        record: bound.to_bytes().to_vec(),
        event,
    })
}

/// The bundle of one gate; each `mark` is a gate of its own.
pub fn bundle(mark: u8, passage: Passage) -> Bundle {
    Bundle {
        number: 1,
        incarnation: 1,
        issued_at: NOW,
        valid: (NOW, NOW),
        gate: Gate {
            terminal: TerminalId(200 + u32::from(mark)),
            name: "Gate".into(),
            mark,
            passage,
        },
        venue: "Hall".into(),
        zone: "Asia/Tokyo".into(),
        events: vec![GateEvent {
            event: EVENT,
            name: "Event".into(),
            doors_open: NOW,
            starts: NOW,
            entry_from: NOW,
            entry_until: NOW,
            reentry: Reentry::Allowed,
            binding_key: Secret::new(binding().to_bytes()),
            entrances: Vec::new(),
            routes: Vec::new(),
        }],
        elsewhere: Vec::new(),
        issuer_keys: vec![IssuerKey {
            issuer: IssuerId(1),
            key: 1,
            public: issuer().public(),
        }],
        card_key: Secret::new(keys().gate.0),
        recalled: (0..RECALLED)
            .map(|n| Recall {
                ticket: TicketId(1_000_000 + n),
                epoch: 1,
            })
            .collect(),
        recalled_terminals: Vec::new(),
        void_serials: Vec::new(),
    }
}
