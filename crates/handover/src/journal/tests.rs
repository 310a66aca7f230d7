//! A disk with no room. SQLite's own limit of pages stands for it: the database then refuses with the same word, SQLITE_FULL.

use kippu_api::orders::Claim;
use kippu_ticket::{code::ResumeCode, ids::CardUid};

use super::*;
use crate::transition::{self, Birth};

/// A journal, and a row that is in it.
fn with_one_row(folder: &Path) -> (Journal, Handover) {
    let key = JournalKey::from_bytes([1; 32]);
    let mut journal = Journal::open(&folder.join("journal"), &key).unwrap();
    let row = row(&journal, 1, "an order");
    journal.put(&row, None).unwrap();
    (journal, row)
}

fn row(journal: &Journal, id: u8, order: &str) -> Handover {
    let birth = Birth {
        id: HandoverId([id; 16]),
        incarnation: journal.incarnation(),
        code: ResumeCode::of(8),
        now: 1_800_000_000_000_000,
    };
    let claim = Claim::Order(order.into());
    transition::claim(birth, claim, None, CardUid([4; 7]), 8)
}

/// A row that takes several pages, so that no free space within the file does for it.
fn large(journal: &Journal) -> Handover {
    row(journal, 2, &"x".repeat(50_000))
}

/// Lets the file have so many pages more than it has.
fn allow(journal: &Journal, more: u32) {
    let pages: u32 = journal
        .db
        .pragma_query_value(None, "page_count", |row| row.get(0))
        .unwrap();
    journal
        .db
        .pragma_update_and_check(None, "max_page_count", pages + more, |_| Ok(()))
        .unwrap();
}

#[test]
fn a_row_with_no_room_is_refused_whole_and_goes_in_later() {
    let folder = tempfile::tempdir().unwrap();
    let (mut journal, first) = with_one_row(folder.path());
    let large = large(&journal);
    allow(&journal, 0);
    assert!(matches!(journal.put(&large, None), Err(StoreFault::Full)));
    assert_eq!(journal.open_rows().unwrap(), std::slice::from_ref(&first));
    allow(&journal, 100);
    journal.put(&large, None).unwrap();
    assert_eq!(journal.open_rows().unwrap(), [first, large]);
}

#[test]
fn nothing_new_after_a_refusal_until_the_disk_takes_something_again() {
    let folder = tempfile::tempdir().unwrap();
    let (mut journal, first) = with_one_row(folder.path());
    let large = large(&journal);
    journal.may_begin().unwrap();
    allow(&journal, 0);
    // Nobody has tried to write yet, and the file system has room.
    journal.may_begin().unwrap();
    assert!(journal.put(&large, None).is_err());
    assert!(matches!(journal.may_begin(), Err(StoreFault::Full)));
    assert!(matches!(journal.may_begin(), Err(StoreFault::Full)));
    allow(&journal, 100);
    journal.may_begin().unwrap();
    assert_eq!(journal.open_rows().unwrap(), [first]);
    let trials: u32 = journal
        .db
        .query_row(
            "SELECT count(*) FROM meta WHERE name = 'trial'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(trials, 0, "the trial is gone");
}

#[test]
fn a_folder_that_is_gone_is_no_place_to_begin() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("kiosk");
    std::fs::create_dir(&place).unwrap();
    let (mut journal, _) = with_one_row(&place);
    std::fs::rename(&place, folder.path().join("away")).unwrap();
    assert!(matches!(journal.may_begin(), Err(StoreFault::Database(_))));
    std::fs::rename(folder.path().join("away"), &place).unwrap();
    journal.may_begin().unwrap();
}
