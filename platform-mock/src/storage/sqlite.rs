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
        Self::open_with(data, clock, Writer::start)
    }

    /// The same without threads: every command and question runs where it is asked for, for simulations that must be the same every time.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_inline(data: &Path, clock: Arc<dyn Clock>) -> anyhow::Result<Self> {
        Self::open_with(data, clock, Writer::inline)
    }

    fn open_with(
        data: &Path,
        clock: Arc<dyn Clock>,
        writer: impl FnOnce(Connection, Arc<dyn Clock>, Arc<Stock>) -> anyhow::Result<Writer>,
    ) -> anyhow::Result<Self> {
        fs::create_dir_all(data)
            .with_context(|| format!("cannot make the folder {}", data.display()))?;
        let path = data.join("platform.db");
        // The log and its index get the database's mode when SQLite makes them.
        make_private(&path)?;
        for left in ["platform.db-wal", "platform.db-shm"].map(|name| data.join(name)) {
            if left.exists() {
                restrict(&left, 0o600)?;
            }
        }
        let mut sql = connect(&path).with_context(|| format!("cannot open {}", path.display()))?;
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
                None => connect(&path)?,
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
        if self.writer.is_inline() {
            return work();
        }
        tokio::task::spawn_blocking(work)
            .await
            .unwrap_or_else(|error| Err(Refusal::internal(&error)))
    }
}

fn connect(path: &Path) -> Result<Connection, rusqlite::Error> {
    let sql = Connection::open(path)?;
    sql.set_prepared_statement_cache_capacity(128);
    // Without this, SQLite compiles some statements anew for every value bound to them, in case another plan suits that value better.
    sql.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    sql.execute_batch(
        "PRAGMA journal_mode = WAL;
         PRAGMA synchronous = FULL;
         PRAGMA foreign_keys = ON;
         PRAGMA busy_timeout = 5000;
         PRAGMA journal_size_limit = 67108864;
         PRAGMA cache_size = -16000;
         PRAGMA temp_store = MEMORY;",
    )?;
    Ok(sql)
}
