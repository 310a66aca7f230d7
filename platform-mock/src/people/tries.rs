//! Slows down whoever guesses PINs, passwords and codes, at all nodes together.
//!
//! Five wrong ones about one thing from one place, and this pair waits. So somebody elsewhere who guesses a person's password does not lock
//! that person out: only after twenty about one thing from places where it was never right before do such places wait too.

use async_trait::async_trait;
use kippu_ticket::ids::{CardUid, TerminalId};
use sha2::{Digest as _, Sha256};

use crate::{
    refusal::{Answer, Refusal},
    storage::{
        Database, Unit,
        sql::{Optional as _, Params, Sql},
    },
};

/// Wrong tries in a row about one thing from one place.
pub const WRONG_MAX: u32 = 5;
/// About one thing from all places where it was never right.
pub const WRONG_EVERYWHERE_MAX: u32 = 20;
/// From one place, whatever they are about.
pub const WRONG_FROM_ONE_MAX: u32 = 100;
/// How long a wrong try counts, and so the longest wait: 5 minutes.
pub const SHUT_MICROS: i64 = 5 * 60 * 1_000_000;
/// How long a place where something was right is remembered: 30 days.
const KNOWN_MICROS: i64 = 30 * 24 * 3600 * 1_000_000;

/// A try: what it is about and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    subject: [u8; 32],
    source: String,
    /// What was too often, in a sentence.
    refused: &'static str,
}

impl Attempt {
    /// A clerk's PIN at a terminal.
    pub fn pin(store: &str, number: &str, at: TerminalId) -> Self {
        Self {
            subject: subject(&["clerk", store, number]),
            source: terminal(at),
            refused: "There were too many wrong PINs for this clerk.",
        }
    }

    /// The password to an account, from an address.
    pub fn password(number: &str, source: String) -> Self {
        Self {
            subject: subject(&["person", number]),
            source,
            refused: "There were too many wrong passwords for this account.",
        }
    }

    /// The password until now, of somebody who wants another.
    pub fn change(account: i64, source: String) -> Self {
        Self {
            subject: subject(&["change", &account.to_string()]),
            source,
            refused: "There were too many wrong passwords for this account.",
        }
    }

    /// A resume code at a terminal.
    pub fn code(at: TerminalId) -> Self {
        let source = terminal(at);
        Self {
            subject: subject(&["code", &source]),
            source,
            refused: "Too many codes were tried at this terminal that belong to nothing.",
        }
    }

    /// The code of a refund, by a clerk.
    pub fn refund(account: i64) -> Self {
        Self {
            subject: subject(&["refund", &account.to_string()]),
            source: format!("account {account}"),
            refused: "Too many codes were tried that no refund belongs to.",
        }
    }

    /// What the account of a card's holder covers, asked at a terminal.
    pub fn credit(at: TerminalId, card: CardUid) -> Self {
        Self {
            subject: subject(&["credit", &card.to_string()]),
            source: format!("credit at {}", terminal(at)),
            refused: "The credit of this card was asked for too often without a purchase.",
        }
    }

    /// An enrolment code from an address.
    pub fn enrolment(source: String) -> Self {
        Self {
            subject: subject(&["enrolment", &source]),
            source,
            refused: "There were too many wrong enrolment codes from this address.",
        }
    }

    /// Where it comes from.
    pub fn source(&self) -> &str {
        &self.source
    }

    fn too_many(&self, until: i64, now: i64) -> Refusal {
        Refusal::too_many(self.refused, until - now)
    }
}

fn terminal(id: TerminalId) -> String {
    format!("terminal {id}")
}

/// One name for what tries are about, so that nothing that strangers type is kept.
fn subject(parts: &[&str]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    hasher.finalize().into()
}

/// Tries.
#[async_trait]
pub trait TryStorage: Send + Sync {
    /// Counts a try before it is checked, so that tries at the same moment count too.
    ///
    /// # Errors
    /// 429 with the time to wait when there were too many; nothing is counted then.
    async fn admit(&self, attempt: Attempt) -> Answer<()>;
    /// It was right: the pair's wrong ones are forgotten.
    async fn succeeded(&self, attempt: Attempt) -> Answer<()>;
}

#[async_trait]
impl TryStorage for Database {
    async fn admit(&self, attempt: Attempt) -> Answer<()> {
        self.write(move |unit| admit(unit, &attempt)).await
    }

    async fn succeeded(&self, attempt: Attempt) -> Answer<()> {
        self.write(move |unit| succeeded(unit, &attempt)).await
    }
}

/// Forgets the pair's wrong tries and remembers that something was right from there.
pub(super) fn succeeded(unit: &Unit<'_>, attempt: &Attempt) -> Answer<()> {
    unit.sql.execute(
        "UPDATE tries SET wrong = 0, succeeded = ?3 WHERE subject = ?1 AND source = ?2",
        (attempt.subject, &attempt.source, unit.now),
    )?;
    Ok(())
}

fn admit(unit: &Unit<'_>, attempt: &Attempt) -> Answer<()> {
    let (sql, now) = (unit.sql, unit.now);
    let begun = now - SHUT_MICROS;
    sql.execute(
        "DELETE FROM tries WHERE last <= ?1 AND (succeeded IS NULL OR last <= ?2)",
        (begun, now - KNOWN_MICROS),
    )?;
    let known: Option<(u32, i64, bool)> = sql
        .prepare_cached(
            "SELECT wrong, last, succeeded IS NOT NULL FROM tries WHERE subject = ?1 AND source = ?2",
        )?
        .query_row((attempt.subject, &attempt.source), |row| {
            Ok((row.get(0)?, row.get::<i64>(1)?, row.get(2)?))
        })
        .optional()?;
    let (wrong, last, was_right) = known.unwrap_or((0, now, false));
    let wrong = if last <= begun { 0 } else { wrong };
    if wrong >= WRONG_MAX {
        return Err(attempt.too_many(last + SHUT_MICROS, now));
    }
    if !was_right {
        let about = count(
            sql,
            "subject = ?1 AND last > ?2 AND succeeded IS NULL",
            (attempt.subject, begun),
        )?;
        let from = count(
            sql,
            "source = ?1 AND last > ?2 AND succeeded IS NULL",
            (&attempt.source, begun),
        )?;
        for ((wrong, last), most) in [(about, WRONG_EVERYWHERE_MAX), (from, WRONG_FROM_ONE_MAX)] {
            if wrong >= i64::from(most) {
                return Err(attempt.too_many(last + SHUT_MICROS, now));
            }
        }
    }
    sql.execute(
        "INSERT INTO tries (subject, source, wrong, last) VALUES (?1, ?2, 1, ?4)
         ON CONFLICT (subject, source) DO UPDATE SET wrong = ?3, last = ?4",
        (attempt.subject, &attempt.source, wrong + 1, now),
    )?;
    Ok(())
}

/// How many wrong ones there were, and when the last.
fn count(sql: &Sql, which: &str, params: impl Params) -> Answer<(i64, i64)> {
    let text = format!(
        "SELECT CAST(coalesce(sum(wrong), 0) AS BIGINT), coalesce(max(last), 0) FROM tries WHERE {which}"
    );
    Ok(sql
        .prepare_cached(&text)?
        .query_row(params, |row| Ok((row.get(0)?, row.get(1)?)))?)
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, time::Duration};

    use kippu_api::problem::ProblemCode;

    use super::*;
    use crate::clock::ManualClock;

    async fn tried(
        storage: &Database,
        number: &str,
        source: &str,
    ) -> Result<(), (ProblemCode, u64)> {
        let attempt = Attempt::password(number, source.into());
        let answer = storage.admit(attempt).await;
        answer.map_err(|refusal| (refusal.code, refusal.retry_after.unwrap()))
    }

    fn storage() -> (tempfile::TempDir, Arc<ManualClock>, Database) {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::at(1_000_000_000));
        let storage = Database::open(folder.path(), clock.clone()).unwrap();
        (folder, clock, storage)
    }

    #[tokio::test]
    async fn five_wrong_ones_shut_a_pair_for_a_while_and_others_go_on() {
        let (_folder, clock, storage) = storage();
        for _ in 0..WRONG_MAX {
            tried(&storage, "a", "home").await.unwrap();
        }
        clock.advance(Duration::from_secs(60));
        assert_eq!(
            tried(&storage, "a", "home").await,
            Err((ProblemCode::TooMany, 240))
        );
        tried(&storage, "a", "office").await.unwrap();
        tried(&storage, "b", "home").await.unwrap();
        clock.advance(Duration::from_secs(240));
        tried(&storage, "a", "home").await.unwrap();
    }

    #[tokio::test]
    async fn where_it_was_right_before_nobody_elsewhere_locks_it() {
        let (_folder, _clock, storage) = storage();
        tried(&storage, "a", "home").await.unwrap();
        let home = Attempt::password("a", "home".into());
        storage.succeeded(home).await.unwrap();
        for source in 0..WRONG_EVERYWHERE_MAX {
            tried(&storage, "a", &source.to_string()).await.unwrap();
        }
        let (code, _) = tried(&storage, "a", "yet another").await.unwrap_err();
        assert_eq!(code, ProblemCode::TooMany);
        for _ in 0..WRONG_MAX {
            tried(&storage, "a", "home").await.unwrap();
        }
        tried(&storage, "a", "home").await.unwrap_err();
    }

    #[tokio::test]
    async fn one_place_cannot_try_everybody() {
        let (_folder, _clock, storage) = storage();
        for number in 0..WRONG_FROM_ONE_MAX {
            tried(&storage, &number.to_string(), "there").await.unwrap();
        }
        tried(&storage, "next", "there").await.unwrap_err();
        tried(&storage, "next", "here").await.unwrap();
    }
}
