//! One-time enrolment codes: made for an operator, used by a terminal.

use kippu_api::enrolment::{EnrolmentCode, OpenedEnrolment};
use kippu_ticket::ids::TerminalId;
use sha2::{Digest as _, Sha256};

use super::authority::Authority;
use crate::{people::rules::Operator, refusal::Answer, storage::Storage};

/// How long a code is good: 30 minutes.
pub const CODE_MICROS: i64 = 30 * 60 * 1_000_000;

/// Makes a code for a terminal. One made before is worth nothing from then on.
///
/// # Errors
/// 404 when there is no such terminal, or it was written off.
pub async fn open(
    storage: &dyn Storage,
    authority: &Authority,
    operator: Option<Operator>,
    terminal: TerminalId,
    now: i64,
) -> Answer<OpenedEnrolment> {
    let code = EnrolmentCode::random(authority.der());
    let expires = now + CODE_MICROS;
    let secret = hash_secret(&code.secret());
    let name = storage
        .open_enrolment(operator, terminal, secret, expires)
        .await?;
    Ok(OpenedEnrolment {
        code: code.to_string(),
        name,
        expires,
    })
}

/// What is kept of a code's secret.
pub fn hash_secret(secret: &str) -> [u8; 32] {
    Sha256::new()
        .chain_update(b"kippu enrolment secret v1\0")
        .chain_update(secret)
        .finalize()
        .into()
}
