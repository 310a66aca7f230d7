//! The journal as a file: bytes that outlive a release, keys, incarnations and what is refused.

mod incarnations;

use std::{fs, path::Path};

use kippu_api::{
    handovers::{Purpose, Report, ReportedOutcome, TicketOnCard},
    orders::Claim,
};
use kippu_handover::{
    facts::Standing,
    journal::Journal,
    row::{
        BadRow, Destination, Event, Handover, Incarnation, Intent, Item, ItemState, Paper, Place,
        ProblemCodeName, Ready, Right, Source,
    },
    seal::JournalKey,
    store::{KnownPlatform, Receipt, Store, StoreFault},
};
use kippu_ticket::{
    code::ResumeCode,
    ids::{CardUid, EventId, Generation, HandoverId, OperationId, Step, TicketId},
};

// Frozen: what terminals have on disk. A new version gets new ones.
const ROW_V1: &str = include_str!("../fixtures/handover-v1.json");
const REPORT_V1: &str = include_str!("../fixtures/report-v1.json");
const FILE_V1: &str = include_str!("../fixtures/journal-v1.sql");
const ROWS_V2: &str = include_str!("../fixtures/handovers-v2.json");
const REPORT_FROM_CARD: &str = include_str!("../fixtures/report-v1-from-card.json");
const FILE_V2: &str = include_str!("../fixtures/journal-v2.sql");

const GIVER: CardUid = CardUid([0x04, 1, 2, 3, 4, 5, 6]);
const RECEIVER: CardUid = CardUid([0x04, 7, 8, 9, 10, 11, 12]);

fn key() -> JournalKey {
    JournalKey::from_bytes([7; 32])
}

fn operation(id: HandoverId, step: Step, attempt: u8) -> OperationId {
    OperationId {
        handover: id,
        step,
        attempt,
    }
}

fn item(ticket: u64, state: ItemState) -> Item {
    Item {
        ticket: TicketId(ticket),
        event: EventId(603),
        generation: Generation { epoch: 2, hop: 1 },
        record: vec![0xA5; 126],
        ready: None,
        state,
    }
}

fn event() -> Event {
    Event {
        event: 603,
        name: "La Traviata 椿姫".into(),
        venue: "Teatro".into(),
        doors_open: 1_800_000_000,
        starts: 1_800_003_600,
        utc_offset_minutes: 60,
    }
}

/// The purchase of the fixtures of version 1: one ticket given, one in between, one that stayed.
fn purchase() -> Handover {
    let id = HandoverId([0x11; 16]);
    Handover {
        id,
        incarnation: Incarnation([0x22; 16]),
        source: Source::Claim {
            claim: Claim::Order("9f8e7d".into()),
            code: None,
            card: GIVER,
            room: 2,
            stayed: vec![TicketId(1003)],
        },
        destination: Destination::Card {
            card: Some(GIVER),
            only_what_fits: true,
        },
        named: None,
        right: Right::Held { fence: 5 },
        // Version 1 had no code: it follows from the id.
        code: ResumeCode::of(0x1111_1111_1111_1111),
        events: vec![event()],
        items: vec![item(1001, ItemState::Given), item(1002, ItemState::Pending)],
        pending: Some(Intent {
            operation: operation(id, Step::Give, 2),
            place: Place::Card {
                card: GIVER,
                sequence: 41,
            },
            items: vec![TicketId(1002)],
            reported_unknown: true,
        }),
        releasing: None,
        released: false,
        attempts: 2,
        papers: Vec::new(),
        created: 1_800_000_000_000_000,
        changed: 1_800_000_001_000_000,
    }
}

/// One given, one bound and in between, one paper void and one out, one that stayed.
fn assignment() -> Handover {
    let id = HandoverId([0x33; 16]);
    let mut between = item(1002, ItemState::Pending);
    between.ready = Some(Ready {
        card: GIVER,
        generation: Generation { epoch: 2, hop: 2 },
        record: vec![0x5A; 126],
    });
    Handover {
        id,
        source: Source::Card {
            card: GIVER,
            sequence: 41,
            purpose: Purpose::Assignment,
        },
        destination: Destination::Giver,
        named: Some(RECEIVER),
        right: Right::Held { fence: 0 },
        code: ResumeCode::of(7),
        items: vec![
            item(1001, ItemState::Given),
            between,
            item(1003, ItemState::Printed),
            item(1004, ItemState::Stayed),
        ],
        pending: Some(Intent {
            operation: operation(id, Step::GiveBack, 4),
            place: Place::Card {
                card: GIVER,
                sequence: 42,
            },
            items: vec![TicketId(1002)],
            reported_unknown: false,
        }),
        attempts: 4,
        papers: vec![
            Paper {
                serial: 77,
                ticket: TicketId(1003),
                came_out: false,
            },
            Paper {
                serial: u64::MAX,
                ticket: TicketId(1003),
                came_out: true,
            },
        ],
        ..purchase()
    }
}

/// A print nobody has confirmed.
fn paper() -> Handover {
    let id = HandoverId([0x44; 16]);
    Handover {
        id,
        source: Source::Card {
            card: GIVER,
            sequence: 0,
            purpose: Purpose::Paper,
        },
        destination: Destination::Paper,
        code: ResumeCode::of(8),
        items: vec![item(1005, ItemState::Pending)],
        pending: Some(Intent {
            operation: operation(id, Step::Print, 2),
            place: Place::Paper {
                serial: 78,
                record: vec![0x77; 141],
            },
            items: vec![TicketId(1005)],
            reported_unknown: false,
        }),
        ..purchase()
    }
}

/// A park that may have arrived.
fn parking() -> Handover {
    let id = HandoverId([0x55; 16]);
    Handover {
        id,
        source: Source::Card {
            card: GIVER,
            sequence: 3,
            purpose: Purpose::Parking,
        },
        destination: Destination::Platform,
        items: vec![item(1006, ItemState::Pending)],
        pending: Some(Intent {
            operation: operation(id, Step::Park, 2),
            place: Place::Platform,
            items: vec![TicketId(1006)],
            reported_unknown: false,
        }),
        ..purchase()
    }
}

/// A pick-up with a code that is being released, one that was, and one that was refused.
fn pick_ups() -> [Handover; 3] {
    let source = Source::Claim {
        claim: Claim::Parcel("p-1".into()),
        code: Some(ResumeCode::of(9)),
        card: RECEIVER,
        room: 12,
        stayed: Vec::new(),
    };
    let releasing = Handover {
        id: HandoverId([0x66; 16]),
        source: source.clone(),
        destination: Destination::Elsewhere,
        items: vec![item(1007, ItemState::Kept)],
        pending: None,
        releasing: Some(3),
        attempts: 3,
        ..purchase()
    };
    let released = Handover {
        id: HandoverId([0x67; 16]),
        released: true,
        ..releasing.clone()
    };
    let refused = Handover {
        id: HandoverId([0x77; 16]),
        source,
        right: Right::Refused {
            code: ProblemCodeName("wrong_state".into()),
        },
        events: Vec::new(),
        items: Vec::new(),
        pending: None,
        attempts: 0,
        ..purchase()
    };
    [releasing, released, refused]
}

fn rows_v2() -> Vec<Handover> {
    let mut rows = vec![purchase(), assignment(), paper(), parking()];
    rows.extend(pick_ups());
    rows
}

fn report() -> Report {
    Report {
        row: 0,
        incarnation: Incarnation([0x22; 16]).to_string(),
        order: Some("9f8e7d".into()),
        fence: 5,
        card: GIVER,
        giver: None,
        receiver: None,
        step: Step::Give,
        attempt: 2,
        tickets: vec![TicketId(1002)],
        records: Vec::new(),
        serial: None,
        code: None,
        outcome: ReportedOutcome::Unknown,
        before: Some(serde_json::json!({ "sequence": 41, "ring": [], "slots": [] })),
        after: None,
        proof: None,
        at: 1_800_000_001_000_000,
    }
}

/// With everything a report of tickets from a card can say.
fn report_from_card() -> Report {
    Report {
        order: None,
        giver: Some(GIVER),
        receiver: Some(RECEIVER),
        step: Step::Print,
        tickets: vec![TicketId(1005)],
        records: vec![TicketOnCard {
            ticket: TicketId(1005),
            event: EventId(603),
            epoch: 2,
            hop: 1,
            record: "a5".repeat(126),
        }],
        serial: Some(78),
        code: Some(ResumeCode::of(8)),
        outcome: ReportedOutcome::PaperVoid,
        before: None,
        ..report()
    }
}

fn journal_in(folder: &Path) -> Journal {
    Journal::open(&folder.join("journal"), &key()).unwrap()
}

/// Ended, so that it can be forgotten.
fn ended() -> Handover {
    let mut row = purchase();
    row.pending = None;
    row.items[1].state = ItemState::LeftAtPlatform;
    row
}

#[test]
fn rows_and_reports_of_version_1_read_as_what_they_are_now() {
    assert_eq!(Handover::read(1, ROW_V1.as_bytes()).unwrap(), purchase());
    assert_eq!(serde_json::from_str::<Report>(REPORT_V1).unwrap(), report());
}

#[test]
fn rows_and_reports_of_version_2_are_written_as_they_are_read() {
    let frozen: Vec<serde_json::Value> = serde_json::from_str(ROWS_V2).unwrap();
    let rows = rows_v2();
    assert_eq!(frozen.len(), rows.len());
    for (frozen, row) in frozen.iter().zip(&rows) {
        let json = frozen.to_string();
        assert_eq!(Handover::read(2, json.as_bytes()).unwrap(), *row);
        assert_eq!(serde_json::to_value(row).unwrap(), *frozen);
    }
    let frozen: serde_json::Value = serde_json::from_str(REPORT_FROM_CARD).unwrap();
    assert_eq!(
        serde_json::from_str::<Report>(REPORT_FROM_CARD).unwrap(),
        report_from_card()
    );
    assert_eq!(serde_json::to_value(report_from_card()).unwrap(), frozen);
}

#[test]
fn a_row_of_a_newer_program_is_not_guessed_at() {
    let read = Handover::read(3, ROW_V1.as_bytes());
    assert!(matches!(read, Err(BadRow::Newer(3))), "{read:?}");
    let read = Handover::read(2, ROW_V1.as_bytes());
    assert!(matches!(read, Err(BadRow::Json(_))), "{read:?}");
}

fn file_of(sql: &str) -> (tempfile::TempDir, Journal) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    rusqlite::Connection::open(&path)
        .unwrap()
        .execute_batch(sql)
        .unwrap();
    let journal = Journal::open(&path, &key()).unwrap();
    (folder, journal)
}

#[test]
fn a_file_of_version_1_opens_with_its_key_and_goes_on_in_version_2() {
    let (folder, mut journal) = file_of(FILE_V1);
    assert_eq!(journal.incarnation(), Incarnation([0x22; 16]));
    assert_eq!(journal.open_rows().unwrap(), [purchase()]);
    let unsent = journal.unsent().unwrap();
    assert_eq!(unsent.len(), 1);
    assert_eq!(unsent[0].handover, purchase().id);
    assert_eq!(unsent[0].report, Report { row: 1, ..report() });
    assert_eq!(journal.known_platform().unwrap(), KnownPlatform::default());
    let mut changed = purchase();
    changed.named = Some(RECEIVER);
    journal.put(&changed, None).unwrap();
    drop(journal);
    assert_eq!(journal_in(folder.path()).open_rows().unwrap(), [changed]);
}

#[test]
fn a_file_with_rows_of_version_2_opens_with_its_key() {
    let (_folder, journal) = file_of(FILE_V2);
    let open: Vec<_> = rows_v2().into_iter().filter(Handover::is_open).collect();
    assert_eq!(journal.open_rows().unwrap(), open);
    for row in rows_v2() {
        assert_eq!(journal.get(row.id).unwrap(), Some(row));
    }
    let [_, released, _] = pick_ups();
    assert_eq!(journal.released_rows().unwrap(), [released]);
    let unsent = journal.unsent().unwrap();
    assert_eq!(unsent.len(), 1);
    assert_eq!(unsent[0].handover, paper().id);
    assert_eq!(
        unsent[0].report,
        Report {
            row: 1,
            ..report_from_card()
        }
    );
    let known = KnownPlatform {
        told: Some("1".into()),
        telling: Some("2".into()),
    };
    assert_eq!(journal.known_platform().unwrap(), known);
}

#[test]
fn what_is_put_is_there_after_reopening_and_unreadable_on_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = journal_in(folder.path());
    journal.put(&purchase(), Some(&report())).unwrap();
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
    assert_eq!(journal.get(purchase().id).unwrap().unwrap(), purchase());
    assert_eq!(
        journal.open_rows().unwrap()[0].standing(),
        Standing::Unknown(Step::Give)
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
fn another_life_of_the_platform_is_told_everything_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = journal_in(folder.path());
    for attempt in 1..=2 {
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
    journal.mark_sent(1, &Receipt::Accepted).unwrap();
    journal
        .mark_sent(2, &Receipt::Refused("not yours".into()))
        .unwrap();
    journal.told("1").unwrap();
    journal.resend_all("2").unwrap();
    let known = KnownPlatform {
        told: Some("1".into()),
        telling: Some("2".into()),
    };
    drop(journal);
    let mut journal = journal_in(folder.path());
    assert_eq!(journal.known_platform().unwrap(), known);
    let rows: Vec<_> = journal
        .unsent()
        .unwrap()
        .iter()
        .map(|out| out.report.row)
        .collect();
    assert_eq!(rows, [1, 2], "in order, the refused one as well");
    assert_eq!(journal.refused_reports().unwrap(), []);
    for row in rows {
        journal.mark_sent(row, &Receipt::Accepted).unwrap();
    }
    journal.told("2").unwrap();
    drop(journal);
    let journal = journal_in(folder.path());
    assert_eq!(journal.known_platform().unwrap().told.as_deref(), Some("2"));
    assert_eq!(journal.unsent().unwrap(), []);
}

#[test]
fn only_a_settled_handover_is_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = journal_in(folder.path());
    journal.put(&purchase(), None).unwrap();
    assert!(matches!(
        journal.forget(purchase().id),
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
