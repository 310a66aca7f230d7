//! The purchase over the real journal: killed at every write, reopened from disk, and gone on with.

use std::{path::Path, rc::Rc};

use kippu_api::handovers::Report;
use kippu_handover::{
    journal::Journal,
    machine::Machine,
    outcome::{MachineFault, Outcome},
    row::{Handover, Incarnation},
    seal::JournalKey,
    store::{Outgoing, Receipt, Store, StoreFault},
};
use kippu_ticket::ids::HandoverId;

use crate::{
    NO_FAULTS, ROOMY, TIGHT,
    card::ModelCard,
    choice::{Chooser, Flaws, Run, Shared},
    platform::ModelPlatform,
    world::{Books, Faults, ORDER, World},
};

/// The journal, killed at one of its writes.
struct Mortal {
    journal: Journal,
    /// Writes left to live, and whether the last of them still reaches the disk.
    writes_left: usize,
    last_reaches_disk: bool,
}

impl Mortal {
    fn write(
        &mut self,
        write: impl FnOnce(&mut Journal) -> Result<(), StoreFault>,
    ) -> Result<(), StoreFault> {
        let killed = || StoreFault::Database("killed".into());
        match self.writes_left {
            0 => return Err(killed()),
            1 if !self.last_reaches_disk => {
                self.writes_left = 0;
                return Err(killed());
            }
            _ => write(&mut self.journal)?,
        }
        self.writes_left -= 1;
        if self.writes_left == 0 {
            Err(killed())
        } else {
            Ok(())
        }
    }
}

impl Store for Mortal {
    fn incarnation(&self) -> Incarnation {
        self.journal.incarnation()
    }
    fn put(&mut self, row: &Handover, report: Option<&Report>) -> Result<(), StoreFault> {
        self.write(|journal| journal.put(row, report))
    }
    fn get(&self, id: HandoverId) -> Result<Option<Handover>, StoreFault> {
        self.journal.get(id)
    }
    fn open_rows(&self) -> Result<Vec<Handover>, StoreFault> {
        self.journal.open_rows()
    }
    fn unsent(&self) -> Result<Vec<Outgoing>, StoreFault> {
        self.journal.unsent()
    }
    fn mark_sent(&mut self, row: u64, receipt: &Receipt) -> Result<(), StoreFault> {
        self.write(|journal| journal.mark_sent(row, receipt))
    }
}

fn visit(run: &Shared, store: &mut impl Store) -> Result<Outcome, MachineFault> {
    let platform = ModelPlatform {
        run: Rc::clone(run),
    };
    let mut card = ModelCard {
        run: Rc::clone(run),
        card: 0,
        torn: false,
    };
    let (uid, room) = {
        let run = run.borrow();
        (run.world.cards[0].uid, run.world.cards[0].room())
    };
    let mut machine = Machine::new(store, &platform);
    for row in machine.open_handovers()? {
        machine.advance(row.id, None, &mut |_| ())?;
    }
    machine.send_reports()?;
    let open = machine.open_handovers()?;
    let waiting = run
        .borrow()
        .world
        .platform
        .tickets
        .iter()
        .any(|booked| booked.holder == Books::Platform);
    if open.is_empty() && (!waiting || room == 0) {
        return Ok(Outcome::Ended(Default::default()));
    }
    let id = machine.begin(ORDER, uid, room)?;
    let outcome = machine.advance(id, Some(&mut card), &mut |_| ())?;
    machine.send_reports()?;
    Ok(outcome)
}

fn journal(path: &Path) -> Journal {
    Journal::open(path, &JournalKey::from_bytes([7; 32])).unwrap()
}

/// Every kill × every tear of the first visit, then further visits without faults; `on_card` tickets must end there.
/// Returns how many histories there were.
fn all_histories(world: &World, on_card: usize) -> usize {
    let mut histories = 0;
    for writes in 1.. {
        let mut killed_anywhere = false;
        for last_reaches_disk in [false, true] {
            let mut chooser = Chooser::default();
            loop {
                let folder = tempfile::tempdir().unwrap();
                let path = folder.path().join("journal");
                let run = Run::new(world.clone(), chooser, Flaws::default());
                let mut store = Mortal {
                    journal: journal(&path),
                    writes_left: writes,
                    last_reaches_disk,
                };
                let first = visit(&run, &mut store);
                killed_anywhere |= first.is_err();
                drop(store);
                let mut torn = Run::take(run);
                chooser = std::mem::take(&mut torn.chooser);
                torn.world.faults = NO_FAULTS;
                let run = Run::new(torn.world, Chooser::default(), Flaws::default());
                for _ in 0..3 {
                    let mut reopened = journal(&path);
                    visit(&run, &mut reopened).unwrap();
                    assert_eq!(run.borrow().world.doubled(), None, "write {writes}");
                }
                let last = journal(&path);
                assert_eq!(
                    last.open_rows().unwrap(),
                    [],
                    "write {writes}, reaching disk {last_reaches_disk}"
                );
                assert_eq!(last.unsent().unwrap(), []);
                let world = &run.borrow().world;
                assert!(
                    world.settled(),
                    "write {writes}, reaching disk {last_reaches_disk}: {world:#?}"
                );
                let given = world
                    .platform
                    .tickets
                    .iter()
                    .filter(|booked| booked.holder != Books::Platform)
                    .count();
                assert_eq!(
                    given, on_card,
                    "write {writes}, reaching disk {last_reaches_disk}"
                );
                histories += 1;
                if !chooser.next() {
                    break;
                }
            }
        }
        if !killed_anywhere {
            return histories;
        }
    }
    unreachable!("a visit makes a finite number of writes")
}

#[test]
fn killed_at_every_write_and_torn_at_every_exchange_the_tickets_end_on_the_card_once() {
    let faults = Faults {
        total: 2,
        tears: 1,
        messages: 1,
        ..NO_FAULTS
    };
    let histories = all_histories(&World::new(2, ROOMY, 1, faults), 2);
    println!("killed at every write, one tear, one lost message: {histories} histories");
    assert!(histories > 20);
}

#[test]
fn killed_at_every_write_with_a_tight_card_the_rest_stays_at_the_platform() {
    let faults = Faults {
        total: 1,
        tears: 1,
        messages: 1,
        ..NO_FAULTS
    };
    let histories = all_histories(&World::new(2, TIGHT, 1, faults), 1);
    println!("killed at every write, tight card: {histories} histories");
    assert!(histories > 20);
}
