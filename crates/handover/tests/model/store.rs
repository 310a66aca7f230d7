//! The model's disk: every write may be the last thing a process does.

use std::rc::Rc;

use kippu_api::handovers::Report;
use kippu_handover::{
    row::{Handover, Incarnation, Right},
    store::{KnownPlatform, Outgoing, Receipt, Store, StoreFault},
};
use kippu_ticket::ids::HandoverId;

use crate::{
    chance::{Run, Shared, crashes},
    wire::Told,
    world::Row,
};

pub struct ModelStore {
    pub run: Shared,
    pub terminal: usize,
}

impl ModelStore {
    fn write(&mut self, change: impl FnOnce(&mut Run)) -> Result<(), StoreFault> {
        let mut run = self.run.borrow_mut();
        let killed = |run: &mut Run, when: &str| {
            run.killed = true;
            Err(StoreFault::Database(format!("killed {when} the write")))
        };
        match run.pick(&[crashes, crashes]) {
            0 => {
                change(&mut run);
                Ok(())
            }
            1 => killed(&mut run, "before"),
            _ => {
                change(&mut run);
                killed(&mut run, "after")
            }
        }
    }

    fn rows(&self, wanted: impl Fn(&Handover) -> bool) -> Vec<Handover> {
        let run = self.run.borrow();
        let rows = run.world.disks[self.terminal].rows.iter();
        rows.map(Row::get)
            .filter(|row| wanted(row))
            .cloned()
            .collect()
    }
}

impl Store for ModelStore {
    fn incarnation(&self) -> Incarnation {
        self.run.borrow().world.disks[self.terminal].incarnation
    }

    fn put(&mut self, row: &Handover, report: Option<&Report>) -> Result<(), StoreFault> {
        let terminal = self.terminal;
        self.write(|run| {
            let flaws = run.setup.flaws;
            let intent = row
                .pending
                .as_ref()
                .is_some_and(|intent| !intent.reported_unknown);
            run.volatile.retain(|other| other.id != row.id);
            if flaws.intent_late && intent || flaws.asked_late && row.right == Right::Asked {
                run.volatile.push(row.clone());
                return;
            }
            let disk = &mut run.world.disks[terminal];
            if let Some(report) = report {
                let told = Told::of(row.id, disk.next_row, report);
                disk.next_row += 1;
                disk.outbox.push((Rc::new(told), true));
            }
            let kept = Row::new(row.clone());
            match disk.rows.iter_mut().find(|other| other.get().id == row.id) {
                Some(other) => *other = kept,
                None => disk.rows.push(kept),
            }
        })
    }

    fn get(&self, id: HandoverId) -> Result<Option<Handover>, StoreFault> {
        let volatile = self
            .run
            .borrow()
            .volatile
            .iter()
            .find(|row| row.id == id)
            .cloned();
        Ok(volatile.or_else(|| self.rows(|row| row.id == id).pop()))
    }

    fn open_rows(&self) -> Result<Vec<Handover>, StoreFault> {
        Ok(self.rows(Handover::is_open))
    }

    fn released_rows(&self) -> Result<Vec<Handover>, StoreFault> {
        Ok(self.rows(|row| row.released && !row.is_open()))
    }

    fn unsent(&self) -> Result<Vec<Outgoing>, StoreFault> {
        let run = self.run.borrow();
        let outbox = run.world.disks[self.terminal].outbox.iter();
        Ok(outbox
            .filter(|(_, waits)| *waits)
            .map(|(told, _)| Outgoing {
                handover: told.handover,
                report: told.to_report(),
            })
            .collect())
    }

    fn mark_sent(&mut self, row: u64, _: &Receipt) -> Result<(), StoreFault> {
        let terminal = self.terminal;
        self.write(|run| {
            // Kept only where somebody may ask for it again.
            let kept = run.setup.keeps_sent;
            let outbox = &mut run.world.disks[terminal].outbox;
            if kept {
                for (told, waits) in outbox {
                    *waits &= told.row != row;
                }
            } else {
                outbox.retain(|(told, _)| told.row != row);
            }
        })
    }

    fn known_platform(&self) -> Result<KnownPlatform, StoreFault> {
        Ok(self.run.borrow().world.disks[self.terminal].known.clone())
    }

    fn resend_all(&mut self, incarnation: &str) -> Result<(), StoreFault> {
        let terminal = self.terminal;
        self.write(|run| {
            let disk = &mut run.world.disks[terminal];
            disk.known.telling = Some(incarnation.into());
            for (_, waits) in &mut disk.outbox {
                *waits = true;
            }
        })
    }

    fn told(&mut self, incarnation: &str) -> Result<(), StoreFault> {
        let terminal = self.terminal;
        self.write(|run| {
            run.world.disks[terminal].known.told = Some(incarnation.into());
        })
    }
}
