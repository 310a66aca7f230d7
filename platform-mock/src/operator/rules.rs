//! Operators and their passwords.

use crate::{
    clerks::rules::hash_secret,
    refusal::{Answer, Refusal},
};

/// A password has at least this many characters.
pub const PASSWORD_MIN: usize = 10;

/// Somebody who runs the platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operator {
    /// Row of the operator.
    pub id: i64,
    /// Number or name to log in with.
    pub number: String,
    /// Name to show.
    pub name: String,
}

/// Hashes a password with argon2id and a fresh salt.
///
/// # Errors
/// When it is too short.
pub fn hash_password(password: &str) -> Answer<String> {
    if password.chars().count() < PASSWORD_MIN {
        return Err(Refusal::bad_request(format!(
            "A password has at least {PASSWORD_MIN} characters."
        )));
    }
    hash_secret(password)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clerks::rules::pin_matches;

    #[test]
    fn passwords_are_long_and_hashed() {
        assert!(hash_password("123456789").is_err());
        let hash = hash_password("正しい馬の電池ホチキス").unwrap();
        assert!(hash.starts_with("$argon2id$"));
        assert!(pin_matches("正しい馬の電池ホチキス", &hash));
    }
}
