//! Whose copy of a journal this is (R14): an older one that was put back is a stranger to the platform, and a power cut makes none.

use std::fs;

use kippu_handover::{
    journal::Journal,
    seal::JournalKey,
    store::{Store as _, StoreFault},
};

use crate::{journal_in, key, purchase};

#[test]
fn reopening_keeps_the_incarnation_and_an_older_copy_gets_another() {
    let folder = tempfile::tempdir().unwrap();
    let (path, copy) = (folder.path().join("journal"), folder.path().join("copy"));
    let mut journal = journal_in(folder.path());
    let first = journal.incarnation();
    journal.put(&purchase(), None).unwrap();
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
fn a_mark_that_cannot_be_written_again_and_again_keeps_the_incarnation() {
    let folder = tempfile::tempdir().unwrap();
    let first = journal_in(folder.path()).incarnation();
    // What stands in the mark's way stops it as a full disk does: the file's own write went well before.
    let in_the_way = folder.path().join("journal.mark-new");
    fs::create_dir(&in_the_way).unwrap();
    for _ in 0..3 {
        assert!(Journal::open(&folder.path().join("journal"), &key()).is_err());
    }
    fs::remove_dir(&in_the_way).unwrap();
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
