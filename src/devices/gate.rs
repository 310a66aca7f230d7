//! The gate's reader, bundle and log on one thread, and its uplink on another: a tap never waits for the network.

mod screen;
mod uplink;

use std::{
    path::{Path, PathBuf},
    sync::{Arc, mpsc},
    thread::{self, JoinHandle},
    time::Duration,
};

use kippu_card::reader::{Reader, ReaderState};
use kippu_gate::{
    bundle::{BadBundle, Bundle, open},
    log::{EntranceLog, LogFault, Record},
    outcome::Outcome,
    paper,
    tap::{Tapped, tap},
};
use kippu_ticket::{ids::TerminalId, sign::PublicKey};

use super::{files, mailbox::Mailbox};
use crate::flows::gate::{
    Input,
    view::{NotReady, Screen},
};
pub use uplink::Uplink;

/// How long the reader is waited for before jobs are looked at.
const POLL: Duration = Duration::from_millis(20);
/// Records sent at once.
const BATCH: u32 = 200;
/// File of the bundle in use.
const BUNDLE_FILE: &str = "bundle.kgb";
/// File of the entrance log.
const LOG_FILE: &str = "entrance.sqlite";

/// What a gate opens bundles with.
#[derive(Clone)]
pub struct GateKeys {
    /// The platform's signature.
    pub platform: PublicKey,
    /// This device's own key.
    pub device: [u8; 32],
}

/// Jobs for the gate's thread.
pub enum Job {
    /// Decide on the card that lies there.
    Tap,
    /// Decide on the paper with this code.
    Scan(String),
    /// A bundle arrived, as sealed bytes.
    Bundle(Vec<u8>),
    /// Give the records the platform does not have yet.
    Unsent(mpsc::Sender<Vec<Record>>),
    /// The platform has everything up to this row.
    Uploaded(u64),
    /// Whether the platform answered.
    Online(bool),
}

/// The way to the gate's thread.
#[derive(Clone)]
pub struct GateActor {
    jobs: mpsc::Sender<Job>,
    thread: Arc<JoinHandle<()>>,
}

impl GateActor {
    /// Starts the thread with whatever bundle lies in `data`.
    ///
    /// # Errors
    /// The log cannot be opened: nobody may pass.
    pub fn start(
        reader: Box<dyn Reader>,
        data: &Path,
        terminal: TerminalId,
        keys: GateKeys,
        mailbox: Mailbox<Input>,
    ) -> Result<Self, LogFault> {
        let log = EntranceLog::open(&data.join(LOG_FILE), terminal)?;
        let (jobs, inbox) = mpsc::channel();
        let file = data.join(BUNDLE_FILE);
        let mut desk = GateDesk {
            reader,
            log,
            bundle: None,
            keys,
            file,
            mailbox,
            seen: None,
            online: false,
        };
        let thread = thread::spawn(move || {
            if let Ok(bytes) = std::fs::read(&desk.file) {
                desk.take_up(&bytes, false);
            }
            desk.run(&inbox);
        });
        Ok(Self {
            jobs,
            thread: Arc::new(thread),
        })
    }

    /// Whether the thread is there: without it nobody is let in any more.
    pub fn lives(&self) -> bool {
        !self.thread.is_finished()
    }

    /// Gives it something to do.
    pub fn work(&self, job: Job) {
        // The thread ends only with the process.
        let _ = self.jobs.send(job);
    }

    /// Records the platform does not have yet.
    pub fn unsent(&self) -> Vec<Record> {
        let (answer, records) = mpsc::channel();
        self.work(Job::Unsent(answer));
        records.recv().unwrap_or_default()
    }
}

struct GateDesk {
    reader: Box<dyn Reader>,
    log: EntranceLog,
    bundle: Option<Bundle>,
    keys: GateKeys,
    file: PathBuf,
    mailbox: Mailbox<Input>,
    seen: Option<ReaderState>,
    online: bool,
}

impl GateDesk {
    fn run(&mut self, inbox: &mpsc::Receiver<Job>) {
        loop {
            match inbox.try_recv() {
                Ok(job) => {
                    self.work(job);
                    continue;
                }
                Err(mpsc::TryRecvError::Empty) => {}
                Err(mpsc::TryRecvError::Disconnected) => return,
            }
            let state = self.reader.poll(POLL);
            if self.seen != Some(state) {
                // A card in place of another one: that one was lifted.
                if let (Some(ReaderState::Present(_)), ReaderState::Present(_)) = (self.seen, state)
                {
                    self.mailbox.send(Input::Lifted);
                }
                self.seen = Some(state);
                self.mailbox.send(match state {
                    ReaderState::Present(_) => Input::Laid,
                    ReaderState::Absent => Input::Lifted,
                    ReaderState::Gone => Input::ReaderLost,
                });
            }
        }
    }

    fn work(&mut self, job: Job) {
        match job {
            Job::Tap => self.tap(),
            Job::Scan(code) => self.scan(&code),
            Job::Bundle(bytes) => self.take_up(&bytes, true),
            Job::Unsent(answer) => {
                let records = self.log.to_upload(BATCH).unwrap_or_else(|error| {
                    tracing::error!(%error, "the entrance log cannot be read");
                    Vec::new()
                });
                // Nobody waits any more: then nobody misses it.
                let _ = answer.send(records);
            }
            Job::Uploaded(row) => {
                if let Err(error) = self.log.uploaded(row) {
                    tracing::error!(%error, "the entrance log cannot be written");
                }
                self.tell_uplink();
            }
            Job::Online(online) => {
                self.online = online;
                self.tell_uplink();
                if self.bundle.is_none() && !online {
                    self.mailbox.send(Input::NoBundle(NotReady::NoBundle));
                }
            }
        }
    }

    fn tell_uplink(&self) {
        let unsent = self.log.to_upload(BATCH).map_or(0, |records| records.len());
        let unsent = u32::try_from(unsent).unwrap_or(u32::MAX);
        self.mailbox.send(Input::Uplink {
            online: self.online,
            unsent,
        });
    }

    fn tap(&mut self) {
        self.decide(|desk, bundle, now| match desk.reader.connect() {
            Err(fault) => screen::of(&fault.into(), bundle),
            Ok(transport) => {
                let keys = bundle.key_store();
                shown(
                    tap(transport, &keys, bundle, &mut desk.log, now),
                    |outcome| screen::of(outcome, bundle),
                )
            }
        });
    }

    fn scan(&mut self, code: &str) {
        self.decide(|desk, bundle, now| {
            shown(paper::scan(code, bundle, &mut desk.log, now), |outcome| {
                screen::of_paper(outcome, bundle)
            })
        });
    }

    /// Decides by the bundle in use, and says so; without one nobody passes.
    fn decide(&mut self, decision: impl FnOnce(&mut Self, &Bundle, i64) -> Screen) {
        let Some(bundle) = self.bundle.take() else {
            self.mailbox.send(Input::NoBundle(NotReady::NoBundle));
            return;
        };
        let now = crate::app::clock::now();
        if now > bundle.valid.1 {
            self.mailbox.send(Input::NoBundle(NotReady::BundleExpired));
        } else {
            let shown = decision(self, &bundle, now);
            self.mailbox.send(Input::Answer(Box::new(shown)));
            self.tell_uplink();
        }
        self.bundle = Some(bundle);
    }

    /// Takes up a bundle, keeping recalls; an older one than that in use changes nothing.
    fn take_up(&mut self, bytes: &[u8], fresh: bool) {
        let now = crate::app::clock::now();
        let mut bundle = match open(bytes, &self.keys.platform, &self.keys.device, now) {
            Ok(bundle) => bundle,
            Err(error) => {
                tracing::error!(%error, "the bundle cannot be used");
                if self.bundle.is_none() {
                    let why = match error {
                        BadBundle::Expired { .. } => NotReady::BundleExpired,
                        _ => NotReady::BadBundle,
                    };
                    self.mailbox.send(Input::NoBundle(why));
                }
                return;
            }
        };
        if let Some(older) = &self.bundle {
            if !bundle.replaces(older) {
                return;
            }
            bundle.keep_recalls_of(older);
        }
        if fresh && let Err(error) = files::replace(&self.file, bytes) {
            tracing::error!(%error, "the bundle cannot be kept for a start without network");
        }
        self.mailbox.send(screen::bundle(&bundle, now));
        self.bundle = Some(bundle);
    }
}

/// What a decision shows; one that could not be logged lets nobody pass.
fn shown(decided: Result<Tapped, LogFault>, show: impl FnOnce(&Outcome) -> Screen) -> Screen {
    match decided {
        Ok(tapped) => show(&tapped.outcome),
        Err(error) => {
            tracing::error!(%error, "the entrance log cannot be used: nobody passes");
            screen::unusable()
        }
    }
}
