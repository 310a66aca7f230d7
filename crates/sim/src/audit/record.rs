//! Ticket and paper records, read and checked by docs/formats.md with library ciphers alone.

use std::{fs, path::Path};

use aes::Aes128;
use anyhow::Context as _;
use cmac::{Cmac, KeyInit as _, Mac as _};
use ed25519_dalek::{Signature, SigningKey, VerifyingKey};
use sha2::{Digest as _, Sha256};

use super::Stated;

const SIGNED: usize = 112;

/// What a gate knows of the platform.
#[derive(Clone)]
pub struct Secrets {
    issuer: VerifyingKey,
    binding: Vec<u8>,
}

impl Secrets {
    /// Out of the key files of a platform's folder.
    ///
    /// # Errors
    /// A file is missing or no key.
    pub fn read(platform: &Path) -> anyhow::Result<Self> {
        let file = |name: &str| -> anyhow::Result<Vec<u8>> {
            let text = fs::read_to_string(platform.join("keys").join(name))?;
            Ok(hex::decode(text.trim())?)
        };
        let seed: [u8; 32] = file("issuer.key")?
            .try_into()
            .ok()
            .context("the issuer's key has another length")?;
        Ok(Self {
            issuer: SigningKey::from_bytes(&seed).verifying_key(),
            binding: file("binding.key")?,
        })
    }

    /// The binding key of an event and a terminal.
    fn terminal_key(&self, event: u32, terminal: [u8; 4]) -> [u8; 16] {
        let mut hasher = Sha256::new();
        hasher.update(&self.binding);
        hasher.update(b"kippu event binding v1");
        hasher.update(event.to_le_bytes());
        let digest: [u8; 32] = hasher.finalize().into();
        let mut key = [0; 16];
        key.copy_from_slice(&digest[..16]);
        mac(&key, &[b"kippu binding v1", &terminal])
    }
}

/// A record bound to a card, if signature and binding hold.
pub fn bound(secrets: &Secrets, record: &[u8], card: [u8; 7]) -> Option<Stated> {
    let signed = record.get(..SIGNED)?;
    let binding = record.get(SIGNED..126)?;
    let (hop, terminal, value) = (&binding[..2], &binding[2..6], &binding[6..14]);
    let key = secrets.terminal_key(event(signed), terminal.try_into().ok()?);
    let expected = mac(&key, &[signed, &card, hop, terminal]);
    (expected[..8] == *value).then_some(())?;
    stated(secrets, signed, hop)
}

/// A paper's record with its serial, if signature and binding hold.
pub fn paper(secrets: &Secrets, record: &[u8]) -> Option<(Stated, u64)> {
    if record.len() != 135 || record[0] != 0x51 {
        return None;
    }
    let signed = &record[1..1 + SIGNED];
    let (serial, hop) = (&record[113..121], &record[121..123]);
    let (terminal, value) = (&record[123..127], &record[127..135]);
    let key = secrets.terminal_key(event(signed), terminal.try_into().ok()?);
    let expected = mac(&key, &[b"kippu paper v1\0", signed, serial, hop, terminal]);
    (expected[..8] == *value).then_some(())?;
    let number = u64::from_le_bytes(serial.try_into().ok()?);
    Some((stated(secrets, signed, hop)?, number))
}

fn event(signed: &[u8]) -> u32 {
    u32::from_le_bytes([signed[10], signed[11], signed[12], signed[13]])
}

fn stated(secrets: &Secrets, signed: &[u8], hop: &[u8]) -> Option<Stated> {
    let signature = Signature::from_slice(&signed[48..]).ok()?;
    let message = [b"kippu ticket v1\0", &signed[..48]].concat();
    secrets.issuer.verify_strict(&message, &signature).ok()?;
    // Only seats and free seating admit; everything else travels the same way and is counted with them.
    Some(Stated {
        ticket: u64::from_le_bytes(signed[2..10].try_into().ok()?),
        epoch: u16::from_le_bytes([signed[18], signed[19]]),
        hop: u16::from_le_bytes(hop.try_into().ok()?),
    })
}

fn mac(key: &[u8; 16], parts: &[&[u8]]) -> [u8; 16] {
    let mut mac = Cmac::<Aes128>::new(&(*key).into());
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}
