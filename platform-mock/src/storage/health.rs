//! How the storage is: whether it can be used, what is open, and leaving it in good order.

use std::time::Duration;

use async_trait::async_trait;
use kippu_api::problem::ProblemCode;
use kippu_ticket::ids::TerminalId;

use super::{Database, gauges::Gauges, migrations};
use crate::{refusal::Answer, restore::life::Life};

/// The writer answers within this time however long its queue is.
const WRITER_PATIENCE: Duration = Duration::from_secs(5);
/// Terminals written down in one command.
const HEARD_A_COMMAND: usize = 500;

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Check {
    /// What.
    pub name: &'static str,
    /// Whether it is well.
    pub ok: bool,
    /// What was found.
    pub detail: String,
}

impl Check {
    /// A finding.
    pub fn new(name: &'static str, found: Result<String, String>) -> Self {
        let ok = found.is_ok();
        let (Ok(detail) | Err(detail)) = found;
        Self { name, ok, detail }
    }
}

/// What is open at a time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Overview {
    /// Handovers that have not ended.
    pub handovers_open: i64,
    /// Handovers that somebody let go of and nobody took up.
    pub handovers_released: i64,
    /// Orders whose slip is not paid.
    pub slips_unpaid: i64,
    /// Seats held for somebody.
    pub holds: i64,
    /// Enrolled terminals.
    pub terminals: i64,
    /// Those that have not called for long, or never.
    pub terminals_silent: i64,
}

/// The storage's health.
#[async_trait]
pub trait HealthStorage: Send + Sync {
    /// What it counts.
    fn gauges(&self) -> &Gauges;
    /// Whether it can be used: reading, schema, life, writing, room on the disk.
    async fn checks(&self, disk_free_min: u64) -> Vec<Check>;
    /// Whether the writer still takes and answers commands, whatever it answers.
    async fn writer_lives(&self) -> bool;
    /// What is open; a terminal is silent that has not called since a time.
    async fn overview(&self, silent_since: i64) -> Answer<Overview>;
    /// Writes down when terminals called.
    async fn write_heard(&self, heard: &[(TerminalId, i64)]) -> Answer<()>;
    /// Covers all that was sold with an anchor, before the node stops.
    async fn seal(&self) -> Answer<()>;
}

#[async_trait]
impl HealthStorage for Database {
    fn gauges(&self) -> &Gauges {
        self.storage_gauges()
    }

    async fn checks(&self, disk_free_min: u64) -> Vec<Check> {
        let known = migrations::newest(self.place().is_shared());
        let read = self
            .read(move |sql| Ok((migrations::schema_version(sql)?, Life::read(sql)?)))
            .await;
        let mut checks = Vec::with_capacity(5);
        match read {
            Ok((version, life)) => {
                checks.push(Check::new("database", Ok("answers".into())));
                // A newer one is served on: nodes are restarted one after another.
                let schema = format!("version {version}, this program knows {known}");
                checks.push(Check::new(
                    "schema",
                    if version >= known {
                        Ok(schema)
                    } else {
                        Err(schema)
                    },
                ));
                checks.push(Check::new(
                    "life",
                    if life == self.life() {
                        Ok(format!("number {}", life.incarnation))
                    } else {
                        Err("another life of the platform has begun: start this node again".into())
                    },
                ));
            }
            Err(refusal) => checks.push(Check::new("database", Err(refusal.to_string()))),
        }
        let written = tokio::time::timeout(WRITER_PATIENCE, self.write(|_| Ok(()))).await;
        checks.push(Check::new(
            "writer",
            match written {
                Ok(Ok(())) => Ok("commits".into()),
                Ok(Err(refusal)) => Err(refusal.to_string()),
                Err(_) => Err(format!("no answer within {WRITER_PATIENCE:?}")),
            },
        ));
        checks.push(Check::new("disk", disk(self.data(), disk_free_min)));
        checks
    }

    async fn writer_lives(&self) -> bool {
        let answered = tokio::time::timeout(WRITER_PATIENCE, self.write(|_| Ok(()))).await;
        // A database out of reach is answered too: starting again would not bring it back.
        match answered {
            Ok(Ok(())) => true,
            Ok(Err(refusal)) => refusal.code != ProblemCode::Internal,
            Err(_) => false,
        }
    }

    async fn overview(&self, silent_since: i64) -> Answer<Overview> {
        self.read(move |sql| {
            let text = "SELECT (SELECT count(*) FROM handovers WHERE state = 'open'),
                    (SELECT count(*) FROM handovers WHERE state = 'released'),
                    (SELECT count(*) FROM orders WHERE state = 'awaiting_payment'),
                    (SELECT count(*) FROM holds),
                    (SELECT count(*) FROM terminals),
                    (SELECT count(*) FROM terminals t WHERE NOT EXISTS (SELECT 1 FROM terminals_heard h WHERE h.terminal = t.terminal AND h.at >= ?1))";
            Ok(sql.prepare_cached(text)?.query_row([silent_since], |row| {
                Ok(Overview {
                    handovers_open: row.get(0)?,
                    handovers_released: row.get(1)?,
                    slips_unpaid: row.get(2)?,
                    holds: row.get(3)?,
                    terminals: row.get(4)?,
                    terminals_silent: row.get(5)?,
                })
            })?)
        })
        .await
    }

    async fn write_heard(&self, heard: &[(TerminalId, i64)]) -> Answer<()> {
        for some in heard.chunks(HEARD_A_COMMAND) {
            let some = some.to_vec();
            self.write(move |unit| {
                let mut statement = unit.sql.prepare_cached(
                    "INSERT INTO terminals_heard (terminal, at) SELECT terminal, ?2 FROM terminals WHERE terminal = ?1
                     ON CONFLICT (terminal) DO UPDATE SET at = excluded.at WHERE excluded.at > terminals_heard.at",
                )?;
                for (terminal, at) in some {
                    statement.execute((terminal.0, at))?;
                }
                Ok(())
            })
            .await?;
        }
        Ok(())
    }

    async fn seal(&self) -> Answer<()> {
        self.write(|unit| {
            unit.anchor_now();
            Ok(())
        })
        .await
    }
}

#[cfg(unix)]
fn disk(data: &std::path::Path, free_min: u64) -> Result<String, String> {
    let found = rustix::fs::statvfs(data).map_err(|error| error.to_string())?;
    let free = found.f_bavail.saturating_mul(found.f_frsize);
    let said = format!(
        "{} MiB free in the data folder, {} wanted",
        free >> 20,
        free_min >> 20
    );
    if free >= free_min {
        Ok(said)
    } else {
        Err(said)
    }
}

#[cfg(not(unix))]
fn disk(_: &std::path::Path, _: u64) -> Result<String, String> {
    Ok("not looked at on this system".into())
}
