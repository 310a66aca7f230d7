//! What a command works with inside the writing transaction.

use kippu_ticket::ids::EventId;

use crate::storage::sql::Sql;
use crate::{
    journal::{Entry, JournalHead},
    refusal::Answer,
    storage::stock::Change,
};

/// One request's view of the transaction: the connection, the batch's time, the journal and the stock's changes.
pub struct Unit<'a> {
    /// Inside the transaction.
    pub sql: &'a Sql,
    /// The batch's time, UTC microseconds.
    pub now: i64,
    head: &'a mut JournalHead,
    changes: Vec<Change>,
}

/// Where a savepoint began.
pub struct Mark {
    head: JournalHead,
    changes: usize,
}

impl<'a> Unit<'a> {
    /// Begins a batch.
    pub fn new(sql: &'a Sql, now: i64, head: &'a mut JournalHead) -> Self {
        Self {
            sql,
            now,
            head,
            changes: Vec::new(),
        }
    }

    /// Appends to the sales journal, in this transaction.
    pub fn journal(&mut self, entry: &Entry<'_>) -> Answer<()> {
        self.head.append(self.sql, self.now, entry)
    }

    /// Tells readers, once committed, that a seat was claimed or became free.
    pub fn seat_changed(&mut self, event: EventId, seat: u32, claimed: bool) {
        self.changes.push(Change::Claim {
            event,
            seat,
            claimed,
        });
    }

    /// Tells readers, once committed, that an event's stock must be read anew.
    pub fn stock_replaced(&mut self, event: EventId) {
        self.changes.push(Change::Reload { event });
    }

    /// Tells everybody, once committed, that a terminal stands otherwise towards this life of the platform.
    pub fn standings_changed(&mut self) {
        self.changes.push(Change::Standings);
    }

    /// Does something that leaves no trace when it is refused, although the request goes on.
    pub fn all_or_nothing<T>(&mut self, run: impl FnOnce(&mut Self) -> Answer<T>) -> Answer<T> {
        self.sql.ahead("SAVEPOINT part")?;
        let mark = self.mark();
        let done = run(self);
        if done.is_err() {
            self.sql.ahead("ROLLBACK TO part")?;
            self.return_to(mark);
        }
        self.sql.ahead("RELEASE part")?;
        done
    }

    pub(super) fn mark(&self) -> Mark {
        Mark {
            head: self.head.clone(),
            changes: self.changes.len(),
        }
    }

    pub(super) fn return_to(&mut self, mark: Mark) {
        *self.head = mark.head;
        self.changes.truncate(mark.changes);
    }

    pub(super) fn into_changes(self) -> Vec<Change> {
        self.changes
    }
}
