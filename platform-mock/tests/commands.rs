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
    let storage = platform_center::storage::Sqlite::open(
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
    let file = format!("{}/tests/fixtures/{file}", env!("CARGO_MANIFEST_DIR"));
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
