//! Papers at gates: each refusal once, copies at one gate and at several, vouchers that are no tickets.

mod support;

use kippu_gate::{
    bundle::{Passage, Recall, Reentry, VoidSerial},
    log::EntranceLog,
    outcome::Outcome,
    paper::scan,
};
use kippu_ticket::{
    ids::{EventId, TerminalId, TicketId},
    paper::PaperTicket,
    record::{TicketBody, TicketFlags, TicketKind},
    sign::SigningKey,
};
use support::*;

const SERIAL: u64 = 0x8899_AABB_CCDD_EEFF;

fn printed(body: TicketBody, serial: u64, hop: u16) -> PaperTicket {
    let event = body.event;
    let signed = body.sign(&issuer());
    binding(event)
        .for_terminal(KIOSK)
        .bind_paper(signed, serial, hop)
}

fn paper() -> PaperTicket {
    printed(body(1), SERIAL, 2)
}

trait Scans {
    fn scan(&mut self, paper: &PaperTicket) -> Outcome;
    fn scan_at(&mut self, paper: &PaperTicket, now: i64) -> Outcome;
}

impl Scans for TestGate {
    fn scan(&mut self, paper: &PaperTicket) -> Outcome {
        self.scan_at(paper, NOW)
    }

    fn scan_at(&mut self, paper: &PaperTicket, now: i64) -> Outcome {
        scan(&paper.to_code(), &self.bundle, &mut self.log, now)
            .unwrap()
            .outcome
    }
}

#[test]
fn a_paper_comes_in_once_and_is_shown_the_way() {
    let mut gate = TestGate::first();
    let Outcome::Admit(tickets) = gate.scan(&paper()) else {
        panic!()
    };
    let [ticket] = tickets.as_slice() else {
        panic!("{tickets:?}")
    };
    assert_eq!((ticket.ticket, ticket.slot), (TicketId(1), None));
    assert_eq!((ticket.seat.row(), ticket.door.as_str()), ("C", "3"));
    assert_eq!(gate.scan(&paper()), Outcome::AlreadyInside);
    let rows = gate.log.to_upload(10).unwrap();
    let of_papers: Vec<_> = rows
        .iter()
        .map(|row| (row.card, row.ticket.map(|(ticket, _)| ticket), row.serial))
        .collect();
    assert_eq!(
        of_papers,
        [(None, Some(TicketId(1)), Some(SERIAL)), (None, None, None)]
    );
    assert_eq!(gate.log.inside(CONCERT).unwrap(), 1);
}

#[test]
fn every_refusal_has_its_word() {
    let refused = |paper: &PaperTicket| TestGate::first().scan(paper);
    let of_event = |event: u32| {
        let event = EventId(event);
        printed(TicketBody { event, ..body(1) }, SERIAL, 2)
    };
    assert_eq!(refused(&of_event(8)).word(), "not_this_event");
    let stranger = body(1).sign(&SigningKey::from_bytes(&[6; 32]));
    let forged = binding(CONCERT)
        .for_terminal(KIOSK)
        .bind_paper(stranger, SERIAL, 2);
    assert_eq!(refused(&forged), Outcome::Forged);
    let mut other_serial = paper();
    other_serial.serial += 1;
    assert_eq!(refused(&other_serial), Outcome::Forged);
    let east = TicketBody {
        entrance: 1,
        ..body(1)
    };
    assert_eq!(refused(&printed(east, SERIAL, 2)).word(), "not_this_gate");
    let mut gate = TestGate::first();
    assert_eq!(
        gate.scan_at(&paper(), START - HOUR - 1),
        Outcome::TooEarly { from: START - HOUR }
    );
    assert_eq!(
        gate.scan_at(&paper(), START + 2 * HOUR + 1),
        Outcome::TooLate {
            until: START + 2 * HOUR
        }
    );
    let unreadable = scan("4821-0937-5562", &gate.bundle, &mut gate.log, NOW).unwrap();
    assert_eq!(unreadable.outcome, Outcome::Unreadable);
    assert!(
        gate.log
            .to_upload(10)
            .unwrap()
            .iter()
            .all(|row| row.ticket.is_none())
    );
    assert_eq!(gate.scan(&paper()).word(), "admit");
}

#[test]
fn a_card_binding_on_a_paper_is_forged() {
    let bound = bound(body(1), uid(1), 2);
    let mut copied = paper();
    copied.mac = bound.mac;
    assert_eq!(TestGate::first().scan(&copied), Outcome::Forged);
}

#[test]
fn recalls_stop_a_paper_up_to_their_epoch_and_a_kiosk_altogether() {
    let mut gate = TestGate::first();
    gate.bundle.recalled.push(Recall {
        ticket: TicketId(1),
        epoch: 1,
    });
    assert_eq!(gate.scan(&paper()), Outcome::Recalled);
    let reissued = TicketBody {
        epoch: 2,
        ..body(1)
    };
    assert_eq!(gate.scan(&printed(reissued, SERIAL, 1)).word(), "admit");
    gate.bundle.recalled_terminals.push(KIOSK);
    assert_eq!(gate.scan(&printed(body(2), SERIAL, 2)), Outcome::Recalled);
}

/// "It did not come out", said a clerk, and the next print has another serial.
#[test]
fn a_void_serial_stops_that_print_of_that_ticket_alone() {
    let mut gate = TestGate::first();
    gate.bundle.void_serials.push(VoidSerial {
        ticket: TicketId(1),
        serial: SERIAL,
    });
    assert_eq!(gate.scan(&paper()), Outcome::VoidPaper);
    assert_eq!(
        gate.scan(&printed(body(2), SERIAL, 2)).word(),
        "admit",
        "another ticket under the same serial"
    );
    assert_eq!(
        gate.scan(&printed(body(1), SERIAL + 1, 2)).word(),
        "admit",
        "the next print"
    );
    assert_eq!(gate.scan(&paper()), Outcome::VoidPaper);
}

#[test]
fn what_does_not_admit_on_a_card_does_not_on_paper() {
    for kind in [TicketKind::Voucher, TicketKind::Membership] {
        let item = TicketBody { kind, ..body(1) };
        assert_eq!(
            TestGate::first().scan(&printed(item, SERIAL, 2)),
            Outcome::NoTicket
        );
    }
}

#[test]
fn leaving_and_coming_back_is_the_logs_word() {
    let (mut entry, mut exit) = (TestGate::first(), TestGate::numbered(1, Passage::Out));
    assert_eq!(exit.scan(&paper()), Outcome::NotInside);
    assert_eq!(entry.scan(&paper()).word(), "admit");
    exit.log.merge(&entry.log.to_upload(10).unwrap()).unwrap();
    assert_eq!(exit.scan_at(&paper(), NOW + 1).word(), "leave");
    entry.log.merge(&exit.log.to_upload(10).unwrap()).unwrap();
    assert_eq!(entry.scan_at(&paper(), NOW + 2).word(), "readmit");
    assert_eq!(entry.scan_at(&paper(), NOW + 3), Outcome::AlreadyInside);
    let mut strict = TestGate::first();
    strict.bundle.events[0].reentry = Reentry::Never;
    let rows = [
        entry.log.to_upload(2).unwrap(),
        exit.log.to_upload(10).unwrap(),
    ]
    .concat();
    let other_gate = rows.into_iter().map(|mut row| {
        row.gate = TerminalId(row.gate.0 + 100);
        row
    });
    strict
        .log
        .merge(
            &other_gate
                .filter(|row| row.at <= NOW + 1)
                .collect::<Vec<_>>(),
        )
        .unwrap();
    assert_eq!(strict.scan_at(&paper(), NOW + 2), Outcome::NoReentry);
}

#[test]
fn copies_are_stopped_by_the_shared_log_and_by_nothing_else() {
    let (mut first, mut second) = (TestGate::first(), TestGate::numbered(1, Passage::In));
    assert_eq!(first.scan(&paper()).word(), "admit");
    let mut partitioned = TestGate::numbered(2, Passage::In);
    assert_eq!(
        partitioned.scan(&paper()).word(),
        "admit",
        "a gate that cannot talk lets one copy in"
    );
    second.log.merge(&first.log.to_upload(10).unwrap()).unwrap();
    assert_eq!(second.scan(&paper()), Outcome::AlreadyInside);
}

#[test]
fn a_paper_and_a_card_with_the_same_ticket_know_of_each_other() {
    let mut gate = TestGate::first();
    let mut card = card_with(vec![body(1)]);
    assert_eq!(gate.scan(&paper()).word(), "admit");
    assert_eq!(gate.tap(&mut card), Outcome::AlreadyInside);
    let mut gate = TestGate::first();
    assert_eq!(gate.tap(&mut card).word(), "admit");
    assert_eq!(gate.scan(&paper()), Outcome::AlreadyInside);
    let lent = TicketBody {
        flags: TicketFlags::TRANSFERABLE_AFTER_ENTRY,
        ..body(1)
    };
    let lent = printed(lent, SERIAL, 2);
    assert_eq!(
        gate.scan_at(&lent, NOW + 1).word(),
        "admit",
        "passed on inside"
    );
    assert_eq!(gate.scan_at(&lent, NOW + 2), Outcome::AlreadyInside);
}

/// A log written by the first release, which knew no papers.
#[test]
fn a_log_without_serials_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("entrance.db");
    let old = rusqlite::Connection::open(&path).unwrap();
    old.execute_batch(include_str!("fixtures/log-v1.sql"))
        .unwrap();
    drop(old);
    let mut gate = TestGate::first();
    gate.log = EntranceLog::open(&path, gate.bundle.gate.terminal).unwrap();
    assert_eq!(
        gate.scan(&paper()),
        Outcome::AlreadyInside,
        "came in by card"
    );
    assert_eq!(gate.scan(&printed(body(2), SERIAL, 2)).word(), "admit");
    let rows = gate.log.to_upload(10).unwrap();
    assert_eq!((rows[0].card, rows[0].serial), (Some(uid(1)), None));
    assert_eq!((rows[2].card, rows[2].serial), (None, Some(SERIAL)));
}
