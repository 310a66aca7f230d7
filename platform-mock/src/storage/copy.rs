//! Copies a database file into an empty PostgreSQL database, in one transaction, and reads everything back: each table has to have as many rows
//! there, and the same hash over all values in the order of its key.

use anyhow::ensure;
use sha2::{Digest as _, Sha256};

use super::sql::{Sql, SqlError, ValueRef, params_from_iter};

/// Rows in one statement. Parameters are at most 65,535; no table has 30 columns.
const ROWS_AT_A_TIME: usize = 500;
/// Tables that a new database has rows in.
const FURNISHED: [&str; 3] = ["counters", "nodes", "platform_life"];

/// A table that was copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// Its name.
    pub name: String,
    /// How many rows.
    pub rows: u64,
    /// SHA-256 over them, in hexadecimal.
    pub hash: String,
}

struct Table {
    name: String,
    columns: Vec<String>,
    /// In the order of the key.
    key: Vec<String>,
}

/// Copies every table.
///
/// # Errors
/// When the target is not empty, or anything is not there as it was; nothing is left in the target then.
pub fn copy(from: &Sql, to: &Sql) -> anyhow::Result<Vec<Copied>> {
    to.in_transaction(|to| {
        let tables = tables(from)?;
        for table in &tables {
            let name = &table.name;
            if FURNISHED.contains(&name.as_str()) {
                to.execute(&format!("DELETE FROM {name}"), [])?;
            } else {
                let rows = count(to, name)?;
                ensure!(rows == 0, "the target is not empty: {name} has {rows} rows");
            }
        }
        let mut copied = Vec::new();
        for table in &tables {
            fill(from, to, table)?;
            let (before, after) = (look(from, table)?, look(to, table)?);
            ensure!(
                before == after,
                "{} is not the same there: {} rows, {}, instead of {} rows, {}",
                table.name,
                after.rows,
                after.hash,
                before.rows,
                before.hash
            );
            copied.push(after);
        }
        go_on_counting(to)?;
        Ok(copied)
    })
}

/// All tables, those that others refer to first.
fn tables(sql: &Sql) -> anyhow::Result<Vec<Table>> {
    let mut left = names(
        sql,
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
        [],
    )?;
    let mut sorted: Vec<Table> = Vec::new();
    while !left.is_empty() {
        let before = left.len();
        let mut later = Vec::new();
        for name in std::mem::take(&mut left) {
            let needs = names_of(
                sql,
                "SELECT \"table\" FROM pragma_foreign_key_list(?1)",
                &name,
            )?;
            let ready = needs
                .iter()
                .all(|need| *need == name || sorted.iter().any(|table| table.name == *need));
            if ready {
                let columns = "SELECT name FROM pragma_table_info(?1) ORDER BY cid";
                let key = "SELECT name FROM pragma_table_info(?1) WHERE pk > 0 ORDER BY pk";
                sorted.push(Table {
                    columns: names_of(sql, columns, &name)?,
                    key: names_of(sql, key, &name)?,
                    name,
                });
            } else {
                later.push(name);
            }
        }
        ensure!(
            later.len() < before,
            "the tables refer to one another in a ring"
        );
        left = later;
    }
    Ok(sorted)
}

fn names_of(sql: &Sql, text: &str, table: &str) -> Result<Vec<String>, SqlError> {
    names(sql, text, [table])
}

fn names(sql: &Sql, text: &str, params: impl super::sql::Params) -> Result<Vec<String>, SqlError> {
    sql.prepare_cached(text)?
        .query_map(params, |row| row.get(0))?
        .collect()
}

fn count(sql: &Sql, table: &str) -> Result<u64, SqlError> {
    sql.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| {
        row.get(0)
    })
}

/// A value on its way from one to the other.
enum Kept {
    Null,
    Integer(i64),
    Text(String),
    Blob(Vec<u8>),
}

impl Kept {
    fn of(value: ValueRef<'_>) -> Self {
        match value {
            ValueRef::Null => Self::Null,
            ValueRef::Integer(number) => Self::Integer(number),
            ValueRef::Text(text) => Self::Text(text.to_owned()),
            ValueRef::Blob(bytes) => Self::Blob(bytes.to_vec()),
        }
    }

    fn value(&self) -> ValueRef<'_> {
        match self {
            Self::Null => ValueRef::Null,
            Self::Integer(number) => ValueRef::Integer(*number),
            Self::Text(text) => ValueRef::Text(text),
            Self::Blob(bytes) => ValueRef::Blob(bytes),
        }
    }
}

fn fill(from: &Sql, to: &Sql, table: &Table) -> Result<(), SqlError> {
    let mut statement = from.prepare_cached(&select(table))?;
    let mut rows = statement.query([])?;
    let mut waiting: Vec<Kept> = Vec::new();
    while let Some(row) = rows.next()? {
        for column in 0..table.columns.len() {
            waiting.push(Kept::of(row.value(column)?));
        }
        if waiting.len() == ROWS_AT_A_TIME * table.columns.len() {
            insert(to, table, &waiting)?;
            waiting.clear();
        }
    }
    insert(to, table, &waiting)
}

fn insert(to: &Sql, table: &Table, values: &[Kept]) -> Result<(), SqlError> {
    if values.is_empty() {
        return Ok(());
    }
    let width = table.columns.len();
    let rows: Vec<String> = (0..values.len() / width)
        .map(|row| {
            let places: Vec<String> = (1..=width)
                .map(|column| format!("?{}", row * width + column))
                .collect();
            format!("({})", places.join(", "))
        })
        .collect();
    let text = format!(
        "INSERT INTO {} ({}) VALUES {}",
        table.name,
        table.columns.join(", "),
        rows.join(", ")
    );
    to.execute(&text, params_from_iter(values.iter().map(Kept::value)))?;
    Ok(())
}

fn select(table: &Table) -> String {
    format!(
        "SELECT {} FROM {} ORDER BY {}",
        table.columns.join(", "),
        table.name,
        table.key.join(", ")
    )
}

/// Counts and hashes a table.
fn look(sql: &Sql, table: &Table) -> Result<Copied, SqlError> {
    let mut statement = sql.prepare_cached(&select(table))?;
    let mut rows = statement.query([])?;
    let (mut hasher, mut count) = (Sha256::new(), 0);
    while let Some(row) = rows.next()? {
        for column in 0..table.columns.len() {
            let (kind, bytes): (u8, &[u8]) = match row.value(column)? {
                ValueRef::Null => (0, &[]),
                ValueRef::Integer(number) => (1, &number.to_le_bytes()),
                ValueRef::Text(text) => (2, text.as_bytes()),
                ValueRef::Blob(bytes) => (3, bytes),
            };
            hasher.update([kind]);
            hasher.update((bytes.len() as u64).to_le_bytes());
            hasher.update(bytes);
        }
        count += 1;
    }
    Ok(Copied {
        name: table.name.clone(),
        rows: count,
        hash: hex::encode(hasher.finalize()),
    })
}

/// Numbers that PostgreSQL gives out begin above those that were copied.
fn go_on_counting(to: &Sql) -> Result<(), SqlError> {
    let counted = names(
        to,
        "SELECT table_name || '.' || column_name FROM information_schema.columns
         WHERE table_schema = current_schema() AND is_identity = 'YES' ORDER BY 1",
        [],
    )?;
    for place in counted {
        if let Some((table, column)) = place.split_once('.') {
            to.execute_batch(&format!(
                "SELECT setval(pg_get_serial_sequence('{table}', '{column}'), (SELECT max({column}) FROM {table})) FROM {table} LIMIT 1"
            ))?;
        }
    }
    Ok(())
}
