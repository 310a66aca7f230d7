//! Card keys, without saying where they are: on this machine, at the platform, or in a SAM.
//!
//! A key store never gives a card key away. It answers one card's challenge and hands out the keys of that one session
//! (AuthenticateEV2First, MF2DLHX0 section 9.2.5), so that a kiosk can work with keys it does not have.

use std::{
    collections::HashMap,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use kippu_ticket::ids::CardUid;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop};

pub use crate::desfire::crypto::Ev2Keys as SessionKeys;
use crate::{
    capability::CardFault,
    desfire::crypto::{
        BLOCK, Block, Ev2Keys, Key, cbc_decrypt, cbc_encrypt, diversify, rotate_left, same,
    },
    layout::AID,
};

/// The keys of the ticket application, by what they open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Application master: formats cards and changes keys; platform only.
    Master,
    /// Kiosks and counters: read tickets, write tickets.
    Write,
    /// Gates: read tickets and needs, write the entries file.
    Gate,
}

impl Role {
    /// Key number in the application.
    pub fn key_number(self) -> u8 {
        match self {
            Self::Master => 0,
            Self::Write => 1,
            Self::Gate => 2,
        }
    }
}

/// A handshake that waits for the card's second answer.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SessionHandle(pub String);

/// Somebody who can answer a card's challenge.
pub trait KeyStore: Send + Sync {
    /// Answers E(K, RndB) by E(K, RndA ‖ RndB').
    ///
    /// # Errors
    /// [`CardFault::NoKeys`] where the keys cannot be reached, or this terminal may not have this role.
    fn begin(
        &self,
        card: CardUid,
        role: Role,
        challenge: Block,
    ) -> Result<(SessionHandle, [u8; 32]), CardFault>;

    /// Checks E(K, TI ‖ RndA' ‖ capabilities) and gives the keys of the session. A handle is good for one answer.
    ///
    /// # Errors
    /// [`CardFault::WrongKey`] where the card does not know the key, [`CardFault::NoKeys`] where the handle is unknown or too old.
    fn finish(&self, handle: SessionHandle, answer: [u8; 32]) -> Result<SessionKeys, CardFault>;
}

/// Master keys of all cards of one operator; a card's own keys are derived from them (AN10922).
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct MasterKeys {
    /// Application master.
    pub master: Key,
    /// Write key.
    pub write: Key,
    /// Gate key.
    pub gate: Key,
    /// Transaction MAC key.
    pub transaction_mac: Key,
}

impl MasterKeys {
    /// Fresh random keys.
    pub fn random() -> Self {
        Self {
            master: Key::random(),
            write: Key::random(),
            gate: Key::random(),
            transaction_mac: Key::random(),
        }
    }

    /// A card's own key for a role.
    pub fn for_card(&self, card: CardUid, role: Role) -> Key {
        diversified(self.of(role), card, role.key_number())
    }

    /// A card's own transaction MAC key.
    pub fn transaction_mac_for_card(&self, card: CardUid) -> Key {
        diversified(&self.transaction_mac, card, TRANSACTION_MAC_NUMBER)
    }

    fn of(&self, role: Role) -> &Key {
        match role {
            Role::Master => &self.master,
            Role::Write => &self.write,
            Role::Gate => &self.gate,
        }
    }
}

/// Stands in the diversification input where other keys have their number.
const TRANSACTION_MAC_NUMBER: u8 = 0xF0;

/// Input of AN10922: card number, application number, key number and a text that makes it longer than one block.
fn diversified(master: &Key, card: CardUid, number: u8) -> Key {
    diversify(
        master,
        &[&card.0[..], &AID, &[number], b"kippu card"].concat(),
    )
}

/// Keys kept on this machine: the platform itself, a gate (its own key only), or a kiosk that may give while offline.
pub struct LocalKeys {
    keys: HashMap<Role, Key>,
    pending: Mutex<HashMap<SessionHandle, Pending>>,
    next: AtomicU64,
}

/// Handshakes begun and not finished; more than this and the oldest are forgotten.
const PENDING_MAX: usize = 256;

struct Pending {
    handshake: Handshake,
    number: u64,
}

/// The terminal's half of AuthenticateEV2First, by somebody who has the key.
pub(crate) struct Handshake {
    key: Key,
    rnd_a: Block,
    rnd_b: Block,
}

impl Handshake {
    /// Answers the card's challenge.
    pub(crate) fn begin(key: Key, challenge: Block) -> (Self, [u8; 2 * BLOCK]) {
        let mut rnd_b = challenge;
        cbc_decrypt(&key, [0; BLOCK], &mut rnd_b);
        let rnd_a: Block = rand::random();
        let mut response = [0; 2 * BLOCK];
        response[..BLOCK].copy_from_slice(&rnd_a);
        response[BLOCK..].copy_from_slice(&rotate_left(rnd_b));
        cbc_encrypt(&key, [0; BLOCK], &mut response);
        (Self { key, rnd_a, rnd_b }, response)
    }

    /// Checks the card's answer; `None` where it does not know the key.
    pub(crate) fn finish(self, answer: [u8; 2 * BLOCK]) -> Option<SessionKeys> {
        let mut plain = answer;
        cbc_decrypt(&self.key, [0; BLOCK], &mut plain);
        let (ti, rest) = plain.split_first_chunk::<4>()?;
        same(&rest[..BLOCK], &rotate_left(self.rnd_a))
            .then(|| Ev2Keys::derive(&self.key, self.rnd_a, self.rnd_b, *ti))
    }
}

/// The terminal's half of a card's handshake without a memory between the card's two answers: what is to be kept, and what the card is told.
/// What is kept is secret until the card has answered.
pub fn begin_handshake(key: Key, challenge: Block) -> ([u8; 2 * BLOCK], [u8; 2 * BLOCK]) {
    let (handshake, response) = Handshake::begin(key, challenge);
    let mut kept = [0; 2 * BLOCK];
    kept[..BLOCK].copy_from_slice(&handshake.rnd_a);
    kept[BLOCK..].copy_from_slice(&handshake.rnd_b);
    (kept, response)
}

/// Goes on with what was kept; `None` where the card does not know the key.
pub fn finish_handshake(
    key: Key,
    kept: [u8; 2 * BLOCK],
    answer: [u8; 2 * BLOCK],
) -> Option<SessionKeys> {
    let (mut rnd_a, mut rnd_b) = ([0; BLOCK], [0; BLOCK]);
    rnd_a.copy_from_slice(&kept[..BLOCK]);
    rnd_b.copy_from_slice(&kept[BLOCK..]);
    Handshake { key, rnd_a, rnd_b }.finish(answer)
}

impl LocalKeys {
    /// All roles.
    pub fn new(keys: &MasterKeys) -> Self {
        Self::with_roles(
            [Role::Master, Role::Write, Role::Gate].map(|role| (role, keys.of(role).clone())),
        )
    }

    /// Only the master keys given: a gate gets the gate's.
    pub fn with_roles(keys: impl IntoIterator<Item = (Role, Key)>) -> Self {
        Self {
            keys: keys.into_iter().collect(),
            pending: Mutex::default(),
            next: AtomicU64::new(1),
        }
    }

    fn pending(&self) -> std::sync::MutexGuard<'_, HashMap<SessionHandle, Pending>> {
        // A panic elsewhere leaves the map usable: entries are put in and taken out whole.
        self.pending
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl KeyStore for LocalKeys {
    fn begin(
        &self,
        card: CardUid,
        role: Role,
        challenge: Block,
    ) -> Result<(SessionHandle, [u8; 32]), CardFault> {
        let key = diversified(
            self.keys.get(&role).ok_or(CardFault::NoKeys)?,
            card,
            role.key_number(),
        );
        let (handshake, response) = Handshake::begin(key, challenge);
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let handle = SessionHandle(format!("{number}"));
        let mut pending = self.pending();
        if pending.len() >= PENDING_MAX
            && let Some(oldest) = pending
                .iter()
                .min_by_key(|(_, entry)| entry.number)
                .map(|(handle, _)| handle.clone())
        {
            pending.remove(&oldest);
        }
        pending.insert(handle.clone(), Pending { handshake, number });
        Ok((handle, response))
    }

    fn finish(&self, handle: SessionHandle, answer: [u8; 32]) -> Result<SessionKeys, CardFault> {
        let pending = self.pending().remove(&handle).ok_or(CardFault::NoKeys)?;
        pending.handshake.finish(answer).ok_or(CardFault::WrongKey)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CARD: CardUid = CardUid([4, 1, 2, 3, 4, 5, 6]);

    fn keys() -> MasterKeys {
        MasterKeys {
            master: Key([1; 16]),
            write: Key([2; 16]),
            gate: Key([3; 16]),
            transaction_mac: Key([4; 16]),
        }
    }

    /// Plays the card's part of the handshake.
    fn answer_of_card(key: &Key, rnd_b: Block, response: [u8; 32]) -> ([u8; 32], Ev2Keys) {
        let mut plain = response;
        cbc_decrypt(key, [0; BLOCK], &mut plain);
        assert_eq!(plain[BLOCK..], rotate_left(rnd_b));
        let rnd_a: Block = plain[..BLOCK].try_into().unwrap();
        let mut answer = [0; 32];
        answer[..4].copy_from_slice(&[9, 8, 7, 6]);
        answer[4..20].copy_from_slice(&rotate_left(rnd_a));
        cbc_encrypt(key, [0; BLOCK], &mut answer);
        (answer, Ev2Keys::derive(key, rnd_a, rnd_b, [9, 8, 7, 6]))
    }

    #[test]
    fn store_and_card_agree_on_the_session() {
        let store = LocalKeys::new(&keys());
        let key = keys().for_card(CARD, Role::Write);
        let rnd_b = [0x5C; 16];
        let mut challenge = rnd_b;
        cbc_encrypt(&key, [0; BLOCK], &mut challenge);
        let (handle, response) = store.begin(CARD, Role::Write, challenge).unwrap();
        let (answer, expected) = answer_of_card(&key, rnd_b, response);
        assert!(store.finish(handle.clone(), answer).unwrap() == expected);
        assert_eq!(
            store.finish(handle, answer),
            Err(CardFault::NoKeys),
            "a handle is good for one answer"
        );
    }

    #[test]
    fn a_card_that_does_not_know_the_key_is_refused() {
        let store = LocalKeys::new(&keys());
        let (handle, _) = store.begin(CARD, Role::Gate, [0; 16]).unwrap();
        assert_eq!(store.finish(handle, [0; 32]), Err(CardFault::WrongKey));
    }

    #[test]
    fn a_gates_store_has_no_write_key() {
        let store = LocalKeys::with_roles([(Role::Gate, keys().gate.clone())]);
        assert_eq!(
            store.begin(CARD, Role::Write, [0; 16]),
            Err(CardFault::NoKeys)
        );
    }

    #[test]
    fn keys_differ_by_card_and_by_role() {
        let mut same_master = keys();
        same_master.gate = same_master.write.clone();
        let other = CardUid([4, 1, 2, 3, 4, 5, 7]);
        assert_ne!(
            same_master.for_card(CARD, Role::Write),
            same_master.for_card(CARD, Role::Gate)
        );
        assert_ne!(
            keys().for_card(CARD, Role::Write),
            keys().for_card(other, Role::Write)
        );
    }

    #[test]
    fn handshakes_nobody_finishes_are_forgotten() {
        let store = LocalKeys::new(&keys());
        let (first, _) = store.begin(CARD, Role::Gate, [0; 16]).unwrap();
        (0..PENDING_MAX).for_each(|_| drop(store.begin(CARD, Role::Gate, [0; 16]).unwrap()));
        assert_eq!(store.finish(first, [0; 32]), Err(CardFault::NoKeys));
        assert_eq!(store.pending().len(), PENDING_MAX);
    }
}
