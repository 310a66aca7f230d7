//! What arrives at the socket of a service manager. The environment of a process is its own from the start, so what speaks is a process of its own:
//! this very program, asked for the one test that is left out otherwise.
#![forbid(unsafe_code)]

use std::{
    os::unix::net::UnixDatagram,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use kippu_service::{Health, Pulse};

/// Ticks twice, a watchdog's third apart, and ends.
#[test]
#[ignore = "the process that the other tests start"]
fn speaker() {
    let mut pulse = Pulse::of_this_process();
    let start = Instant::now();
    for (at, words) in [(0, "open"), (1, "too early"), (3, "no printer")] {
        pulse.tick(start + Duration::from_secs(at), || Health {
            lives: true,
            words: words.into(),
        });
    }
    pulse.stop();
}

/// Everything the speaker said, a datagram an entry.
fn heard(socket: &Path, environment: &[(&str, &str)]) -> Vec<String> {
    let manager = UnixDatagram::bind(socket).unwrap();
    let speaker = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "speaker", "--ignored"])
        .env_remove("WATCHDOG_PID")
        .env_remove("WATCHDOG_USEC")
        .env("NOTIFY_SOCKET", socket)
        .envs(environment.iter().copied())
        .output()
        .unwrap();
    assert!(speaker.status.success(), "{speaker:?}");
    manager.set_nonblocking(true).unwrap();
    let mut said = [0; 1024];
    // Everything was said before the speaker ended.
    std::iter::from_fn(|| manager.recv(&mut said).ok().map(|len| said[..len].to_vec()))
        .map(|bytes| String::from_utf8(bytes).unwrap())
        .collect()
}

#[test]
fn ready_then_the_watchdog_then_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let heard = heard(
        &folder.path().join("notify"),
        &[("WATCHDOG_USEC", "9000000")],
    );
    assert_eq!(
        heard,
        [
            "READY=1\nWATCHDOG=1\nSTATUS=open\n",
            "WATCHDOG=1\nSTATUS=no printer\n",
            "STOPPING=1\n"
        ]
    );
}

#[test]
fn without_a_watchdog_it_is_told_seldom() {
    let folder = tempfile::tempdir().unwrap();
    let heard = heard(&folder.path().join("notify"), &[]);
    assert_eq!(
        heard,
        ["READY=1\nWATCHDOG=1\nSTATUS=open\n", "STOPPING=1\n"]
    );
}

#[test]
fn nobody_who_started_it_hears_nothing() {
    let said = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "speaker", "--ignored"])
        .env_remove("NOTIFY_SOCKET")
        .status()
        .unwrap();
    assert!(said.success());
}
