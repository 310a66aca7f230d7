//! Brings a database to the version this program knows: numbered files, each in its own transaction.

use rusqlite::Connection;

const FILES: &[(u32, &str)] = &[
    (1, include_str!("../../migrations/0001_masters.sql")),
    (2, include_str!("../../migrations/0002_sales.sql")),
    (3, include_str!("../../migrations/0003_journal.sql")),
    (4, include_str!("../../migrations/0004_issuing.sql")),
    (5, include_str!("../../migrations/0005_refusals.sql")),
];

/// Why a database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MigrationFault {
    /// A newer release wrote it.
    #[error("the database has version {found}, this program knows {known}: use the newer release")]
    Newer {
        /// Version in the file.
        found: u32,
        /// Highest version of this program.
        known: u32,
    },
    /// The database refused.
    #[error(transparent)]
    Sql(#[from] rusqlite::Error),
}

/// Applies every file above the database's `user_version`.
pub fn migrate(sql: &mut Connection) -> Result<(), MigrationFault> {
    let known = FILES.last().map_or(0, |(number, _)| *number);
    let found: u32 = sql.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if found > known {
        return Err(MigrationFault::Newer { found, known });
    }
    for (number, text) in FILES.iter().filter(|(number, _)| *number > found) {
        let transaction =
            sql.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        transaction.execute_batch(text)?;
        transaction.pragma_update(None, "user_version", number)?;
        transaction.commit()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn migrating_twice_changes_nothing_and_a_newer_database_is_refused() {
        let mut sql = Connection::open_in_memory().unwrap();
        migrate(&mut sql).unwrap();
        migrate(&mut sql).unwrap();
        let version: u32 = sql
            .query_row("PRAGMA user_version", [], |row| row.get(0))
            .unwrap();
        assert_eq!(version, FILES.len() as u32);
        sql.pragma_update(None, "user_version", 999).unwrap();
        assert!(matches!(
            migrate(&mut sql),
            Err(MigrationFault::Newer { found: 999, .. })
        ));
    }
}
