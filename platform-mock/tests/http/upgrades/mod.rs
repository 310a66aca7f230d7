//! Databases of every earlier schema, opened by this program: each row is there, and what was begun goes on.
//!
//! A new migration needs a frozen database of the schema before it. On the commit before the migration, and for both kinds of database:
//!
//! ```sh
//! cargo nextest run -p platform-center -E 'test(freeze_this_schema)' --run-ignored only
//! script/with-postgres cargo nextest run -p platform-center -E 'test(freeze_this_schema)' --run-ignored only
//! ```

mod frozen;
mod life;

use platform_center::storage::{migrate, migrate_to, schema_version};

use self::frozen::{Frozen, Header, columns, freeze, kind, rows, tables, write_keys};
use crate::app::{NOW, TestApp};

/// The first schema with handovers between cards.
const MOVES: u32 = 7;
/// Schemas 1 to 3 never had rows: their files came with the fourth, on one day. A first start that broke off between two files leaves them.
const FIRST: u32 = 4;
/// What later schemas keep elsewhere or no more; `migrations.rs` tests where each went.
const GONE: [&str; 9] = [
    "granted_tickets",
    "refused_grants",
    "grants.open",
    // One kind of account for everybody, with numbers of their own.
    "clerks",
    "clerk_sessions",
    "operators",
    "operator_sessions",
    "answers.caller",
    "terminal_log.operator",
];

/// Schemas for which there has to be a frozen database on this kind.
fn first_of(kind: &str) -> u32 {
    match kind {
        "sqlite" => FIRST,
        // PostgreSQL came with the ninth.
        _ => 9,
    }
}

/// The schema of this program.
fn newest(app: &TestApp) -> u32 {
    app.behind(|sql| {
        migrate(sql).unwrap();
        schema_version(sql).unwrap()
    })
}

#[test]
fn every_schema_before_this_one_is_frozen() {
    let app = TestApp::new(NOW);
    let newest = newest(&app);
    let kind = kind(&app);
    let known: Vec<u32> = Frozen::all(kind).iter().map(|old| old.version).collect();
    let missing: Vec<u32> = (first_of(kind)..newest)
        .filter(|version| !known.contains(version))
        .collect();
    assert!(
        missing.is_empty(),
        "freeze schema {missing:?} ({kind}) first: tests/http/upgrades/mod.rs says how"
    );
}

#[test]
fn every_row_of_an_older_schema_is_there_after_the_upgrade() {
    for old in Frozen::all(kind(&TestApp::new(NOW))) {
        let app = old.thaw();
        app.behind(|sql| {
            assert_eq!(schema_version(sql).unwrap(), old.version);
            let before: Vec<_> = tables(sql)
                .into_iter()
                .map(|table| {
                    let columns: Vec<String> = columns(sql, &table)
                        .into_iter()
                        .filter(|column| !GONE.contains(&&*format!("{table}.{column}")))
                        .collect();
                    let rows = rows(sql, &table, &columns);
                    assert!(!rows.is_empty(), "schema {}: {table} is empty", old.version);
                    (table, columns, rows)
                })
                .collect();
            migrate(sql).unwrap();
            for (table, columns, expected) in before {
                if !GONE.contains(&&*table) {
                    let found = rows(sql, &table, &columns);
                    assert_eq!(found, expected, "schema {}, {table}", old.version);
                }
            }
        });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_that_was_begun_under_an_older_schema_goes_on() {
    for old in Frozen::all(kind(&TestApp::new(NOW))) {
        println!("schema {}", old.version);
        let mut app = old.thaw();
        app.run().await;
        let on_card = &old.header.on_card;
        life::sales_go_on(&app, on_card).await;
        if old.version >= MOVES {
            life::moves_go_on(&app, on_card).await;
        }
    }
}

/// A first start that broke off after any of the files is taken up where it was.
#[tokio::test(flavor = "multi_thread")]
async fn a_first_start_that_broke_off_goes_on() {
    let fresh = TestApp::new(NOW);
    let first = match kind(&fresh) {
        "sqlite" => 1,
        kind => first_of(kind),
    };
    for version in first..newest(&fresh) {
        let mut app = TestApp::new(NOW);
        app.behind(|sql| migrate_to(sql, version).unwrap());
        app.furnish().await;
        app.sold(&[0]).await;
        assert_eq!(app.verified_rows().await, 4);
    }
}

/// Writes the fixture of the present schema, and fills in those between the last one frozen and it: what was missed is the older one, upgraded.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "writes a fixture: run it before a migration is added"]
async fn freeze_this_schema() {
    let mut app = TestApp::new(NOW);
    write_keys(&app);
    app.furnish().await;
    let on_card = life::sales(&app).await;
    life::moves(&app, &on_card).await;
    app.stop().await;
    life::people_and_devices(&app).await;
    let newest = app.behind(|sql| schema_version(sql).unwrap());
    let frozen = Frozen::all(kind(&app));
    if let Some(last) = frozen.last() {
        for missed in last.version + 1..newest {
            let older = last.thaw();
            older.behind(|sql| migrate_to(sql, missed).unwrap());
            freeze(&older, missed, &last.header);
        }
    }
    assert!(
        frozen.iter().all(|old| old.version < newest),
        "a frozen database is never written again"
    );
    let header = Header {
        at: app.now(),
        on_card,
    };
    freeze(&app, newest, &header);
}
