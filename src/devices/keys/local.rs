//! The ring of local keys: fetched where the operator allows it, sealed on disk, good for some days, and forgotten when the platform says so.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard},
    time::Duration,
};

use kippu_api::{
    client::{Client, ClientError},
    problem::ProblemCode,
    stick::{self, Kind, PlatformId},
    terminals::OfflineKeys,
};
use kippu_card::{
    capability::CardFault,
    desfire::crypto::Key,
    keys::{KeyStore, LocalKeys, Role, SessionHandle, SessionKeys},
};
use kippu_handover::platform::Binder;
use kippu_ticket::{
    binding::TerminalBindingKey,
    ids::{CardUid, EventId, TerminalId},
    record::BoundTicket,
    sign::PublicKey,
};

use crate::{app::clock, devices::vault::Vault};

/// Name of the vault's file.
const KEYS: &str = "offline-keys";
/// How often the platform is asked for newer keys.
const REFRESH: Duration = Duration::from_secs(60);

/// Whose ring it is: what sealed keys are opened with.
#[derive(Clone)]
pub struct Owner {
    /// The terminal.
    pub terminal: TerminalId,
    /// Its device key.
    pub device_key: [u8; 32],
    /// Its platform's key.
    pub platform_key: PublicKey,
}

/// Local keys, or none.
pub struct LocalRing {
    vault: Vault,
    owner: Owner,
    held: RwLock<Option<Held>>,
}

struct Held {
    keys: OfflineKeys,
    cards: LocalKeys,
    events: HashMap<EventId, TerminalBindingKey>,
}

impl LocalRing {
    /// The ring with whatever keys were kept before.
    pub fn load(vault: Vault, owner: Owner) -> Arc<Self> {
        let ring = Self {
            vault,
            owner,
            held: RwLock::default(),
        };
        match ring.vault.load(KEYS) {
            Ok(Some(keys)) => ring.hold(keys),
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "the local keys cannot be opened"),
        }
        Arc::new(ring)
    }

    /// Asks the platform for newer keys now and every minute, as long as the runtime lives.
    pub async fn stay_fresh(self: Arc<Self>, client: Client) {
        let mut rounds = tokio::time::interval(REFRESH);
        loop {
            rounds.tick().await;
            let answer = client.offline_keys().await;
            let ring = self.clone();
            // Sealing and syncing files is no work for an asynchronous task.
            if tokio::task::spawn_blocking(move || ring.answered(answer))
                .await
                .is_err()
            {
                tracing::error!("the local keys were not taken up");
            }
        }
    }

    /// Takes up what the platform answered: newer keys, or that there shall be none.
    fn answered(&self, answer: Result<Vec<u8>, ClientError>) {
        match answer {
            Ok(sealed) => {
                if let Err(why) = self.install(&sealed) {
                    tracing::error!(%why, "the platform's local keys cannot be used");
                }
            }
            Err(ClientError::Refused(problem))
                if matches!(
                    problem.code,
                    ProblemCode::Forbidden | ProblemCode::Unauthenticated
                ) =>
            {
                self.forget();
            }
            Err(_) => {}
        }
    }

    /// Takes up sealed keys, from the platform or from a stick, unless those at hand are as new. True where they are new.
    ///
    /// # Errors
    /// They are not for this terminal and its platform.
    pub fn install(&self, sealed: &[u8]) -> Result<bool, stick::BadStick> {
        let (_, keys): (_, OfflineKeys) = stick::open_json(
            sealed,
            Kind::Keys,
            PlatformId::of(&self.owner.platform_key),
            self.owner.terminal,
            &self.owner.device_key,
        )?;
        if keys.terminal != self.owner.terminal {
            return Err(stick::BadStick::OtherTerminal(keys.terminal));
        }
        let newer = self
            .held()
            .as_ref()
            .is_none_or(|held| held.keys.issued_at < keys.issued_at);
        if newer {
            if let Err(error) = self.vault.keep(KEYS, &keys) {
                tracing::warn!(%error, "the local keys will be gone after a restart");
            }
            self.hold(keys);
        }
        Ok(newer)
    }

    /// Forgets all keys, here and on disk.
    fn forget(&self) {
        let had = self
            .held
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
            .is_some();
        match self.vault.forget(KEYS) {
            Ok(()) if had => tracing::warn!("the platform took the local keys back"),
            Ok(()) => {}
            // Asked again with the next round.
            Err(error) => tracing::error!(%error, "the local keys are still on disk"),
        }
    }

    fn hold(&self, keys: OfflineKeys) {
        let held = Held::of(keys, self.owner.terminal);
        if held.is_none() {
            tracing::error!("the local keys make no sense");
        }
        *self.held.write().unwrap_or_else(PoisonError::into_inner) = held;
    }

    fn held(&self) -> RwLockReadGuard<'_, Option<Held>> {
        // A panic elsewhere leaves the ring whole: keys are put in and taken out at once.
        self.held.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does something with the keys, if there are any that are still good.
    fn with<T>(&self, work: impl FnOnce(&Held) -> Option<T>) -> Option<T> {
        let held = self.held();
        let good = held
            .as_ref()
            .filter(|held| clock::now() <= held.keys.valid_until)?;
        work(good)
    }

    /// Events whose tickets can be bound here now, by number.
    pub fn events(&self) -> Vec<EventId> {
        let mut events: Vec<_> = self
            .with(|held| Some(held.events.keys().copied().collect()))
            .unwrap_or_default();
        events.sort();
        events
    }

    /// Answers a card's challenge.
    pub(super) fn begin(
        &self,
        card: CardUid,
        role: Role,
        challenge: [u8; 16],
    ) -> Result<(SessionHandle, [u8; 32]), CardFault> {
        self.with(|held| Some(held.cards.begin(card, role, challenge)))
            .unwrap_or(Err(CardFault::NoKeys))
    }

    /// Gives the keys of a session.
    pub(super) fn finish(
        &self,
        handle: SessionHandle,
        answer: [u8; 32],
    ) -> Result<SessionKeys, CardFault> {
        self.with(|held| Some(held.cards.finish(handle, answer)))
            .unwrap_or(Err(CardFault::NoKeys))
    }
}

impl Binder for LocalRing {
    fn covers(&self, event: EventId) -> bool {
        self.with(|held| held.events.contains_key(&event).then_some(()))
            .is_some()
    }

    fn bind(&self, record: &[u8], card: CardUid, hop: u16) -> Option<Vec<u8>> {
        let signed = BoundTicket::from_bytes(record).ok()?.signed;
        self.with(|held| {
            let key = held.events.get(&signed.body.event)?;
            Some(key.bind(signed, card, hop).to_bytes().to_vec())
        })
    }

    fn bind_paper(&self, record: &[u8], serial: u64, hop: u16) -> Option<Vec<u8>> {
        let signed = BoundTicket::from_bytes(record).ok()?.signed;
        self.with(|held| {
            let key = held.events.get(&signed.body.event)?;
            Some(key.bind_paper(signed, serial, hop).to_bytes().to_vec())
        })
    }
}

impl Held {
    fn of(keys: OfflineKeys, terminal: TerminalId) -> Option<Self> {
        let write = key(&keys.write_key)?;
        let events = keys
            .events
            .iter()
            .map(|event| {
                let binding = key(&event.binding_key)?;
                let binding = TerminalBindingKey::from_bytes(terminal, binding);
                Some((event.event.event, binding))
            })
            .collect::<Option<_>>()?;
        Some(Self {
            cards: LocalKeys::with_roles([(Role::Write, Key(write))]),
            events,
            keys,
        })
    }
}

fn key(text: &str) -> Option<[u8; 16]> {
    let mut bytes = [0; 16];
    hex::decode_to_slice(text, &mut bytes).ok()?;
    Some(bytes)
}

#[cfg(test)]
mod tests;
