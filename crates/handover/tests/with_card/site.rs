//! A kiosk with two cards, a journal that is opened anew for every lay of a card, and a customer who does what the screen says.

use std::{cell::Cell, path::PathBuf, rc::Rc};

use kippu_api::orders::Claim;
use kippu_card::{
    capability::{CardEvent, Change, NewTicket, SlotState, TicketCard},
    desfire::crypto::Key,
    format::format_blank,
    keys::{LocalKeys, MasterKeys, Role},
    open::{open, open_free},
    virtual_card::{CardSize, Chip, Fault, KeyKind, VirtualCard},
};
use kippu_handover::{
    journal::Journal,
    machine::{Hands, Machine},
    outcome::{MachineFault, Outcome},
    paper::{PaperEnd, PaperFault, PaperJob, PaperPort},
    platform::{Binder, NoLocalKeys},
    row::{Destination, Handover},
    seal::JournalKey,
    store::Store,
};
use kippu_ticket::{
    binding::{EventBindingKey, TerminalBindingKey},
    ids::{CardUid, HandoverId, IssuerId, OperationId, SellerId, Step, TerminalId, TicketId},
    record::{BoundTicket, TicketBody, TicketFlags, TicketKind},
    seat::SeatAddress,
    sign::SigningKey,
};

use crate::{
    platform::{EVENT, Holder, ORDER, TestPlatform},
    store::{Counted, Kill, Writes},
};

/// The giver's card in every test that has one.
pub const A: usize = 0;
/// The receiver's.
pub const B: usize = 1;
pub const UIDS: [CardUid; 2] = [
    CardUid([0x04, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26]),
    CardUid([0x04, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36]),
];
/// To whichever card is laid.
pub const ANY_CARD: Destination = Destination::Card {
    card: None,
    only_what_fits: false,
};

pub fn master_keys() -> MasterKeys {
    MasterKeys {
        master: Key([1; 16]),
        write: Key([2; 16]),
        gate: Key([3; 16]),
        transaction_mac: Key([4; 16]),
    }
}

pub fn binding_key() -> TerminalBindingKey {
    EventBindingKey::from_bytes([5; 16]).for_terminal(TerminalId(101))
}

pub fn record(ticket: TicketId, card: CardUid, hop: u16) -> Vec<u8> {
    let body = TicketBody {
        issuer_key: 1,
        ticket,
        event: EVENT,
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
    binding_key().bind(signed, card, hop).to_bytes().to_vec()
}

/// A card prepared for tickets, with these on it.
pub fn chip(card: usize, size: CardSize, tickets: &[u64]) -> Chip {
    let mut blank = VirtualCard::blank(UIDS[card].0, size, KeyKind::Aes);
    format_blank(&mut blank, &master_keys()).unwrap();
    if !tickets.is_empty() {
        let keys = LocalKeys::new(&master_keys());
        let mut session = open(Box::new(&mut blank), &keys, Role::Write).unwrap();
        let add = tickets.iter().map(|ticket| NewTicket {
            record: record(TicketId(*ticket), UIDS[card], 1),
            event: CardEvent {
                event: EVENT,
                name: "La Traviata".into(),
                venue: "Teatro".into(),
                doors_open: 1_900_000_800,
                starts: 1_900_004_400,
                utc_offset_minutes: 60,
            },
        });
        let change = Change {
            operation: OperationId {
                handover: HandoverId([0xEE; 16]),
                step: Step::Give,
                attempt: 1,
            },
            expected_sequence: 0,
            add: add.collect(),
            nullify: Vec::new(),
        };
        session.apply(&change, &mut |_| ()).unwrap();
    }
    blank.chip().clone()
}

/// Keys of one terminal for the event of the tests.
pub struct TerminalKeys;

impl Binder for TerminalKeys {
    fn covers(&self, event: kippu_ticket::ids::EventId) -> bool {
        event == EVENT
    }

    fn bind(&self, record: &[u8], card: CardUid, hop: u16) -> Option<Vec<u8>> {
        let taken = BoundTicket::from_bytes(record).ok()?;
        let bound = binding_key().bind(taken.signed, card, hop);
        Some(bound.to_bytes().to_vec())
    }

    fn bind_paper(&self, record: &[u8], serial: u64, hop: u16) -> Option<Vec<u8>> {
        let taken = BoundTicket::from_bytes(record).ok()?;
        let paper = binding_key().bind_paper(taken.signed, serial, hop);
        Some(paper.to_bytes().to_vec())
    }
}

/// A printer that ends each print as it was told to, and well after that.
#[derive(Default)]
pub struct Printer {
    pub not_ready: Option<PaperFault>,
    pub ends: Vec<PaperEnd>,
    pub jobs: Vec<PaperJob>,
}

impl PaperPort for Printer {
    fn ready(&mut self) -> Result<(), PaperFault> {
        self.not_ready.map_or(Ok(()), Err)
    }

    fn print(&mut self, job: &PaperJob) -> PaperEnd {
        self.jobs.push(job.clone());
        if self.ends.is_empty() {
            PaperEnd::Printed
        } else {
            self.ends.remove(0)
        }
    }
}

/// What the customer at the kiosk asks for where nothing is open.
#[derive(Debug, Clone, Copy)]
pub enum Wish<'t> {
    Nothing,
    Buy,
    Move(&'t [u64], Destination),
}

pub struct Site {
    folder: tempfile::TempDir,
    /// Which of the folder's journals this kiosk has.
    pub journal: &'static str,
    pub platform: TestPlatform,
    pub cards: [VirtualCard; 2],
    pub printer: Printer,
    pub local_keys: bool,
    pub writes: Rc<Cell<Writes>>,
    /// When the kiosk's process is killed, if it is.
    pub kill: Rc<Cell<Option<Kill>>>,
}

impl Site {
    pub fn new(platform: TestPlatform, giver: &Chip, receiver: &Chip) -> Self {
        let mut site = Self {
            folder: tempfile::tempdir().unwrap(),
            journal: "journal",
            platform,
            cards: [
                VirtualCard::in_memory(giver.clone()),
                VirtualCard::in_memory(receiver.clone()),
            ],
            printer: Printer::default(),
            local_keys: false,
            writes: Rc::default(),
            kill: Rc::default(),
        };
        // A terminal in service has met its platform.
        site.with(|_, _| Ok(())).unwrap();
        site
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join(self.journal)
    }

    pub fn store(&self) -> Counted {
        Counted {
            journal: Journal::open(&self.path(), &JournalKey::from_bytes([7; 32])).unwrap(),
            writes: Rc::clone(&self.writes),
            kill: Rc::clone(&self.kill),
        }
    }

    pub fn open_rows(&self) -> Vec<Handover> {
        self.store().open_rows().unwrap()
    }

    /// The only open handover.
    pub fn open_id(&self) -> HandoverId {
        let rows = self.open_rows();
        assert_eq!(rows.len(), 1, "{rows:?}");
        rows[0].id
    }

    /// Something done with the machine and no card, and the reports sent.
    pub fn with<T>(
        &mut self,
        work: impl FnOnce(
            &mut Machine<'_, Counted, TestPlatform>,
            &mut Printer,
        ) -> Result<T, MachineFault>,
    ) -> Result<T, MachineFault> {
        let mut store = self.store();
        let keys: &dyn Binder = if self.local_keys {
            &TerminalKeys
        } else {
            &NoLocalKeys
        };
        let mut machine = Machine::new(&mut store, &self.platform).with_keys(keys);
        let result = work(&mut machine, &mut self.printer)?;
        machine.send_reports()?;
        Ok(result)
    }

    /// One lay of a card at a kiosk that was just started. `None`: it could not be opened or read, or there is nothing to do.
    pub fn lay(&mut self, card: usize, wish: Wish<'_>) -> Result<Option<Outcome>, MachineFault> {
        let mut store = self.store();
        self.cards[card].power_on();
        let keys = LocalKeys::new(&master_keys());
        let Ok(mut session) = open(Box::new(&mut self.cards[card]), &keys, Role::Write) else {
            return Ok(None);
        };
        let binder: &dyn Binder = if self.local_keys {
            &TerminalKeys
        } else {
            &NoLocalKeys
        };
        let mut machine = Machine::new(&mut store, &self.platform).with_keys(binder);
        let open_row = machine.open_handovers()?.first().map(|row| row.id);
        let id = match (open_row, wish, session.read()) {
            (Some(id), _, _) => id,
            (None, Wish::Nothing, _) | (None, _, Err(_)) => return Ok(None),
            (None, Wish::Buy, Ok(contents)) => machine.begin(
                &Claim::Order(ORDER.into()),
                None,
                UIDS[card],
                contents.room().try_into().unwrap(),
            )?,
            (None, Wish::Move(tickets, to), Ok(contents)) => {
                let tickets: Vec<_> = tickets.iter().copied().map(TicketId).collect();
                machine.consent(&contents, &tickets, to)?
            }
        };
        let outcome = machine.advance(id, Hands::card(&mut session), &mut |_| ())?;
        machine.send_reports()?;
        Ok(Some(outcome))
    }

    /// The same with a fault of the card.
    pub fn lay_with(&mut self, card: usize, wish: Wish<'_>, fault: Fault) -> Option<Outcome> {
        self.cards[card].set_fault(Some(fault));
        let outcome = self.lay(card, wish).unwrap();
        self.cards[card].set_fault(None);
        self.assert_nothing_doubled();
        outcome
    }

    /// The customer does what the screen says until it says that nothing more is to be done. `wish` as long as nothing was taken.
    pub fn until_ended(&mut self, wish: Wish<'_>, first: usize) -> Outcome {
        let mut card = first;
        let mut said = Vec::new();
        for _ in 0..6 {
            let outcome = self.lay(card, wish).unwrap();
            self.assert_nothing_doubled();
            match &outcome {
                Some(Outcome::LayCard { card: wanted, .. }) => {
                    card = match wanted {
                        Some(uid) => UIDS.iter().position(|known| known == uid).unwrap(),
                        None => B,
                    };
                }
                // The giver's yes has ended: it is asked for again.
                Some(Outcome::Ended(summary)) if !summary.stayed.is_empty() => card = A,
                Some(Outcome::Ended(_)) => return outcome.unwrap(),
                other => panic!("{other:?} after {said:?}"),
            }
            said.push(outcome);
        }
        panic!("no end: {said:?}");
    }

    /// Live tickets of a card, by its free read.
    pub fn live(&mut self, card: usize) -> Vec<u64> {
        self.cards[card].power_on();
        let contents = open_free(Box::new(&mut self.cards[card]))
            .unwrap()
            .read()
            .unwrap();
        let mut live: Vec<u64> = contents
            .tickets
            .iter()
            .filter(|ticket| ticket.state == SlotState::Live)
            .map(|ticket| {
                let bound = BoundTicket::from_bytes(&ticket.record).unwrap();
                binding_key().verify(&bound, UIDS[card]).unwrap();
                assert_eq!(bound.generation(), ticket.generation);
                bound.signed.body.ticket.0
            })
            .collect();
        live.sort();
        live
    }

    pub fn sequence(&mut self, card: usize) -> u32 {
        self.cards[card].power_on();
        let mut session = open_free(Box::new(&mut self.cards[card])).unwrap();
        session.directory().unwrap().sequence
    }

    pub fn assert_nothing_doubled(&mut self) {
        let (a, b) = (self.live(A), self.live(B));
        assert!(a.iter().all(|ticket| !b.contains(ticket)), "{a:?} {b:?}");
    }

    /// Nothing open, everything reported, and the books name the card each of these tickets lies on.
    #[track_caller]
    pub fn assert_settled(&mut self, on_a: &[u64], on_b: &[u64]) {
        assert_eq!(self.live(A), on_a);
        assert_eq!(self.live(B), on_b);
        let store = self.store();
        assert_eq!(store.open_rows().unwrap(), []);
        assert_eq!(store.unsent().unwrap(), []);
        for (ticket, holder) in self.platform.holders() {
            let expected = match (on_a.contains(&ticket), on_b.contains(&ticket)) {
                (true, _) => Holder::Card(UIDS[A]),
                (_, true) => Holder::Card(UIDS[B]),
                _ => continue,
            };
            assert_eq!(holder, expected, "ticket {ticket}");
        }
    }

    /// Exchanges with a card since it was laid or counting began.
    pub fn exchanges(&self, card: usize) -> u32 {
        self.cards[card].counters().exchanges
    }
}
