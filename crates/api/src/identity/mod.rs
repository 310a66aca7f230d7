//! What a terminal proves itself with: a key it made itself and the certificate it got for it, kept in one file that only it can read.
//!
//! The file is replaced whole, so key and certificate always belong together. A terminal renews its certificate while the old one is still
//! good; connections made from then on use the new one.

mod pinned;
mod renewing;

use std::{
    fmt, fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
};

use rcgen::{CertificateParams, KeyPair};
use rustls::{
    ClientConfig, RootCertStore, SignatureScheme,
    client::ResolvesClientCert,
    crypto::CryptoProvider,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
    sign::CertifiedKey,
};
use serde::{Deserialize, Serialize};

pub use pinned::pinned_to;
pub use renewing::{renew_when_due, stay_valid};

/// Why a terminal has no usable identity.
#[derive(Debug, thiserror::Error)]
pub enum BadIdentity {
    /// The file cannot be read or written.
    #[error("the terminal's identity {0}: {1}")]
    File(PathBuf, io::Error),
    /// It is not what this release writes.
    #[error("the terminal's identity is not understood: {0}")]
    Content(String),
}

/// Key, certificate and the platform's authority, as they stand in the file.
#[derive(Clone, Serialize, Deserialize)]
pub struct Stored {
    /// The secret key, PKCS #8 in PEM.
    pub key: String,
    /// Its certificate, PEM.
    pub certificate: String,
    /// The certificate of the platform's authority, PEM.
    pub authority: String,
    /// From when and until when the certificate is good, UTC microseconds.
    pub valid: (i64, i64),
}

/// A terminal's identity in use. Shared by all its connections.
pub struct Identity {
    path: PathBuf,
    stored: RwLock<Stored>,
    current: RwLock<Arc<CertifiedKey>>,
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl Identity {
    /// Reads it.
    ///
    /// # Errors
    /// [`BadIdentity`].
    pub fn open(path: &Path) -> Result<Self, BadIdentity> {
        let file = |error| BadIdentity::File(path.to_owned(), error);
        let bytes = fs::read(path).map_err(file)?;
        let stored: Stored = serde_json::from_slice(&bytes).map_err(content)?;
        let current = certified(&stored)?;
        Ok(Self {
            path: path.to_owned(),
            stored: RwLock::new(stored),
            current: RwLock::new(Arc::new(current)),
        })
    }

    /// Puts another key and certificate into the place of these: on disk first.
    ///
    /// # Errors
    /// [`BadIdentity`]; the old ones stay in use.
    pub fn replace(&self, stored: Stored) -> Result<(), BadIdentity> {
        let current = certified(&stored)?;
        write(&self.path, &stored)?;
        *self.stored.write().unwrap_or_else(PoisonError::into_inner) = stored;
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(current);
        Ok(())
    }

    /// From when and until when the certificate is good, UTC microseconds.
    pub fn valid(&self) -> (i64, i64) {
        self.stored().valid
    }

    /// What stands in the file.
    pub fn stored(&self) -> Stored {
        self.stored
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// How to connect to the platform: only to a server with a certificate of its authority, and with this identity.
    ///
    /// # Errors
    /// [`BadIdentity::Content`] where the authority's certificate is none.
    pub fn config(self: &Arc<Self>) -> Result<ClientConfig, BadIdentity> {
        let mut roots = RootCertStore::empty();
        let authority = self.stored().authority;
        roots.add(certificate(&authority)?).map_err(content)?;
        let config = ClientConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .map_err(content)?
            .with_root_certificates(roots)
            .with_client_cert_resolver(Arc::clone(self) as Arc<dyn ResolvesClientCert>);
        Ok(config)
    }
}

impl ResolvesClientCert for Identity {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        Some(Arc::clone(&current))
    }

    fn has_certs(&self) -> bool {
        true
    }
}

/// Writes an identity for a terminal that had none.
///
/// # Errors
/// [`BadIdentity::File`].
pub fn write(path: &Path, stored: &Stored) -> Result<(), BadIdentity> {
    let bytes = serde_json::to_vec_pretty(stored).map_err(content)?;
    replace_file(path, &bytes).map_err(|error| BadIdentity::File(path.to_owned(), error))
}

/// A fresh key with a certificate request for it, both PEM. The platform writes the names.
///
/// # Errors
/// [`BadIdentity::Content`] where the system has no randomness.
pub fn new_key() -> Result<(String, String), BadIdentity> {
    let key = KeyPair::generate().map_err(content)?;
    let request = CertificateParams::default()
        .serialize_request(&key)
        .and_then(|request| request.pem())
        .map_err(content)?;
    Ok((key.serialize_pem(), request))
}

/// The certificate of a PEM text.
///
/// # Errors
/// [`BadIdentity::Content`] where there is none.
pub fn certificate(pem: &str) -> Result<CertificateDer<'static>, BadIdentity> {
    CertificateDer::from_pem_slice(pem.as_bytes()).map_err(content)
}

fn certified(stored: &Stored) -> Result<CertifiedKey, BadIdentity> {
    let key = PrivateKeyDer::from_pem_slice(stored.key.as_bytes()).map_err(content)?;
    let chain = vec![certificate(&stored.certificate)?];
    CertifiedKey::from_der(chain, key, &provider()).map_err(content)
}

/// The cryptography TLS is done with.
pub fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}

fn content(error: impl fmt::Display) -> BadIdentity {
    BadIdentity::Content(error.to_string())
}

/// The old file or the new one, readable by its owner only, on disk when the call returns.
fn replace_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = path.with_extension("new");
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&beside, path)?;
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    fs::File::open(folder)?.sync_all()
}
