//! The platform's secret keys: made at the first start, in `DIR/keys`, readable by their owner only, and locked where something to lock them
//! with is given. Signing keys and cards' master keys have versions: the next one is made known before it is used, and older ones stay good.

mod chest;
pub mod ring;
pub mod wrapping;

use std::path::Path;

use anyhow::{Context as _, bail};
use kippu_api::device_key;
use kippu_card::{desfire::crypto::Key, keys::MasterKeys};
use kippu_ticket::{
    binding::EventBindingKey,
    code::ResumeCode,
    ids::{EventId, IssuerId, TerminalId},
    sign::{PublicKey, SigningKey},
};
use sha2::{Digest as _, Sha256};

use crate::refusal::{Answer, Refusal};
use chest::Chest;
use wrapping::Wrapping;

/// This platform's number inside tickets.
pub const ISSUER: IssuerId = IssuerId(1);
/// Number of the issuer's first key inside tickets. Bundles and stick files are signed by it for good: it is what terminals know the platform by.
pub const ISSUER_KEY: u8 = 1;
/// The first version of the cards' master keys.
pub const CARD_KEYS: u8 = 1;

/// All secrets of a platform.
pub struct Keys {
    /// Its first signing key: signs bundles.
    pub issuer: SigningKey,
    /// Master keys that cards are formatted with now.
    pub cards: MasterKeys,
    issuers: Versions<SigningKey>,
    all_cards: Versions<MasterKeys>,
    binding: [u8; 32],
    codes: [u8; 32],
    agreement: [u8; 32],
    authority: Option<Authority>,
    locked: bool,
}

/// Versions of a key, from 1 on.
struct Versions<T> {
    current: u8,
    all: Vec<T>,
}

impl<T> Versions<T> {
    fn get(&self, version: u8) -> Option<&T> {
        self.all.get(usize::from(version).checked_sub(1)?)
    }

    fn numbered(&self) -> impl Iterator<Item = (u8, &T)> {
        (1..).zip(&self.all)
    }
}

/// Key and certificate of the authority that certifies terminals, both PEM.
#[derive(Clone)]
pub struct Authority {
    /// PKCS #8.
    pub key: String,
    /// Self-signed.
    pub certificate: String,
}

/// What a terminal and this platform seal things to one another with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceKey {
    /// The same secret on both sides.
    Shared([u8; 32]),
    /// The terminal's public key; the secret is computed.
    Agreed([u8; 32]),
}

impl Keys {
    /// Reads the keys of a data folder, and makes those that are not there yet. They are locked with what this process's environment names.
    ///
    /// # Errors
    /// When the folder cannot be written, a file is no key, or the keys are locked by something else.
    pub fn open(data: &Path) -> anyhow::Result<Self> {
        Self::open_with(data, &Wrapping::from_environment()?)
    }

    /// The same with something stated to lock them with.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_with(data: &Path, wrapping: &Wrapping) -> anyhow::Result<Self> {
        let mut chest = Chest::open(data, wrapping)?;
        let issuers = ring::versions(&mut chest, "issuer", |bytes: [u8; 32]| {
            SigningKey::from_bytes(&bytes)
        })?;
        let all_cards = ring::versions(&mut chest, "cards", master_keys)?;
        let missing = || "the first version of a key is missing";
        Ok(Self {
            issuer: SigningKey::from_bytes(&secret(&mut chest, "issuer.key")?),
            cards: all_cards
                .get(all_cards.current)
                .cloned()
                .with_context(missing)?,
            issuers,
            all_cards,
            binding: secret(&mut chest, "binding.key")?,
            codes: secret(&mut chest, "codes.key")?,
            agreement: secret(&mut chest, "agreement.key")?,
            authority: match (chest.get("authority-key.pem")?, chest.get("authority.pem")?) {
                (Some(key), Some(certificate)) => Some(Authority { key, certificate }),
                _ => None,
            },
            locked: chest.is_locked(),
        })
    }

    /// Whether they lie locked.
    pub fn are_locked(&self) -> bool {
        self.locked
    }

    /// The number of the key tickets are signed with now, and the key.
    pub fn signing(&self) -> (u8, &SigningKey) {
        let current = self.issuers.current;
        (current, self.issuers.get(current).unwrap_or(&self.issuer))
    }

    /// All keys of tickets, also the one that is made known and not used yet.
    pub fn issuer_keys(&self) -> impl Iterator<Item = (u8, PublicKey)> {
        self.issuers
            .numbered()
            .map(|(number, key)| (number, key.public()))
    }

    /// The public key of a number inside a ticket.
    pub fn issuer_key(&self, number: u8) -> Option<PublicKey> {
        self.issuers.get(number).map(SigningKey::public)
    }

    /// The version cards are formatted with now.
    pub fn card_version(&self) -> u8 {
        self.all_cards.current
    }

    /// All versions of the cards' master keys, the newest first.
    pub fn card_versions(&self) -> impl Iterator<Item = (u8, &MasterKeys)> {
        let mut all: Vec<_> = self.all_cards.numbered().collect();
        all.reverse();
        all.into_iter()
    }

    /// A version of the cards' master keys.
    pub fn cards_of(&self, version: u8) -> Option<&MasterKeys> {
        self.all_cards.get(version)
    }

    /// The authority, once there is one.
    pub fn authority(&self) -> Option<&Authority> {
        self.authority.as_ref()
    }

    /// The public key terminals agree on a device key with.
    pub fn agreement(&self) -> [u8; 32] {
        device_key::public_of(&self.agreement)
    }

    /// The secret for what is sealed between a terminal and this platform.
    ///
    /// # Errors
    /// 500 where the terminal's public key is none.
    pub fn device_key(&self, terminal: TerminalId, key: DeviceKey) -> Answer<[u8; 32]> {
        match key {
            DeviceKey::Shared(key) => Ok(key),
            DeviceKey::Agreed(public) => device_key::at_platform(&self.agreement, public, terminal)
                .map_err(|error| Refusal::internal(&error)),
        }
    }

    /// A secret for what this platform seals to itself, of a purpose of its own.
    pub fn own(&self, purpose: &str) -> [u8; 32] {
        Sha256::new()
            .chain_update(self.codes)
            .chain_update(b"kippu own ")
            .chain_update(purpose)
            .finalize()
            .into()
    }

    /// The key that binds an event's tickets to cards: SHA-256 of the platform's secret, a word and the event, cut to 16 bytes.
    pub fn binding(&self, event: EventId) -> EventBindingKey {
        let mut hasher = Sha256::new();
        hasher.update(self.binding);
        hasher.update(b"kippu event binding v1");
        hasher.update(event.0.to_le_bytes());
        let digest: [u8; 32] = hasher.finalize().into();
        let mut key = [0; 16];
        key.copy_from_slice(&digest[..16]);
        EventBindingKey::from_bytes(key)
    }

    /// What is kept of a resume code: SHA-256 of a secret of this platform, a word and the code, so that nobody who reads the database can
    /// try all codes.
    pub fn code_hash(&self, code: ResumeCode) -> [u8; 32] {
        let mut hasher = Sha256::new();
        hasher.update(self.codes);
        hasher.update(b"kippu resume code v1");
        hasher.update(code.to_string());
        hasher.finalize().into()
    }

    /// What is kept of the name of a buyer or of a means of payment, made as a code's hash is.
    pub fn buyer_hash(&self, name: &str) -> [u8; 32] {
        let mut hasher = Sha256::new();
        hasher.update(self.codes);
        hasher.update(b"kippu buyer v1");
        hasher.update(name);
        hasher.finalize().into()
    }
}

fn master_keys(bytes: [u8; 64]) -> MasterKeys {
    let mut keys = [[0; 16]; 4];
    for (key, piece) in keys.iter_mut().zip(bytes.chunks_exact(16)) {
        key.copy_from_slice(piece);
    }
    let [master, write, gate, transaction_mac] = keys.map(Key);
    MasterKeys {
        master,
        write,
        gate,
        transaction_mac,
    }
}

/// A key, made where it is missing.
fn secret<const N: usize>(chest: &mut Chest, name: &str) -> anyhow::Result<[u8; N]> {
    if let Some(key) = stored(chest, name)? {
        return Ok(key);
    }
    let mut bytes = [0; N];
    rand::fill(&mut bytes[..]);
    chest.put(name, hex::encode(bytes))?;
    Ok(bytes)
}

fn stored<const N: usize>(chest: &Chest, name: &str) -> anyhow::Result<Option<[u8; N]>> {
    let Some(text) = chest.get(name)? else {
        return Ok(None);
    };
    let mut bytes = [0; N];
    if hex::decode_to_slice(text.trim(), &mut bytes).is_err() {
        bail!("{name} is no key of {N} bytes");
    }
    Ok(Some(bytes))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn keys_are_made_once_and_private() {
        let data = tempfile::tempdir().unwrap();
        let first = Keys::open(data.path()).unwrap();
        let again = Keys::open(data.path()).unwrap();
        assert_eq!(first.issuer.public(), again.issuer.public());
        assert_eq!(first.binding(EventId(1)), again.binding(EventId(1)));
        assert_ne!(first.binding(EventId(1)), first.binding(EventId(2)));
        assert!(first.cards == again.cards);
        assert_eq!(first.agreement(), again.agreement());
        assert_ne!(first.own("one"), first.own("other"));
        let code = ResumeCode::of(1);
        assert_eq!(first.code_hash(code), again.code_hash(code));
        let other = Keys::open(tempfile::tempdir().unwrap().path()).unwrap();
        assert_ne!(first.code_hash(code), other.code_hash(code));
        #[cfg(unix)]
        for name in ["issuer.key", "cards.key", "binding.key", "codes.key"] {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(data.path().join("keys").join(name))
                .unwrap()
                .permissions()
                .mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
        }
    }

    #[test]
    fn a_damaged_key_file_is_an_error_and_not_a_new_key() {
        let data = tempfile::tempdir().unwrap();
        Keys::open(data.path()).unwrap();
        fs::write(data.path().join("keys/issuer.key"), "abc").unwrap();
        assert!(Keys::open(data.path()).is_err());
    }

    #[test]
    fn plain_keys_are_locked_once_and_stay_the_same_keys() {
        let data = tempfile::tempdir().unwrap();
        let plain = Keys::open_with(data.path(), &Wrapping::Nothing).unwrap();
        let wrapping = Wrapping::Key([7; 32]);
        let locked = Keys::open_with(data.path(), &wrapping).unwrap();
        assert!(locked.are_locked() && !plain.are_locked());
        assert_eq!(locked.issuer.public(), plain.issuer.public());
        assert!(locked.cards == plain.cards);
        assert_eq!(locked.agreement(), plain.agreement());
        let secret = fs::read(data.path().join("keys/keys.locked")).unwrap();
        let seed = hex::encode(plain.codes);
        assert!(!secret.windows(64).any(|window| window == seed.as_bytes()));
        let left: Vec<_> = fs::read_dir(data.path().join("keys"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| !name.starts_with('.'))
            .collect();
        assert_eq!(left, ["keys.locked"]);
        for wrong in [Wrapping::Nothing, Wrapping::Key([8; 32])] {
            assert!(Keys::open_with(data.path(), &wrong).is_err(), "{wrong:?}");
        }
        let again = Keys::open_with(data.path(), &wrapping).unwrap();
        assert_eq!(again.issuer.public(), plain.issuer.public());
    }

    #[test]
    fn a_next_version_is_known_before_it_is_used_and_the_old_one_afterwards() {
        let data = tempfile::tempdir().unwrap();
        let open = || Keys::open_with(data.path(), &Wrapping::Nothing).unwrap();
        let first = open();
        for family in [ring::Family::Signing, ring::Family::Cards] {
            assert!(ring::activate(data.path(), &Wrapping::Nothing, family).is_err());
            assert_eq!(
                ring::announce(data.path(), &Wrapping::Nothing, family).unwrap(),
                2
            );
            assert!(ring::announce(data.path(), &Wrapping::Nothing, family).is_err());
        }
        let announced = open();
        assert_eq!((announced.signing().0, announced.card_version()), (1, 1));
        assert_eq!(announced.issuer_keys().count(), 2);
        for family in [ring::Family::Signing, ring::Family::Cards] {
            assert_eq!(
                ring::activate(data.path(), &Wrapping::Nothing, family).unwrap(),
                2
            );
        }
        let active = open();
        assert_eq!((active.signing().0, active.card_version()), (2, 2));
        assert_eq!(
            active.issuer.public(),
            first.issuer.public(),
            "bundles go on under the first"
        );
        assert_eq!(active.issuer_key(1), Some(first.issuer.public()));
        assert_eq!(active.issuer_key(2), Some(active.signing().1.public()));
        assert_ne!(active.issuer_key(1), active.issuer_key(2));
        assert!(
            active.cards_of(1) == Some(&first.cards) && active.cards.write != first.cards.write
        );
        assert!(active.cards.gate == first.cards.gate, "gates know one key");
    }
}
