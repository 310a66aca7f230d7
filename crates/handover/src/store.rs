//! What the machine needs of a journal. [`crate::journal::Journal`] is the real one; tests put failing and crashing ones around it.

use kippu_api::handovers::Report;
use kippu_ticket::ids::HandoverId;

use crate::row::{Handover, Incarnation};

/// Why the journal could not be read or written. What was to be written is not on disk.
#[derive(Debug, thiserror::Error)]
pub enum StoreFault {
    /// The disk is full. Staff can make room.
    #[error("the disk with the journal is full")]
    Full,
    /// The database refused: worn out, locked.
    #[error("the journal cannot be used: {0}")]
    Database(String),
    /// A row was written by a newer program.
    #[error("the journal's row is of version {0}, which this program does not know")]
    Newer(u32),
    /// The bytes were not sealed with this key, or were changed since.
    #[error("the journal's row cannot be opened with this key")]
    Sealed,
    /// The opened bytes make no sense.
    #[error("the journal's row cannot be read: {0}")]
    Garbled(String),
    /// A row that is still needed was to be forgotten.
    #[error("the handover is not settled")]
    NotSettled,
}

/// A report that waits in the outbox.
#[derive(Debug, Clone, PartialEq)]
pub struct Outgoing {
    /// The handover it is about.
    pub handover: HandoverId,
    /// The report, with its row number.
    pub report: Report,
}

/// What became of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Receipt {
    /// The platform has it.
    Accepted,
    /// The platform refuses this very report for good; kept for the clerk, with the problem's title.
    Refused(String),
}

/// Which life of the platform knows the journal's reports (R15).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct KnownPlatform {
    /// Incarnation that was told everything.
    pub told: Option<String>,
    /// Incarnation that is being told everything again.
    pub telling: Option<String>,
}

/// Durable rows and outbox. Every write is on disk when the call returns `Ok`.
pub trait Store {
    /// Which journal this is.
    fn incarnation(&self) -> Incarnation;

    /// Writes the row and, in the same transaction, queues a report (its `row` number is given here).
    fn put(&mut self, row: &Handover, report: Option<&Report>) -> Result<(), StoreFault>;

    /// One row.
    fn get(&self, id: HandoverId) -> Result<Option<Handover>, StoreFault>;

    /// Rows that are not ended, oldest first.
    fn open_rows(&self) -> Result<Vec<Handover>, StoreFault>;

    /// Rows that were released to other terminals.
    fn released_rows(&self) -> Result<Vec<Handover>, StoreFault>;

    /// Reports nobody has answered yet, in the order they were written.
    fn unsent(&self) -> Result<Vec<Outgoing>, StoreFault>;

    /// Notes what became of a report.
    fn mark_sent(&mut self, report_row: u64, receipt: &Receipt) -> Result<(), StoreFault>;

    /// Which platform knows what is here.
    fn known_platform(&self) -> Result<KnownPlatform, StoreFault>;

    /// Queues every report again, for this incarnation of the platform.
    fn resend_all(&mut self, incarnation: &str) -> Result<(), StoreFault>;

    /// This incarnation of the platform was told everything.
    fn told(&mut self, incarnation: &str) -> Result<(), StoreFault>;
}
