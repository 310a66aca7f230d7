//! Commands of the real binary: seeding the demo, and being heard by nobody.

use std::{
    path::Path,
    process::{Command, Output},
};

fn platform_center(words: &[&str], data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_platform-center"));
    command.args(words).arg("--data").arg(data);
    command
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr[..]].concat()).into_owned()
}

fn seed(words: &[&str], data: &Path) -> (Option<i32>, String) {
    let output = platform_center(&[&["seed", "demo"], words].concat(), data)
        .output()
        .unwrap();
    (output.status.code(), said(&output))
}

fn sql(data: &Path, text: &str) {
    let sql = rusqlite::Connection::open(data.join("platform.db")).unwrap();
    assert_eq!(sql.execute(text, []).unwrap(), 1);
}

#[test]
fn the_demo_is_seeded_once_and_never_over_itself() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let (code, text) = seed(&["--if-empty"], data);
    assert_eq!((code, text.contains("already")), (Some(0), false), "{text}");

    let kiosk = std::fs::read_to_string(data.join("terminals/kiosk-1.toml")).unwrap();
    let kiosk: toml::Table = kiosk.parse().unwrap();
    assert_eq!(kiosk["store"].as_str(), Some("0101"));
    assert_eq!(
        kiosk["store_name"].as_str(),
        Some("ほしみマート 港町一丁目店")
    );
    assert_eq!(kiosk["zone"].as_str(), Some("Asia/Tokyo"));

    let (code, text) = seed(&[], data);
    assert_eq!(code, Some(1));
    assert!(
        text.contains("has events already") && text.contains("delete"),
        "{text}"
    );
    let (code, text) = seed(&["--if-empty"], data);
    assert_eq!(code, Some(0));
    assert!(
        text.contains("nothing was changed") && !text.contains("stale"),
        "{text}"
    );

    sql(data, "UPDATE events SET starts = 0 WHERE event = 1");
    let (code, text) = seed(&["--if-empty"], data);
    assert_eq!(code, Some(0));
    assert!(text.contains("stale") && text.contains("delete"), "{text}");

    std::fs::remove_file(data.join("terminals/gate-2.toml")).unwrap();
    let (code, text) = seed(&["--if-empty"], data);
    assert_eq!(code, Some(1));
    assert!(text.contains("only a part"), "{text}");
}

#[cfg(unix)]
#[test]
fn only_its_owner_can_read_the_database() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("platform.db");
    // One that an earlier release left open to everybody.
    std::fs::write(&database, "").unwrap();
    std::fs::set_permissions(&database, std::fs::Permissions::from_mode(0o644)).unwrap();
    let storage = platform_center::storage::Database::open(
        folder.path(),
        std::sync::Arc::new(platform_center::clock::SystemClock),
    )
    .unwrap();
    for name in ["platform.db", "platform.db-wal", "platform.db-shm"] {
        let mode = std::fs::metadata(folder.path().join(name))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    drop(storage);
}

/// Runs an import whose readers have left; its exit code.
fn import_unheard(file: &str) -> Option<i32> {
    let folder = tempfile::tempdir().unwrap();
    let file = format!("tests/fixtures/{file}");
    let closed = || {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        writer
    };
    platform_center(&["import", &file], folder.path())
        .stdout(closed())
        .stderr(closed())
        .status()
        .unwrap()
        .code()
}

#[test]
fn a_reader_who_leaves_changes_no_exit_code() {
    assert_eq!(import_unheard("good.json"), Some(0));
    assert_eq!(import_unheard("duplicate_guids.json"), Some(1));
}

fn run(words: &[&str], data: &Path) -> (Option<i32>, String) {
    let output = platform_center(words, data).output().unwrap();
    (output.status.code(), said(&output))
}

#[test]
fn a_backup_is_restored_as_a_new_life_and_never_under_a_platform_that_serves() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    seed(&[], data);
    let (code, text) = run(&["local-keys", "kiosk-1", "allow"], data);
    assert_eq!(
        (code, text.contains("may have keys")),
        (Some(0), true),
        "{text}"
    );
    let (code, text) = run(&["local-keys", "gate-1", "allow"], data);
    assert_eq!((code, text.contains("no kiosk")), (Some(1), true), "{text}");

    let mut serving = platform_center(&["serve", "--listen", "127.0.0.1:0"], data)
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut heard = String::new();
    let mut lines = std::io::BufReader::new(serving.stdout.take().unwrap());
    std::io::BufRead::read_line(&mut lines, &mut heard).unwrap();
    assert!(heard.contains("listening"), "{heard}");
    let saved = data.join("saved.db");
    let saved = saved.to_str().unwrap();
    let (code, text) = run(&["backup", "--to", saved], data);
    assert_eq!((code, text.contains("keys")), (Some(0), true), "{text}");
    let (code, text) = run(&["restore", "--from", saved], data);
    assert_eq!(
        (code, text.contains("is serving")),
        (Some(1), true),
        "{text}"
    );
    let (code, text) = run(&["import-reports", saved], data);
    assert_eq!(
        (code, text.contains("/operator")),
        (Some(1), true),
        "{text}"
    );
    serving.kill().unwrap();
    serving.wait().unwrap();

    let (code, text) = run(&["restore", "--from", saved], data);
    assert_eq!(code, Some(0), "{text}");
    assert!(
        text.contains("begins life") && text.contains("2 kiosks"),
        "{text}"
    );
    let (code, text) = run(&["import-reports", saved], data);
    assert_eq!(code, Some(1));
    assert!(text.contains("not a stick file"), "{text}");
}

#[test]
fn the_demo_lays_out_cards_with_things_that_were_really_sold() {
    let folder = tempfile::tempdir().unwrap();
    let (data, tray) = (folder.path().join("data"), folder.path().join("tray"));
    let (code, text) = seed(&["--tray", tray.to_str().unwrap()], &data);
    assert_eq!(code, Some(0), "{text}");
    assert!(data.join("operators/op-1.toml").exists());
    let sql = rusqlite::Connection::open(data.join("platform.db")).unwrap();
    let mut kinds = sql
        .prepare("SELECT holder_card, kind, event, order_id IS NOT NULL FROM tickets WHERE holder = 'card' ORDER BY holder_card, ticket")
        .unwrap();
    let rows = kinds
        .query_map([], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })
        .unwrap();
    let rows: Vec<(String, String, u32, bool)> = rows.collect::<Result<_, _>>().unwrap();
    let (dora, finn) = ("044B5000000007", "044B5000000008");
    let expected = [
        (dora, "seat", 1, true),
        (dora, "seat", 1, true),
        (dora, "seat", 2, true),
        (dora, "voucher", 1, false),
        (dora, "membership", 901, false),
        (finn, "seat", 1, false),
        (finn, "seat", 1, false),
    ];
    let expected =
        expected.map(|(card, kind, event, sold)| (card.to_owned(), kind.to_owned(), event, sold));
    assert_eq!(rows, expected);
    let unproved: u32 = sql
        .query_row(
            "SELECT count(*) FROM reports WHERE proved IS NOT 1",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(unproved, 0, "the cards proved it");
}
