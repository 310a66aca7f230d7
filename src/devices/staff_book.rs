//! What the staff did at this kiosk itself: whether it serves, and what the platform's audit log has not got yet. Both outlive a restart.

use std::time::Duration;

use kippu_api::{
    client::{Client, ClientError, IdempotencyKey},
    problem::ProblemCode,
    staff_acts::{OutReason, StaffAct, StaffDeed},
};
use serde::{Deserialize, Serialize};
use tokio::{runtime::Handle, sync::mpsc};

use super::vault::Vault;
use crate::app::clock;

/// Name of the vault's file.
const BOOK: &str = "staff";
/// How soon the platform is told again after it did not answer.
const AGAIN: Duration = Duration::from_secs(30);
/// Acts kept for a platform that is away; the oldest make room. At a few a day this is years.
const ACTS_MAX: usize = 1_000;

#[derive(Default, Serialize, Deserialize)]
struct Book {
    /// Out of service by hand.
    out: Option<OutReason>,
    /// What was not told yet, oldest first.
    untold: Vec<Untold>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Untold {
    /// Telling it twice under one key notes it once.
    key: String,
    act: StaffAct,
}

/// The way to the book. Its keeper is a task of its own, so that the window never waits for a disk.
pub struct StaffBook(mpsc::UnboundedSender<StaffAct>);

impl StaffBook {
    /// Opens the book; why the staff had taken this kiosk out of service, if it had.
    pub fn open(runtime: &Handle, client: Client, vault: Vault) -> (Self, Option<OutReason>) {
        let kept = vault.load(BOOK).unwrap_or_else(|error| {
            tracing::error!(%error, "the staff's book is begun anew");
            None
        });
        let book: Book = kept.unwrap_or_default();
        let out = book.out;
        let (acts, inbox) = mpsc::unbounded_channel();
        let keeper = Keeper {
            client,
            vault,
            book,
        };
        runtime.spawn(keeper.serve(inbox));
        (Self(acts), out)
    }

    /// A clerk did something. It is kept, and told to the platform now or as soon as that is there.
    pub fn note(&self, clerk: String, deed: StaffDeed) {
        let act = StaffAct {
            clerk,
            deed,
            at: clock::now(),
        };
        // The keeper ends with the process only.
        let _ = self.0.send(act);
    }
}

struct Keeper {
    client: Client,
    vault: Vault,
    book: Book,
}

impl Keeper {
    async fn serve(mut self, mut inbox: mpsc::UnboundedReceiver<StaffAct>) {
        loop {
            self = self.tell().await;
            let next = if self.book.untold.is_empty() {
                inbox.recv().await
            } else {
                match tokio::time::timeout(AGAIN, inbox.recv()).await {
                    Ok(next) => next,
                    Err(_) => continue,
                }
            };
            let Some(act) = next else {
                return;
            };
            self.enter(act);
            self = self.keep().await;
        }
    }

    fn enter(&mut self, act: StaffAct) {
        match act.deed {
            StaffDeed::OutOfService { reason } => self.book.out = Some(reason),
            StaffDeed::BackInService => self.book.out = None,
            StaffDeed::TestPrinted | StaffDeed::PaperChanged => {}
        }
        let key = IdempotencyKey::random().as_str().to_owned();
        self.book.untold.push(Untold { key, act });
        let beyond = self.book.untold.len().saturating_sub(ACTS_MAX);
        if beyond > 0 {
            tracing::error!(
                beyond,
                "acts of the staff are dropped: the platform was not there for too long"
            );
            self.book.untold.drain(..beyond);
        }
    }

    /// Tells what was not told, until the platform does not answer.
    async fn tell(mut self) -> Self {
        let mut told = 0;
        for untold in &self.book.untold {
            let key = untold.key.clone().into();
            match self.client.staff_act(&untold.act, &key).await {
                Ok(()) => {}
                // It will never be taken: written into this kiosk's own log instead.
                Err(error) if is_for_good(&error) => {
                    tracing::error!(%error, act = ?untold.act, "the platform does not take an act of the staff");
                }
                Err(_) => break,
            }
            told += 1;
        }
        if told == 0 {
            return self;
        }
        self.book.untold.drain(..told);
        self.keep().await
    }

    async fn keep(self) -> Self {
        // Writing and syncing takes longer than an asynchronous task may.
        let kept = tokio::task::spawn_blocking(move || {
            if let Err(error) = self.vault.keep(BOOK, &self.book) {
                tracing::error!(%error, "what the staff did would not outlive a restart");
            }
            self
        });
        match kept.await {
            Ok(keeper) => keeper,
            Err(panic) => std::panic::resume_unwind(panic.into_panic()),
        }
    }
}

fn is_for_good(error: &ClientError) -> bool {
    matches!(error, ClientError::Refused(problem) if problem.code == ProblemCode::BadRequest)
}
