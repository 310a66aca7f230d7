//! The database in use: one writing connection and a few reading ones, on a file or on a server.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::Context as _;
use prometheus_client::metrics::gauge::Gauge;
use tokio::sync::Semaphore;

use crate::{
    clock::Clock,
    refusal::{Answer, Refusal},
    restore::life::{HighWater, Life},
    storage::{
        Place, Unit,
        gauges::Gauges,
        hints::{Courier, Hints},
        migrations::migrate,
        place::{keep_file, make_folder, open_unsynced},
        session::Session,
        sql::{Sql, off_runtime},
        stock::Stock,
        writer::{Writer, WriterCounts},
    },
};

/// Reading connections; more readers wait. Opening one costs as much as some hundred questions, so all are kept.
const READERS: usize = 4;
/// Most questions that wait for a reading connection; beyond that the platform says it is busy.
const WAITING_MAX: i64 = 2048;

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
    gauges: Gauges,
    data: PathBuf,
}

/// A question that waits for a reading connection.
struct Waiting<'a>(&'a Gauges);

impl<'a> Waiting<'a> {
    fn begin(gauges: &'a Gauges) -> Answer<Self> {
        let waiting = Self(gauges);
        if gauges.waiting_to_read.inc() < WAITING_MAX {
            Ok(waiting)
        } else {
            Err(Refusal::busy())
        }
    }
}

/// A question that is being answered, also when it panics.
struct Reading<'a>(&'a Gauge);

impl<'a> Reading<'a> {
    fn begin(gauge: &'a Gauge) -> Self {
        gauge.inc();
        Self(gauge)
    }
}

impl Drop for Reading<'_> {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.waiting_to_read.dec();
    }
}

impl Database {
    /// Opens (or makes) the database file of a data folder.
    ///
    /// # Errors
    /// When the folder cannot be written, the file is no database, or a newer release wrote it.
    pub fn open(data: &Path, clock: Arc<dyn Clock>) -> anyhow::Result<Self> {
        let place = Place::file_in(data)?;
        let sql = place.connect()?;
        Self::on(place, sql, data, clock, Writer::start)
    }

    /// The same without threads, for simulations that must be the same every time: every command and question runs where it is asked for, on
    /// the one connection there is, which keeps the file to itself. What is committed outlives the process and not the machine.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_inline(data: &Path, clock: Arc<dyn Clock>) -> anyhow::Result<Self> {
        let sql = match Place::file_in(data)? {
            Place::File(path) => open_unsynced(&path)?,
            server @ Place::Server(_) => server.connect()?,
        };
        Self::inline_on(data, sql, clock)
    }

    /// The same on a connection [`Self::into_inline_connection`] gave back. The file may have other content by now.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn inline_on(data: &Path, sql: Sql, clock: Arc<dyn Clock>) -> anyhow::Result<Self> {
        keep_file(&sql, true)?;
        Self::on(Place::file_in(data)?, sql, data, clock, Writer::inline)
    }

    /// The connection of a platform without threads, with the statements it has compiled. The file is free.
    ///
    /// # Errors
    /// When the file cannot be let go of.
    pub fn into_inline_connection(self) -> anyhow::Result<Sql> {
        let sql = self.writer.into_inline_connection();
        let sql = sql.context("the writing connection is its thread's")?;
        keep_file(&sql, false)?;
        Ok(sql)
    }

    /// Whether a platform without threads keeps its file to itself, or others may open it.
    pub async fn keep_file(&self, keep: bool) -> Answer<()> {
        self.read(move |sql| Ok(keep_file(sql, keep)?)).await
    }

    /// Becomes a node of the platform whose database is on a PostgreSQL server. `data` keeps what belongs to this node.
    ///
    /// # Errors
    /// When the server cannot be reached, or a newer release wrote the database.
    pub fn connect(address: &str, data: &Path, clock: Arc<dyn Clock>) -> anyhow::Result<Self> {
        make_folder(data)?;
        let place = Place::server(address)?;
        off_runtime(|| {
            let sql = place.connect()?;
            Self::on(place, sql, data, clock, Writer::start)
        })
    }

    fn on(
        place: Place,
        sql: Sql,
        data: &Path,
        clock: Arc<dyn Clock>,
        writer: impl FnOnce(
            Session,
            Arc<dyn Clock>,
            Arc<Stock>,
            Arc<Hints>,
            Gauges,
        ) -> anyhow::Result<Writer>,
    ) -> anyhow::Result<Self> {
        migrate(&sql).with_context(|| format!("cannot use {place}"))?;
        let life = Life::read(&sql)?;
        HighWater::check(data, life)?;
        let stock = Arc::new(Stock::read(&sql, clock.now())?);
        let hints = Arc::new(Hints::default());
        let session = Session::begin(place.clone(), sql, data, life, clock.now())?;
        let gauges = Gauges::default();
        let writer = writer(
            session,
            Arc::clone(&clock),
            Arc::clone(&stock),
            Arc::clone(&hints),
            gauges.clone(),
        )?;
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
            gauges,
            data: data.to_owned(),
        })
    }

    /// Where the database is.
    pub(super) fn place(&self) -> &Place {
        &self.place
    }

    /// The folder with what is this node's own.
    pub(super) fn data(&self) -> &Path {
        &self.data
    }

    /// What is counted here.
    pub(super) fn storage_gauges(&self) -> &Gauges {
        &self.gauges
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
        if self.writer.is_inline() {
            return self.writer.look(question);
        }
        let waiting = Waiting::begin(&self.gauges)?;
        let turns = Arc::clone(&self.turns);
        let turn = turns
            .acquire_owned()
            .await
            .map_err(|error| Refusal::internal(&error))?;
        drop(waiting);
        let kept = self
            .readers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        let (place, readers) = (self.place.clone(), Arc::clone(&self.readers));
        let (reading, request) = (self.gauges.reading.clone(), tracing::Span::current());
        let work = move || {
            let _request = request.entered();
            let sql: Sql = match kept.filter(|sql| !sql.is_closed()) {
                Some(sql) => sql,
                None => place.connect_to_read().map_err(|error| {
                    tracing::warn!("{error:#}");
                    Refusal::busy()
                })?,
            };
            let answer = {
                let _reading = Reading::begin(&reading);
                question(&sql)
            };
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
