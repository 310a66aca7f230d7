//! The real journal, its writes counted.

use std::{cell::Cell, rc::Rc};

use kippu_api::handovers::Report;
use kippu_handover::{
    journal::Journal,
    row::{Handover, Incarnation},
    store::{KnownPlatform, Outgoing, Receipt, Store, StoreFault},
};
use kippu_ticket::ids::HandoverId;

/// Synced transactions of a journal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Writes {
    /// Rows, with or without a report.
    pub rows: u32,
    /// Receipts of reports.
    pub receipts: u32,
}

/// Rows that may still be written before the process is killed, and whether the last of them reaches the disk.
#[derive(Debug, Clone, Copy)]
pub struct Kill {
    pub rows_left: u32,
    pub last_reaches_disk: bool,
}

pub struct Counted {
    pub journal: Journal,
    pub writes: Rc<Cell<Writes>>,
    pub kill: Rc<Cell<Option<Kill>>>,
}

impl Counted {
    fn count(&self, which: impl FnOnce(&mut Writes)) {
        let mut writes = self.writes.get();
        which(&mut writes);
        self.writes.set(writes);
    }
}

impl Store for Counted {
    fn incarnation(&self) -> Incarnation {
        self.journal.incarnation()
    }

    fn put(&mut self, row: &Handover, report: Option<&Report>) -> Result<(), StoreFault> {
        self.count(|writes| writes.rows += 1);
        let Some(kill) = self.kill.get() else {
            return self.journal.put(row, report);
        };
        let rows_left = kill.rows_left.saturating_sub(1);
        if kill.rows_left > 1 || kill.rows_left == 1 && kill.last_reaches_disk {
            self.journal.put(row, report)?;
        }
        self.kill.set(Some(Kill { rows_left, ..kill }));
        match rows_left {
            0 => Err(StoreFault::Database("killed".into())),
            _ => Ok(()),
        }
    }

    fn get(&self, id: HandoverId) -> Result<Option<Handover>, StoreFault> {
        self.journal.get(id)
    }

    fn open_rows(&self) -> Result<Vec<Handover>, StoreFault> {
        self.journal.open_rows()
    }

    fn released_rows(&self) -> Result<Vec<Handover>, StoreFault> {
        self.journal.released_rows()
    }

    fn unsent(&self) -> Result<Vec<Outgoing>, StoreFault> {
        self.journal.unsent()
    }

    fn mark_sent(&mut self, report_row: u64, receipt: &Receipt) -> Result<(), StoreFault> {
        self.count(|writes| writes.receipts += 1);
        self.journal.mark_sent(report_row, receipt)
    }

    fn known_platform(&self) -> Result<KnownPlatform, StoreFault> {
        self.journal.known_platform()
    }

    fn resend_all(&mut self, incarnation: &str) -> Result<(), StoreFault> {
        self.journal.resend_all(incarnation)
    }

    fn told(&mut self, incarnation: &str) -> Result<(), StoreFault> {
        self.journal.told(incarnation)
    }
}
