//! Ticket cards on the virtual chip: memory, rights by key, and a ticket write torn at every byte.

#[path = "support/tickets.rs"]
mod tickets;

use std::collections::BTreeSet;

use kippu_card::capability::{CardFault, ChangeFault, Progress, TicketCard};
use kippu_card::desfire::{Comm, Desfire};
use kippu_card::format::{FormatFault, format_blank};
use kippu_card::gate::GateCard;
use kippu_card::keys::Role;
use kippu_card::layout::{AID, Layout, file};
use kippu_card::open::{identify, open, open_free};
use kippu_card::transaction_mac;
use kippu_card::transport::{Transport, TransportFault};
use kippu_card::virtual_card::{
    CardSize, Chip, Direction, Exchange, Fault, KeyKind, VirtualCard, memory,
};
use tickets::{UID, change, empty_card, keys, live, master_keys};

const SIZES: [(CardSize, u64); 3] = [(CardSize::K2, 8), (CardSize::K4, 20), (CardSize::K8, 40)];

#[test]
fn as_many_tickets_fit_as_promised() {
    for (size, promised) in SIZES {
        let mut card = empty_card(size);
        let free = memory::free_bytes(card.chip());
        println!("{size}: {free} bytes free after formatting");
        assert_eq!(
            Layout::capacity(size.nominal_bytes() as u32) as u64,
            promised
        );
        let keys = keys();
        let mut session = open(Box::new(&mut card), &keys, Role::Write).unwrap();
        for number in 0..promised {
            session
                .apply(&change(number as u32, &[number + 1], &[], UID), &mut |_| {})
                .unwrap();
        }
        let full = session.apply(&change(promised as u32, &[999], &[], UID), &mut |_| {});
        assert_eq!(full, Err(ChangeFault::NotDone(CardFault::Full)));
        assert_eq!(
            live(&session.read().unwrap()),
            (1..=promised).collect::<Vec<_>>()
        );
        drop(session);
        assert_eq!(
            live(&open_free(Box::new(&mut card)).unwrap().read().unwrap()).len() as u64,
            promised
        );
    }
}

#[test]
fn a_card_is_formatted_with_either_factory_key_and_only_once() {
    for kind in [KeyKind::Des, KeyKind::Aes] {
        let mut card = VirtualCard::blank(UID.0, CardSize::K4, kind);
        assert_eq!(identify(&mut card).unwrap().uid, UID);
        assert_eq!(open_free(Box::new(&mut card)).err(), Some(CardFault::Blank));
        format_blank(&mut card, &master_keys()).unwrap();
        assert_eq!(
            format_blank(&mut card, &master_keys()),
            Err(FormatFault::AlreadyOurs)
        );
    }
}

#[test]
fn formatting_torn_at_any_exchange_can_be_done_again() {
    let mut exchange = 0;
    loop {
        exchange += 1;
        let mut card = VirtualCard::blank(UID.0, CardSize::K4, KeyKind::Des);
        card.set_fault(Some(Fault::Tear {
            exchange,
            byte: 0,
            direction: Direction::Response,
        }));
        let torn = format_blank(&mut card, &master_keys());
        if card.fault().is_some() {
            assert!(torn.is_ok(), "no exchange is left to tear");
            break;
        }
        assert_eq!(
            torn,
            Err(FormatFault::Card(CardFault::Torn)),
            "exchange {exchange}"
        );
        card.power_on();
        match format_blank(&mut card, &master_keys()) {
            Ok(_) | Err(FormatFault::AlreadyOurs) => {}
            Err(fault) => panic!("exchange {exchange}: {fault}"),
        }
        let keys = keys();
        assert!(
            open(Box::new(&mut card), &keys, Role::Write)
                .unwrap()
                .read()
                .unwrap()
                .tickets
                .is_empty()
        );
    }
    assert!(exchange > 30);
}

#[test]
fn the_gate_key_writes_entries_and_nothing_else() {
    let keys = keys();
    let mut card = empty_card(CardSize::K4);
    open(Box::new(&mut card), &keys, Role::Write)
        .unwrap()
        .apply(&change(0, &[1], &[], UID), &mut |_| {})
        .unwrap();

    let mut gate = GateCard::open(Box::new(&mut card), &keys).unwrap();
    assert_eq!(gate.read(|_| true).unwrap().tickets[0].entered, 0);
    gate.mark_entered(0, 1).unwrap();
    assert_eq!(gate.read(|_| true).unwrap().tickets[0].entered, 1);
    assert_eq!(gate.guest().unwrap(), None);
    drop(gate);

    for number in [
        file::DIRECTORY,
        file::SLOTS,
        file::EVENTS,
        file::GUEST,
        file::CAPABILITIES,
        file::SUMMARY,
        file::TRANSACTION_MAC,
    ] {
        let mut chip = Desfire::new(&mut card);
        chip.select(AID).unwrap();
        chip.authenticate(UID, Role::Gate, &keys).unwrap();
        assert!(
            chip.write(number, 0, &[0xFF], Comm::Mac).is_err(),
            "file {number}"
        );
    }
    let refused = open(Box::new(&mut card), &keys, Role::Gate)
        .unwrap()
        .apply(&change(1, &[2], &[], UID), &mut |_| {});
    assert_eq!(refused, Err(ChangeFault::NotDone(CardFault::NoKeys)));
}

#[test]
fn without_a_key_a_card_shows_its_tickets_and_takes_nothing() {
    let keys = keys();
    let mut card = empty_card(CardSize::K4);
    open(Box::new(&mut card), &keys, Role::Write)
        .unwrap()
        .apply(&change(0, &[1, 2], &[], UID), &mut |_| {})
        .unwrap();
    let shown = open_free(Box::new(&mut card)).unwrap().read().unwrap();
    assert_eq!(live(&shown), [1, 2]);
    assert_eq!(shown.events, [tickets::event(1)]);
    for number in 0..8 {
        let mut chip = Desfire::new(&mut card);
        chip.select(AID).unwrap();
        assert!(
            chip.write(number, 0, &[0xFF], Comm::Plain).is_err(),
            "file {number}"
        );
        chip.select(AID).unwrap();
        let hidden = chip.read(number, 0, 4, Comm::Plain).is_err();
        assert_eq!(hidden, number == file::GUEST, "file {number}");
    }
}

/// Counts the exchanges of a write and the bytes of each.
struct Tape<'c> {
    card: &'c mut VirtualCard,
    exchanges: Vec<(usize, usize)>,
}

impl Transport for &mut Tape<'_> {
    fn transmit(&mut self, apdu: &[u8]) -> Result<Vec<u8>, TransportFault> {
        let Exchange::Answer(answer) = self.card.transmit(apdu) else {
            return Err(TransportFault::Torn);
        };
        self.exchanges.push((apdu.len(), answer.len()));
        Ok(answer)
    }
}

/// What the matrix must have seen at least once.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Seen {
    NotDone,
    UnknownOld,
    UnknownNew,
    Done,
}

/// A card with tickets 1 and 2; the write nullifies 1 and adds 3 and 4.
fn before() -> Chip {
    let keys = keys();
    let mut card = empty_card(CardSize::K2);
    open(Box::new(&mut card), &keys, Role::Write)
        .unwrap()
        .apply(&change(0, &[1, 2], &[], UID), &mut |_| {})
        .unwrap();
    card.chip().clone()
}

fn tear(before: &Chip, exchange: u32, byte: usize, direction: Direction) -> Seen {
    let at = format!("exchange {exchange}, byte {byte}, {direction:?}");
    let keys = keys();
    let mut card = VirtualCard::holding(before.clone());
    card.set_fault(Some(Fault::Tear {
        exchange,
        byte,
        direction,
    }));
    let wanted = change(1, &[3, 4], &[1], UID);
    let mut committing = false;
    let result = open(Box::new(&mut card), &keys, Role::Write)
        .map_err(ChangeFault::NotDone)
        .and_then(|mut session| {
            session.apply(&wanted, &mut |progress| {
                committing |= progress == Progress::Committing
            })
        });

    card.power_on();
    let found = open(Box::new(&mut card), &keys, Role::Write)
        .unwrap()
        .read()
        .unwrap();
    let new = match live(&found)[..] {
        [1, 2] => false,
        [2, 3, 4] => true,
        ref other => panic!("{at}: {other:?} is neither the old card nor the new one"),
    };
    assert_eq!(found.directory.sequence, 1 + u32::from(new), "{at}");
    assert_eq!(
        found.directory.ring.first() == Some(&wanted.operation),
        new,
        "{at}"
    );
    let seen = match result {
        Err(ChangeFault::NotDone(CardFault::Torn)) if !new => Seen::NotDone,
        Err(ChangeFault::Unknown(CardFault::Torn)) if committing && new => Seen::UnknownNew,
        Err(ChangeFault::Unknown(CardFault::Torn)) if committing => Seen::UnknownOld,
        Ok(committed) if new => {
            assert_eq!(committed.after, found.directory, "{at}");
            transaction_mac::verify(&master_keys(), UID, &committed.proof.unwrap()).unwrap();
            Seen::Done
        }
        other => panic!(
            "{at}: {other:?}, and the card is {}",
            if new { "new" } else { "old" }
        ),
    };
    if !new {
        // Whatever the torn write left in slots and events, the next one succeeds.
        let again = open(Box::new(&mut card), &keys, Role::Write)
            .unwrap()
            .apply(&wanted, &mut |_| {})
            .unwrap();
        transaction_mac::verify(&master_keys(), UID, &again.proof.unwrap()).unwrap();
    }
    seen
}

#[test]
fn a_ticket_write_torn_at_any_byte_is_all_or_nothing_and_honest() {
    let before = before();
    let mut card = VirtualCard::holding(before.clone());
    let mut tape = Tape {
        card: &mut card,
        exchanges: Vec::new(),
    };
    let keys = keys();
    open(Box::new(&mut tape), &keys, Role::Write)
        .unwrap()
        .apply(&change(1, &[3, 4], &[1], UID), &mut |_| {})
        .unwrap();
    let exchanges = tape.exchanges;
    let mut seen = BTreeSet::new();
    let mut tears = 0;
    for (exchange, (command, answer)) in (1..).zip(&exchanges) {
        for byte in 0..=*command {
            seen.insert(tear(&before, exchange, byte, Direction::Command));
        }
        for byte in 0..=*answer {
            seen.insert(tear(&before, exchange, byte, Direction::Response));
        }
        tears += command + answer + 2;
    }
    println!("{} exchanges, torn {tears} times", exchanges.len());
    assert_eq!(
        seen,
        BTreeSet::from([
            Seen::NotDone,
            Seen::UnknownOld,
            Seen::UnknownNew,
            Seen::Done
        ])
    );
}

#[test]
fn an_entered_mark_torn_anywhere_is_all_or_nothing_and_honest() {
    use kippu_card::gate::MarkFault;
    let before = before();
    let keys = keys();
    let mut card = VirtualCard::holding(before.clone());
    let mut tape = Tape {
        card: &mut card,
        exchanges: Vec::new(),
    };
    GateCard::open(Box::new(&mut tape), &keys)
        .unwrap()
        .mark_entered(1, 1)
        .unwrap();
    let exchanges = tape.exchanges;
    for (exchange, (command, answer)) in (1..).zip(&exchanges) {
        for (direction, length) in [
            (Direction::Command, *command),
            (Direction::Response, *answer),
        ] {
            for byte in 0..=length {
                let mut card = VirtualCard::holding(before.clone());
                card.set_fault(Some(Fault::Tear {
                    exchange,
                    byte,
                    direction,
                }));
                let result = GateCard::open(Box::new(&mut card), &keys)
                    .map_err(MarkFault::NotDone)
                    .and_then(|mut gate| gate.mark_entered(1, 1));
                card.power_on();
                let found = open(Box::new(&mut card), &keys, Role::Write)
                    .unwrap()
                    .read()
                    .unwrap();
                let entered = found.tickets[1].entered;
                match result {
                    Err(MarkFault::NotDone(CardFault::Torn)) => assert_eq!(entered, 0),
                    Err(MarkFault::Unknown(CardFault::Torn)) => {
                        assert_eq!(exchange as usize, exchanges.len())
                    }
                    other => panic!("exchange {exchange}, byte {byte}: {other:?}"),
                }
            }
        }
    }
}
