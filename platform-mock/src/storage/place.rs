//! Where the database is: a file in the data folder, or a PostgreSQL server; and what differs between the two when a connection is opened.

use std::{
    fmt, fs,
    path::{Path, PathBuf},
    str::FromStr as _,
};

use anyhow::Context as _;
use rusqlite::config::DbConfig;
use tokio_postgres::Config;
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{
    encryption,
    sql::{Postgres, Sql, SqlError},
};
use crate::private::{make_private, restrict};

/// Statements a connection to a file keeps compiled: all the platform knows.
const STATEMENTS: usize = 512;
/// What was answered survives a power cut.
const DURABLE: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;";
/// It survives the end of the process only.
const UNSYNCED: &str = "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF;";

/// A PostgreSQL server and how to reach it.
#[derive(Clone)]
pub struct Server {
    config: Config,
    tls: Option<MakeRustlsConnect>,
}

/// Where the database is.
#[derive(Clone)]
pub enum Place {
    /// In a file of its own.
    File(PathBuf),
    /// On a server that several nodes may use.
    Server(Box<Server>),
}

impl Place {
    /// Understands `postgres://…` or `host=… dbname=…`, with `sslmode` and `sslrootcert` for a server that is reached by TLS.
    ///
    /// # Errors
    /// When it is neither.
    pub fn server(address: &str) -> anyhow::Result<Self> {
        // The address may contain a password, so it is not repeated.
        let (address, tls) = encryption::of(address)?;
        let mut config = Config::from_str(&address)
            .context("the address of the database is not understood: postgres://user@host/name")?;
        config.application_name("kippu");
        Ok(Self::Server(Box::new(Server { config, tls })))
    }

    /// The database file of a data folder, there and nobody else's to read.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn file_in(data: &Path) -> anyhow::Result<Self> {
        make_folder(data)?;
        let path = data.join("platform.db");
        // The log and its index get the database's mode when SQLite makes them.
        make_private(&path)?;
        for left in ["platform.db-wal", "platform.db-shm"].map(|name| data.join(name)) {
            if left.exists() {
                restrict(&left, 0o600)?;
            }
        }
        Ok(Self::File(path))
    }

    /// Whether several nodes may write to it.
    pub fn is_shared(&self) -> bool {
        matches!(self, Self::Server(_))
    }

    /// Opens a connection that may write.
    ///
    /// # Errors
    /// When the file or the server cannot be reached.
    pub fn connect(&self) -> anyhow::Result<Sql> {
        match self {
            Self::File(path) => {
                open_file(path, DURABLE).with_context(|| format!("cannot open {}", path.display()))
            }
            Self::Server(server) => Ok(Sql::Postgres(Box::new(
                Postgres::connect(&server.config, server.tls.clone())
                    .context("cannot reach the PostgreSQL server")?,
            ))),
        }
    }

    /// Opens a connection for questions.
    ///
    /// # Errors
    /// As [`Self::connect`].
    pub fn connect_to_read(&self) -> anyhow::Result<Sql> {
        let sql = self.connect()?;
        if self.is_shared() {
            sql.execute_batch("SET default_transaction_read_only = on")?;
        }
        Ok(sql)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Server(server) => write!(
                f,
                "the PostgreSQL database {:?}",
                server.config.get_dbname().unwrap_or_default()
            ),
        }
    }
}

fn open_file(path: &Path, durability: &str) -> Result<Sql, rusqlite::Error> {
    let sql = rusqlite::Connection::open(path)?;
    sql.set_prepared_statement_cache_capacity(STATEMENTS);
    // Without this, SQLite compiles some statements anew for every value bound to them, in case another plan suits that value better.
    sql.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    sql.execute_batch(durability)?;
    sql.execute_batch(
        "PRAGMA foreign_keys = ON;
         PRAGMA busy_timeout = 5000;
         PRAGMA journal_size_limit = 67108864;
         PRAGMA cache_size = -16000;
         PRAGMA temp_store = MEMORY;",
    )?;
    Ok(Sql::Sqlite(sql))
}

/// Opens a file for a platform without threads. What is committed outlives the process and not the machine.
pub(super) fn open_unsynced(path: &Path) -> anyhow::Result<Sql> {
    open_file(path, UNSYNCED).with_context(|| format!("cannot open {}", path.display()))
}

/// Takes a file for one connection alone, or lets go of it. Either happens with the next question, so one is asked.
pub(super) fn keep_file(sql: &Sql, keep: bool) -> Result<(), SqlError> {
    let mode = if keep { "EXCLUSIVE" } else { "NORMAL" };
    sql.execute_batch(&format!("PRAGMA locking_mode = {mode}"))?;
    sql.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))
}

/// Makes a data folder.
pub(super) fn make_folder(data: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(data).with_context(|| format!("cannot make the folder {}", data.display()))
}
