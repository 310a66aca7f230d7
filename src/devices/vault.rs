//! Secrets a terminal keeps at rest: sealed like the journal's rows, under the key file only the terminal's user may read.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use kippu_handover::{seal::JournalKey, store::StoreFault};
use serde::{Serialize, de::DeserializeOwned};

use super::files;

/// Why a secret could not be kept or forgotten.
#[derive(Debug, thiserror::Error)]
pub enum VaultFault {
    /// The folder cannot be read or written.
    #[error("the terminal's folder: {0}")]
    Folder(#[from] io::Error),
    /// The bytes were sealed with another key, or changed since.
    #[error(transparent)]
    Sealed(#[from] StoreFault),
    /// The opened bytes make no sense.
    #[error("the secret cannot be read: {0}")]
    Garbled(#[from] serde_json::Error),
}

/// A folder of sealed files.
#[derive(Clone)]
pub struct Vault {
    folder: PathBuf,
    key: JournalKey,
}

impl Vault {
    /// The vault in this folder.
    pub fn new(folder: &Path, key: JournalKey) -> Self {
        Self {
            folder: folder.to_owned(),
            key,
        }
    }

    /// What is kept under this name, `None` where nothing is.
    ///
    /// # Errors
    /// It is there and cannot be opened.
    pub fn load<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, VaultFault> {
        let sealed = match fs::read(self.path(name)) {
            Ok(sealed) => sealed,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let plain = zeroize::Zeroizing::new(self.key.open(&place(name), &sealed)?);
        Ok(Some(serde_json::from_slice(&plain)?))
    }

    /// Keeps a secret under this name, in the place of an older one. On disk when it returns.
    ///
    /// # Errors
    /// It cannot be written; the older one is still there.
    pub fn keep<T: Serialize>(&self, name: &str, secret: &T) -> Result<(), VaultFault> {
        let plain = zeroize::Zeroizing::new(serde_json::to_vec(secret)?);
        let sealed = self.key.seal(&place(name), &plain)?;
        Ok(files::replace(&self.path(name), &sealed)?)
    }

    /// Forgets what is kept under this name.
    ///
    /// # Errors
    /// It cannot be removed.
    pub fn forget(&self, name: &str) -> Result<(), VaultFault> {
        Ok(files::remove(&self.path(name))?)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.sealed"))
    }
}

/// What sealed bytes are tied to, so that one file cannot stand for another.
fn place(name: &str) -> Vec<u8> {
    [b"kippu vault ".as_slice(), name.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_opens_with_its_key_and_under_its_name_only() {
        let folder = tempfile::tempdir().unwrap();
        let vault = Vault::new(folder.path(), JournalKey::from_bytes([1; 32]));
        assert_eq!(vault.load::<String>("keys").unwrap(), None);
        vault.keep("keys", &"open sesame").unwrap();
        assert_eq!(
            vault.load::<String>("keys").unwrap().as_deref(),
            Some("open sesame")
        );
        let on_disk = fs::read(folder.path().join("keys.sealed")).unwrap();
        assert!(!on_disk.windows(6).any(|window| window == b"sesame"));

        let other = Vault::new(folder.path(), JournalKey::from_bytes([2; 32]));
        assert!(matches!(
            other.load::<String>("keys"),
            Err(VaultFault::Sealed(_))
        ));
        fs::rename(
            folder.path().join("keys.sealed"),
            folder.path().join("clerks.sealed"),
        )
        .unwrap();
        assert!(matches!(
            vault.load::<String>("clerks"),
            Err(VaultFault::Sealed(_))
        ));
        vault.forget("clerks").unwrap();
        assert_eq!(vault.load::<String>("clerks").unwrap(), None);
    }
}
