//! A node's writing session: its connection, its place in the journal, and how a batch begins, becomes durable, or is found out about when
//! the connection was lost in between.
//!
//! PostgreSQL: all nodes' batches take turns, by one lock that the server drops with the transaction. Each batch that changed something
//! writes its number into the node's row; whoever loses the connection in `COMMIT` takes the lock on a new one, which waits for the old
//! transaction's end, and reads there whether the batch was committed.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use super::{
    Place,
    sql::{Optional as _, Sql, SqlError},
};
use crate::{
    journal::{JournalHead, anchors::Witness},
    refusal::{Answer, Refusal},
    restore::life::Life,
};

/// Held by the node whose batch it is. Any number will do; this one spells `kippu`.
pub const BATCH_LOCK: i64 = 0x6b_6970_7075;
/// The node of every database file: one at a time writes to it, and its chain goes on.
pub const FILE_NODE: i64 = 1;

/// A node, writing.
pub struct Session {
    place: Place,
    data: PathBuf,
    /// The connection.
    pub sql: Sql,
    life: Life,
    node: i64,
    batch: i64,
    /// Where the journal goes on.
    pub head: JournalHead,
}

/// What became of a batch.
pub enum Fate {
    /// It is durable.
    Committed,
    /// Nothing of it stays.
    Undone(Refusal),
    /// The database cannot be asked.
    Unknown,
}

impl Fate {
    /// One word.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Committed => "committed",
            Self::Undone(_) => "undone",
            Self::Unknown => "unknown",
        }
    }
}

impl Session {
    /// Becomes a node on a connection.
    ///
    /// # Errors
    /// When the database does not take it.
    pub fn begin(
        place: Place,
        sql: Sql,
        data: &Path,
        life: Life,
        now: i64,
    ) -> anyhow::Result<Self> {
        let (node, head) = join(&sql, now)?;
        Ok(Self {
            place,
            data: data.to_owned(),
            sql,
            life,
            node,
            batch: 0,
            head,
        })
    }

    /// Begins a batch: from here to its end nobody else writes.
    ///
    /// # Errors
    /// When the database is out of reach.
    pub fn open_batch(&mut self) -> Answer<()> {
        match &self.sql {
            Sql::Sqlite(_) => {
                self.sql.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
            }
            Sql::Postgres(_) => {
                lock(&self.sql)?;
                // Rows of other nodes lie between the last batch of this one and now.
                self.head.read_last_row(&self.sql)?;
            }
        }
        Ok(())
    }

    /// Makes a batch durable.
    pub fn commit(&mut self, changed: bool) -> Fate {
        match self.try_commit(changed) {
            Ok(()) => {
                if let Some(anchor) = self.head.take_anchor() {
                    Witness::of(self.life, anchor).write(&self.data);
                }
                Fate::Committed
            }
            Err(_) if self.sql.is_closed() => self.find_out(),
            Err(error) => Fate::Undone(error.into()),
        }
    }

    fn try_commit(&mut self, changed: bool) -> Result<(), SqlError> {
        match &self.sql {
            Sql::Sqlite(_) => {
                self.sql.prepare_cached("COMMIT")?.execute([])?;
                Ok(())
            }
            Sql::Postgres(sql) => {
                self.batch += 1;
                if changed {
                    sql.commit_after(
                        "UPDATE nodes SET batch = ?2 WHERE node = ?1",
                        (self.node, self.batch),
                    )
                } else {
                    sql.batch("COMMIT")
                }
            }
        }
    }

    /// Asks a new connection what became of the batch the old one was lost with.
    fn find_out(&mut self) -> Fate {
        let (node, batch) = (self.node, self.batch);
        let asked = self.connect_anew().and_then(|()| {
            lock(&self.sql)?;
            let last = self
                .sql
                .query_row("SELECT batch FROM nodes WHERE node = ?1", [node], |row| {
                    row.get::<i64>(0)
                })
                .optional()?;
            self.sql.execute_batch("ROLLBACK")?;
            Ok(last)
        });
        match asked {
            Ok(Some(last)) if last >= batch => Fate::Committed,
            Ok(_) => Fate::Undone(Refusal::busy()),
            Err(error) => {
                tracing::error!("the fate of a batch is not known: {error:#}");
                Fate::Unknown
            }
        }
    }

    /// Undoes what is left of a batch.
    pub fn abandon(&mut self) {
        let undone = match &self.sql {
            Sql::Sqlite(sql) if sql.is_autocommit() => Ok(()),
            sql if sql.is_closed() => Ok(()),
            sql => sql.execute_batch("ROLLBACK"),
        };
        if let Err(error) = undone {
            tracing::error!(%error, "a failed batch could not be rolled back");
        }
    }

    /// Whether there may be other nodes.
    pub fn is_shared(&self) -> bool {
        self.place.is_shared()
    }

    /// Whether the connection is lost.
    pub fn is_lost(&self) -> bool {
        self.sql.is_closed()
    }

    /// Begins anew after the connection was lost: as another node, since nobody knows here how far the chain of this one came.
    ///
    /// # Errors
    /// When the server is out of reach, or another life of the platform has begun meanwhile.
    pub fn resume(&mut self, now: i64) -> anyhow::Result<()> {
        if self.is_lost() {
            self.connect_anew()?;
        }
        (self.node, self.head) = join(&self.sql, now)?;
        self.batch = 0;
        Ok(())
    }

    fn connect_anew(&mut self) -> anyhow::Result<()> {
        let sql = self.place.connect()?;
        if Life::read(&sql)? != self.life {
            bail!("another life of the platform has begun: start this node again");
        }
        self.sql = sql;
        Ok(())
    }
}

/// Begins a transaction that waits until no batch is under way, together with its first question.
fn lock(sql: &Sql) -> Result<(), SqlError> {
    sql.ahead(&format!("BEGIN;SELECT pg_advisory_xact_lock({BATCH_LOCK})"))
}

/// The number of a node and the head of its chain.
fn join(sql: &Sql, now: i64) -> anyhow::Result<(i64, JournalHead)> {
    let node = match sql {
        Sql::Sqlite(_) => FILE_NODE,
        Sql::Postgres(_) => sql
            .query_row(
                "INSERT INTO nodes (begun) VALUES (?1) RETURNING node",
                [now],
                |row| row.get(0),
            )
            .context("cannot become a node")?,
    };
    Ok((node, JournalHead::read(sql, node)?))
}
