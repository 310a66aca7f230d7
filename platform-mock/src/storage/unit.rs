//! What a command works with inside the writing transaction.

use kippu_ticket::ids::EventId;

use crate::storage::sql::Sql;
use crate::{
    journal::{Entry, JournalHead, PAYMENT},
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
    told: Vec<Told>,
    anchor: bool,
}

/// What a row of the journal told, for counting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The row's word.
    pub kind: &'static str,
    /// How the payment ended that it tells of.
    pub outcome: Option<String>,
    /// How many tickets it is about.
    pub tickets: u64,
}

/// Where a savepoint began.
pub struct Mark {
    head: JournalHead,
    changes: usize,
    told: usize,
    anchor: bool,
}

/// What a batch leaves to be done when it is committed.
pub(super) struct Finished {
    pub changes: Vec<Change>,
    pub told: Vec<Told>,
    /// An anchor is wanted now.
    pub anchor: bool,
}

impl<'a> Unit<'a> {
    /// Begins a batch.
    pub fn new(sql: &'a Sql, now: i64, head: &'a mut JournalHead) -> Self {
        Self {
            sql,
            now,
            head,
            changes: Vec::new(),
            told: Vec::new(),
            anchor: false,
        }
    }

    /// Appends to the sales journal, in this transaction.
    pub fn journal(&mut self, entry: &Entry<'_>) -> Answer<()> {
        self.head.append(self.sql, self.now, entry)?;
        let payment = entry.kind == PAYMENT;
        self.told.push(Told {
            kind: entry.kind,
            outcome: entry.note.filter(|_| payment).map(str::to_owned),
            tickets: entry.tickets.len() as u64,
        });
        Ok(())
    }

    /// Has an anchor written at the end of the batch, however few rows it covers.
    pub fn anchor_now(&mut self) {
        self.anchor = true;
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
            told: self.told.len(),
            anchor: self.anchor,
        }
    }

    pub(super) fn return_to(&mut self, mark: Mark) {
        *self.head = mark.head;
        self.changes.truncate(mark.changes);
        self.told.truncate(mark.told);
        self.anchor = mark.anchor;
    }

    pub(super) fn finish(self) -> Finished {
        Finished {
            changes: self.changes,
            told: self.told,
            anchor: self.anchor,
        }
    }
}
