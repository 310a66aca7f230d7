//! Files on a USB stick, for a terminal without network: reports to the platform, keys to the terminal. Only that terminal and its platform
//! can read or make one. The bytes are described in docs/formats.md, "Stick file".

use chacha20poly1305::{
    ChaCha20Poly1305, KeyInit,
    aead::{Aead, Payload},
};
use kippu_ticket::{
    ids::{HandoverId, TerminalId},
    sign::PublicKey,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};

use crate::handovers::Report;

const MAGIC: &[u8; 3] = b"KST";
const VERSION: u8 = 1;
const NONCE_LEN: usize = 12;
const TAG_LEN: usize = 16;
/// Longest body in bytes; a longer one is split into several files.
pub const BODY_MAX: usize = 64 * 1024 * 1024;
/// Longest incarnation in bytes.
pub const INCARNATION_MAX: usize = 64;
/// In front of the device key, so that no key of this kind of file is one of another kind.
const KEY_DOMAIN: &[u8] = b"kippu stick file v1\0";

/// What a file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Kind {
    /// A terminal's reports, to the platform: [`Reports`].
    Reports = 1,
    /// Keys for working without network, to a terminal: [`crate::terminals::OfflineKeys`].
    Keys = 2,
}

impl Kind {
    fn from_byte(byte: u8) -> Option<Self> {
        [Self::Reports, Self::Keys]
            .into_iter()
            .find(|kind| *kind as u8 == byte)
    }
}

/// Eight bytes by which a platform is told from others: of the SHA-256 of its ticket-signing key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PlatformId(pub [u8; 8]);

impl PlatformId {
    /// The platform that signs with this key.
    pub fn of(key: &PublicKey) -> Self {
        let digest = Sha256::new()
            .chain_update(b"kippu platform\0")
            .chain_update(key.to_bytes())
            .finalize();
        let mut id = [0; 8];
        id.copy_from_slice(&digest[..8]);
        Self(id)
    }
}

/// What can be read of a file without its key; true only once the file is opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// What it is for.
    pub kind: Kind,
    /// Whose device key it is sealed with.
    pub terminal: TerminalId,
    /// The platform it comes from or goes to.
    pub platform: PlatformId,
    /// Of whoever wrote it: the journal's (R14) of reports, the platform's (R15) of keys. At most [`INCARNATION_MAX`] bytes.
    pub incarnation: String,
    /// First and last journal row inside; both 0 in a file of keys.
    pub rows: (u64, u64),
}

/// Why bytes are not the file that was expected. Nothing of them was used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadStick {
    /// Another kind of file altogether.
    #[error("this is not a stick file")]
    NotAStickFile,
    /// Written by a newer release.
    #[error("the stick file has version {0}, which this program does not know")]
    NewerVersion(u8),
    /// The end is missing: the stick was pulled out, or is full.
    #[error("the stick file is cut off: copy it again")]
    Truncated,
    /// Sealed for something else than what it is used for.
    #[error("the stick file is of another kind")]
    OtherKind,
    /// For another platform.
    #[error("the stick file belongs to another platform")]
    OtherPlatform,
    /// For another terminal.
    #[error("the stick file belongs to terminal {0}")]
    OtherTerminal(TerminalId),
    /// Changed on the way, or not made with this terminal's key.
    #[error("the stick file was changed, or was not made by this terminal and platform")]
    Forged,
    /// Authentic, and yet not what this release reads.
    #[error("the content of the stick file is not understood")]
    Content,
}

/// Something too large for one file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("too much for one stick file")]
pub struct TooLarge;

/// A terminal's reports in the order of its rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reports {
    /// Each with its handover.
    pub reports: Vec<HandoverReport>,
}

/// A report with the handover that stands in the path when it goes over the network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandoverReport {
    /// The handover.
    pub handover: HandoverId,
    /// What happened.
    pub report: Report,
}

/// Makes a file.
///
/// # Errors
/// [`TooLarge`] where body or incarnation is longer than a file takes.
pub fn seal(header: &Header, body: &[u8], device_key: &[u8; 32]) -> Result<Vec<u8>, TooLarge> {
    seal_with(header, body, device_key, rand::random())
}

fn seal_with(
    header: &Header,
    body: &[u8],
    device_key: &[u8; 32],
    nonce: [u8; NONCE_LEN],
) -> Result<Vec<u8>, TooLarge> {
    let head = header_bytes(header, body.len(), nonce)?;
    let payload = Payload {
        msg: body,
        aad: &head,
    };
    let sealed = cipher(device_key)
        .encrypt(&nonce.into(), payload)
        .map_err(|_| TooLarge)?;
    Ok([head, sealed].concat())
}

/// Makes a file whose body is JSON.
///
/// # Errors
/// [`TooLarge`], also for a value JSON cannot say.
pub fn seal_json<T: Serialize>(
    header: &Header,
    body: &T,
    device_key: &[u8; 32],
) -> Result<Vec<u8>, TooLarge> {
    let body = serde_json::to_vec(body).map_err(|_| TooLarge)?;
    seal(header, &body, device_key)
}

/// What a file says of itself: enough to find the key to open it with, and nothing to rely on.
///
/// # Errors
/// [`BadStick::NotAStickFile`], [`BadStick::NewerVersion`], [`BadStick::Truncated`].
pub fn peek(bytes: &[u8]) -> Result<Header, BadStick> {
    Ok(split(bytes)?.0)
}

/// Opens a file made for this terminal and platform, for this use.
///
/// # Errors
/// [`BadStick`]; the order of the checks is format, length, kind, platform, terminal, seal.
pub fn open(
    bytes: &[u8],
    kind: Kind,
    platform: PlatformId,
    terminal: TerminalId,
    device_key: &[u8; 32],
) -> Result<(Header, Vec<u8>), BadStick> {
    let (header, head, sealed) = split(bytes)?;
    if header.kind != kind {
        return Err(BadStick::OtherKind);
    }
    if header.platform != platform {
        return Err(BadStick::OtherPlatform);
    }
    if header.terminal != terminal {
        return Err(BadStick::OtherTerminal(header.terminal));
    }
    let nonce = head.last_chunk().ok_or(BadStick::Truncated)?;
    let payload = Payload {
        msg: sealed,
        aad: head,
    };
    let body = cipher(device_key)
        .decrypt(nonce.into(), payload)
        .map_err(|_| BadStick::Forged)?;
    Ok((header, body))
}

/// Opens a file whose body is JSON.
///
/// # Errors
/// As [`open`], and [`BadStick::Content`].
pub fn open_json<T: DeserializeOwned>(
    bytes: &[u8],
    kind: Kind,
    platform: PlatformId,
    terminal: TerminalId,
    device_key: &[u8; 32],
) -> Result<(Header, T), BadStick> {
    let (header, body) = open(bytes, kind, platform, terminal, device_key)?;
    let body = serde_json::from_slice(&body).map_err(|_| BadStick::Content)?;
    Ok((header, body))
}

fn cipher(device_key: &[u8; 32]) -> ChaCha20Poly1305 {
    let key: [u8; 32] = Sha256::new()
        .chain_update(KEY_DOMAIN)
        .chain_update(device_key)
        .finalize()
        .into();
    ChaCha20Poly1305::new(&key.into())
}

fn header_bytes(header: &Header, body: usize, nonce: [u8; NONCE_LEN]) -> Result<Vec<u8>, TooLarge> {
    if header.incarnation.len() > INCARNATION_MAX || body > BODY_MAX {
        return Err(TooLarge);
    }
    let incarnation = u8::try_from(header.incarnation.len()).map_err(|_| TooLarge)?;
    let body = u32::try_from(body).map_err(|_| TooLarge)?;
    let mut bytes = Vec::with_capacity(128);
    bytes.extend_from_slice(MAGIC);
    bytes.push(VERSION);
    bytes.push(header.kind as u8);
    bytes.extend_from_slice(&header.terminal.0.to_le_bytes());
    bytes.extend_from_slice(&header.platform.0);
    bytes.extend_from_slice(&header.rows.0.to_le_bytes());
    bytes.extend_from_slice(&header.rows.1.to_le_bytes());
    bytes.extend_from_slice(&body.to_le_bytes());
    bytes.push(incarnation);
    bytes.extend_from_slice(header.incarnation.as_bytes());
    bytes.extend_from_slice(&nonce);
    Ok(bytes)
}

/// Header, the bytes of header and nonce, and what is sealed.
fn split(bytes: &[u8]) -> Result<(Header, &[u8], &[u8]), BadStick> {
    let mut rest = Rest(bytes);
    // A file cut off inside its first bytes is cut off as well, as long as these are the right ones.
    let magic = &bytes[..bytes.len().min(MAGIC.len())];
    if magic.is_empty() || *magic != MAGIC[..magic.len()] {
        return Err(BadStick::NotAStickFile);
    }
    rest.take::<3>()?;
    let [version] = rest.take()?;
    if version != VERSION {
        return Err(BadStick::NewerVersion(version));
    }
    let [kind] = rest.take()?;
    let terminal = TerminalId(u32::from_le_bytes(rest.take()?));
    let platform = PlatformId(rest.take()?);
    let rows = (
        u64::from_le_bytes(rest.take()?),
        u64::from_le_bytes(rest.take()?),
    );
    let body = u32::from_le_bytes(rest.take()?) as usize;
    let [incarnation] = rest.take()?;
    let incarnation = rest.take_bytes(usize::from(incarnation))?;
    rest.take::<NONCE_LEN>()?;
    let sealed = rest.0;
    let header = Header {
        kind: Kind::from_byte(kind).ok_or(BadStick::OtherKind)?,
        terminal,
        platform,
        incarnation: String::from_utf8(incarnation.to_vec()).map_err(|_| BadStick::Forged)?,
        rows,
    };
    match sealed.len().cmp(&body.saturating_add(TAG_LEN)) {
        std::cmp::Ordering::Less => Err(BadStick::Truncated),
        std::cmp::Ordering::Greater => Err(BadStick::Forged),
        std::cmp::Ordering::Equal => Ok((header, &bytes[..bytes.len() - sealed.len()], sealed)),
    }
}

/// What is not read yet.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], BadStick> {
        let (piece, rest) = self.0.split_first_chunk().ok_or(BadStick::Truncated)?;
        self.0 = rest;
        Ok(*piece)
    }

    fn take_bytes(&mut self, length: usize) -> Result<&'a [u8], BadStick> {
        let (piece, rest) = self.0.split_at_checked(length).ok_or(BadStick::Truncated)?;
        self.0 = rest;
        Ok(piece)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEVICE: [u8; 32] = [7; 32];
    const PLATFORM: PlatformId = PlatformId([1, 2, 3, 4, 5, 6, 7, 8]);
    const TERMINAL: TerminalId = TerminalId(12);

    /// Bytes of the block `hex stick-file` in docs/formats.md; whatever follows `#` in a line is for people.
    fn frozen() -> Vec<u8> {
        let path = "../../docs/formats.md";
        let document = std::fs::read_to_string(path).unwrap();
        let (_, rest) = document.split_once("```hex stick-file\n").unwrap();
        let (block, _) = rest.split_once("```").unwrap();
        let digits: String = block
            .lines()
            .flat_map(|line| line.split('#').next())
            .flat_map(str::split_whitespace)
            .collect();
        hex::decode(digits).unwrap()
    }

    fn header() -> Header {
        Header {
            kind: Kind::Reports,
            terminal: TERMINAL,
            platform: PLATFORM,
            incarnation: "first".into(),
            rows: (3, 9),
        }
    }

    fn sealed() -> Vec<u8> {
        let nonce = std::array::from_fn(|place| place as u8);
        seal_with(&header(), b"{\"reports\":1", &DEVICE, nonce).unwrap()
    }

    fn open_here(bytes: &[u8]) -> Result<(Header, Vec<u8>), BadStick> {
        open(bytes, Kind::Reports, PLATFORM, TERMINAL, &DEVICE)
    }

    #[test]
    fn what_was_sealed_opens() {
        let bytes = seal(&header(), b"body", &DEVICE).unwrap();
        assert_eq!(peek(&bytes), Ok(header()));
        assert_eq!(open_here(&bytes), Ok((header(), b"body".to_vec())));
        assert_ne!(bytes, seal(&header(), b"body", &DEVICE).unwrap());
    }

    #[test]
    fn every_shorter_file_is_cut_off_and_every_changed_one_is_noticed() {
        let bytes = sealed();
        for length in 1..bytes.len() {
            assert_eq!(open_here(&bytes[..length]), Err(BadStick::Truncated));
        }
        assert_eq!(open_here(&[]), Err(BadStick::NotAStickFile));
        for place in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[place] ^= 1;
            assert!(open_here(&changed).is_err(), "byte {place}");
        }
        let longer = [&bytes[..], &[0]].concat();
        assert_eq!(open_here(&longer), Err(BadStick::Forged));
    }

    #[test]
    fn files_for_others_are_named() {
        let bytes = sealed();
        let open = |kind, platform, terminal, key| open(&bytes, kind, platform, terminal, key);
        let other = PlatformId([9; 8]);
        let cases = [
            (
                open(Kind::Keys, PLATFORM, TERMINAL, &DEVICE),
                BadStick::OtherKind,
            ),
            (
                open(Kind::Reports, other, TERMINAL, &DEVICE),
                BadStick::OtherPlatform,
            ),
            (
                open(Kind::Reports, PLATFORM, TerminalId(11), &DEVICE),
                BadStick::OtherTerminal(TERMINAL),
            ),
            (
                open(Kind::Reports, PLATFORM, TERMINAL, &[8; 32]),
                BadStick::Forged,
            ),
        ];
        for (opened, expected) in cases {
            assert_eq!(opened, Err(expected));
        }
        let mut newer = bytes.clone();
        newer[3] = 2;
        assert_eq!(open_here(&newer), Err(BadStick::NewerVersion(2)));
        assert_eq!(open_here(b"PK\x03\x04"), Err(BadStick::NotAStickFile));
    }

    #[test]
    fn content_of_another_release_is_not_taken_for_reports() {
        let opened = open_json::<Reports>(&sealed(), Kind::Reports, PLATFORM, TERMINAL, &DEVICE);
        assert_eq!(opened, Err(BadStick::Content));
    }

    #[test]
    fn too_long_an_incarnation_is_refused_and_not_cut() {
        let mut long = header();
        long.incarnation = "x".repeat(INCARNATION_MAX + 1);
        assert_eq!(seal(&long, b"", &DEVICE), Err(TooLarge));
    }

    #[test]
    fn the_bytes_are_frozen() {
        assert_eq!(sealed(), frozen());
        assert_eq!(
            open_here(&frozen()),
            Ok((header(), b"{\"reports\":1".to_vec()))
        );
    }
}
