//! Idempotency keys: the answer is stored in the same transaction as the change, and given again to whoever repeats the request.

use kippu_api::problem::ProblemCode;
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    refusal::{Answer, Refusal},
    storage::{
        Unit,
        sql::{Optional as _, Sql},
    },
};

/// How long answers are kept.
pub const KEPT_MICROS: i64 = 48 * 3600 * 1_000_000;

/// Who sends which request under which key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestKey {
    /// The caller; keys of different callers never meet.
    pub caller: String,
    /// The key as sent.
    pub key: String,
    /// SHA-256 over method, path and body.
    pub fingerprint: [u8; 32],
}

/// The answer given under a key, if there was one.
///
/// # Errors
/// 409 `key_reused` when the key was used for another request.
pub fn answer<T: DeserializeOwned>(sql: &Sql, key: &RequestKey) -> Answer<Option<T>> {
    let known: Option<([u8; 32], String)> = sql
        .prepare_cached("SELECT request, answer FROM answers WHERE caller = ?1 AND key = ?2")?
        .query_row((&key.caller, &key.key), |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    match known {
        None => Ok(None),
        Some((request, answer)) if request == key.fingerprint => {
            Ok(Some(serde_json::from_str(&answer)?))
        }
        Some(_) => Err(Refusal::new(
            ProblemCode::KeyReused,
            "This idempotency key was used for a different request.",
        )
        .hint("Use a new key for every new wish.")),
    }
}

/// Does it once. Only what was done is remembered: a refusal changed nothing, so the request may be tried again.
pub fn once<T, F>(unit: &mut Unit<'_>, key: &RequestKey, command: F) -> Answer<T>
where
    T: Serialize + DeserializeOwned,
    F: FnOnce(&mut Unit<'_>) -> Answer<T>,
{
    if let Some(known) = answer(unit.sql, key)? {
        return Ok(known);
    }
    let value = command(unit)?;
    unit.sql
        .prepare_cached(
            "INSERT INTO answers (caller, key, request, answer, at) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute((
            &key.caller,
            &key.key,
            key.fingerprint,
            serde_json::to_string(&value)?,
            unit.now,
        ))?;
    Ok(value)
}
