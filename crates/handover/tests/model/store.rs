//! The model's disk: every write may be the last thing a process does.

use kippu_api::handovers::Report;
use kippu_handover::{
    row::{GrantStanding, Handover, Incarnation},
    store::{Outgoing, Receipt, Store, StoreFault},
};
use kippu_ticket::ids::HandoverId;

use crate::choice::{Run, Shared, crashes};

pub struct ModelStore {
    pub run: Shared,
    pub terminal: usize,
}

impl ModelStore {
    fn write(&mut self, change: impl FnOnce(&mut Run)) -> Result<(), StoreFault> {
        let mut run = self.run.borrow_mut();
        match run.fault(3, crashes) {
            0 => change(&mut run),
            1 => return Err(StoreFault::Database("killed before the write".into())),
            _ => {
                change(&mut run);
                return Err(StoreFault::Database("killed after the write".into()));
            }
        }
        Ok(())
    }
}

impl Store for ModelStore {
    fn incarnation(&self) -> Incarnation {
        self.run.borrow().world.disks[self.terminal].incarnation
    }

    fn put(&mut self, row: &Handover, report: Option<&Report>) -> Result<(), StoreFault> {
        let terminal = self.terminal;
        let row = row.clone();
        let report = report.cloned();
        self.write(|run| {
            let lazy = (run.flaws.intent_late
                && row
                    .pending
                    .as_ref()
                    .is_some_and(|intent| !intent.reported_unknown))
                || (run.flaws.asked_late && row.grant == GrantStanding::Asked);
            if lazy {
                run.volatile.retain(|other| other.id != row.id);
                run.volatile.push(row);
                return;
            }
            run.volatile.retain(|other| other.id != row.id);
            let disk = &mut run.world.disks[terminal];
            if let Some(report) = report {
                let mut report = report;
                report.row = disk.next_row;
                disk.next_row += 1;
                disk.outbox.push((
                    report.row,
                    row.id,
                    serde_json::to_string(&report).expect("json"),
                ));
            }
            match disk.rows.iter_mut().find(|other| other.id == row.id) {
                Some(other) => *other = row,
                None => disk.rows.push(row),
            }
        })
    }

    fn get(&self, id: HandoverId) -> Result<Option<Handover>, StoreFault> {
        let run = self.run.borrow();
        let rows = &run.world.disks[self.terminal].rows;
        Ok(run
            .volatile
            .iter()
            .chain(rows)
            .find(|row| row.id == id)
            .cloned())
    }

    fn open_rows(&self) -> Result<Vec<Handover>, StoreFault> {
        Ok(self.run.borrow().world.disks[self.terminal]
            .rows
            .iter()
            .filter(|row| row.is_open())
            .cloned()
            .collect())
    }

    fn unsent(&self) -> Result<Vec<Outgoing>, StoreFault> {
        let run = self.run.borrow();
        Ok(run.world.disks[self.terminal]
            .outbox
            .iter()
            .map(|(_, handover, json)| Outgoing {
                handover: *handover,
                report: serde_json::from_str(json).expect("json"),
            })
            .collect())
    }

    fn mark_sent(&mut self, row: u64, _: &Receipt) -> Result<(), StoreFault> {
        let terminal = self.terminal;
        self.write(|run| {
            run.world.disks[terminal]
                .outbox
                .retain(|(number, _, _)| *number != row)
        })
    }
}
