//! Measures writing tickets to a card, taking them and giving them back: exchanges, bytes on air, commits, and how many tickets fit on each size of card.

use std::sync::{Arc, Mutex};

use kippu_card::{
    capability::{CardEvent, CardFault, Change, ChangeFault, NewTicket, TicketCard},
    desfire::crypto::Key,
    format::format_blank,
    keys::{LocalKeys, MasterKeys, Role},
    open::open,
    transport::{Transport, TransportFault},
    virtual_card::{CardSize, KeyKind, VirtualCard, memory},
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

type Fault = Box<dyn std::error::Error>;

const UID: CardUid = CardUid([4, 1, 2, 3, 4, 5, 6]);
const SIZES: [CardSize; 3] = [CardSize::K2, CardSize::K4, CardSize::K8];
const COMMIT: u8 = 0xC7;

/// A card whose exchanges are counted; what the reader answers by itself (class FF) never goes over the air.
struct Counted<'a> {
    card: &'a mut VirtualCard,
    commands: Arc<Mutex<Vec<u8>>>,
}

impl Transport for Counted<'_> {
    fn transmit(&mut self, apdu: &[u8]) -> Result<Vec<u8>, TransportFault> {
        if apdu[0] != 0xFF
            && let Ok(mut commands) = self.commands.lock()
        {
            commands.push(apdu[1]);
        }
        Transport::transmit(self.card, apdu)
    }
}

fn main() -> Result<(), Fault> {
    println!(
        "| card | tickets written at once | exchanges | bytes on air | commits | chip, modelled | air at 106 | at 424 |"
    );
    println!("|---|--:|--:|--:|--:|--:|--:|--:|");
    for size in SIZES {
        for count in [1, 4] {
            write_once(size, count)?;
        }
    }
    println!(
        "\n| card | tickets | step | exchanges | bytes on air | commits | chip, modelled | air at 106 | at 424 |"
    );
    println!("|---|--:|---|--:|--:|--:|--:|--:|--:|");
    for size in SIZES {
        for count in [1, 4] {
            assign(size, count)?;
        }
    }
    println!("\n| card | tickets that fit | bytes left for other uses |\n|---|--:|--:|");
    for size in SIZES {
        let card = formatted(size)?;
        let free = memory::free_bytes(card.chip());
        println!("| {size} | {} | {free} |", fill(card)?);
    }
    println!();
    Ok(())
}

/// From opening the card to the answer of the last command, as a kiosk does after the payment.
fn write_once(size: CardSize, count: u64) -> Result<(), Fault> {
    let mut card = formatted(size)?;
    let figures = measured(&mut card, |sequence| {
        change(sequence, Step::Give, 1..count + 1, 1, 0)
    })?;
    println!("| {size} | {count} | {figures} |");
    Ok(())
}

/// The card side of an assignment: a giver with four tickets, a receiver with none, and the way back.
fn assign(size: CardSize, count: u64) -> Result<(), Fault> {
    let (mut giver, mut receiver) = (formatted(size)?, formatted(size)?);
    measured(&mut giver, |sequence| {
        change(sequence, Step::Give, 1..5, 1, 0)
    })?;
    let take = measured(&mut giver, |sequence| {
        change(sequence, Step::Take, 1..1, 0, count)
    })?;
    let give = measured(&mut receiver, |sequence| {
        change(sequence, Step::Give, 1..count + 1, 2, 0)
    })?;
    let back = measured(&mut giver, |sequence| {
        change(sequence, Step::GiveBack, 1..count + 1, 2, 0)
    })?;
    for (step, figures) in [("take", take), ("give", give), ("give back", back)] {
        println!("| {size} | {count} | {step} | {figures} |");
    }
    Ok(())
}

/// One change in a session of its own; exchanges, bytes, commits and times as cells of a table. `KIPPU_COMMANDS` lists the commands.
fn measured(
    card: &mut VirtualCard,
    change: impl FnOnce(u32) -> Result<Change, Fault>,
) -> Result<String, Fault> {
    card.power_on();
    card.reset_counters();
    let commands = Arc::default();
    let counted = Counted {
        card: &mut *card,
        commands: Arc::clone(&commands),
    };
    let keys = LocalKeys::new(&keys());
    let mut session = open(Box::new(counted), &keys, Role::Write)?;
    let sequence = session.read()?.directory.sequence;
    session.apply(&change(sequence)?, &mut |_| {})?;
    drop(session);
    let counters = card.counters();
    let commands = commands.lock().map_err(|_| "the card panicked")?;
    if std::env::var_os("KIPPU_COMMANDS").is_some() {
        println!("{}", hex::encode(commands.as_slice()));
    }
    Ok(format!(
        "{} | {} | {} | {:.0} ms | {:.0} ms | {:.0} ms",
        commands.len(),
        counters.bytes_on_air,
        commands.iter().filter(|ins| **ins == COMMIT).count(),
        counters.chip_time.as_secs_f64() * 1e3,
        counters.air_time(106).as_secs_f64() * 1e3,
        counters.air_time(424).as_secs_f64() * 1e3,
    ))
}

/// Writes tickets one by one until the card is full; gives their number.
fn fill(mut card: VirtualCard) -> Result<u64, Fault> {
    let keys = LocalKeys::new(&keys());
    let mut session = open(Box::new(&mut card), &keys, Role::Write)?;
    let mut number = 0;
    loop {
        let sequence = session.directory()?.sequence;
        match session.apply(
            &change(sequence, Step::Give, number + 1..number + 2, 1, 0)?,
            &mut |_| {},
        ) {
            Ok(_) => number += 1,
            Err(ChangeFault::NotDone(CardFault::Full)) => return Ok(number),
            Err(fault) => return Err(fault.into()),
        }
    }
}

fn keys() -> MasterKeys {
    MasterKeys {
        master: Key([1; 16]),
        write: Key([2; 16]),
        gate: Key([3; 16]),
        transaction_mac: Key([4; 16]),
    }
}

fn formatted(size: CardSize) -> Result<VirtualCard, Fault> {
    let mut card = VirtualCard::blank(UID.0, size, KeyKind::Aes);
    format_blank(&mut card, &keys())?;
    card.power_on();
    Ok(card)
}

/// Adds some tickets at one hop and nullifies the first few.
fn change(
    sequence: u32,
    step: Step,
    add: std::ops::Range<u64>,
    hop: u16,
    nullify: u64,
) -> Result<Change, Fault> {
    Ok(Change {
        operation: OperationId {
            handover: HandoverId::random(),
            step,
            attempt: 1,
        },
        expected_sequence: sequence,
        add: add
            .map(|number| ticket(number, hop))
            .collect::<Result<_, _>>()?,
        nullify: (1..=nullify).map(TicketId).collect(),
    })
}

fn ticket(number: u64, hop: u16) -> Result<NewTicket, Fault> {
    let event = EventId(1);
    let body = TicketBody {
        issuer_key: 1,
        ticket: TicketId(number),
        event,
        issuer: IssuerId(1),
        seller: SellerId(1),
        epoch: 1,
        entrance: 0,
        kind: TicketKind::Seat,
        price_class: 0,
        flags: TicketFlags::default(),
        seat: SeatAddress::new(0, "west-12", "14", &number.to_string())?,
    };
    let bound = EventBindingKey::from_bytes([6; 16])
        .for_terminal(TerminalId(1))
        .bind(body.sign(&SigningKey::from_bytes(&[5; 32])), UID, hop);
    let event = CardEvent {
        event,
        name: "Night on the Galactic Railroad".into(),
        venue: "Hoshimi Hall".into(),
        doors_open: 1_800_000_000,
        starts: 1_800_001_800,
        utc_offset_minutes: 540,
    };
    Ok(NewTicket {
        record: bound.to_bytes().to_vec(),
        event,
    })
}
