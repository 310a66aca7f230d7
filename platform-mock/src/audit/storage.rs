//! Searching who did what, and writing down what has no other command.

use async_trait::async_trait;
use kippu_api::{operator::Listed, people::AuditRow};

use super::{Act, Actor, note};
use crate::{
    operator::views::{ROWS_MAX, listed},
    refusal::Answer,
    storage::Database,
};

/// The audit log.
#[async_trait]
pub trait AuditStorage: Send + Sync {
    /// Acts whose person, word, subject or note contains a text, newest first, older than entry `before` where one is stated.
    async fn audit(&self, find: String, before: Option<i64>) -> Answer<Listed<AuditRow>>;
    /// Writes an act down that changes nothing else, before it is done.
    async fn note_act(&self, actor: Actor, what: &'static str, subject: String) -> Answer<()>;
}

#[async_trait]
impl AuditStorage for Database {
    async fn audit(&self, find: String, before: Option<i64>) -> Answer<Listed<AuditRow>> {
        self.read(move |sql| {
            let mut statement = sql.prepare_cached(
                "SELECT a.entry, a.at, a.account, a.who, t.name, a.what, a.subject, a.note
                 FROM audit a LEFT JOIN terminals t USING (terminal)
                 WHERE a.entry < ?2 AND (?1 = '' OR instr(a.who, ?1) > 0 OR instr(a.what, ?1) > 0 OR instr(a.subject, ?1) > 0
                    OR instr(coalesce(a.note, ''), ?1) > 0 OR instr(coalesce(t.name, ''), ?1) > 0)
                 ORDER BY a.entry DESC LIMIT ?3",
            )?;
            let rows = statement.query_map(
                (find, before.unwrap_or(i64::MAX), ROWS_MAX + 1),
                |row| {
                    Ok(AuditRow {
                        entry: row.get(0)?,
                        at: row.get(1)?,
                        account: row.get(2)?,
                        who: row.get(3)?,
                        terminal: row.get(4)?,
                        what: row.get(5)?,
                        subject: row.get(6)?,
                        note: row.get(7)?,
                    })
                },
            )?;
            Ok(listed(rows.collect::<Result<_, _>>()?))
        })
        .await
    }

    async fn note_act(&self, actor: Actor, what: &'static str, subject: String) -> Answer<()> {
        self.write(move |unit| {
            let act = Act {
                what,
                subject: &subject,
                ..Act::default()
            };
            note(unit.sql, unit.now, &actor, &act)
        })
        .await
    }
}
