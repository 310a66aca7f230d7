//! What nodes tell one another: after a commit, from a connection of its own and many changes at once, each node names what it has changed.
//! The others read it anew. A hint carries no values, so it does no harm when hints overtake one another, come twice, or come back to
//! the node that sent them: whatever was read last is newer than the commit it was told of. After a lost connection everything is read anew.

use std::{
    collections::{BTreeMap, BTreeSet},
    mem,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    },
    thread::JoinHandle,
    time::Duration,
};

use kippu_ticket::ids::EventId;
use serde::{Deserialize, Serialize};

use super::{
    Place,
    sql::Sql,
    stock::{Change, Stock},
};
use crate::{clock::Clock, refusal::Answer};

/// How long hints are gathered before they are sent.
const GATHER: Duration = Duration::from_millis(50);
/// How long to wait before the server is tried again.
const AGAIN: Duration = Duration::from_millis(250);
/// PostgreSQL takes messages shorter than 8000 bytes.
const MESSAGE_MAX: usize = 7900;
const CHANNEL: &str = "kippu_hints";

/// What a node has changed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Hint {
    /// Seats by event.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    seats: BTreeMap<u32, BTreeSet<u32>>,
    /// Events whose whole stock changed.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    events: BTreeSet<u32>,
    /// How terminals stand.
    #[serde(default)]
    standings: bool,
}

impl Hint {
    fn add(&mut self, change: Change) {
        match change {
            Change::Claim { event, seat, .. } => {
                self.seats.entry(event.0).or_default().insert(seat);
            }
            Change::Reload { event } => {
                self.events.insert(event.0);
            }
            Change::Standings => self.standings = true,
        }
    }

    /// As it is sent: where the seats are too many for a message, their events whole.
    fn message(mut self) -> Result<String, serde_json::Error> {
        let text = serde_json::to_string(&self)?;
        if text.len() <= MESSAGE_MAX {
            return Ok(text);
        }
        self.events.extend(mem::take(&mut self.seats).into_keys());
        serde_json::to_string(&self)
    }
}

/// What this node has changed and not yet told, and how often it has heard that terminals stand otherwise.
#[derive(Default)]
pub struct Hints {
    untold: Mutex<Hint>,
    standings: AtomicU64,
}

impl Hints {
    /// Takes note of what was committed here. `others`: whether there may be other nodes.
    pub fn committed(&self, changes: &[Change], others: bool) {
        if changes.contains(&Change::Standings) {
            self.standings_changed();
        }
        if others && !changes.is_empty() {
            let mut untold = self.untold.lock().unwrap_or_else(PoisonError::into_inner);
            changes.iter().for_each(|change| untold.add(*change));
        }
    }

    /// Rises whenever terminals may stand otherwise than before.
    pub fn standings(&self) -> u64 {
        self.standings.load(Ordering::Acquire)
    }

    fn standings_changed(&self) {
        self.standings.fetch_add(1, Ordering::Release);
    }

    fn take(&self) -> Hint {
        mem::take(&mut self.untold.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The thread that tells and hears, as long as this lives.
pub struct Courier {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Courier {
    /// Starts it.
    ///
    /// # Errors
    /// When there can be no more threads.
    pub fn start(
        place: Place,
        stock: Arc<Stock>,
        hints: Arc<Hints>,
        clock: Arc<dyn Clock>,
    ) -> std::io::Result<Self> {
        let (stop, stopped) = channel();
        let route = Route {
            place,
            stock,
            hints,
            clock,
        };
        let thread = std::thread::Builder::new()
            .name("storage-hints".into())
            .spawn(move || route.run(&stopped))?;
        Ok(Self {
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

impl Drop for Courier {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread of the hints panicked");
        }
    }
}

struct Route {
    place: Place,
    stock: Arc<Stock>,
    hints: Arc<Hints>,
    clock: Arc<dyn Clock>,
}

impl Route {
    fn run(&self, stopped: &Receiver<()>) {
        loop {
            if let Err(error) = self.serve(stopped) {
                tracing::warn!("no hints from other nodes: {error:#}");
            }
            if stopped.recv_timeout(AGAIN) == Err(RecvTimeoutError::Disconnected) {
                return;
            }
        }
    }

    /// Tells and hears until the connection is lost or nobody needs it any more.
    fn serve(&self, stopped: &Receiver<()>) -> anyhow::Result<()> {
        let mut sql = self.place.connect()?;
        sql.execute_batch(&format!("LISTEN {CHANNEL}"))?;
        // Whatever was told before this is in what is read now.
        self.stock.reload_all(&sql, self.clock.now())?;
        self.hints.standings_changed();
        while stopped.try_recv() != Err(std::sync::mpsc::TryRecvError::Disconnected) {
            let Sql::Postgres(connection) = &mut sql else {
                return Ok(());
            };
            let heard = connection.notices(GATHER)?;
            if !heard.is_empty() {
                self.hear(&sql, &heard)?;
            }
            let told = self.hints.take();
            if told != Hint::default() {
                let message = told.message()?;
                sql.query_row(
                    "SELECT 1 FROM pg_notify(?1, ?2)",
                    (CHANNEL, message),
                    |_| Ok(()),
                )?;
            }
        }
        Ok(())
    }

    fn hear(&self, sql: &Sql, heard: &[String]) -> Answer<()> {
        let mut seats: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
        let mut events = BTreeSet::new();
        for text in heard {
            let hint: Hint = serde_json::from_str(text)?;
            events.extend(hint.events);
            for (event, changed) in hint.seats {
                seats.entry(event).or_default().extend(changed);
            }
            if hint.standings {
                self.hints.standings_changed();
            }
        }
        for event in &events {
            self.stock.reload(sql, EventId(*event), self.clock.now())?;
        }
        for (event, seats) in seats {
            if !events.contains(&event) {
                self.stock.reload_seats(sql, EventId(event), &seats)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_that_is_too_long_names_whole_events() {
        let mut hint = Hint::default();
        for seat in 0..5000 {
            hint.add(Change::Claim {
                event: EventId(7),
                seat,
                claimed: true,
            });
        }
        let text = hint.message().unwrap();
        assert_eq!(text, r#"{"events":[7],"standings":false}"#);
    }

    #[test]
    fn changes_are_gathered_until_they_are_told() {
        let hints = Hints::default();
        let claim = |seat| Change::Claim {
            event: EventId(7),
            seat,
            claimed: true,
        };
        hints.committed(&[claim(1), claim(2)], true);
        hints.committed(&[claim(2), Change::Standings], true);
        assert_eq!(hints.standings(), 1);
        let text = hints.take().message().unwrap();
        assert_eq!(text, r#"{"seats":{"7":[1,2]},"standings":true}"#);
        assert_eq!(hints.take(), Hint::default());
    }
}
