//! Serving where others can listen, and the commands that go with it: by the real binary.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
};

use kippu_api::{
    client::{Client, enrolling::enrol},
    identity::{self, Identity},
};
use platform_center::keys::wrapping::FILE_VARIABLE;

/// A command on a data folder, its keys locked by a file if one is named.
fn command(words: &[&str], data: &Path, lock: Option<&Path>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_platform-center"));
    command.args(words).arg("--data").arg(data);
    command
        .env_remove("KIPPU_DATABASE")
        .env_remove(FILE_VARIABLE);
    if let Some(lock) = lock {
        command.env(FILE_VARIABLE, lock);
    }
    command
}

/// What a command said, after it succeeded.
fn said(words: &[&str], data: &Path, lock: Option<&Path>) -> String {
    let done = command(words, data, lock).output().unwrap();
    let complaint = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{words:?}: {complaint}");
    String::from_utf8(done.stdout).unwrap()
}

/// What a command complained of, after it failed.
fn complained(words: &[&str], data: &Path, lock: Option<&Path>) -> String {
    let done = command(words, data, lock).output().unwrap();
    assert!(!done.status.success(), "{words:?}");
    String::from_utf8(done.stderr).unwrap()
}

/// A platform that serves until it is dropped.
struct Served {
    process: Child,
    url: String,
}

impl Served {
    fn begin(words: &[&str], data: &Path, lock: Option<&Path>) -> Self {
        let mut process = command(words, data, lock)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let url = line
            .trim()
            .strip_prefix("listening on ")
            .unwrap()
            .to_owned();
        Self { process, url }
    }

    /// Its address as somebody on this machine reaches it.
    fn here(&self) -> String {
        self.url.replace("0.0.0.0", "127.0.0.1")
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn lock_in(folder: &Path, byte: &str) -> std::path::PathBuf {
    let path = folder.join(format!("lock-{byte}"));
    std::fs::write(&path, byte.repeat(32)).unwrap();
    path
}

#[tokio::test(flavor = "multi_thread")]
async fn outside_loopback_it_speaks_tls_and_wants_locked_keys() {
    let (folder, data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (data, lock) = (data.path(), lock_in(folder.path(), "ab"));
    said(&["seed", "demo"], data, None);
    let outside = ["serve", "--listen", "0.0.0.0:0"];
    let open = complained(&outside, data, None);
    assert!(open.contains("Lock them"), "{open}");
    let unnamed = complained(&outside, data, Some(&lock));
    assert!(unnamed.contains("--name"), "{unnamed}");
    assert!(data.join("keys/keys.locked").exists() && !data.join("keys/issuer.key").exists());

    let words = ["serve", "--listen", "0.0.0.0:0", "--name", "127.0.0.1"];
    let platform = Served::begin(&words, data, Some(&lock));
    assert!(platform.url.starts_with("https://"), "{}", platform.url);
    let text = said(&["terminals", "code", "kiosk-1"], data, Some(&lock));
    let code = text.lines().next().unwrap().parse().unwrap();
    let new = enrol(&platform.here(), &code).await.unwrap();
    let path = folder.path().join("kiosk-1.identity.json");
    identity::write(&path, &new.identity).unwrap();
    let identity = Arc::new(Identity::open(&path).unwrap());
    let kiosk = Client::enrolled(&platform.here(), identity).unwrap();
    assert!(!kiosk.events().await.unwrap().is_empty());
    let list = said(&["terminals", "list"], data, Some(&lock));
    let row = list.lines().find(|line| line.contains("kiosk-1")).unwrap();
    assert!(row.contains("certificate until"), "{row}");

    // The command line beside a platform that serves is heard.
    said(
        &["terminals", "revoke", "kiosk-1", "--reason", "stolen"],
        data,
        Some(&lock),
    );
    while kiosk.events().await.is_ok() {}
    let list = said(&["terminals", "list"], data, Some(&lock));
    assert!(list.contains("shut out since"), "{list}");
}

#[test]
fn in_the_clear_outside_loopback_has_to_be_said() {
    let data = tempfile::tempdir().unwrap();
    let words = [
        "serve",
        "--listen",
        "0.0.0.0:0",
        "--plain-http-outside-loopback",
        "--open-keys-outside-loopback",
    ];
    let platform = Served::begin(&words, data.path(), None);
    assert!(platform.url.starts_with("http://"), "{}", platform.url);
    drop(platform);
    let loopback = Served::begin(&["serve", "--listen", "127.0.0.1:0"], data.path(), None);
    assert!(loopback.url.starts_with("http://"), "{}", loopback.url);
}

#[test]
fn new_terminals_have_a_store_or_doors() {
    let data = tempfile::tempdir().unwrap();
    said(&["seed", "demo"], data.path(), None);
    let add = |name, rest: &[&str]| {
        let words = [&["terminals", "add", name, "--role"], rest].concat();
        command(&words, data.path(), None).output().unwrap()
    };
    assert!(
        add("kiosk-7", &["kiosk", "--store", "0101"])
            .status
            .success()
    );
    assert!(
        !add("kiosk-7", &["kiosk", "--store", "0101"])
            .status
            .success(),
        "its name is taken"
    );
    assert!(
        !add("kiosk-8", &["kiosk"]).status.success(),
        "it has no store"
    );
    assert!(
        !add("gate-8", &["gate", "--store", "0101"]).status.success(),
        "it has no door"
    );
    assert!(add("gate-8", &["gate", "--door", "1:0"]).status.success());
    let list = said(&["terminals", "list"], data.path(), None);
    assert!(list.contains("kiosk-7\tkiosk\tno certificate"), "{list}");
    let code = said(&["terminals", "code", "gate-8"], data.path(), None);
    code.lines()
        .next()
        .unwrap()
        .parse::<kippu_api::enrolment::EnrolmentCode>()
        .unwrap();
}

#[test]
fn keys_are_listed_rotated_and_locked_anew() {
    let (folder, data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (first, second) = (lock_in(folder.path(), "ab"), lock_in(folder.path(), "cd"));
    let data = data.path();
    said(&["seed", "demo"], data, Some(&first));
    assert!(said(&["keys", "list"], data, Some(&first)).contains("the keys lie locked"));
    said(&["keys", "rotate", "signing"], data, Some(&first));
    let waiting = said(&["keys", "list"], data, Some(&first));
    assert!(
        waiting.contains("signing: 2 versions, 1 is used"),
        "{waiting}"
    );
    said(&["keys", "activate", "signing"], data, Some(&first));
    let to = second.display().to_string();
    said(&["keys", "rewrap", "--to-file", &to], data, Some(&first));
    complained(&["keys", "list"], data, Some(&first));
    let list = said(&["keys", "list"], data, Some(&second));
    assert!(list.contains("signing: 2 versions, 2 is used"), "{list}");
    let inside = data.join("lock");
    std::fs::copy(&second, &inside).unwrap();
    let inside = inside.display().to_string();
    let refused = complained(
        &["keys", "rewrap", "--to-file", &inside],
        data,
        Some(&second),
    );
    assert!(refused.contains("does not belong"), "{refused}");
    said(&["keys", "rewrap", "--open"], data, Some(&second));
    assert!(said(&["keys", "list"], data, None).contains("the keys lie open"));
}
