//! The journal as a file: bytes that outlive a release, keys, incarnations and what is refused.

use std::{fs, path::Path};

use kippu_api::handovers::{Report, ReportedOutcome};
use kippu_handover::{
    journal::Journal,
    row::{Event, GrantStanding, Handover, Holder, Incarnation, Intent, Item, ItemState, Standing},
    seal::JournalKey,
    store::{Receipt, Store, StoreFault},
};
use kippu_ticket::ids::{CardUid, Generation, HandoverId, OperationId, Step, TicketId};

const ROW: &str = include_str!("fixtures/handover-v1.json");
const REPORT: &str = include_str!("fixtures/report-v1.json");
const FILE: &str = include_str!("fixtures/journal-v1.sql");

fn key() -> JournalKey {
    JournalKey::from_bytes([7; 32])
}

/// The handover of the fixtures: one ticket given, one in between, one that stayed.
fn handover() -> Handover {
    let id = HandoverId([0x11; 16]);
    let item = |ticket, state| Item {
        ticket: TicketId(ticket),
        generation: Generation { epoch: 2, hop: 1 },
        record: vec![0xA5; 126],
        state,
    };
    Handover {
        id,
        incarnation: Incarnation([0x22; 16]),
        from: Holder::Platform,
        to: Holder::Card(CardUid([0x04, 1, 2, 3, 4, 5, 6])),
        order: Some("9f8e7d".into()),
        room: 2,
        grant: GrantStanding::Granted {
            fence: 5,
            event: Event {
                event: 603,
                name: "La Traviata 椿姫".into(),
                venue: "Teatro".into(),
                doors_open: 1_800_000_000,
                starts: 1_800_003_600,
                utc_offset_minutes: 60,
            },
            stayed: vec![TicketId(1003)],
        },
        items: vec![item(1001, ItemState::Given), item(1002, ItemState::Giving)],
        pending: Some(Intent {
            operation: OperationId {
                handover: id,
                step: Step::Give,
                attempt: 2,
            },
            card: CardUid([0x04, 1, 2, 3, 4, 5, 6]),
            sequence: 41,
            items: vec![TicketId(1002)],
            reported_unknown: true,
        }),
        attempts: 2,
        leaving: false,
        created: 1_800_000_000_000_000,
        changed: 1_800_000_001_000_000,
    }
}

fn report() -> Report {
    Report {
        row: 0,
        incarnation: Incarnation([0x22; 16]).to_string(),
        order: Some("9f8e7d".into()),
        fence: 5,
        card: CardUid([0x04, 1, 2, 3, 4, 5, 6]),
        step: Step::Give,
        attempt: 2,
        tickets: vec![TicketId(1002)],
        outcome: ReportedOutcome::Unknown,
        before: Some(serde_json::json!({ "sequence": 41, "ring": [], "slots": [] })),
        after: None,
        proof: None,
        at: 1_800_000_001_000_000,
    }
}

fn journal_in(folder: &Path) -> Journal {
    Journal::open(&folder.join("journal"), &key()).unwrap()
}

/// Ended, so that it can be forgotten.
fn ended() -> Handover {
    let mut row = handover();
    row.pending = None;
    row.items[1].state = ItemState::LeftAtPlatform;
    row
}

#[test]
fn rows_and_reports_of_version_1_read_as_they_were_written() {
    assert_eq!(serde_json::from_str::<Handover>(ROW).unwrap(), handover());
    assert_eq!(serde_json::from_str::<Report>(REPORT).unwrap(), report());
    let again: serde_json::Value = serde_json::from_str(ROW).unwrap();
    assert_eq!(serde_json::to_value(handover()).unwrap(), again);
}

#[test]
fn a_file_of_version_1_opens_with_its_key() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    rusqlite::Connection::open(&path)
        .unwrap()
        .execute_batch(FILE)
        .unwrap();
    let journal = Journal::open(&path, &key()).unwrap();
    assert_eq!(journal.incarnation(), Incarnation([0x22; 16]));
    assert_eq!(journal.open_rows().unwrap(), [handover()]);
    let unsent = journal.unsent().unwrap();
    assert_eq!(unsent.len(), 1);
    assert_eq!(unsent[0].handover, handover().id);
    assert_eq!(unsent[0].report, Report { row: 1, ..report() });
}

#[test]
fn what_is_put_is_there_after_reopening_and_unreadable_on_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = journal_in(folder.path());
    journal.put(&handover(), Some(&report())).unwrap();
    drop(journal);
    for entry in fs::read_dir(folder.path()).unwrap() {
        let bytes = fs::read(entry.unwrap().path()).unwrap();
        assert!(
            !bytes
                .windows(8)
                .any(|window| window == b"a5a5a5a5" || window == [0xA5; 8])
        );
        assert!(!bytes.windows(6).any(|window| window == b"Teatro"));
    }
    let journal = journal_in(folder.path());
    assert_eq!(journal.get(handover().id).unwrap().unwrap(), handover());
    assert_eq!(
        journal.open_rows().unwrap()[0].standing(),
        Standing::Unknown
    );
    assert_eq!(journal.get(HandoverId([0; 16])).unwrap(), None);
}

#[test]
fn the_outbox_keeps_order_until_each_report_is_answered() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = journal_in(folder.path());
    for attempt in 1..=3 {
        journal
            .put(
                &ended(),
                Some(&Report {
                    attempt,
                    ..report()
                }),
            )
            .unwrap();
    }
    let rows: Vec<_> = journal
        .unsent()
        .unwrap()
        .iter()
        .map(|out| (out.report.row, out.report.attempt))
        .collect();
    assert_eq!(rows, [(1, 1), (2, 2), (3, 3)]);
    journal.mark_sent(1, &Receipt::Accepted).unwrap();
    journal
        .mark_sent(2, &Receipt::Refused("not yours".into()))
        .unwrap();
    drop(journal);
    let mut journal = journal_in(folder.path());
    assert_eq!(journal.unsent().unwrap().len(), 1);
    assert_eq!(journal.refused_reports().unwrap()[0].1, "not yours");
    journal.mark_sent(3, &Receipt::Accepted).unwrap();
    assert!(
        matches!(journal.forget(ended().id), Err(StoreFault::NotSettled)),
        "a refused report is kept for the clerk"
    );
}

#[test]
fn only_a_settled_handover_is_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = journal_in(folder.path());
    journal.put(&handover(), None).unwrap();
    assert!(matches!(
        journal.forget(handover().id),
        Err(StoreFault::NotSettled)
    ));
    journal.put(&ended(), Some(&report())).unwrap();
    assert!(matches!(
        journal.forget(ended().id),
        Err(StoreFault::NotSettled)
    ));
    journal.mark_sent(1, &Receipt::Accepted).unwrap();
    journal.forget(ended().id).unwrap();
    assert_eq!(journal.get(ended().id).unwrap(), None);
}

#[test]
fn reopening_keeps_the_incarnation_and_an_older_copy_gets_another() {
    let folder = tempfile::tempdir().unwrap();
    let (path, copy) = (folder.path().join("journal"), folder.path().join("copy"));
    let mut journal = journal_in(folder.path());
    let first = journal.incarnation();
    journal.put(&handover(), None).unwrap();
    drop(journal);
    assert_eq!(journal_in(folder.path()).incarnation(), first);
    fs::copy(&path, &copy).unwrap();
    assert_eq!(journal_in(folder.path()).incarnation(), first);
    // Somebody puts the copy back.
    fs::copy(&copy, &path).unwrap();
    let restored = journal_in(folder.path());
    let second = restored.incarnation();
    assert_ne!(second, first);
    assert_eq!(
        restored.open_rows().unwrap().len(),
        1,
        "the rows are still there to be looked at"
    );
    drop(restored);
    assert_eq!(journal_in(folder.path()).incarnation(), second);
    // Somebody replaces it with an empty one.
    fs::remove_file(&path).unwrap();
    let third = journal_in(folder.path()).incarnation();
    assert!(third != first && third != second);
}

#[test]
fn a_power_cut_between_file_and_mark_keeps_the_incarnation() {
    let folder = tempfile::tempdir().unwrap();
    let mark = folder.path().join("journal.mark");
    let first = journal_in(folder.path()).incarnation();
    let before = fs::read(&mark).unwrap();
    drop(journal_in(folder.path()));
    fs::write(&mark, before).unwrap();
    assert_eq!(journal_in(folder.path()).incarnation(), first);
}

#[test]
fn another_process_another_key_a_newer_file_and_a_broken_mark_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    let open = journal_in(folder.path());
    assert!(matches!(
        Journal::open(&path, &key()),
        Err(StoreFault::Database(_))
    ));
    drop(open);
    assert!(matches!(
        Journal::open(&path, &JournalKey::from_bytes([8; 32])),
        Err(StoreFault::Sealed)
    ));
    fs::write(folder.path().join("journal.mark"), "what").unwrap();
    assert!(matches!(
        Journal::open(&path, &key()),
        Err(StoreFault::Garbled(_))
    ));
    fs::remove_file(folder.path().join("journal.mark")).unwrap();
    rusqlite::Connection::open(&path)
        .unwrap()
        .pragma_update(None, "user_version", 2)
        .unwrap();
    assert!(matches!(
        Journal::open(&path, &key()),
        Err(StoreFault::Newer(2))
    ));
}
