//! Brings a database to the version this program knows: numbered files, each in its own transaction.

use super::sql::{Sql, SqlError};

const FILES: &[(u32, &str)] = &[
    (1, include_str!("../../migrations/0001_masters.sql")),
    (2, include_str!("../../migrations/0002_sales.sql")),
    (3, include_str!("../../migrations/0003_journal.sql")),
    (4, include_str!("../../migrations/0004_issuing.sql")),
    (5, include_str!("../../migrations/0005_refusals.sql")),
    (6, include_str!("../../migrations/0006_gate_marks.sql")),
    (7, include_str!("../../migrations/0007_handovers.sql")),
    (8, include_str!("../../migrations/0008_operators.sql")),
    (9, include_str!("../../migrations/0009_nodes.sql")),
    (10, include_str!("../../migrations/0010_people.sql")),
    (11, include_str!("../../migrations/0011_devices.sql")),
    (12, include_str!("../../migrations/0012_pressure.sql")),
    (13, include_str!("../../migrations/0013_refunds.sql")),
    (14, include_str!("../../migrations/0014_members.sql")),
    (15, include_str!("../../migrations/0015_allocation.sql")),
    (16, include_str!("../../migrations/0016_returns.sql")),
    (17, include_str!("../../migrations/0017_changes.sql")),
    (18, include_str!("../../migrations/0018_requests.sql")),
    (19, include_str!("../../migrations/0019_registry.sql")),
];

/// PostgreSQL came with version 9; what was before it is one file.
const POSTGRES_FILES: &[(u32, &str)] = &[
    (
        9,
        include_str!("../../migrations/postgres/0009_everything.sql"),
    ),
    (
        10,
        include_str!("../../migrations/postgres/0010_people.sql"),
    ),
    (
        11,
        include_str!("../../migrations/postgres/0011_devices.sql"),
    ),
    (
        12,
        include_str!("../../migrations/postgres/0012_pressure.sql"),
    ),
    (
        13,
        include_str!("../../migrations/postgres/0013_refunds.sql"),
    ),
    (
        14,
        include_str!("../../migrations/postgres/0014_members.sql"),
    ),
    (
        15,
        include_str!("../../migrations/postgres/0015_allocation.sql"),
    ),
    (
        16,
        include_str!("../../migrations/postgres/0016_returns.sql"),
    ),
    (
        17,
        include_str!("../../migrations/postgres/0017_changes.sql"),
    ),
    (
        18,
        include_str!("../../migrations/postgres/0018_requests.sql"),
    ),
    (
        19,
        include_str!("../../migrations/postgres/0019_registry.sql"),
    ),
];

/// Held while files are applied. Any number but the batches'.
const MIGRATION_LOCK: i64 = 0x6b_6970_7076;

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
    Sql(#[from] SqlError),
}

/// Applies every file above the database's version.
///
/// # Errors
/// [`MigrationFault`].
pub fn migrate(sql: &Sql) -> Result<(), MigrationFault> {
    migrate_to(sql, u32::MAX)
}

/// Applies every file above the database's version, and none above `last`.
///
/// # Errors
/// [`MigrationFault`].
pub fn migrate_to(sql: &Sql, last: u32) -> Result<(), MigrationFault> {
    match sql {
        Sql::Sqlite(_) => {
            for (number, text) in above(schema_version(sql)?, last, FILES)? {
                apply(sql, *number, text)?;
            }
            Ok(())
        }
        // Nodes that start together take turns; whoever is second finds it done.
        Sql::Postgres(_) => sql.in_transaction(|sql| {
            sql.execute_batch(&format!(
                "SELECT pg_advisory_xact_lock({MIGRATION_LOCK});
                 CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL)"
            ))?;
            for (number, text) in above(schema_version(sql)?, last, POSTGRES_FILES)? {
                sql.execute_batch(text)?;
                sql.execute(
                    "INSERT INTO schema_version (version) VALUES (?1)",
                    [*number],
                )?;
            }
            Ok(())
        }),
    }
}

/// The version this program brings databases to.
pub(super) fn newest(shared: bool) -> u32 {
    let files = if shared { POSTGRES_FILES } else { FILES };
    files.last().map_or(0, |(number, _)| *number)
}

/// The version of a database that was migrated before; 0 for an empty file.
///
/// # Errors
/// When the database cannot be asked.
pub fn schema_version(sql: &Sql) -> Result<u32, SqlError> {
    let newest = match sql {
        Sql::Sqlite(_) => "PRAGMA user_version",
        Sql::Postgres(_) => "SELECT coalesce(max(version), 0) FROM schema_version",
    };
    sql.query_row(newest, [], |row| row.get(0))
}

/// The files a database of some version has yet to see, up to the last one wanted.
fn above(
    found: u32,
    last: u32,
    files: &'static [(u32, &'static str)],
) -> Result<impl Iterator<Item = &'static (u32, &'static str)>, MigrationFault> {
    let known = files.last().map_or(0, |(number, _)| *number);
    if found > known {
        return Err(MigrationFault::Newer { found, known });
    }
    Ok(files
        .iter()
        .filter(move |(number, _)| (found + 1..=last).contains(number)))
}

fn apply(sql: &Sql, number: u32, text: &str) -> Result<(), SqlError> {
    sql.in_transaction(|sql| {
        sql.execute_batch(text)?;
        sql.execute_batch(&format!("PRAGMA user_version = {number}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_memory() -> Sql {
        Sql::Sqlite(rusqlite::Connection::open_in_memory().unwrap())
    }

    #[test]
    fn gates_of_an_older_database_keep_their_marks_and_doors() {
        let sql = in_memory();
        sql.execute_batch("PRAGMA foreign_keys = ON").unwrap();
        for (number, text) in &FILES[..5] {
            apply(&sql, *number, text).unwrap();
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
        migrate(&sql).unwrap();
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

    /// A database of schema 6 with an order on its card, one under way, a re-issue, a refusal and reports.
    fn database_of_schema_6() -> Sql {
        let sql = in_memory();
        sql.execute_batch("PRAGMA foreign_keys = ON").unwrap();
        for (number, text) in &FILES[..6] {
            apply(&sql, *number, text).unwrap();
        }
        let (given, under_way) = ("A".repeat(32), "B".repeat(32));
        sql.execute_batch(&format!(
            "INSERT INTO organizers VALUES (1, 'o', 'O');
             INSERT INTO venues VALUES (1, 'Hall', 'Asia/Tokyo');
             INSERT INTO layouts VALUES (1, 1, 'full', 4, '', x'');
             INSERT INTO events VALUES (1, 1, 1, 'Play', '', 0, 0, 0, 'JPY', 0, 4);
             INSERT INTO sellers VALUES (1, 's', 'S');
             INSERT INTO stores VALUES (1, '01', 'Store', 1);
             INSERT INTO terminals (terminal, name, role, store, token, device_key) VALUES (11, 'kiosk-1', 'kiosk', 1, x'01', zeroblob(32));
             INSERT INTO orders (id, state, event, seller, store, terminal, card, total, tax, currency, slip, created, pay_until, fence) VALUES
                 ('first', 'issued', 1, 1, 1, 11, '04000000000001', 0, 0, 'JPY', '1', 0, 0, 2),
                 ('second', 'granted', 1, 1, 1, 11, '04000000000002', 0, 0, 'JPY', '2', 0, 0, 1),
                 ('third', 'awaiting_payment', 1, 1, 1, 11, '04000000000003', 0, 0, 'JPY', '3', 0, 0, 0);
             INSERT INTO tickets (ticket, order_id, place, event, seat, class, price, epoch, hop, holder) VALUES
                 (1, 'first', 0, 1, 0, 0, 5, 2, 2, 'card'), (2, 'second', 0, 1, 1, 0, 5, 1, 1, 'terminal'),
                 (3, 'second', 1, 1, 2, 0, 5, 1, 0, 'platform'), (4, 'third', 0, 1, 3, 0, 5, 1, 0, 'platform');
             INSERT INTO grants (handover, order_id, terminal, incarnation, card, fence, left_at_platform, open, at) VALUES
                 ('{given}', 'first', 11, 'j', '04000000000001', 2, '[]', 0, 7),
                 ('{under_way}', 'second', 11, 'j', '04000000000002', 1, '[3]', 1, 8);
             INSERT INTO granted_tickets VALUES ('{given}', 1, 2, 2), ('{under_way}', 2, 1, 1);
             INSERT INTO recalls VALUES (1, 1, 2);
             INSERT INTO reports VALUES (11, 'j', 1, '{given}', '04000000000001', '{{\"tickets\":[1]}}', 1, NULL, 9);
             INSERT INTO refused_grants VALUES ('{given}', 11, 'first', 'wrong_state', 'no', 5);"
        ))
        .unwrap();
        sql
    }

    #[test]
    fn a_database_with_sold_tickets_learns_of_handovers() {
        let sql = database_of_schema_6();
        migrate(&sql).unwrap();
        let rows = |text: &str| -> Vec<String> {
            let mut statement = sql.prepare_cached(text).unwrap();
            let rows = statement.query_map([], |row| row.get(0)).unwrap();
            rows.collect::<Result<_, _>>().unwrap()
        };
        assert_eq!(
            rows(
                "SELECT concat_ws(' ', ticket, epoch, hop, phase, bound, holder, coalesce(holder_card, '-'), substr(coalesce(handover, '-'), 1, 1))
                 FROM tickets ORDER BY ticket"
            ),
            [
                "1 2 2 1 2 card 04000000000001 A",
                "2 1 1 0 1 terminal - B",
                "3 1 0 0 0 platform - -",
                "4 1 0 0 0 platform - -"
            ]
        );
        assert_eq!(
            rows(
                "SELECT concat_ws(' ', substr(handover, 1, 1), fence, state, receiver) FROM handovers ORDER BY handover"
            ),
            ["A 2 ended 04000000000001", "B 1 open 04000000000002"]
        );
        assert_eq!(
            rows(
                "SELECT concat_ws(' ', substr(handover, 1, 1), ticket, epoch, hop) FROM handover_tickets ORDER BY handover"
            ),
            ["A 1 2 1", "B 2 1 0"]
        );
        assert_eq!(
            rows(
                "SELECT concat_ws(' ', substr(handover, 1, 1), order_id, card) FROM grants ORDER BY handover"
            ),
            ["A first 04000000000001", "B second 04000000000002"]
        );
        assert_eq!(
            rows("SELECT concat_ws(' ', ticket, epoch) FROM recalls"),
            ["1 2"]
        );
        assert_eq!(
            rows("SELECT concat_ws(' ', request, code) FROM refusals"),
            ["grant wrong_state"]
        );
        assert_eq!(
            rows("SELECT concat_ws(' ', ticket, row) FROM reported_tickets"),
            ["1 1"]
        );
        assert_eq!(
            rows("SELECT concat_ws(' ', name, value) FROM counters ORDER BY name"),
            ["fence 2", "ticket 4"]
        );
        assert_eq!(
            rows("SELECT 'broken' FROM pragma_foreign_key_check"),
            [""; 0]
        );
        let orphan = "INSERT INTO recalls VALUES (99, 1, 2)";
        assert!(sql.execute_batch(orphan).is_err(), "keys are still checked");
        let twin = "INSERT INTO tickets (ticket, order_id, place, event, seat, price) VALUES (9, 'third', 1, 1, 0, 5)";
        assert!(sql.execute_batch(twin).is_err(), "a seat has one ticket");
    }

    #[test]
    fn people_of_an_older_database_keep_their_accounts_and_what_they_did() {
        let sql = in_memory();
        sql.execute_batch("PRAGMA foreign_keys = ON").unwrap();
        for (number, text) in &FILES[..9] {
            apply(&sql, *number, text).unwrap();
        }
        sql.execute_batch(
            "INSERT INTO organizers VALUES (1, 'o', 'O');
             INSERT INTO venues VALUES (1, 'Hall', 'Asia/Tokyo');
             INSERT INTO layouts VALUES (1, 1, 'full', 4, '', x'');
             INSERT INTO events VALUES (1, 1, 1, 'Play', '', 0, 0, 0, 'JPY', 0, 4);
             INSERT INTO sellers VALUES (1, 's', 'S');
             INSERT INTO stores VALUES (1, '01', 'Store', 1);
             INSERT INTO terminals (terminal, name, role, store, token, device_key) VALUES (11, 'kiosk-1', 'kiosk', 1, x'01', zeroblob(32));
             INSERT INTO clerks VALUES (1, 1, '1', 'A', 'hash a'), (5, 1, '2', 'B', 'hash b');
             INSERT INTO operators VALUES (1, 'op', 'C', 'hash c');
             INSERT INTO clerk_sessions VALUES (x'02', 5, 11, 9);
             INSERT INTO operator_sessions VALUES (x'03', 1, 9);
             INSERT INTO orders (id, state, event, seller, store, terminal, card, total, tax, currency, slip, created, pay_until) VALUES
                 ('first', 'paid', 1, 1, 1, 11, '04000000000001', 0, 0, 'JPY', '1', 0, 0);
             INSERT INTO payments VALUES ('first', 5, 0, 'JPY', 'paid', 7);
             INSERT INTO terminal_log VALUES (1, 11, 1, 'written_off', 'x', 8), (2, 11, NULL, 'keys_given', NULL, 9);
             INSERT INTO answers VALUES ('c5', 'k', x'', '', 0), ('o1', 'k', x'', '', 0), ('t11', 'k', x'', '', 0);",
        )
        .unwrap();
        migrate(&sql).unwrap();
        let rows = |text: &str| -> Vec<String> {
            let mut statement = sql.prepare_cached(text).unwrap();
            let rows = statement.query_map([], |row| row.get(0)).unwrap();
            rows.collect::<Result<_, _>>().unwrap()
        };
        assert_eq!(
            rows(
                "SELECT concat_ws(' ', account, role, number, name, secret, store, former) FROM accounts ORDER BY account"
            ),
            [
                "1 clerk 1 A hash a 1",
                "5 clerk 2 B hash b 1",
                "6 operator op C hash c 1"
            ]
        );
        assert_eq!(
            rows("SELECT concat_ws(' ', order_id, clerk, outcome) FROM payments"),
            ["first 5 paid"]
        );
        assert_eq!(
            rows(
                "SELECT concat_ws(' ', entry, coalesce(operator, '-'), what) FROM terminal_log ORDER BY entry"
            ),
            ["1 6 written_off", "2 - keys_given"]
        );
        assert_eq!(
            rows("SELECT caller FROM answers ORDER BY caller"),
            ["a5", "a6", "t11"]
        );
        assert_eq!(
            rows("SELECT 'broken' FROM pragma_foreign_key_check"),
            [""; 0]
        );
    }

    #[test]
    fn migrating_twice_changes_nothing_and_a_newer_database_is_refused() {
        let sql = in_memory();
        migrate(&sql).unwrap();
        migrate(&sql).unwrap();
        let version: u32 = sql
            .query_row("PRAGMA user_version", [], |row| row.get(0))
            .unwrap();
        assert_eq!(version, newest(false));
        assert_eq!(newest(false), newest(true), "both databases get everything");
        sql.execute_batch("PRAGMA user_version = 999").unwrap();
        assert!(matches!(
            migrate(&sql),
            Err(MigrationFault::Newer { found: 999, .. })
        ));
    }
}
