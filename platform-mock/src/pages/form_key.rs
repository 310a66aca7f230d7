//! Keys of forms: a form that is sent twice does what it does once.

use sha2::{Digest as _, Sha256};

use crate::{
    refusal::{Answer, Refusal},
    storage::idempotency::RequestKey,
};

/// A key for a form that is shown.
pub(crate) fn fresh_key() -> String {
    hex::encode(rand::random::<[u8; 16]>())
}

/// The key that came back with a form of an account, and what was wished for by it.
///
/// # Errors
/// 400 where it is none that a page has made.
pub(crate) fn form_key(account: i64, key: &str, words: &[&str]) -> Answer<RequestKey> {
    if key.len() != 32 || !key.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(
            Refusal::bad_request("The form is out of date. Nothing was done.")
                .hint("Open the page again."),
        );
    }
    let mut hasher = Sha256::new();
    for word in words {
        hasher.update(word.as_bytes());
        hasher.update([0]);
    }
    Ok(RequestKey {
        caller: format!("a{account}"),
        key: key.to_owned(),
        fingerprint: hasher.finalize().into(),
    })
}
