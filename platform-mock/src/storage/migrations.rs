//! Brings a database to the version this program knows: numbered files, each in its own transaction.

use rusqlite::Connection;

const FILES: &[(u32, &str)] = &[
    (1, include_str!("../../migrations/0001_masters.sql")),
    (2, include_str!("../../migrations/0002_sales.sql")),
    (3, include_str!("../../migrations/0003_journal.sql")),
    (4, include_str!("../../migrations/0004_issuing.sql")),
    (5, include_str!("../../migrations/0005_refusals.sql")),
    (6, include_str!("../../migrations/0006_gate_marks.sql")),
    (7, include_str!("../../migrations/0007_handovers.sql")),
    (8, include_str!("../../migrations/0008_operators.sql")),
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
///
/// # Errors
/// [`MigrationFault`].
pub fn migrate(sql: &mut Connection) -> Result<(), MigrationFault> {
    let known = FILES.last().map_or(0, |(number, _)| *number);
    let found: u32 = sql.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if found > known {
        return Err(MigrationFault::Newer { found, known });
    }
    for (number, text) in FILES.iter().filter(|(number, _)| *number > found) {
        apply(sql, *number, text)?;
    }
    Ok(())
}

fn apply(sql: &mut Connection, number: u32, text: &str) -> Result<(), rusqlite::Error> {
    let transaction = sql.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    transaction.execute_batch(text)?;
    transaction.pragma_update(None, "user_version", number)?;
    transaction.commit()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gates_of_an_older_database_keep_their_marks_and_doors() {
        let mut sql = Connection::open_in_memory().unwrap();
        sql.execute_batch("PRAGMA foreign_keys = ON").unwrap();
        for (number, text) in &FILES[..5] {
            apply(&mut sql, *number, text).unwrap();
        }
        sql.execute_batch(
            "INSERT INTO organizers VALUES (1, 'o', 'O');
             INSERT INTO venues VALUES (1, 'Hall', 'Asia/Tokyo');
             INSERT INTO layouts VALUES (1, 1, 'full', 1, '', x'');
             INSERT INTO events VALUES (1, 1, 1, 'Play', '', 0, 0, 0, 'JPY', 0, 1);
             INSERT INTO doors VALUES (1, 0, 'North');
             INSERT INTO terminals (terminal, name, role, token, device_key) VALUES (21, 'gate-1', 'gate', x'01', zeroblob(32)),
                 (22, 'gate-2', 'gate', x'02', zeroblob(32));
             INSERT INTO gates VALUES (21, 5, 'in', 3);
             INSERT INTO gate_doors VALUES (21, 1, 0, 1, 'ahead');",
        )
        .unwrap();
        migrate(&mut sql).unwrap();
        let kept: (u8, u32, u32) = sql
            .query_row(
                "SELECT mark, bundles, (SELECT count(*) FROM gate_doors) FROM gates",
                [],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
            )
            .unwrap();
        assert_eq!(kept, (5, 3, 1));
        let twin = "INSERT INTO gates VALUES (22, 5, 'in', 0); INSERT INTO gate_doors VALUES (22, 1, 0, 1, 'ahead')";
        assert!(sql.execute_batch(twin).is_err(), "one mark for two gates");
        assert!(sql.execute_batch("UPDATE gates SET mark = 6").is_err());
        let orphan = "INSERT INTO gate_doors VALUES (99, 1, 0, 1, 'ahead')";
        assert!(sql.execute_batch(orphan).is_err(), "doors need their gate");
    }

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
