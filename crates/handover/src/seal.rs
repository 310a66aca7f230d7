//! The key rows are encrypted with at rest, and the encryption: ChaCha20-Poly1305 (RFC 8439), a fresh random nonce a row.
//!
//! The key is a file of 32 bytes that only the terminal's user may read (mode 0600), made on the first start. It guards a copied or discarded
//! disk's journal from a reader who has not got the key file. Where the machine has a TPM, this is the place for it: seal the 32 bytes to the
//! machine's boot state, keep the sealed blob in the file instead, and unseal in [`JournalKey::load_or_create`]; nothing else changes.

use std::{
    fs::{self, OpenOptions},
    io::{self, Read, Write},
    path::Path,
};

use chacha20poly1305::{
    ChaCha20Poly1305, Key, KeyInit, Nonce,
    aead::{Aead, Payload},
};
use zeroize::ZeroizeOnDrop;

use crate::store::StoreFault;

/// First byte of sealed bytes.
const SEAL_VERSION: u8 = 1;
const NONCE_LEN: usize = 12;

/// The key a journal is sealed with.
#[derive(Clone, ZeroizeOnDrop)]
pub struct JournalKey([u8; 32]);

impl JournalKey {
    /// A key by its bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Reads the key file, or makes one where there is none yet. The file is on disk when this returns.
    pub fn load_or_create(path: &Path) -> io::Result<Self> {
        match fs::File::open(path) {
            Ok(mut file) => {
                let mut bytes = [0; 32];
                file.read_exact(&mut bytes)?;
                Ok(Self(bytes))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Self::create(path),
            Err(error) => Err(error),
        }
    }

    /// Written aside and renamed, so that a power cut leaves no half key behind.
    fn create(path: &Path) -> io::Result<Self> {
        let key = Self(rand::random());
        let aside = path.with_extension("new");
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&aside)?;
        file.write_all(&key.0)?;
        file.sync_all()?;
        fs::rename(&aside, path)?;
        sync_folder_of(path)?;
        Ok(key)
    }

    /// Encrypts bytes for one place of the journal; `place` is authenticated, so sealed bytes cannot be moved to another row.
    pub fn seal(&self, place: &[u8], plain: &[u8]) -> Result<Vec<u8>, StoreFault> {
        let nonce: [u8; NONCE_LEN] = rand::random();
        self.seal_with(&nonce, place, plain)
    }

    fn seal_with(
        &self,
        nonce: &[u8; NONCE_LEN],
        place: &[u8],
        plain: &[u8],
    ) -> Result<Vec<u8>, StoreFault> {
        let sealed = ChaCha20Poly1305::new(&Key::from(self.0))
            .encrypt(
                &Nonce::from(*nonce),
                Payload {
                    msg: plain,
                    aad: place,
                },
            )
            .map_err(|_| StoreFault::Sealed)?;
        Ok([&[SEAL_VERSION], nonce.as_slice(), &sealed].concat())
    }

    /// Decrypts what [`Self::seal`] made for the same place.
    pub fn open(&self, place: &[u8], sealed: &[u8]) -> Result<Vec<u8>, StoreFault> {
        let (&version, rest) = sealed.split_first().ok_or(StoreFault::Sealed)?;
        if version != SEAL_VERSION {
            return Err(StoreFault::Newer(version.into()));
        }
        let (nonce, body) = rest
            .split_first_chunk::<NONCE_LEN>()
            .ok_or(StoreFault::Sealed)?;
        ChaCha20Poly1305::new(&Key::from(self.0))
            .decrypt(
                &Nonce::from(*nonce),
                Payload {
                    msg: body,
                    aad: place,
                },
            )
            .map_err(|_| StoreFault::Sealed)
    }
}

/// Makes a rename in a folder durable.
pub(crate) fn sync_folder_of(path: &Path) -> io::Result<()> {
    fs::File::open(folder_of(path))?.sync_all()
}

/// The folder a file lies in.
pub(crate) fn folder_of(path: &Path) -> &Path {
    path.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_row_opens_only_with_its_key_and_at_its_place() {
        let key = JournalKey::from_bytes([7; 32]);
        let sealed = key.seal(b"row 1", b"ticket").unwrap();
        assert!(!sealed.windows(6).any(|window| window == b"ticket"));
        assert_eq!(key.open(b"row 1", &sealed).unwrap(), b"ticket");
        assert!(matches!(
            key.open(b"row 2", &sealed),
            Err(StoreFault::Sealed)
        ));
        assert!(matches!(
            JournalKey::from_bytes([8; 32]).open(b"row 1", &sealed),
            Err(StoreFault::Sealed)
        ));
        let mut flipped = sealed.clone();
        *flipped.last_mut().unwrap() ^= 1;
        assert!(matches!(
            key.open(b"row 1", &flipped),
            Err(StoreFault::Sealed)
        ));
        assert!(matches!(
            key.open(b"row 1", &sealed[..5]),
            Err(StoreFault::Sealed)
        ));
        assert!(matches!(
            key.open(b"row 1", &[2, 0, 0]),
            Err(StoreFault::Newer(2))
        ));
    }

    #[cfg(unix)]
    #[test]
    fn the_key_file_is_made_once_and_only_its_owner_reads_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.key");
        let first = JournalKey::load_or_create(&path).unwrap();
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        assert_eq!(JournalKey::load_or_create(&path).unwrap().0, first.0);
        fs::write(&path, [1; 5]).unwrap();
        assert!(
            JournalKey::load_or_create(&path).is_err(),
            "a cut key is not replaced"
        );
    }
}
