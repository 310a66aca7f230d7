//! Measures a gate: exchanges and bytes of a tap, time per decision, and time per whole tap with a virtual card and the log on disk.
//! `measure-tap FOLDER` keeps the log in that folder.

use std::{env, hint::black_box, path::PathBuf, time::Instant};

use kippu_card::{
    capability::{CardEvent, Change, NewTicket, TicketCard},
    desfire::crypto::Key,
    format::format_blank,
    gate::{GateCard, GateTickets},
    keys::{LocalKeys, MasterKeys, Role},
    open::open,
    virtual_card::{CardSize, KeyKind, VirtualCard},
};
use kippu_gate::{
    bundle::{Bundle, Gate, GateEvent, IssuerKey, Passage, Recall, Reentry, Secret},
    decision::decide,
    inside::Inside,
    log::EntranceLog,
    tap::tap,
};
use kippu_ticket::{
    binding::EventBindingKey,
    ids::{
        CardUid, EventId, HandoverId, IssuerId, OperationId, SellerId, Step, TerminalId, TicketId,
    },
    record::{TicketBody, TicketFlags, TicketKind},
    seat::SeatAddress,
    sign::SigningKey,
};

const EVENT: EventId = EventId(1);
const UID: CardUid = CardUid([4, 1, 2, 3, 4, 5, 6]);
const NOW: i64 = 1_800_000_000_000_000;
const ROUNDS: u32 = 200;

fn keys() -> MasterKeys {
    MasterKeys {
        master: Key([1; 16]),
        write: Key([2; 16]),
        gate: Key([3; 16]),
        transaction_mac: Key([4; 16]),
    }
}

type Fault = Box<dyn std::error::Error>;

fn main() -> Result<(), Fault> {
    let folder = env::args().nth(1).map_or_else(env::temp_dir, PathBuf::from);
    let (entry, exit) = (bundle(0, Passage::In), bundle(1, Passage::Out));
    for tickets in [1, 4] {
        let mut card = written_card(tickets)?;
        let view = look(&mut card, &entry)?;
        let start = Instant::now();
        for _ in 0..ROUNDS {
            black_box(decide(&entry, &view, &Inside::default(), NOW));
        }
        println!(
            "{tickets} tickets: decision {:.3} ms",
            mean_ms(start, ROUNDS)
        );

        let scratch = folder.join(format!(
            "kippu-gate-measure-{}-{tickets}",
            std::process::id()
        ));
        std::fs::create_dir_all(&scratch)?;
        let mut entry_log = EntranceLog::open(&scratch.join("entry.db"), entry.gate.terminal)?;
        let mut exit_log = EntranceLog::open(&scratch.join("exit.db"), exit.gate.terminal)?;
        card.power_on();
        card.reset_counters();
        let outcome = tap(
            Box::new(&mut card),
            &entry.key_store(),
            &entry,
            &mut entry_log,
            NOW,
        )?
        .outcome;
        let counters = card.counters();
        println!(
            "{tickets} tickets: {} in {} exchanges, {} bytes on air; chip {:.1} ms modelled, air {:.1} ms at 106 kbit/s, {:.1} ms at 424",
            outcome.word(),
            counters.exchanges,
            counters.bytes_on_air,
            counters.chip_time.as_secs_f64() * 1e3,
            counters.air_time(106).as_secs_f64() * 1e3,
            counters.air_time(424).as_secs_f64() * 1e3,
        );
        let start = Instant::now();
        for _ in 0..ROUNDS {
            for (bundle, log) in [(&exit, &mut exit_log), (&entry, &mut entry_log)] {
                card.power_on();
                let tapped = tap(Box::new(&mut card), &bundle.key_store(), bundle, log, NOW)?;
                assert!(tapped.outcome.passes());
            }
        }
        println!(
            "{tickets} tickets: whole tap {:.3} ms without air and chip time, two synced log writes each",
            mean_ms(start, 2 * ROUNDS)
        );
        std::fs::remove_dir_all(&scratch)?;
    }
    Ok(())
}

fn mean_ms(start: Instant, rounds: u32) -> f64 {
    start.elapsed().as_secs_f64() * 1e3 / f64::from(rounds)
}

fn look(card: &mut VirtualCard, bundle: &Bundle) -> Result<GateTickets, Fault> {
    card.power_on();
    Ok(GateCard::open(Box::new(card), &bundle.key_store())?.read(|event| event == EVENT)?)
}

fn issuer() -> SigningKey {
    SigningKey::from_bytes(&[5; 32])
}

fn binding() -> EventBindingKey {
    EventBindingKey::from_bytes([6; 16])
}

fn written_card(tickets: u64) -> Result<VirtualCard, Fault> {
    let mut card = VirtualCard::blank(UID.0, CardSize::K4, KeyKind::Aes);
    format_blank(&mut card, &keys())?;
    let mut add = Vec::new();
    for ticket in 1..=tickets {
        let body = TicketBody {
            issuer_key: 1,
            ticket: TicketId(ticket),
            event: EVENT,
            issuer: IssuerId(1),
            seller: SellerId(1),
            epoch: 1,
            entrance: 0,
            kind: TicketKind::Seat,
            price_class: 0,
            flags: TicketFlags::default(),
            seat: SeatAddress::new(0, "west-12", "14", &ticket.to_string())?,
        };
        let record = binding()
            .for_terminal(TerminalId(1))
            .bind(body.sign(&issuer()), UID, 1)
            .to_bytes()
            .to_vec();
        let event = CardEvent {
            event: EVENT,
            name: "Event".into(),
            venue: "Hall".into(),
            doors_open: NOW / 1_000_000,
            starts: NOW / 1_000_000,
            utc_offset_minutes: 0,
        };
        add.push(NewTicket { record, event });
    }
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

/// A gate of an event with ten thousand recalled tickets.
fn bundle(mark: u8, passage: Passage) -> Bundle {
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
        recalled: (0..10_000)
            .map(|n| Recall {
                ticket: TicketId(1_000_000 + n),
                epoch: 1,
            })
            .collect(),
        recalled_terminals: Vec::new(),
    }
}
