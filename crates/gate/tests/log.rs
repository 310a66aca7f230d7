//! The entrance log: what survives a crash, and what merges.

mod support;

use kippu_gate::{
    bundle::Passage,
    decision::Mark,
    log::{EntranceLog, Intent},
    outcome::Outcome,
};
use kippu_ticket::ids::{Generation, TerminalId, TicketId};
use support::*;

const GATE: TerminalId = TerminalId(201);
const GENERATION: Generation = Generation { epoch: 1, hop: 1 };

fn intent(ticket: u64, value: u8) -> Intent {
    Intent {
        mark: Mark {
            ticket: TicketId(ticket),
            slot: 0,
            value,
        },
        generation: GENERATION,
    }
}

#[test]
fn an_intent_survives_the_process_until_it_is_closed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("entrance.db");
    let mut log = EntranceLog::open(&path, GATE).unwrap();
    log.intend(uid(1), &[intent(1, 1)], NOW).unwrap();
    drop(log);
    let mut log = EntranceLog::open(&path, GATE).unwrap();
    let open = log.about(uid(1), &[TicketId(1)]).unwrap().open;
    let first = open[&TicketId(1)];
    assert_eq!((first.mark, first.generation), (1, GENERATION));
    // A new intent for the ticket means that the card was looked at: the old one did not happen.
    let second = log.intend(uid(1), &[intent(1, 3)], NOW).unwrap();
    assert_eq!(
        log.about(uid(1), &[]).unwrap().open[&TicketId(1)].intent,
        second[0]
    );
    log.void(&second).unwrap();
    assert!(log.about(uid(1), &[]).unwrap().open.is_empty());
    assert!(log.about(uid(2), &[]).unwrap().open.is_empty());
}

#[test]
fn rows_wait_for_upload_in_order() {
    let mut log = EntranceLog::in_memory(GATE).unwrap();
    for at in [NOW, NOW + 1, NOW + 2] {
        log.record(CONCERT, None, &Outcome::NoTicket, &[], &[], at)
            .unwrap();
    }
    let rows = log.to_upload(2).unwrap();
    assert_eq!(
        rows.iter()
            .map(|row| (row.row, row.at, row.event))
            .collect::<Vec<_>>(),
        [(1, NOW, CONCERT), (2, NOW + 1, CONCERT)]
    );
    log.uploaded(2).unwrap();
    log.uploaded(1).unwrap();
    assert_eq!(
        log.to_upload(10)
            .unwrap()
            .iter()
            .map(|row| row.row)
            .collect::<Vec<_>>(),
        [3]
    );
}

#[test]
fn logs_of_several_gates_merge_in_any_order() {
    let mut card = card_with(vec![body(1)]);
    let (mut entry, mut exit) = (TestGate::first(), TestGate::numbered(1, Passage::Out));
    entry.tap(&mut card);
    exit.tap_at(&mut card, NOW + 1);
    let (entries, exits) = (
        entry.log.to_upload(10).unwrap(),
        exit.log.to_upload(10).unwrap(),
    );
    let mut third = TestGate::numbered(2, Passage::In);
    assert_eq!(third.log.merge(&exits).unwrap(), 1);
    assert_eq!(third.log.merge(&entries).unwrap(), 1);
    assert_eq!(third.log.merge(&entries).unwrap(), 0);
    assert_eq!(
        third.log.inside(CONCERT).unwrap(),
        0,
        "the later row counts, whatever came first"
    );
    assert!(
        third.log.to_upload(10).unwrap().is_empty(),
        "others upload their own rows"
    );
    let passed = third.log.about(uid(1), &[TicketId(1)]).unwrap().passages[&TicketId(1)];
    assert!(!passed.inside);
}
