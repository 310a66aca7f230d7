//! Which terminals owe their rows, and which are gone for good.

use std::collections::HashMap;

use async_trait::async_trait;
use kippu_api::problem::ProblemCode;
use kippu_ticket::ids::{HandoverId, TerminalId};

use super::life::Life;
use crate::{
    refusal::{Answer, Refusal},
    storage::{
        Database,
        sql::{Optional as _, Sql},
    },
};

/// How a terminal stands towards this life of the platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Standing {
    /// It has to send its rows again.
    pub resend_due: bool,
    /// An operator said that it is gone for good.
    pub written_off: bool,
}

/// Something that tickets are asked for by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// An order.
    Order(String),
    /// Tickets that wait at the platform.
    Parcel(String),
    /// A handover.
    Handover(HandoverId),
}

/// Restored lives.
#[async_trait]
pub trait RestoreStorage: Send + Sync {
    /// The life this is.
    fn life(&self) -> Life;
    /// How the terminals stand; those that are not named stand well.
    async fn standings(&self) -> Answer<HashMap<TerminalId, Standing>>;
    /// Rises whenever a terminal may stand otherwise than before, here or through another node.
    fn standings_version(&self) -> u64;
    /// Whether something may be older than this life, so that a terminal that has not resent may know more of it.
    async fn is_older(&self, subject: Subject) -> Answer<bool>;
    /// A terminal has sent all its rows to this life.
    async fn resent(&self, terminal: TerminalId, incarnation: u32) -> Answer<()>;
}

#[async_trait]
impl RestoreStorage for Database {
    fn life(&self) -> Life {
        Self::life(self)
    }

    async fn standings(&self) -> Answer<HashMap<TerminalId, Standing>> {
        self.read(|sql| {
            let mut statement = sql.prepare_cached(
                "SELECT terminal, resend_due, written_off IS NOT NULL FROM terminals WHERE resend_due = 1 OR written_off IS NOT NULL",
            )?;
            let rows = statement.query_map([], |row| {
                let standing = Standing { resend_due: row.get(1)?, written_off: row.get(2)? };
                Ok((TerminalId(row.get(0)?), standing))
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }

    fn standings_version(&self) -> u64 {
        self.hints().standings()
    }

    async fn is_older(&self, subject: Subject) -> Answer<bool> {
        let began = self.life().began;
        self.read(move |sql| Ok(created(sql, &subject)?.is_none_or(|at| at <= began)))
            .await
    }

    async fn resent(&self, terminal: TerminalId, incarnation: u32) -> Answer<()> {
        if incarnation != self.life().incarnation {
            return Err(other_life());
        }
        self.write(move |unit| {
            unit.sql
                .prepare_cached("UPDATE terminals SET resend_due = 0, resent = ?2 WHERE terminal = ?1 AND resend_due = 1")?
                .execute((terminal.0, unit.now))?;
            unit.standings_changed();
            Ok(())
        })
        .await
    }
}

/// How many terminals have not sent their rows to this life.
pub fn owing(sql: &Sql) -> Answer<usize> {
    Ok(sql.query_row(
        "SELECT count(*) FROM terminals WHERE resend_due = 1",
        [],
        |row| row.get(0),
    )?)
}

/// Checks, in a transaction, that what has been as it is since `at` cannot be otherwise in a terminal that has not sent its rows.
///
/// # Errors
/// 503 until all have.
pub fn check_known(sql: &Sql, at: i64) -> Answer<()> {
    let owing = owing(sql)?;
    if owing > 0 && at <= Life::read(sql)?.began {
        return Err(wait_for_others(owing));
    }
    Ok(())
}

/// When something began; `None` where nothing is known of it.
fn created(sql: &Sql, subject: &Subject) -> Answer<Option<i64>> {
    let (text, name) = match subject {
        Subject::Order(order) => ("SELECT created FROM orders WHERE id = ?1", order.clone()),
        Subject::Parcel(parcel) => ("SELECT at FROM parcels WHERE parcel = ?1", parcel.clone()),
        Subject::Handover(handover) => (
            "SELECT begun FROM handovers WHERE handover = ?1",
            handover.to_string(),
        ),
    };
    Ok(sql
        .prepare_cached(text)?
        .query_row([name], |row| row.get(0))
        .optional()?)
}

/// 409: the request belongs to a life of the platform that has ended.
pub fn other_life() -> Refusal {
    Refusal::new(
        ProblemCode::ResendFirst,
        "The platform was restored from a backup. Nothing was done.",
    )
    .hint("Send every row of the journal again, then say so at /api/v1/terminal/resent.")
}

/// 503: somebody else may know more of it.
pub fn wait_for_others(owing: usize) -> Refusal {
    Refusal::new(
        ProblemCode::Busy,
        format!(
            "The platform was restored from a backup, and {owing} terminals have not sent their records yet. \
             One of them may have given these tickets out. Nothing was done."
        ),
    )
    .hint("Try again later; the operator sees which terminals are missing.")
}
