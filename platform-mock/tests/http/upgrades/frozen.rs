//! Frozen databases: one SQL text a schema, made once by the program of that day and never changed.
//!
//! The first line is a comment with a [`Header`]: what no table of the platform has.

use std::{fs, path::PathBuf, process::Command};

use kippu_api::handovers::TicketOnCard;
use platform_center::storage::sql::{Sql, ValueRef};
use serde::{Deserialize, Serialize};

use crate::app::TestApp;

/// What belongs to a frozen database and is not in it.
#[derive(Serialize, Deserialize)]
pub struct Header {
    /// When it was frozen, UTC microseconds.
    pub at: i64,
    /// The tickets on the card, as the card has them.
    pub on_card: Vec<TicketOnCard>,
}

/// A frozen database.
pub struct Frozen {
    /// Of its schema.
    pub version: u32,
    pub header: Header,
    text: String,
}

/// All keys of every frozen platform, each made of one byte: tickets, bundles and codes from before have to be good afterwards.
const KEYS: [(&str, u8, usize); 4] = [
    ("cards.key", 1, 64),
    ("issuer.key", 2, 32),
    ("binding.key", 3, 32),
    ("codes.key", 4, 32),
];

impl Frozen {
    /// The frozen databases of one kind, the oldest first.
    pub fn all(kind: &str) -> Vec<Self> {
        let mut versions: Vec<u32> = fs::read_dir(folder(kind))
            .unwrap()
            .map(|entry| {
                let path = entry.unwrap().path();
                path.file_stem().unwrap().to_str().unwrap().parse().unwrap()
            })
            .collect();
        versions.sort_unstable();
        versions
            .into_iter()
            .map(|version| Self::read(kind, version))
            .collect()
    }

    fn read(kind: &str, version: u32) -> Self {
        let text = fs::read_to_string(path(kind, version)).unwrap();
        let first = text
            .lines()
            .next()
            .and_then(|line| line.strip_prefix("-- "));
        Self {
            version,
            header: serde_json::from_str(first.unwrap()).unwrap(),
            text,
        }
    }

    /// A platform with this database, that does not run yet.
    pub fn thaw(&self) -> TestApp {
        let app = TestApp::new(self.header.at);
        write_keys(&app);
        app.behind(|sql| sql.execute_batch(&self.text).unwrap());
        app
    }
}

/// Keeps a platform's database for the tests of later programs.
pub fn freeze(app: &TestApp, version: u32, header: &Header) {
    let rows = match app.address() {
        Some(address) => dump_server(address),
        None => app.behind(dump_file),
    };
    let header = serde_json::to_string(header).unwrap();
    fs::write(path(kind(app), version), format!("-- {header}\n{rows}")).unwrap();
}

/// Which of the two kinds a platform's database is.
pub fn kind(app: &TestApp) -> &'static str {
    match app.address() {
        Some(_) => "postgres",
        None => "sqlite",
    }
}

/// Gives a platform the keys of all frozen ones.
pub fn write_keys(app: &TestApp) {
    let folder = app.data().join("keys");
    fs::create_dir_all(&folder).unwrap();
    for (name, byte, length) in KEYS {
        fs::write(folder.join(name), hex::encode(vec![byte; length])).unwrap();
    }
}

fn folder(kind: &str) -> PathBuf {
    PathBuf::from("tests/fixtures/schemas").join(kind)
}

fn path(kind: &str, version: u32) -> PathBuf {
    folder(kind).join(format!("{version:04}.sql"))
}

/// Everything in a file as statements, triggers last, so that they do not judge old rows.
fn dump_file(sql: &Sql) -> String {
    let all = |text: &str| -> Vec<String> {
        let mut statement = sql.prepare_cached(text).unwrap();
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        rows.collect::<Result<_, _>>().unwrap()
    };
    let version: u32 = sql
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .unwrap();
    let mut text =
        format!("PRAGMA user_version = {version};\nBEGIN;\nPRAGMA defer_foreign_keys = ON;\n");
    let mut add = |statements: Vec<String>| {
        statements
            .iter()
            .for_each(|statement| text.push_str(&format!("{statement};\n")));
    };
    add(all(
        "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY rowid",
    ));
    for table in tables(sql) {
        let values: Vec<String> = columns(sql, &table)
            .iter()
            .map(|column| format!("quote({column})"))
            .collect();
        let values = values.join(" || ', ' || ");
        add(all(&format!(
            "SELECT 'INSERT INTO {table} VALUES (' || {values} || ')' FROM {table} ORDER BY 1"
        )));
    }
    add(all(
        "SELECT sql FROM sqlite_schema WHERE type <> 'table' AND sql IS NOT NULL
         ORDER BY type = 'trigger', type = 'view', rowid",
    ));
    text.push_str("COMMIT;\n");
    text
}

fn dump_server(address: &str) -> String {
    let dumped = Command::new("pg_dump")
        .args([
            "--inserts",
            "--no-owner",
            "--no-privileges",
            "--dbname",
            address,
        ])
        .output()
        .unwrap();
    assert!(dumped.status.success(), "{dumped:?}");
    // The client's own commands and the session's settings are not the database's.
    let own = |line: &&str| {
        !["\\", "--", "SET ", "SELECT pg_catalog.set_config"]
            .iter()
            .any(|word| line.starts_with(word))
            && !line.is_empty()
    };
    let text = String::from_utf8(dumped.stdout).unwrap();
    text.lines()
        .filter(own)
        .fold(String::new(), |text, line| text + line + "\n")
}

/// Names of all tables but the one that keeps the version.
pub fn tables(sql: &Sql) -> Vec<String> {
    names(sql, match sql {
        Sql::Sqlite(_) => "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
        Sql::Postgres(_) => "SELECT table_name::text FROM information_schema.tables
             WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND table_name <> 'schema_version' ORDER BY 1",
    }, "")
}

/// Names of a table's columns.
pub fn columns(sql: &Sql, table: &str) -> Vec<String> {
    names(
        sql,
        match sql {
            Sql::Sqlite(_) => "SELECT name FROM pragma_table_info(?1) ORDER BY cid",
            Sql::Postgres(_) => {
                "SELECT column_name::text FROM information_schema.columns
             WHERE table_schema = 'public' AND table_name = ?1 ORDER BY ordinal_position"
            }
        },
        table,
    )
}

fn names(sql: &Sql, text: &str, table: &str) -> Vec<String> {
    let mut statement = sql.prepare_cached(text).unwrap();
    let rows = match table {
        "" => statement.query_map([], |row| row.get(0)).unwrap().collect(),
        _ => statement
            .query_map([table], |row| row.get(0))
            .unwrap()
            .collect::<Result<_, _>>(),
    };
    rows.unwrap()
}

/// The rows of a table, as far as these columns go, in no order of their own.
pub fn rows(sql: &Sql, table: &str, columns: &[String]) -> Vec<String> {
    let text = format!("SELECT {} FROM {table}", columns.join(", "));
    let mut statement = sql.prepare_cached(&text).unwrap();
    let mut found = statement.query([]).unwrap();
    let mut rows = Vec::new();
    while let Some(row) = found.next().unwrap() {
        let values: Vec<String> = (0..columns.len())
            .map(|column| match row.value(column).unwrap() {
                ValueRef::Null => "NULL".into(),
                ValueRef::Integer(number) => number.to_string(),
                ValueRef::Text(text) => format!("{text:?}"),
                ValueRef::Blob(bytes) => hex::encode(bytes),
            })
            .collect();
        rows.push(values.join(" "));
    }
    rows.sort_unstable();
    rows
}
