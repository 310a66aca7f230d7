//! Bundles on their way: signed by the platform, encrypted to one device. Written down in docs/formats.md, "Gate bundle".

use chacha20poly1305::{
    ChaCha20Poly1305, KeyInit,
    aead::{Aead, Payload},
};
use kippu_ticket::sign::{Domain, PublicKey, SIGNATURE_LEN, SigningKey};
use sha2::{Digest, Sha256};

use super::{Bundle, Micros};

/// What the platform's signature over a bundle is about, and what it was in the version before.
const BUNDLE: Domain = Domain(b"kippu gate bundle v2\0");
const BUNDLE_V1: Domain = Domain(b"kippu gate bundle v1\0");

const MAGIC: &[u8; 3] = b"KGB";
/// What is written. Version 1, which is still read, had no void papers.
const VERSION: u8 = 2;
const VERSION_WITHOUT_PAPERS: u8 = 1;
const CHECK_LEN: usize = 8;
const NONCE_LEN: usize = 12;
const HEADER_LEN: usize = MAGIC.len() + 1 + CHECK_LEN;

/// Why bytes are no bundle for this gate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadBundle {
    /// Another kind of file, or cut off.
    #[error("these bytes are not a gate bundle")]
    NotABundle,
    /// Written by a newer platform; this program is to be updated.
    #[error("the bundle has version {0}, which this program does not know")]
    NewerVersion(u8),
    /// Encrypted to another device.
    #[error("the bundle is for another gate")]
    OtherDevice,
    /// Changed on the way, or not signed by this platform.
    #[error("the bundle was not made by this platform")]
    Forged,
    /// Out of date; the last moment it could be used.
    #[error("the bundle has expired")]
    Expired {
        /// UTC microseconds.
        since: Micros,
    },
    /// Not good yet; most likely the gate's clock is wrong.
    #[error("the bundle is not valid yet; is the gate's clock right?")]
    NotYet {
        /// UTC microseconds.
        from: Micros,
    },
}

/// Signs a bundle and encrypts it to one device.
pub fn seal(bundle: &Bundle, platform: &SigningKey, device: &[u8; 32]) -> Vec<u8> {
    // A bundle is numbers and texts in lists: postcard refuses none of them.
    let content = postcard::to_stdvec(bundle).expect("a bundle serialises");
    let header = header(VERSION, device);
    let signature = platform.sign(BUNDLE, &content);
    let plain = [signature.as_slice(), &content].concat();
    let nonce: [u8; NONCE_LEN] = rand::random();
    let sealed = ChaCha20Poly1305::new(&(*device).into())
        .encrypt(
            &nonce.into(),
            Payload {
                msg: &plain,
                aad: &header,
            },
        )
        .expect("encrypting in memory fails only beyond 256 GiB");
    [&header[..], &nonce, &sealed].concat()
}

/// Opens a bundle with the device's key and checks that the platform signed it and that it may be used now.
///
/// # Errors
/// [`BadBundle`]; the order of the checks is format, device, origin, time.
pub fn open(
    bytes: &[u8],
    platform: &PublicKey,
    device: &[u8; 32],
    now: Micros,
) -> Result<Bundle, BadBundle> {
    let bundle = open_any_time(bytes, platform, device)?;
    let (from, until) = bundle.valid;
    match now {
        _ if now < from => Err(BadBundle::NotYet { from }),
        _ if now > until => Err(BadBundle::Expired { since: until }),
        _ => Ok(bundle),
    }
}

fn open_any_time(
    bytes: &[u8],
    platform: &PublicKey,
    device: &[u8; 32],
) -> Result<Bundle, BadBundle> {
    if bytes.len() < HEADER_LEN + NONCE_LEN || bytes[..MAGIC.len()] != MAGIC[..] {
        return Err(BadBundle::NotABundle);
    }
    let version = bytes[MAGIC.len()];
    let domain = match version {
        VERSION => BUNDLE,
        VERSION_WITHOUT_PAPERS => BUNDLE_V1,
        newer => return Err(BadBundle::NewerVersion(newer)),
    };
    let (head, rest) = bytes.split_at(HEADER_LEN);
    if head != header(version, device) {
        return Err(BadBundle::OtherDevice);
    }
    let (nonce, sealed) = rest
        .split_first_chunk::<NONCE_LEN>()
        .ok_or(BadBundle::NotABundle)?;
    let plain = ChaCha20Poly1305::new(&(*device).into())
        .decrypt(
            &(*nonce).into(),
            Payload {
                msg: sealed,
                aad: head,
            },
        )
        .map_err(|_| BadBundle::Forged)?;
    let (signature, content) = plain
        .split_first_chunk::<SIGNATURE_LEN>()
        .ok_or(BadBundle::Forged)?;
    platform
        .verify(domain, content, signature)
        .map_err(|_| BadBundle::Forged)?;
    // The void papers are the last field, and an empty list is one zero.
    let missing: &[u8] = if version == VERSION { &[] } else { &[0] };
    postcard::from_bytes(&[content, missing].concat()).map_err(|_| BadBundle::NotABundle)
}

/// Magic, version, and eight bytes by which a device knows whether a bundle is for it. They say nothing about the key, which is random.
fn header(version: u8, device: &[u8; 32]) -> [u8; HEADER_LEN] {
    let digest = Sha256::new()
        .chain_update(b"kippu gate bundle device\0")
        .chain_update(device)
        .finalize();
    let mut header = [0; HEADER_LEN];
    header[..MAGIC.len()].copy_from_slice(MAGIC);
    header[MAGIC.len()] = version;
    header[MAGIC.len() + 1..].copy_from_slice(&digest[..CHECK_LEN]);
    header
}
