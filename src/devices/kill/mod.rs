//! Kills this process at the n-th point of a counted sequence, so that tests can try every crash there is. Only in builds with debug assertions;
//! `tests/kill_hook.rs` proves that a release has none of it.
//!
//! Points lie before and after every write of the journal and every effect: change of a card, request to the platform, print.
//! - `KIPPU_KILL_AT=n`: the process is killed at the n-th point, counted from 1, as if its plug was pulled.
//! - `KIPPU_KILL_COUNT=FILE`: every point passed adds a line `n what` to the file; the last line's number is how many there were.

mod ports;

pub(super) use ports::{Watched, watched};

use std::{
    fs::OpenOptions,
    io::Write,
    path::PathBuf,
    sync::{LazyLock, Mutex, PoisonError},
};

static POINTS: LazyLock<Points> = LazyLock::new(|| Points {
    kill_at: std::env::var("KIPPU_KILL_AT")
        .ok()
        .and_then(|text| text.parse().ok()),
    count_in: std::env::var_os("KIPPU_KILL_COUNT").map(PathBuf::from),
    passed: Mutex::new(0),
});

struct Points {
    kill_at: Option<u64>,
    count_in: Option<PathBuf>,
    passed: Mutex<u64>,
}

/// Something that is done between two points.
pub(super) fn around<T>(what: &str, work: impl FnOnce() -> T) -> T {
    POINTS.pass("before", what);
    let result = work();
    POINTS.pass("after", what);
    result
}

/// A question to the platform between two points, where it can change something and so has a name.
pub(super) async fn around_question<T>(what: Option<&str>, question: impl Future<Output = T>) -> T {
    let Some(what) = what else {
        return question.await;
    };
    POINTS.pass("before", what);
    let answer = question.await;
    POINTS.pass("after", what);
    answer
}

impl Points {
    fn pass(&self, side: &str, what: &str) {
        if self.kill_at.is_none() && self.count_in.is_none() {
            return;
        }
        // Held until the point is passed: no other thread gets on while this one dies.
        let mut passed = self.passed.lock().unwrap_or_else(PoisonError::into_inner);
        *passed += 1;
        if let Some(file) = &self.count_in {
            let noted = OpenOptions::new()
                .create(true)
                .append(true)
                .open(file)
                .and_then(|mut file| writeln!(file, "{passed} {side} {what}"));
            if let Err(error) = noted {
                tracing::error!(%error, "a kill point is not counted");
            }
        }
        if self.kill_at == Some(*passed) {
            let killed = rustix::process::kill_process(
                rustix::process::getpid(),
                rustix::process::Signal::KILL,
            );
            // A signal to oneself is there before the call returns; where it was refused, nothing may go on either.
            tracing::error!(?killed, "this process does not die");
            std::process::abort();
        }
    }
}
