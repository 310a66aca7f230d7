//! What people must know: PINs and passwords, hashed with argon2id.

use std::sync::LazyLock;

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use rand::RngExt as _;
use tokio::sync::Semaphore;

use super::rules::Role;
use crate::refusal::{Answer, Refusal};

/// A PIN has at least this many digits.
pub const PIN_MIN: usize = 4;
/// A password has at least this many characters.
pub const PASSWORD_MIN: usize = 10;
/// Longest PIN or password in bytes; what is longer is wrong without being hashed.
pub const SECRET_MAX: usize = 512;
/// Digits of a PIN the platform makes.
const FRESH_PIN: usize = 6;
/// Characters of a password the platform makes: 80 bits.
const FRESH_PASSWORD: usize = 16;
/// What they are chosen from: no letters that look alike.
const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz23456789-";
/// Hashes computed at the same time: each takes 19 MiB and a whole core.
const AT_ONCE: usize = 4;
/// Most that wait for their turn.
const WAITING_MAX: usize = 64;

/// Somebody else's secret to check against where there is nobody, so that both take as long.
static NOBODY: LazyLock<String> =
    LazyLock::new(|| hash_secret("nobody at all").unwrap_or_default());

/// Takes turns at checking secrets.
pub struct Checking {
    turns: Semaphore,
    waiting: Semaphore,
}

impl Default for Checking {
    fn default() -> Self {
        Self {
            turns: Semaphore::new(AT_ONCE),
            waiting: Semaphore::new(AT_ONCE + WAITING_MAX),
        }
    }
}

impl Checking {
    /// Whether a secret is the one behind a hash. Without a hash it is wrong, and takes as long.
    ///
    /// # Errors
    /// 503 when too many are waiting.
    pub async fn matches(&self, secret: String, hash: Option<String>) -> Answer<bool> {
        let _place = self.waiting.try_acquire().map_err(|_| Refusal::busy())?;
        let _turn = self
            .turns
            .acquire()
            .await
            .map_err(|error| Refusal::internal(&error))?;
        tokio::task::spawn_blocking(move || {
            // Looked at in both cases: whoever asks first makes it.
            let nobody = NOBODY.as_str();
            let known = hash.is_some() && secret.len() <= SECRET_MAX;
            let secret = if known { secret.as_str() } else { "" };
            matches(secret, hash.as_deref().unwrap_or(nobody)) && known
        })
        .await
        .map_err(|error| Refusal::internal(&error))
    }
}

/// Hashes the PIN or password of somebody of a role with a fresh salt.
///
/// # Errors
/// When it is too short, too long, or no PIN where one is wanted.
pub fn hash_for(role: Role, secret: &str) -> Answer<String> {
    match role {
        Role::Clerk => hash_pin(secret),
        _ => hash_password(secret),
    }
}

/// Hashes a PIN.
///
/// # Errors
/// When it is too short or not made of digits.
pub fn hash_pin(pin: &str) -> Answer<String> {
    if !(PIN_MIN..=SECRET_MAX).contains(&pin.len())
        || !pin.bytes().all(|byte| byte.is_ascii_digit())
    {
        return Err(Refusal::bad_request(format!(
            "A PIN has at least {PIN_MIN} digits and nothing else."
        )));
    }
    hash_secret(pin)
}

/// Hashes a password.
///
/// # Errors
/// When it is too short or too long.
pub fn hash_password(password: &str) -> Answer<String> {
    if password.chars().count() < PASSWORD_MIN || password.len() > SECRET_MAX {
        return Err(Refusal::bad_request(format!(
            "A password has at least {PASSWORD_MIN} characters and at most {SECRET_MAX} bytes."
        )));
    }
    hash_secret(password)
}

/// A PIN or password nobody has had.
pub fn fresh_for(role: Role) -> String {
    let mut random = rand::rng();
    match role {
        Role::Clerk => (0..FRESH_PIN)
            .map(|_| char::from(b'0' + random.random_range(0..10)))
            .collect(),
        _ => (0..FRESH_PASSWORD)
            .map(|_| char::from(LETTERS[random.random_range(0..LETTERS.len())]))
            .collect(),
    }
}

fn hash_secret(secret: &str) -> Answer<String> {
    let hash = hasher()?
        .hash_password(secret.as_bytes())
        .map_err(|error| Refusal::internal(&error))?;
    Ok(hash.to_string())
}

fn matches(secret: &str, hash: &str) -> bool {
    let Ok(hash) = PasswordHash::new(hash) else {
        return false;
    };
    Argon2::default()
        .verify_password(secret.as_bytes(), &hash)
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
        assert!(matches("4711", &hash));
        assert!(!matches("4712", &hash));
        assert!(!matches("4711", "no hash"));
        assert_ne!(hash, hash_pin("4711").unwrap());
    }

    #[test]
    fn pins_are_digits_and_passwords_are_long() {
        assert!(hash_pin("123").is_err());
        assert!(hash_pin("12a4").is_err());
        assert!(hash_password("123456789").is_err());
        assert!(hash_password(&"x".repeat(SECRET_MAX + 1)).is_err());
        let hash = hash_password("正しい馬の電池ホチキス").unwrap();
        assert!(matches("正しい馬の電池ホチキス", &hash));
    }

    #[test]
    fn what_the_platform_makes_may_be_used_and_differs() {
        for role in [Role::Clerk, Role::Member] {
            let fresh = fresh_for(role);
            hash_for(role, &fresh).unwrap();
            assert_ne!(fresh, fresh_for(role));
        }
    }

    #[tokio::test]
    async fn nobody_has_a_secret() {
        let checking = Checking::default();
        assert!(!checking.matches(String::new(), None).await.unwrap());
        assert!(
            !checking
                .matches("nobody at all".into(), None)
                .await
                .unwrap()
        );
        let hash = hash_pin("4711").unwrap();
        assert!(checking.matches("4711".into(), Some(hash)).await.unwrap());
    }
}
