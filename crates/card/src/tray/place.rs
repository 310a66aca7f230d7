//! A virtual reader: a place where a card of the tray lies or does not.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::TrayError;
use super::claim::Claim;
use crate::capability::CardFault;
use crate::reader::{CardToken, Reader, ReaderInfo, ReaderState};
use crate::transport::{Transport, TransportFault};
use crate::virtual_card::{Exchange, VirtualCard};

/// A place of this process, shared by the tray, its reader and the transports that go there.
pub(super) struct Place {
    name: String,
    lying: Mutex<Lying>,
    changed: Condvar,
}

#[derive(Default)]
struct Lying {
    /// Raised with every laying down.
    token: u64,
    card: Option<LyingCard>,
}

/// A card with its claim and the file its fault came from.
pub(super) struct LyingCard {
    pub name: String,
    pub card: VirtualCard,
    pub fault_file: PathBuf,
    pub claim: Claim,
}

impl Place {
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            lying: Mutex::default(),
            changed: Condvar::new(),
        }
    }

    /// Name of the card that lies here.
    pub fn lying(&self) -> Option<String> {
        self.lock().card.as_ref().map(|card| card.name.clone())
    }

    /// Lays down what `bring` brings.
    ///
    /// # Errors
    /// A card lies here already, or `bring` brought none.
    pub fn lay(
        &self,
        bring: impl FnOnce() -> Result<LyingCard, TrayError>,
    ) -> Result<(), TrayError> {
        let mut lying = self.lock();
        if let Some(other) = &lying.card {
            return Err(TrayError::ReaderTaken {
                card: other.name.clone(),
            });
        }
        let mut card = bring()?;
        card.card.power_on();
        lying.token += 1;
        lying.card = Some(card);
        self.changed.notify_all();
        Ok(())
    }

    /// Lifts the card, if one lies here.
    pub fn lift(&self) {
        self.lock().lift();
        self.changed.notify_all();
    }

    /// A panic elsewhere leaves nothing half done behind this lock.
    fn lock(&self) -> MutexGuard<'_, Lying> {
        self.lying.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lying {
    fn lift(&mut self) {
        if let Some(LyingCard {
            mut card, claim, ..
        }) = self.card.take()
        {
            card.power_off();
            drop(claim);
        }
    }

    fn state(&self) -> ReaderState {
        if self.card.is_some() {
            ReaderState::Present(CardToken(self.token))
        } else {
            ReaderState::Absent
        }
    }
}

/// A virtual reader of this process.
pub struct TrayReader {
    place: Arc<Place>,
    seen: Option<ReaderState>,
}

impl TrayReader {
    pub(super) fn new(place: Arc<Place>) -> Self {
        Self { place, seen: None }
    }
}

impl Reader for TrayReader {
    fn poll(&mut self, timeout: Duration) -> ReaderState {
        let (changed, seen) = (&self.place.changed, self.seen);
        let waited = changed.wait_timeout_while(self.place.lock(), timeout, |lying| {
            Some(lying.state()) == seen
        });
        let (lying, _) = waited.unwrap_or_else(PoisonError::into_inner);
        let state = lying.state();
        drop(lying);
        self.seen = Some(state);
        state
    }

    fn connect(&mut self) -> Result<Box<dyn Transport>, CardFault> {
        let mut lying = self.place.lock();
        let token = lying.token;
        let card = lying.card.as_mut().ok_or(CardFault::Torn)?;
        card.card.reset();
        Ok(Box::new(TrayTransport {
            place: Arc::clone(&self.place),
            token,
        }))
    }

    fn describe(&self) -> ReaderInfo {
        ReaderInfo {
            name: self.place.name.clone(),
            simulated: true,
        }
    }
}

/// The way to the card of one laying down.
struct TrayTransport {
    place: Arc<Place>,
    token: u64,
}

impl Transport for TrayTransport {
    fn transmit(&mut self, apdu: &[u8]) -> Result<Vec<u8>, TransportFault> {
        let mut lying = self.place.lock();
        if lying.token != self.token {
            return Err(TransportFault::Torn);
        }
        let Some(LyingCard {
            card, fault_file, ..
        }) = &mut lying.card
        else {
            return Err(TransportFault::Torn);
        };
        let exchange = card.transmit(apdu);
        match exchange {
            Exchange::Answer(answer) => Ok(answer),
            Exchange::Mute => {
                remove_fault(fault_file);
                Err(TransportFault::Mute)
            }
            Exchange::Torn(_) | Exchange::Gone => {
                remove_fault(fault_file);
                lying.lift();
                self.place.changed.notify_all();
                Err(TransportFault::Torn)
            }
        }
    }
}

/// A fault strikes once. One that cannot be removed would strike again, which the log says.
fn remove_fault(path: &Path) {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            tracing::warn!(path = %path.display(), %error, "the fault of a virtual card could not be removed");
        }
        _ => {}
    }
}
