//! What the folder of keys is locked with: a key from outside the data folder, a systemd credential, or a passphrase.

use std::{
    env, fmt, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, anyhow, bail};
use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305,
    aead::{Aead as _, Payload},
};

/// Names a file with the key that locks the others: 32 bytes in hexadecimal.
pub const FILE_VARIABLE: &str = "KIPPU_KEYS_FILE";
/// A passphrase instead.
pub const PASSPHRASE_VARIABLE: &str = "KIPPU_KEYS_PASSPHRASE";
/// Name of the systemd credential with the same content as the file.
pub const CREDENTIAL: &str = "kippu-keys";

const MAGIC: &[u8; 4] = b"KKS1";
const SALT_LEN: usize = 16;
const NONCE_LEN: usize = 24;
const HEAD_LEN: usize = MAGIC.len() + 1 + SALT_LEN + NONCE_LEN;
/// Memory argon2id takes, in KiB, and its passes. Part of the format's version.
const ARGON2: (u32, u32, u32) = (64 * 1024, 3, 1);

/// What locks the keys.
///
/// A hardware security module belongs here: it would be one more variant, whose `key` has the module unwrap the file's own key.
#[derive(Clone, PartialEq, Eq)]
pub enum Wrapping {
    /// Nothing: the files' modes alone guard them.
    Nothing,
    /// A key.
    Key([u8; 32]),
    /// A passphrase, stretched by argon2id.
    Passphrase(String),
}

impl fmt::Debug for Wrapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Nothing => "Nothing",
            Self::Key(_) => "Key(..)",
            Self::Passphrase(_) => "Passphrase(..)",
        })
    }
}

impl Wrapping {
    /// What this process was given.
    ///
    /// # Errors
    /// When more than one thing is named, or what is named cannot be read.
    pub fn from_environment() -> anyhow::Result<Self> {
        let file = env::var_os(FILE_VARIABLE).map(PathBuf::from);
        let credential = env::var_os("CREDENTIALS_DIRECTORY")
            .map(|folder| Path::new(&folder).join(CREDENTIAL))
            .filter(|path| path.exists());
        let passphrase = env::var(PASSPHRASE_VARIABLE).ok();
        match (file.or(credential), passphrase) {
            (None, None) => Ok(Self::Nothing),
            (Some(path), None) => Self::read(&path),
            (None, Some(words)) => Self::passphrase(words),
            (Some(_), Some(_)) => {
                bail!("the keys are locked by a file or by a passphrase, not by both")
            }
        }
    }

    /// A key from a file.
    ///
    /// # Errors
    /// When it cannot be read or is none.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let text = fs::read_to_string(path).with_context(|| {
            format!(
                "cannot read the key that locks the keys, {}",
                path.display()
            )
        })?;
        let mut key = [0; 32];
        hex::decode_to_slice(text.trim(), &mut key)
            .with_context(|| format!("{} is no key of 32 bytes", path.display()))?;
        Ok(Self::Key(key))
    }

    /// A passphrase.
    ///
    /// # Errors
    /// When it is shorter than 12 characters.
    pub fn passphrase(words: String) -> anyhow::Result<Self> {
        if words.chars().count() < 12 {
            bail!("a passphrase for the keys has at least 12 characters");
        }
        Ok(Self::Passphrase(words))
    }

    /// Locks a text.
    ///
    /// # Errors
    /// When there is nothing to lock it with.
    pub fn lock(&self, text: &[u8]) -> anyhow::Result<Vec<u8>> {
        let mut head = MAGIC.to_vec();
        head.push(self.method()?);
        let salt: [u8; SALT_LEN] = rand::random();
        let nonce: [u8; NONCE_LEN] = rand::random();
        head.extend(salt);
        head.extend(nonce);
        let locked = XChaCha20Poly1305::new(&self.key(&salt)?.into())
            .encrypt(
                &nonce.into(),
                Payload {
                    msg: text,
                    aad: &head,
                },
            )
            .map_err(|_| anyhow!("the keys cannot be locked"))?;
        Ok([head, locked].concat())
    }

    /// Opens what was locked.
    ///
    /// # Errors
    /// When it was locked by something else, or changed.
    pub fn unlock(&self, bytes: &[u8]) -> anyhow::Result<Vec<u8>> {
        let (head, locked) = bytes
            .split_at_checked(HEAD_LEN)
            .filter(|(head, _)| head.starts_with(MAGIC))
            .context("this is no file of locked keys")?;
        let (front, nonce) = head.split_at(HEAD_LEN - NONCE_LEN);
        let (front, salt) = front.split_at(MAGIC.len() + 1);
        if front.last() != Some(&self.method()?) {
            bail!(
                "the keys are locked by a {}",
                if front.ends_with(&[1]) {
                    "key file"
                } else {
                    "passphrase"
                }
            );
        }
        let nonce: [u8; NONCE_LEN] = nonce.try_into()?;
        XChaCha20Poly1305::new(&self.key(salt)?.into())
            .decrypt(
                &nonce.into(),
                Payload {
                    msg: locked,
                    aad: head,
                },
            )
            .map_err(|_| {
                anyhow!("the keys are locked by something else, or their file was changed")
            })
    }

    fn method(&self) -> anyhow::Result<u8> {
        match self {
            Self::Nothing => bail!(
                "the keys are locked: name what opens them by {FILE_VARIABLE}, {PASSPHRASE_VARIABLE}, or the systemd credential {CREDENTIAL}"
            ),
            Self::Key(_) => Ok(1),
            Self::Passphrase(_) => Ok(2),
        }
    }

    fn key(&self, salt: &[u8]) -> anyhow::Result<[u8; 32]> {
        match self {
            Self::Nothing => bail!("there is nothing to lock the keys with"),
            Self::Key(key) => Ok(*key),
            Self::Passphrase(words) => {
                let (memory, passes, lanes) = ARGON2;
                let params = Params::new(memory, passes, lanes, Some(32))
                    .map_err(|error| anyhow!("argon2: {error}"))?;
                let mut key = [0; 32];
                Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
                    .hash_password_into(words.as_bytes(), salt, &mut key)
                    .map_err(|error| anyhow!("argon2: {error}"))?;
                Ok(key)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_locked_opens_for_its_key_only() {
        let passphrase = |words: &str| Wrapping::passphrase(words.into()).unwrap();
        for (right, wrong) in [
            (Wrapping::Key([1; 32]), Wrapping::Key([2; 32])),
            (passphrase("twelve letters"), passphrase("twelve litters")),
        ] {
            let locked = right.lock(b"secret").unwrap();
            assert!(!locked.windows(6).any(|window| window == b"secret"));
            assert_eq!(right.unlock(&locked).unwrap(), b"secret");
            assert_ne!(locked, right.lock(b"secret").unwrap());
            for other in [wrong, Wrapping::Nothing, passphrase("something else")] {
                assert!(other.unlock(&locked).is_err(), "{other:?}");
            }
            for place in [0, 4, 5, 30, locked.len() - 1] {
                let mut changed = locked.clone();
                changed[place] ^= 1;
                assert!(right.unlock(&changed).is_err(), "byte {place}");
            }
            assert!(right.unlock(&locked[..20]).is_err());
        }
        assert!(Wrapping::passphrase("short".into()).is_err());
    }
}
