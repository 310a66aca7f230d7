//! Ed25519 signatures. Every use has its own domain in front of the message, so that a signature over one kind of bytes is worth
//! nothing as a signature over another.

use std::fmt;

use ed25519_dalek::Signer;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// What a signature is about; the bytes go in front of the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Domain(pub &'static [u8]);

/// Ticket records.
pub const TICKET: Domain = Domain(b"kippu ticket v1\0");

/// Length of a signature in bytes.
pub const SIGNATURE_LEN: usize = 64;

/// The signature is not this key's over these bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the signature is wrong")]
pub struct BadSignature;

/// The 32 bytes are not an Ed25519 public key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an Ed25519 public key of 32 bytes")]
pub struct BadKey;

/// The platform's secret key. Wiped from memory when dropped; never shown.
#[derive(Clone)]
pub struct SigningKey(ed25519_dalek::SigningKey);

impl SigningKey {
    /// A fresh key from the operating system's randomness.
    pub fn random() -> Self {
        Self::from_bytes(&rand::random())
    }

    /// The key behind its 32-byte seed (RFC 8032 section 5.1.5).
    pub fn from_bytes(seed: &[u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(seed))
    }

    /// The seed, to be kept where nobody else reads.
    pub fn to_bytes(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// What others verify with.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    /// Signs a message of one kind.
    pub fn sign(&self, domain: Domain, message: &[u8]) -> [u8; SIGNATURE_LEN] {
        self.0.sign(&[domain.0, message].concat()).to_bytes()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey(of {})", self.public())
    }
}

/// A platform's public key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(ed25519_dalek::VerifyingKey);

impl PublicKey {
    /// The key behind its 32 bytes.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, BadKey> {
        ed25519_dalek::VerifyingKey::from_bytes(bytes)
            .map(Self)
            .map_err(|_| BadKey)
    }

    /// The key's bytes.
    pub fn to_bytes(self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// Checks a signature; malleable encodings and weak keys are refused.
    pub fn verify(
        &self,
        domain: Domain,
        message: &[u8],
        signature: &[u8; SIGNATURE_LEN],
    ) -> Result<(), BadSignature> {
        let signature = ed25519_dalek::Signature::from_bytes(signature);
        self.0
            .verify_strict(&[domain.0, message].concat(), &signature)
            .map_err(|_| BadSignature)
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0.as_bytes()))
    }
}

impl std::str::FromStr for PublicKey {
    type Err = BadKey;

    fn from_str(text: &str) -> Result<Self, BadKey> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| BadKey)?;
        Self::from_bytes(&bytes)
    }
}

impl Serialize for PublicKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PublicKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8032 section 7.1, test 1: the empty message; here with an empty domain.
    #[test]
    fn the_rfcs_first_vector() {
        let seed = hex::decode("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
            .unwrap();
        let key = SigningKey::from_bytes(seed.as_slice().try_into().unwrap());
        assert_eq!(
            key.public().to_string(),
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
        );
        assert_eq!(
            hex::encode(key.sign(Domain(b""), b"")),
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        );
    }

    #[test]
    fn a_signature_holds_for_its_key_message_and_domain_only() {
        let key = SigningKey::from_bytes(&[7; 32]);
        let signature = key.sign(TICKET, b"seat 12");
        assert_eq!(key.public().verify(TICKET, b"seat 12", &signature), Ok(()));
        assert_eq!(
            key.public().verify(TICKET, b"seat 13", &signature),
            Err(BadSignature)
        );
        assert_eq!(
            key.public()
                .verify(Domain(b"kippu bundle v1\0"), b"seat 12", &signature),
            Err(BadSignature)
        );
        assert_eq!(
            SigningKey::from_bytes(&[8; 32])
                .public()
                .verify(TICKET, b"seat 12", &signature),
            Err(BadSignature)
        );
    }

    #[test]
    fn a_secret_key_does_not_show_itself() {
        let key = SigningKey::from_bytes(&[0xA5; 32]);
        assert!(!format!("{key:?}").contains(&hex::encode([0xA5; 8])));
    }
}
