//! The key with which a terminal and its platform seal what only the other may read: bundles, stick files. Each side computes it from its own
//! secret key and the other's public one (X25519), so it is never sent, and the platform's database alone does not have it.

use kippu_ticket::ids::TerminalId;
use sha2::{Digest as _, Sha256};
use x25519_dalek::{PublicKey, StaticSecret};

/// In front of what is hashed, so that no key of this kind is one of another kind.
const DOMAIN: &[u8] = b"kippu device key v1\0";

/// A public key that no honest side has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no public key for sealing")]
pub struct BadKey;

/// A fresh secret key.
pub fn random_secret() -> [u8; 32] {
    rand::random()
}

/// The public key of a secret one.
pub fn public_of(secret: &[u8; 32]) -> [u8; 32] {
    PublicKey::from(&StaticSecret::from(*secret)).to_bytes()
}

/// The key as the terminal computes it.
///
/// # Errors
/// [`BadKey`] for a public key whose products are known to everybody.
pub fn at_terminal(
    own: &[u8; 32],
    platform: [u8; 32],
    terminal: TerminalId,
) -> Result<[u8; 32], BadKey> {
    derive(own, platform, (public_of(own), platform), terminal)
}

/// The key as the platform computes it.
///
/// # Errors
/// As [`at_terminal`].
pub fn at_platform(
    own: &[u8; 32],
    device: [u8; 32],
    terminal: TerminalId,
) -> Result<[u8; 32], BadKey> {
    derive(own, device, (device, public_of(own)), terminal)
}

fn derive(
    own: &[u8; 32],
    other: [u8; 32],
    (device, platform): ([u8; 32], [u8; 32]),
    terminal: TerminalId,
) -> Result<[u8; 32], BadKey> {
    let shared = StaticSecret::from(*own).diffie_hellman(&PublicKey::from(other));
    if !shared.was_contributory() {
        return Err(BadKey);
    }
    Ok(Sha256::new()
        .chain_update(DOMAIN)
        .chain_update(shared.as_bytes())
        .chain_update(device)
        .chain_update(platform)
        .chain_update(terminal.0.to_le_bytes())
        .finalize()
        .into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_come_to_the_same_key_and_nobody_else_does() {
        let (device, platform, other) = (random_secret(), random_secret(), random_secret());
        let terminal = TerminalId(11);
        let here = at_terminal(&device, public_of(&platform), terminal).unwrap();
        let there = at_platform(&platform, public_of(&device), terminal).unwrap();
        assert_eq!(here, there);
        let foreign = at_terminal(&other, public_of(&platform), terminal).unwrap();
        assert_ne!(here, foreign);
        let namesake = at_platform(&platform, public_of(&device), TerminalId(12)).unwrap();
        assert_ne!(here, namesake);
        assert_eq!(at_platform(&platform, [0; 32], terminal), Err(BadKey));
    }
}
