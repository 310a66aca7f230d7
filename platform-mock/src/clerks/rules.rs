//! Clerks and their PINs.

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};

use crate::refusal::{Answer, Refusal};

/// How long a session lasts without logging in again: 10 hours, a shift.
pub const SESSION_MICROS: i64 = 10 * 3600 * 1_000_000;
/// A PIN has at least this many digits.
pub const PIN_MIN: usize = 4;

/// A clerk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clerk {
    /// Row of the clerk.
    pub id: i64,
    /// Row of the store.
    pub store: i64,
    /// Number in the store.
    pub number: String,
    /// Name to show.
    pub name: String,
    /// Store's name to show.
    pub store_name: String,
}

/// Hashes a PIN with argon2id and a fresh salt.
///
/// # Errors
/// When it is too short or not made of digits.
pub fn hash_pin(pin: &str) -> Answer<String> {
    if pin.len() < PIN_MIN || !pin.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Refusal::bad_request(format!(
            "A PIN has at least {PIN_MIN} digits and nothing else."
        )));
    }
    hash_secret(pin)
}

/// Hashes what somebody must know with argon2id and a fresh salt.
pub(crate) fn hash_secret(secret: &str) -> Answer<String> {
    let hash = hasher()?
        .hash_password(secret.as_bytes())
        .map_err(|error| Refusal::internal(&error))?;
    Ok(hash.to_string())
}

/// Whether a PIN is the one behind a hash.
pub fn pin_matches(pin: &str, hash: &str) -> bool {
    let Ok(hash) = PasswordHash::new(hash) else {
        return false;
    };
    Argon2::default()
        .verify_password(pin.as_bytes(), &hash)
        .is_ok()
}

/// 19 MiB, two passes, one lane: the recommendation of OWASP for argon2id.
fn hasher() -> Answer<Argon2<'static>> {
    let params = Params::new(19 * 1024, 2, 1, None).map_err(|error| Refusal::internal(&error))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_pin_matches_and_salts_differ() {
        let hash = hash_pin("4711").unwrap();
        assert!(hash.starts_with("$argon2id$"));
        assert!(pin_matches("4711", &hash));
        assert!(!pin_matches("4712", &hash));
        assert!(!pin_matches("4711", "no hash"));
        assert_ne!(hash, hash_pin("4711").unwrap());
    }

    #[test]
    fn pins_are_digits() {
        assert!(hash_pin("123").is_err());
        assert!(hash_pin("12a4").is_err());
    }
}
