//! The database in use: one writing connection and a few reading ones, on a file or on a server.

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::Context as _;
use tokio::sync::Semaphore;

use crate::{
    clock::Clock,
    refusal::{Answer, Refusal},
    restore::life::{HighWater, Life},
    storage::{
        Place, Unit,
        hints::{Courier, Hints},
        migrations::migrate,
        place::make_folder,
        session::Session,
        sql::{Sql, off_runtime},
        stock::Stock,
        writer::{Writer, WriterCounts},
    },
};

/// Reading connections; more readers wait. Opening one costs as much as some hundred questions, so all are kept.
const READERS: usize = 4;

/// The platform's database: `platform.db` in its data folder, or one on a PostgreSQL server that several nodes share.
pub struct Database {
    place: Place,
    writer: Writer,
    hints: Arc<Hints>,
    _courier: Option<Courier>,
    readers: Arc<Mutex<Vec<Sql>>>,
    turns: Arc<Semaphore>,
    stock: Arc<Stock>,
    clock: Arc<dyn Clock>,
    life: Life,
}

impl Database {
    /// Opens (or makes) the database file of a data folder.
    ///
    /// # Errors
    /// When the folder cannot be written, the file is no database, or a newer release wrote it.
    pub fn open(data: &Path, clock: Arc<dyn Clock>) -> anyhow::Result<Self> {
        Self::open_with(Place::file_in(data)?, data, clock, Writer::start)
    }

    /// The same without threads: every command and question runs where it is asked for, for simulations that must be the same every time.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_inline(data: &Path, clock: Arc<dyn Clock>) -> anyhow::Result<Self> {
        Self::open_with(Place::file_in(data)?, data, clock, Writer::inline)
    }

    /// Becomes a node of the platform whose database is on a PostgreSQL server. `data` keeps what belongs to this node.
    ///
    /// # Errors
    /// When the server cannot be reached, or a newer release wrote the database.
    pub fn connect(address: &str, data: &Path, clock: Arc<dyn Clock>) -> anyhow::Result<Self> {
        make_folder(data)?;
        Self::open_with(Place::server(address)?, data, clock, Writer::start)
    }

    fn open_with(
        place: Place,
        data: &Path,
        clock: Arc<dyn Clock>,
        writer: impl FnOnce(Session, Arc<dyn Clock>, Arc<Stock>, Arc<Hints>) -> anyhow::Result<Writer>
        + Send,
    ) -> anyhow::Result<Self> {
        let hints = Arc::new(Hints::default());
        let open = || -> anyhow::Result<_> {
            let sql = place.connect()?;
            migrate(&sql).with_context(|| format!("cannot use {place}"))?;
            let life = Life::read(&sql)?;
            HighWater::check(data, life)?;
            let stock = Arc::new(Stock::read(&sql, clock.now())?);
            let session = Session::begin(place.clone(), sql, data, life, clock.now())?;
            Ok((
                writer(
                    session,
                    Arc::clone(&clock),
                    Arc::clone(&stock),
                    Arc::clone(&hints),
                )?,
                stock,
                life,
            ))
        };
        let (writer, stock, life) = if place.is_shared() {
            off_runtime(open)?
        } else {
            open()?
        };
        let courier = place
            .is_shared()
            .then(|| {
                let (place, stock) = (place.clone(), Arc::clone(&stock));
                Courier::start(place, stock, Arc::clone(&hints), Arc::clone(&clock))
            })
            .transpose()?;
        Ok(Self {
            place,
            writer,
            hints,
            _courier: courier,
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

    /// What the nodes tell one another.
    pub fn hints(&self) -> &Hints {
        &self.hints
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
        F: FnOnce(&Sql) -> Answer<T> + Send + 'static,
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
        let (place, readers) = (self.place.clone(), Arc::clone(&self.readers));
        let work = move || {
            let sql: Sql = match kept.filter(|sql| !sql.is_closed()) {
                Some(sql) => sql,
                None => place.connect_to_read().map_err(|error| {
                    tracing::warn!("{error:#}");
                    Refusal::busy()
                })?,
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
