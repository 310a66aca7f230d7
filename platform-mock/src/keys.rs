//! The platform's secret keys: files of hexadecimal digits in `DIR/keys`, made at the first start, readable by their owner only.

use std::{fs, io::ErrorKind, path::Path};

use anyhow::{Context as _, bail};
use kippu_card::{desfire::crypto::Key, keys::MasterKeys};
use kippu_ticket::{
    binding::EventBindingKey,
    code::ResumeCode,
    ids::{EventId, IssuerId},
    sign::SigningKey,
};
use sha2::{Digest as _, Sha256};

use crate::private::{restrict, write_private};

/// This platform's number inside tickets.
pub const ISSUER: IssuerId = IssuerId(1);
/// Number of the issuer's key inside tickets.
pub const ISSUER_KEY: u8 = 1;

/// All secrets of a platform.
pub struct Keys {
    /// Signs tickets and bundles.
    pub issuer: SigningKey,
    /// Of all cards.
    pub cards: MasterKeys,
    binding: [u8; 32],
    codes: [u8; 32],
}

impl Keys {
    /// Reads the keys of a data folder, and makes those that are not there yet.
    ///
    /// # Errors
    /// When the folder cannot be written or a file is no key.
    pub fn open(data: &Path) -> anyhow::Result<Self> {
        let folder = data.join("keys");
        fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        restrict(&folder, 0o700)?;
        let [master, write, gate, transaction_mac] =
            split(secret::<64>(&folder.join("cards.key"))?);
        Ok(Self {
            issuer: SigningKey::from_bytes(&secret(&folder.join("issuer.key"))?),
            cards: MasterKeys {
                master: Key(master),
                write: Key(write),
                gate: Key(gate),
                transaction_mac: Key(transaction_mac),
            },
            binding: secret(&folder.join("binding.key"))?,
            codes: secret(&folder.join("codes.key"))?,
        })
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
}

fn split(bytes: [u8; 64]) -> [[u8; 16]; 4] {
    let mut keys = [[0; 16]; 4];
    for (key, piece) in keys.iter_mut().zip(bytes.chunks_exact(16)) {
        key.copy_from_slice(piece);
    }
    keys
}

fn secret<const N: usize>(path: &Path) -> anyhow::Result<[u8; N]> {
    match fs::read_to_string(path) {
        Ok(text) => {
            let mut bytes = [0; N];
            hex::decode_to_slice(text.trim(), &mut bytes)
                .with_context(|| format!("{} is no key of {N} bytes", path.display()))?;
            Ok(bytes)
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let mut bytes = [0; N];
            rand::fill(&mut bytes[..]);
            write_private(path, &hex::encode(bytes))?;
            Ok(bytes)
        }
        Err(error) => bail!("cannot read {}: {error}", path.display()),
    }
}

#[cfg(test)]
mod tests {
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
}
