//! Group commit: one thread owns the only writing connection, gives each request a savepoint, commits many at once and answers after the commit.
//!
//! `BEGIN` · expire what is due · up to [`BATCH_MAX`] requests, each in a savepoint · `COMMIT` (one fsync) · show the stock's changes to
//! readers · answer. A request that is refused undoes its own savepoint only; a commit that fails refuses the whole batch.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    },
    thread::JoinHandle,
    time::Instant,
};

use tokio::sync::oneshot;

use crate::{
    clock::Clock,
    refusal::{Answer, Refusal},
    sales,
    storage::{
        Unit,
        gauges::{End, Gauges},
        hints::Hints,
        session::{Fate, Session},
        sql::Sql,
        stock::Stock,
        unit::Finished,
    },
};

/// Most requests in one commit.
const BATCH_MAX: usize = 256;
/// Most requests waiting; beyond that the platform says it is busy.
const QUEUE_MAX: usize = 4096;

/// What the writer has done since it started; for measuring.
#[derive(Debug, Default)]
pub struct WriterCounts {
    /// Commits that changed something, each with one fsync of the log.
    pub commits: AtomicU64,
    /// Requests that were committed.
    pub requests: AtomicU64,
}

/// Hands requests to the writing thread.
pub struct Writer {
    queue: Option<SyncSender<Box<dyn Job>>>,
    thread: Option<JoinHandle<()>>,
    /// Where there is no thread: whoever asks does the work.
    here: Option<Mutex<Worker>>,
    counts: Arc<WriterCounts>,
    gauges: Gauges,
}

impl Writer {
    /// Starts the thread on a connection that nobody else writes with.
    pub fn start(
        session: Session,
        clock: Arc<dyn Clock>,
        stock: Arc<Stock>,
        hints: Arc<Hints>,
        gauges: Gauges,
    ) -> anyhow::Result<Self> {
        let (queue, jobs) = sync_channel(QUEUE_MAX);
        let mut worker = Worker::new(session, clock, stock, hints, gauges.clone());
        let counts = Arc::clone(&worker.counts);
        let thread = std::thread::Builder::new()
            .name("storage-writer".into())
            .spawn(move || worker.run(&jobs))?;
        Ok(Self {
            queue: Some(queue),
            thread: Some(thread),
            here: None,
            counts,
            gauges,
        })
    }

    /// The same without a thread: each request is a batch of its own, done by whoever asks for it. For simulations, whose runs must not
    /// depend on how threads take turns.
    pub fn inline(
        session: Session,
        clock: Arc<dyn Clock>,
        stock: Arc<Stock>,
        hints: Arc<Hints>,
        gauges: Gauges,
    ) -> anyhow::Result<Self> {
        let worker = Worker::new(session, clock, stock, hints, gauges.clone());
        let counts = Arc::clone(&worker.counts);
        Ok(Self {
            queue: None,
            thread: None,
            here: Some(Mutex::new(worker)),
            counts,
            gauges,
        })
    }

    /// Answers a question on the writing connection, between two requests. Only where there is no thread.
    pub fn look<T>(&self, question: impl FnOnce(&Sql) -> Answer<T>) -> Answer<T> {
        let Some(worker) = &self.here else {
            return Err(Refusal::internal(&"the writing connection is its thread's"));
        };
        let worker = worker.lock().unwrap_or_else(PoisonError::into_inner);
        question(&worker.session.sql)
    }

    /// The connection, where there is no thread.
    pub fn into_inline_connection(mut self) -> Option<Sql> {
        let worker = self.here.take()?.into_inner();
        Some(worker.unwrap_or_else(PoisonError::into_inner).session.sql)
    }

    /// Whether there is no thread.
    pub fn is_inline(&self) -> bool {
        self.here.is_some()
    }

    /// What was committed so far.
    pub fn counts(&self) -> &WriterCounts {
        &self.counts
    }

    /// Runs a command in the next batch; the result is durable when it arrives.
    pub async fn run<T, F>(&self, command: F) -> Answer<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Unit<'_>) -> Answer<T> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job = Box::new(Command {
            command: Some(command),
            result: None,
            reply,
            span: tracing::Span::current(),
        });
        if let Some(worker) = &self.here {
            self.gauges.queue.inc();
            let (_, nothing_more) = sync_channel(0);
            worker
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .serve(job, &nothing_more);
            return answer
                .await
                .unwrap_or_else(|_| Err(Refusal::internal(&"a command was not answered")));
        }
        let queue = self.queue.as_ref().ok_or_else(Refusal::busy)?;
        self.gauges.queue.inc();
        queue.try_send(job).map_err(|error| {
            self.gauges.queue.dec();
            match error {
                TrySendError::Full(_) => Refusal::busy(),
                TrySendError::Disconnected(_) => Refusal::internal(&"the writing thread has ended"),
            }
        })?;
        answer
            .await
            .unwrap_or_else(|_| Err(Refusal::internal(&"the writing thread has ended")))
    }
}

impl Drop for Writer {
    /// Lets the thread finish what is queued.
    fn drop(&mut self) {
        drop(self.queue.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the writing thread panicked");
        }
    }
}

/// A request whose result type the queue need not know.
trait Job: Send {
    /// Runs it; whether its changes shall stay.
    fn run(&mut self, unit: &mut Unit<'_>) -> bool;
    /// Answers, now that the fate of the batch is known.
    fn settle(self: Box<Self>, committed: Result<(), Refusal>);
}

struct Command<T, F> {
    command: Option<F>,
    result: Option<Answer<T>>,
    reply: oneshot::Sender<Answer<T>>,
    /// The request's, so that what is logged here names it.
    span: tracing::Span,
}

impl<T, F> Job for Command<T, F>
where
    T: Send,
    F: FnOnce(&mut Unit<'_>) -> Answer<T> + Send,
{
    fn run(&mut self, unit: &mut Unit<'_>) -> bool {
        let _request = self.span.clone().entered();
        let result = match self.command.take() {
            // Whoever asked has given up meanwhile: under pressure nothing is done for nobody.
            Some(_) if self.reply.is_closed() => Err(Refusal::busy()),
            Some(command) => catch_unwind(AssertUnwindSafe(|| command(unit)))
                .unwrap_or_else(|_| Err(Refusal::internal(&"a command panicked"))),
            None => Err(Refusal::internal(&"a command ran twice")),
        };
        let keep = result.is_ok();
        self.result = Some(result);
        keep
    }

    fn settle(self: Box<Self>, committed: Result<(), Refusal>) {
        let result = match (self.result, committed) {
            (Some(Ok(value)), Ok(())) => Ok(value),
            (Some(Ok(_)), Err(fault)) => Err(fault),
            (Some(Err(refusal)), _) => Err(refusal),
            (None, Err(fault)) => Err(fault),
            (None, Ok(())) => Err(Refusal::internal(&"a command was not run")),
        };
        // A caller that has gone away no longer wants the answer; the change stays and its idempotency key finds it.
        let _ = self.reply.send(result);
    }
}

struct Worker {
    session: Session,
    clock: Arc<dyn Clock>,
    stock: Arc<Stock>,
    hints: Arc<Hints>,
    counts: Arc<WriterCounts>,
    gauges: Gauges,
    /// The connection was lost since the last batch.
    astray: bool,
}

impl Worker {
    fn new(
        session: Session,
        clock: Arc<dyn Clock>,
        stock: Arc<Stock>,
        hints: Arc<Hints>,
        gauges: Gauges,
    ) -> Self {
        Self {
            session,
            clock,
            stock,
            hints,
            gauges,
            counts: Arc::default(),
            astray: false,
        }
    }

    fn run(&mut self, jobs: &Receiver<Box<dyn Job>>) {
        while let Ok(first) = jobs.recv() {
            self.serve(first, jobs);
        }
    }

    fn serve(&mut self, first: Box<dyn Job>, jobs: &Receiver<Box<dyn Job>>) {
        self.gauges.queue.dec();
        let mut batch = vec![first];
        let head = self.session.head.clone();
        let fate = self
            .find_back()
            .and_then(|()| self.batch(jobs, &mut batch))
            .unwrap_or_else(Fate::Undone);
        self.astray |= self.session.is_lost() || matches!(fate, Fate::Unknown);
        self.gauges.batch.observe(batch.len() as f64);
        let end = End { fate: fate.word() };
        self.gauges.batches.get_or_create(&end).inc();
        let settled = match fate {
            Fate::Committed => Ok(()),
            Fate::Undone(refusal) => {
                self.session.head = head;
                self.session.abandon();
                Err(refusal)
            }
            Fate::Unknown => Err(Refusal::unknown()),
        };
        batch
            .into_iter()
            .for_each(|job| job.settle(settled.clone()));
    }

    /// After the connection was lost: a new one, and everything in memory read anew.
    fn find_back(&mut self) -> Answer<()> {
        if !self.astray {
            return Ok(());
        }
        let now = self.clock.now();
        self.session.resume(now).map_err(|error| {
            tracing::warn!("the database is out of reach: {error:#}");
            Refusal::busy()
        })?;
        self.stock.reload_all(&self.session.sql, now)?;
        self.astray = false;
        tracing::info!("the database is back");
        Ok(())
    }

    fn batch(
        &mut self,
        jobs: &Receiver<Box<dyn Job>>,
        batch: &mut Vec<Box<dyn Job>>,
    ) -> Answer<Fate> {
        let changes_before = self.session.sql.total_changes();
        self.session.open_batch()?;
        let now = self.clock.now();
        let Session { sql, head, .. } = &mut self.session;
        let mut unit = Unit::new(sql, now, head);
        savepoint(&mut unit, |unit| match sales::expiry::expire(unit) {
            Ok(()) => true,
            Err(refusal) => {
                tracing::error!(%refusal, "expiry failed; it is tried again with the next batch");
                false
            }
        })?;
        let mut done = 0;
        let mut kept = 0;
        while done < batch.len() {
            kept += u64::from(savepoint(&mut unit, |unit| batch[done].run(unit))?);
            done += 1;
            if batch.len() < BATCH_MAX
                && let Ok(next) = jobs.try_recv()
            {
                self.gauges.queue.dec();
                batch.push(next);
            }
        }
        let Finished {
            changes,
            told,
            anchor,
        } = unit.finish();
        head.anchor_when_due(sql, now, anchor)?;
        let changed = sql.total_changes() > changes_before;
        let begun = Instant::now();
        let fate = self.session.commit(changed);
        if changed {
            self.gauges.commit.observe(begun.elapsed().as_secs_f64());
        }
        if matches!(fate, Fate::Committed) {
            self.gauges.told(&told);
            self.counts
                .commits
                .fetch_add(changed.into(), Ordering::Relaxed);
            self.counts.requests.fetch_add(kept, Ordering::Relaxed);
            self.stock.apply(&self.session.sql, &changes, now);
            self.hints.committed(&changes, self.session.is_shared());
        }
        Ok(fate)
    }
}

/// Runs something so that it leaves no trace when it says so.
fn savepoint(unit: &mut Unit<'_>, run: impl FnOnce(&mut Unit<'_>) -> bool) -> Answer<bool> {
    unit.sql.ahead("SAVEPOINT request")?;
    let mark = unit.mark();
    let keep = run(unit);
    if !keep {
        unit.sql.ahead("ROLLBACK TO request")?;
        unit.return_to(mark);
    }
    unit.sql.ahead("RELEASE request")?;
    Ok(keep)
}
