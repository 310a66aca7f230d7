//! The real kiosk as systemd starts it: a socket that listens, a watchdog that waits, and no platform.

use std::{
    io::Write,
    os::unix::net::UnixDatagram,
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use kippu_ticket::sign::SigningKey;

/// A start may have to wait for a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

fn configuration() -> String {
    let platform_key = hex::encode(SigningKey::from_bytes(&[1; 32]).public().to_bytes());
    format!(
        "name = \"kiosk-1\"\nterminal = 11\nrole = \"kiosk\"\nzone = \"Asia/Tokyo\"\ntoken = \"t\"\ndevice_key = \"{}\"\nplatform_key = \"{platform_key}\"\n",
        "07".repeat(32)
    )
}

fn start(folder: &Path, socket: &Path) -> Child {
    let terminal = folder.join("terminal.toml");
    std::fs::write(&terminal, configuration()).unwrap();
    Command::new(env!("CARGO_BIN_EXE_kippu"))
        // Port 9 of loopback: nobody listens there.
        .args(["kiosk", "--headless", "--platform", "http://127.0.0.1:9"])
        .arg("--terminal")
        .arg(terminal)
        .arg("--data")
        .arg(folder.join("data"))
        .arg("--tray")
        .arg(folder.join("tray"))
        .env("NOTIFY_SOCKET", socket)
        // Shorter than three ticks: every tick feeds it.
        .env("WATCHDOG_USEC", "600000")
        .env_remove("WATCHDOG_PID")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
fn a_kiosk_says_that_it_is_ready_that_its_screen_lives_and_that_it_ends() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("notify");
    let manager = UnixDatagram::bind(&socket).unwrap();
    manager.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut said = [0; 1024];
    let mut hear = || {
        let len = manager.recv(&mut said).expect("the kiosk is silent");
        String::from_utf8(said[..len].to_vec()).unwrap()
    };
    let mut kiosk = start(folder.path(), &socket);

    let first = hear();
    assert!(
        first.starts_with("READY=1\nWATCHDOG=1\nSTATUS=serving"),
        "{first}"
    );
    for _ in 0..3 {
        let next = hear();
        assert!(next.starts_with("WATCHDOG=1\n"), "{next}");
    }
    let mut hand = kiosk.stdin.take().unwrap();
    writeln!(hand, "quit").unwrap();
    while hear() != "STOPPING=1\n" {}
    assert!(kiosk.wait().unwrap().success());
}
