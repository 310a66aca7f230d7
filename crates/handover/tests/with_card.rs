//! The purchase with the real card client on a virtual chip and the real journal on disk, the card torn at every exchange of the write.

use std::{cell::RefCell, collections::BTreeMap, path::Path};

use kippu_api::{
    handovers::{HandoverStatus, Report, ReportAccepted, ReportedOutcome},
    orders::{ChangeCard, EventOnCard, Grant, GrantRequest, GrantedTicket, Order},
    problem::{Problem, ProblemCode},
};
use kippu_card::{
    capability::{CommitProof, SlotState, TicketCard},
    desfire::crypto::Key,
    format::format_blank,
    keys::{LocalKeys, MasterKeys, Role},
    open::{open, open_free},
    transaction_mac,
    virtual_card::{CardSize, Chip, Direction, Fault, KeyKind, VirtualCard},
};
use kippu_handover::{
    decide::CardWanted,
    journal::Journal,
    machine::Machine,
    outcome::{MachineFault, Outcome},
    platform::{PlatformPort, Reply},
    seal::JournalKey,
    store::Store,
};
use kippu_ticket::{
    binding::EventBindingKey,
    ids::{CardUid, EventId, HandoverId, IssuerId, SellerId, TerminalId, TicketId},
    record::{BoundTicket, TicketBody, TicketFlags, TicketKind},
    seat::SeatAddress,
    sign::SigningKey,
};

const UID: CardUid = CardUid([0x04, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26]);
const ORDER: &str = "order";

fn master_keys() -> MasterKeys {
    MasterKeys {
        master: Key([1; 16]),
        write: Key([2; 16]),
        gate: Key([3; 16]),
        transaction_mac: Key([4; 16]),
    }
}

fn prepared_chip(size: CardSize) -> Chip {
    let mut card = VirtualCard::blank(UID.0, size, KeyKind::Aes);
    format_blank(&mut card, &master_keys()).unwrap();
    card.chip().clone()
}

fn record(ticket: TicketId, card: CardUid) -> Vec<u8> {
    let body = TicketBody {
        issuer_key: 1,
        ticket,
        event: EventId(603),
        issuer: IssuerId(1),
        seller: SellerId(1),
        epoch: 1,
        entrance: 0,
        kind: TicketKind::Seat,
        price_class: 0,
        flags: TicketFlags::default(),
        seat: SeatAddress::new(0, "stalls", "7", &ticket.to_string()).unwrap(),
    };
    let signed = body.sign(&SigningKey::from_bytes(&[9; 32]));
    let key = EventBindingKey::from_bytes([5; 16]);
    key.for_terminal(TerminalId(101))
        .bind(signed, card, 1)
        .to_bytes()
        .to_vec()
}

/// A platform with one paid order, always reachable, that keeps books of what is reported.
struct OneOrder {
    tickets: Vec<TicketId>,
    books: RefCell<BTreeMap<TicketId, ReportedOutcome>>,
    granted: RefCell<Option<HandoverId>>,
    proved: RefCell<usize>,
}

impl OneOrder {
    fn with_tickets(tickets: u64) -> Self {
        Self {
            tickets: (1..=tickets).map(TicketId).collect(),
            books: RefCell::default(),
            granted: RefCell::default(),
            proved: RefCell::default(),
        }
    }
}

fn refused<T>() -> Reply<T> {
    Reply::Refused(Problem {
        kind: String::new(),
        title: "not now".into(),
        status: 409,
        code: ProblemCode::WrongState,
        detail: None,
        hint: None,
    })
}

impl PlatformPort for OneOrder {
    fn grant(&self, _: &str, request: &GrantRequest) -> Reply<Grant> {
        let mut granted = self.granted.borrow_mut();
        if granted.get_or_insert(request.handover) != &request.handover {
            return refused();
        }
        let (fit, left) = self
            .tickets
            .split_at(self.tickets.len().min(request.room.into()));
        Reply::Done(Grant {
            order: ORDER.into(),
            handover: request.handover,
            card: request.card,
            fence: 1,
            tickets: fit
                .iter()
                .map(|ticket| GrantedTicket {
                    ticket: *ticket,
                    record: hex::encode(record(*ticket, request.card)),
                    epoch: 1,
                    hop: 1,
                })
                .collect(),
            event: EventOnCard {
                event: EventId(603),
                name: "La Traviata".into(),
                venue: "Teatro".into(),
                doors_open: 1_900_000_800,
                starts: 1_900_004_400,
                utc_offset_minutes: 60,
            },
            left_at_platform: left.to_vec(),
        })
    }

    fn report(&self, _: HandoverId, report: &Report) -> Reply<ReportAccepted> {
        let proved = report.proof.as_ref().map(|proof| {
            let proof = CommitProof {
                counter: proof.counter,
                mac: hex::decode(&proof.mac).unwrap().try_into().unwrap(),
                input: hex::decode(&proof.input).unwrap(),
            };
            transaction_mac::verify(&master_keys(), report.card, &proof).is_ok()
        });
        assert_ne!(proved, Some(false), "the card's proof is wrong");
        *self.proved.borrow_mut() += usize::from(proved == Some(true));
        for ticket in &report.tickets {
            self.books.borrow_mut().insert(*ticket, report.outcome);
        }
        Reply::Done(ReportAccepted {
            newest: true,
            proved,
        })
    }

    fn status(&self, handover: HandoverId) -> Reply<HandoverStatus> {
        Reply::Done(HandoverStatus {
            handover,
            fence: 1,
            yours: true,
            happened: None,
            attempt: None,
            reissued: Vec::new(),
        })
    }

    fn change_card(&self, _: &str, _: &ChangeCard) -> Reply<Order> {
        refused()
    }
}

/// One lay of the card at a kiosk that was just started. `None`: the card could not even be opened.
fn lay(
    card: &mut VirtualCard,
    journal: &Path,
    platform: &OneOrder,
) -> Result<Option<Outcome>, MachineFault> {
    card.power_on();
    let keys = LocalKeys::new(&master_keys());
    let opened = open(Box::new(&mut *card), &keys, Role::Write);
    let Ok(mut session) = opened else {
        return Ok(None);
    };
    let mut store = Journal::open(journal, &JournalKey::from_bytes([7; 32]))?;
    let mut machine = Machine::new(&mut store, platform);
    let open_row = machine.open_handovers()?.first().map(|row| row.id);
    let id = match (open_row, session.read()) {
        (Some(id), _) => id,
        (None, Ok(contents)) => machine.begin(ORDER, UID, contents.room().try_into().unwrap())?,
        (None, Err(_)) => return Ok(None),
    };
    let outcome = machine.advance(id, Some(&mut session), &mut |_| ())?;
    machine.send_reports()?;
    Ok(Some(outcome))
}

/// Tickets that live on the card, by its free read.
fn live(card: &mut VirtualCard) -> Vec<u64> {
    card.power_on();
    let contents = open_free(Box::new(card)).unwrap().read().unwrap();
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

/// Lays the card with each of these faults in turn, then without; every ticket must end on the card once, and the books must say so.
fn lays_with(chip: &Chip, faults: &[Fault]) -> Vec<Option<Outcome>> {
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("journal");
    let platform = OneOrder::with_tickets(2);
    let mut card = VirtualCard::in_memory(chip.clone());
    let mut outcomes = Vec::new();
    for fault in faults {
        card.set_fault(Some(*fault));
        outcomes.push(lay(&mut card, &journal, &platform).unwrap());
        card.set_fault(None);
        assert!(live(&mut card).len() <= 2);
    }
    // Twice: where the first run ended well, the second finds nothing to do.
    for _ in 0..2 {
        if platform
            .books
            .borrow()
            .values()
            .filter(|outcome| **outcome == ReportedOutcome::Done)
            .count()
            < 2
        {
            outcomes.push(lay(&mut card, &journal, &platform).unwrap());
        }
    }
    assert_eq!(live(&mut card), [1, 2], "{faults:?}: {outcomes:?}");
    let books: Vec<_> = platform.books.borrow().values().copied().collect();
    assert_eq!(
        books,
        [ReportedOutcome::Done; 2],
        "{faults:?}: {outcomes:?}"
    );
    let store = Journal::open(&journal, &JournalKey::from_bytes([7; 32])).unwrap();
    assert_eq!(store.open_rows().unwrap(), [], "{faults:?}");
    assert_eq!(store.unsent().unwrap(), [], "{faults:?}");
    outcomes
}

/// How the first lay ended for a fault at each exchange of the purchase's write, counted.
fn every_exchange(
    chip: &Chip,
    faults: &dyn Fn(u32) -> Vec<Fault>,
) -> BTreeMap<&'static str, usize> {
    let mut words = BTreeMap::new();
    for exchange in 1..=exchanges_of_a_write(chip) {
        let outcomes = lays_with(chip, &faults(exchange));
        let word = match &outcomes[0] {
            None => "not opened",
            Some(Outcome::LayCard {
                why: CardWanted::ToWrite,
                ..
            }) => "known not done",
            Some(Outcome::LayCard {
                why: CardWanted::ToAnswer,
                ..
            }) => "unknown",
            Some(Outcome::Ended(_)) => "done",
            Some(other) => panic!("exchange {exchange}: {other:?}"),
        };
        *words.entry(word).or_default() += 1;
    }
    words
}

fn exchanges_of_a_write(chip: &Chip) -> u32 {
    let folder = tempfile::tempdir().unwrap();
    let mut card = VirtualCard::in_memory(chip.clone());
    card.reset_counters();
    lay(
        &mut card,
        &folder.path().join("journal"),
        &OneOrder::with_tickets(2),
    )
    .unwrap();
    card.counters().exchanges
}

fn tear(direction: Direction, byte: usize) -> impl Fn(u32) -> Fault {
    move |exchange| Fault::Tear {
        exchange,
        byte,
        direction,
    }
}

#[test]
fn torn_or_mute_at_any_exchange_the_tickets_end_on_the_card_once() {
    let chip = prepared_chip(CardSize::K4);
    let before = tear(Direction::Command, 3);
    let after = tear(Direction::Response, 0);
    let late = tear(Direction::Response, 1);
    let show = |name: &str, faults: &dyn Fn(u32) -> Vec<Fault>| {
        let words = every_exchange(&chip, faults);
        println!(
            "{name} at each of {} exchanges: {words:?}",
            words.values().sum::<usize>()
        );
        assert!(
            words.contains_key("unknown") && words.contains_key("known not done"),
            "{name}: {words:?}"
        );
    };
    show("command torn", &|exchange| vec![before(exchange)]);
    show("answer torn", &|exchange| vec![after(exchange)]);
    show("answer cut short, twice", &|exchange| {
        vec![late(exchange), late(exchange)]
    });
    show("mute", &|exchange| vec![Fault::Mute { exchange }]);
}

#[test]
fn a_card_with_too_little_room_leaves_the_rest_at_the_platform_and_proves_what_it_took() {
    let mut card = VirtualCard::in_memory(prepared_chip(CardSize::K2));
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("journal");
    let platform = OneOrder::with_tickets(10);
    let Some(Outcome::Ended(summary)) = lay(&mut card, &journal, &platform).unwrap() else {
        panic!("not ended")
    };
    assert_eq!(summary.given.len(), 8);
    assert_eq!(summary.left_at_platform, [TicketId(9), TicketId(10)]);
    assert_eq!(live(&mut card), [1, 2, 3, 4, 5, 6, 7, 8]);
    assert_eq!(*platform.proved.borrow(), 1);
    let next = lay(&mut card, &folder.path().join("another"), &platform);
    assert!(matches!(next, Err(MachineFault::NoRoom)));
}

#[test]
fn another_card_is_named_and_nothing_is_written_to_it() {
    let mut card = VirtualCard::in_memory(prepared_chip(CardSize::K2));
    let folder = tempfile::tempdir().unwrap();
    let mut store = Journal::open(
        &folder.path().join("journal"),
        &JournalKey::from_bytes([7; 32]),
    )
    .unwrap();
    let platform = OneOrder::with_tickets(1);
    let mut machine = Machine::new(&mut store, &platform);
    let right = CardUid([9; 7]);
    let id = machine.begin(ORDER, right, 1).unwrap();
    let keys = LocalKeys::new(&master_keys());
    let mut session = open(Box::new(&mut card), &keys, Role::Write).unwrap();
    let outcome = machine
        .advance(id, Some(&mut session), &mut |_| ())
        .unwrap();
    assert!(
        matches!(outcome, Outcome::LayCard { card, found: Some(UID), fault: None, .. } if card == right),
        "{outcome:?}"
    );
    drop(session);
    assert!(live(&mut card).is_empty());
    assert_eq!(
        open_free(Box::new(&mut card))
            .unwrap()
            .read()
            .map(|contents| contents.directory.sequence),
        Ok(0)
    );
}
