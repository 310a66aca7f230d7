//! The embedded database: one writing thread and a few reading connections on one file.

use std::{
    fs,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::Context as _;
use rusqlite::{Connection, config::DbConfig};
use tokio::sync::Semaphore;

use crate::{
    clock::Clock,
    private::{make_private, restrict},
    refusal::{Answer, Refusal},
    restore::life::{HighWater, Life},
    storage::{
        Unit,
        migrations::migrate,
        stock::Stock,
        writer::{Writer, WriterCounts},
    },
};

/// Reading connections; more readers wait. Opening one costs as much as some hundred questions, so all are kept.
const READERS: usize = 4;

/// Statements a connection keeps compiled: all the platform knows.
const STATEMENTS: usize = 512;
/// What was answered survives a power cut.
const DURABLE: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;";
/// It survives the end of the process only.
const UNSYNCED: &str = "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF;";
const DATABASE: &str = "platform.db";

/// The platform's database file, `platform.db` in its data folder.
pub struct Sqlite {
    path: std::path::PathBuf,
    writer: Writer,
    readers: Arc<Mutex<Vec<Connection>>>,
    turns: Arc<Semaphore>,
    stock: Arc<Stock>,
    clock: Arc<dyn Clock>,
    life: Life,
}

impl Sqlite {
    /// Opens (or makes) the database of a data folder.
    ///
    /// # Errors
    /// When the folder cannot be written, the file is no database, or a newer release wrote it.
    pub fn open(data: &Path, clock: Arc<dyn Clock>) -> anyhow::Result<Self> {
        let sql = open_file(data, DURABLE)?;
        Self::on(data, sql, clock, Writer::start)
    }

    /// The same without threads, for simulations that must be the same every time: every command and question runs where it is asked for, on
    /// the one connection there is, which keeps the file to itself. What is committed outlives the process and not the machine.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_inline(data: &Path, clock: Arc<dyn Clock>) -> anyhow::Result<Self> {
        Self::inline_on(data, open_file(data, UNSYNCED)?, clock)
    }

    /// The same on a connection [`Self::into_inline_connection`] gave back. The file may have other content by now.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn inline_on(data: &Path, sql: Connection, clock: Arc<dyn Clock>) -> anyhow::Result<Self> {
        keep_file(&sql, true)?;
        Self::on(data, sql, clock, Writer::inline)
    }

    /// The connection of a platform without threads, with the statements it has compiled. The file is free.
    ///
    /// # Errors
    /// When the file cannot be let go of.
    pub fn into_inline_connection(self) -> anyhow::Result<Connection> {
        let sql = self.writer.into_inline_connection();
        let sql = sql.context("the writing connection is its thread's")?;
        keep_file(&sql, false)?;
        Ok(sql)
    }

    /// Whether a platform without threads keeps its file to itself, or others may open it.
    pub async fn keep_file(&self, keep: bool) -> Answer<()> {
        self.read(move |sql| Ok(keep_file(sql, keep)?)).await
    }

    fn on(
        data: &Path,
        mut sql: Connection,
        clock: Arc<dyn Clock>,
        writer: impl FnOnce(Connection, Arc<dyn Clock>, Arc<Stock>) -> anyhow::Result<Writer>,
    ) -> anyhow::Result<Self> {
        let path = data.join(DATABASE);
        migrate(&mut sql).with_context(|| format!("cannot use {}", path.display()))?;
        let life = Life::read(&sql)?;
        HighWater::check(data, life)?;
        let stock = Arc::new(Stock::read(&sql, clock.now())?);
        let writer = writer(sql, Arc::clone(&clock), Arc::clone(&stock))?;
        Ok(Self {
            path,
            writer,
            readers: Arc::default(),
            turns: Arc::new(Semaphore::new(READERS)),
            stock,
            clock,
            life,
        })
    }

    /// The stock as of the last commit.
    pub fn stock(&self) -> &Stock {
        &self.stock
    }

    /// The clock commands are timed by.
    pub fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    /// The life of the platform this database belongs to.
    pub fn life(&self) -> Life {
        self.life
    }

    /// What the writer has done; for measuring.
    pub fn counts(&self) -> &WriterCounts {
        self.writer.counts()
    }

    /// Runs a command and waits until it is durable.
    pub async fn write<T, F>(&self, command: F) -> Answer<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Unit<'_>) -> Answer<T> + Send + 'static,
    {
        self.writer.run(command).await
    }

    /// Answers a question from the last committed state.
    pub async fn read<T, F>(&self, question: F) -> Answer<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Answer<T> + Send + 'static,
    {
        if self.writer.is_inline() {
            return self.writer.look(question);
        }
        let turns = Arc::clone(&self.turns);
        let turn = turns
            .acquire_owned()
            .await
            .map_err(|error| Refusal::internal(&error))?;
        let kept = self
            .readers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        let (path, readers) = (self.path.clone(), Arc::clone(&self.readers));
        let work = move || {
            let sql = match kept {
                Some(sql) => sql,
                None => connect(&path, DURABLE)?,
            };
            let answer = question(&sql);
            readers
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(sql);
            // Kept until here, even when the caller has gone away: whoever is next finds the connection.
            drop(turn);
            answer
        };
        tokio::task::spawn_blocking(work)
            .await
            .unwrap_or_else(|error| Err(Refusal::internal(&error)))
    }
}

/// Makes what is missing of a data folder and opens its database.
fn open_file(data: &Path, durability: &str) -> anyhow::Result<Connection> {
    fs::create_dir_all(data)
        .with_context(|| format!("cannot make the folder {}", data.display()))?;
    let path = data.join(DATABASE);
    // The log and its index get the database's mode when SQLite makes them.
    make_private(&path)?;
    for left in ["platform.db-wal", "platform.db-shm"].map(|name| data.join(name)) {
        if left.exists() {
            restrict(&left, 0o600)?;
        }
    }
    connect(&path, durability).with_context(|| format!("cannot open {}", path.display()))
}

/// Takes a file for one connection alone, or lets go of it. Either happens with the next question, so one is asked.
fn keep_file(sql: &Connection, keep: bool) -> Result<(), rusqlite::Error> {
    let mode = if keep { "EXCLUSIVE" } else { "NORMAL" };
    sql.pragma_update(None, "locking_mode", mode)?;
    sql.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))
}

fn connect(path: &Path, durability: &str) -> Result<Connection, rusqlite::Error> {
    let sql = Connection::open(path)?;
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
    Ok(sql)
}
