//! What the storage counts and measures while it works.

use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{
        counter::Counter,
        family::Family,
        gauge::Gauge,
        histogram::{Histogram, exponential_buckets},
    },
    registry::Registry,
};

use super::unit::Told;

/// What a journal row tells of.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Kind {
    /// The row's word.
    pub kind: &'static str,
}

/// How a payment ended.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Outcome {
    /// `paid`, `paid_late` or `refunded`.
    pub outcome: String,
}

/// How a batch ended.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct End {
    /// `committed`, `undone` or `unknown`.
    pub fate: &'static str,
}

/// The storage's measures. Clones show the same numbers.
#[derive(Debug, Clone)]
pub struct Gauges {
    /// Requests that wait for a batch.
    pub queue: Gauge,
    /// Requests in a batch.
    pub batch: Histogram,
    /// Seconds to make a batch durable: one fsync of the log, or one round to the server.
    pub commit: Histogram,
    /// Batches.
    pub batches: Family<End, Counter>,
    /// Rows of the sales journal.
    pub journal: Family<Kind, Counter>,
    /// Confirmed payments.
    pub sales: Family<Outcome, Counter>,
    /// Tickets of confirmed payments.
    pub tickets: Family<Outcome, Counter>,
    /// Reading connections in use.
    pub reading: Gauge,
    /// Questions that wait for a reading connection.
    pub waiting_to_read: Gauge,
}

impl Default for Gauges {
    fn default() -> Self {
        Self {
            queue: Gauge::default(),
            batch: Histogram::new(exponential_buckets(1.0, 2.0, 9)),
            commit: Histogram::new(exponential_buckets(0.000_25, 2.0, 14)),
            batches: Family::default(),
            journal: Family::default(),
            sales: Family::default(),
            tickets: Family::default(),
            reading: Gauge::default(),
            waiting_to_read: Gauge::default(),
        }
    }
}

impl Gauges {
    /// Puts them into a registry.
    pub fn register(&self, registry: &mut Registry) {
        registry.register(
            "writer_queue_requests",
            "Requests that wait for a batch",
            self.queue.clone(),
        );
        registry.register(
            "writer_batch_requests",
            "Requests in a batch",
            self.batch.clone(),
        );
        registry.register(
            "writer_commit_seconds",
            "Time to make a batch durable",
            self.commit.clone(),
        );
        registry.register("writer_batches", "Batches by fate", self.batches.clone());
        registry.register(
            "journal_rows",
            "Committed rows of the sales journal",
            self.journal.clone(),
        );
        registry.register("sales", "Confirmed payments", self.sales.clone());
        registry.register(
            "tickets_sold",
            "Tickets of confirmed payments",
            self.tickets.clone(),
        );
        registry.register(
            "database_pool_busy",
            "Reading connections in use",
            self.reading.clone(),
        );
        registry.register(
            "database_pool_waiting",
            "Questions that wait for a reading connection",
            self.waiting_to_read.clone(),
        );
    }

    /// Counts what a committed batch told the journal.
    pub(super) fn told(&self, rows: &[Told]) {
        for row in rows {
            self.journal.get_or_create(&Kind { kind: row.kind }).inc();
            if let Some(outcome) = &row.outcome {
                let outcome = Outcome {
                    outcome: outcome.clone(),
                };
                self.sales.get_or_create(&outcome).inc();
                self.tickets.get_or_create(&outcome).inc_by(row.tickets);
            }
        }
    }
}
