//! A new life on a PostgreSQL database that its own tools have put back (R15).

use std::path::Path;

use anyhow::{Context as _, bail};

use super::{
    backup::{Restored, begin, check_keys},
    life::{HighWater, Life},
};
use crate::storage::{Place, migrate, sql::SqlError};

/// Begins the life after the database's own and after all this folder remembers. Waits for nothing: nodes that still run hold connections to
/// the database, and then nothing is done.
///
/// # Errors
/// When nodes are connected, the keys are missing, or the server cannot be reached.
pub fn restored(
    address: &str,
    data: &Path,
    epochs_above: u16,
    now: i64,
) -> anyhow::Result<Restored> {
    check_keys(data)?;
    let sql = Place::server(address)?.connect()?;
    let nodes: u32 = sql.query_row(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'kippu' AND pid <> pg_backend_pid()",
        [],
        |row| row.get(0),
    )?;
    if nodes > 0 {
        bail!("nodes are connected to the database ({nodes} connections): stop them first");
    }
    migrate(&sql)?;
    let known = HighWater::read(data)?;
    let mark = HighWater {
        incarnation: known.map_or(0, |mark| mark.incarnation),
        epoch_base: known.map_or(0, |mark| mark.epoch_base).max(epochs_above),
    };
    let life = Life::read(&sql)?.next(mark, now)?;
    let begun = HighWater {
        incarnation: life.incarnation,
        epoch_base: life.epoch_base,
    };
    // First, as with a file: from here on the database is not served before its new life has begun.
    begun.write(data)?;
    let node = sql
        .query_row(
            "INSERT INTO nodes (begun) VALUES (?1) RETURNING node",
            [now],
            |row| -> Result<i64, SqlError> { row.get(0) },
        )
        .context("cannot write to the database")?;
    let due = begin(&sql, life, node)?;
    Ok(Restored {
        life,
        due,
        set_aside: None,
        marked: known.is_some(),
    })
}
