//! A terminal's disk: the journal in memory with the durability of the real one, or the real one in a file, and the faults before both.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use kippu_api::handovers::Report;
use kippu_handover::{
    journal::Journal,
    row::{Handover, Incarnation},
    seal::JournalKey,
    store::{KnownPlatform, Outgoing, Receipt, Store, StoreFault},
};
use kippu_ticket::ids::HandoverId;

use crate::{
    chance,
    faults::{Faults, Kind},
};

/// What is on the disk of a terminal whose journal is in memory.
#[derive(Clone)]
pub struct Memory {
    incarnation: Incarnation,
    rows: Vec<Handover>,
    outbox: BTreeMap<u64, (Outgoing, Option<Receipt>)>,
    next_row: u64,
    known: KnownPlatform,
}

impl Memory {
    /// A journal of a new incarnation.
    pub fn new() -> Self {
        Self {
            incarnation: fresh_incarnation(),
            rows: Vec::new(),
            outbox: BTreeMap::new(),
            next_row: 1,
            known: KnownPlatform::default(),
        }
    }
}

impl Default for Memory {
    fn default() -> Self {
        Self::new()
    }
}

fn fresh_incarnation() -> Incarnation {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&chance::number().to_le_bytes());
    bytes[8..].copy_from_slice(&chance::number().to_le_bytes());
    Incarnation(bytes)
}

impl Store for Memory {
    fn incarnation(&self) -> Incarnation {
        self.incarnation
    }

    fn put(&mut self, row: &Handover, report: Option<&Report>) -> Result<(), StoreFault> {
        if let Some(report) = report {
            let mut report = report.clone();
            report.row = self.next_row;
            let handover = row.id;
            self.outbox
                .insert(self.next_row, (Outgoing { handover, report }, None));
            self.next_row += 1;
        }
        match self.rows.iter_mut().find(|known| known.id == row.id) {
            Some(known) => known.clone_from(row),
            None => self.rows.push(row.clone()),
        }
        Ok(())
    }

    fn get(&self, id: HandoverId) -> Result<Option<Handover>, StoreFault> {
        Ok(self.rows.iter().find(|row| row.id == id).cloned())
    }

    fn open_rows(&self) -> Result<Vec<Handover>, StoreFault> {
        let open = self.rows.iter().filter(|row| row.is_open());
        Ok(open.cloned().collect())
    }

    fn released_rows(&self) -> Result<Vec<Handover>, StoreFault> {
        let released = self.rows.iter().filter(|row| row.released);
        Ok(released.cloned().collect())
    }

    fn unsent(&self) -> Result<Vec<Outgoing>, StoreFault> {
        let unsent = self
            .outbox
            .values()
            .filter(|(_, receipt)| receipt.is_none());
        Ok(unsent.map(|(outgoing, _)| outgoing.clone()).collect())
    }

    fn mark_sent(&mut self, report_row: u64, receipt: &Receipt) -> Result<(), StoreFault> {
        if let Some((_, kept)) = self.outbox.get_mut(&report_row) {
            *kept = Some(receipt.clone());
        }
        Ok(())
    }

    fn known_platform(&self) -> Result<KnownPlatform, StoreFault> {
        Ok(self.known.clone())
    }

    fn resend_all(&mut self, incarnation: &str) -> Result<(), StoreFault> {
        self.outbox
            .values_mut()
            .for_each(|(_, receipt)| *receipt = None);
        self.known.telling = Some(incarnation.to_owned());
        Ok(())
    }

    fn told(&mut self, incarnation: &str) -> Result<(), StoreFault> {
        self.known.told = Some(incarnation.to_owned());
        Ok(())
    }
}

/// The real journal in a folder of its own.
pub struct OnDisk {
    folder: PathBuf,
    key: JournalKey,
    journal: Option<Journal>,
}

impl OnDisk {
    fn path(&self) -> PathBuf {
        self.folder.join("journal.db")
    }

    fn reopen(&mut self) -> Result<(), StoreFault> {
        // The old one must let go of the file first.
        self.journal = None;
        self.journal = Some(Journal::open(&self.path(), &self.key)?);
        Ok(())
    }

    fn journal(&self) -> Result<&Journal, StoreFault> {
        self.journal.as_ref().ok_or_else(closed)
    }

    fn journal_mut(&mut self) -> Result<&mut Journal, StoreFault> {
        self.journal.as_mut().ok_or_else(closed)
    }
}

fn closed() -> StoreFault {
    StoreFault::Database("the journal is closed".into())
}

/// A disk.
pub enum Disk {
    /// In memory.
    Memory(Memory),
    /// In a file.
    File(OnDisk),
}

/// A disk as it once was.
pub enum Copy {
    /// In memory.
    Memory(Memory),
    /// The journal's bytes.
    File(Vec<u8>),
}

impl Disk {
    /// A new journal in a new folder.
    ///
    /// # Errors
    /// The folder or the file cannot be made.
    pub fn on_file(folder: &Path) -> anyhow::Result<Self> {
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let mut disk = OnDisk {
            folder: folder.to_owned(),
            key: JournalKey::from_bytes([7; 32]),
            journal: None,
        };
        disk.reopen()?;
        Ok(Self::File(disk))
    }

    /// The terminal starts again.
    ///
    /// # Errors
    /// The journal cannot be opened.
    pub fn restart(&mut self) -> anyhow::Result<()> {
        match self {
            Self::Memory(_) => Ok(()),
            Self::File(disk) => Ok(disk.reopen()?),
        }
    }

    /// A copy of the journal, to be put back later.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn copy(&mut self) -> anyhow::Result<Copy> {
        match self {
            Self::Memory(memory) => Ok(Copy::Memory(memory.clone())),
            Self::File(disk) => {
                // Closed first, so that everything is in the one file.
                disk.journal = None;
                let bytes = fs::read(disk.path())?;
                disk.reopen()?;
                Ok(Copy::File(bytes))
            }
        }
    }

    /// Puts a copy back: the journal becomes another incarnation (R14). The real one notices by itself.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn put_back(&mut self, copy: Copy) -> anyhow::Result<()> {
        match (&mut *self, copy) {
            (Self::Memory(memory), Copy::Memory(old)) => {
                *memory = Memory {
                    incarnation: fresh_incarnation(),
                    ..old
                };
            }
            (Self::File(disk), Copy::File(bytes)) => {
                disk.journal = None;
                fs::write(disk.path(), bytes)?;
                disk.reopen()?;
            }
            _ => anyhow::bail!("a copy of another kind of disk"),
        }
        Ok(())
    }

    fn inner(&self) -> Result<&dyn Store, StoreFault> {
        match self {
            Self::Memory(memory) => Ok(memory),
            Self::File(disk) => Ok(disk.journal()?),
        }
    }

    fn inner_mut(&mut self) -> Result<&mut dyn Store, StoreFault> {
        match self {
            Self::Memory(memory) => Ok(memory),
            Self::File(disk) => Ok(disk.journal_mut()?),
        }
    }
}

/// A disk with faults before it: what the machine gets.
pub struct Faulty<'a> {
    /// The disk.
    pub disk: &'a mut Disk,
    /// What goes wrong.
    pub faults: &'a Faults,
    /// The flaw tests of the simulator give it: an intent is written only with what follows it.
    pub late: Option<&'a mut Option<Handover>>,
}

impl Faulty<'_> {
    fn write(
        &mut self,
        what: &str,
        change: impl FnOnce(&mut dyn Store) -> Result<(), StoreFault>,
    ) -> Result<(), StoreFault> {
        let cut = || StoreFault::Database("the power is gone".into());
        if self.faults.power_gone("before a journal write") {
            return Err(cut());
        }
        if self.faults.strikes(|rates| rates.disk) {
            self.faults.struck(Kind::DiskFull);
            self.faults
                .say(|| format!("  disk full at the journal's {what}"));
            return Err(StoreFault::Database("the disk is full".into()));
        }
        change(self.disk.inner_mut()?)?;
        match self.faults.power_gone("after a journal write") {
            true => Err(cut()),
            false => Ok(()),
        }
    }
}

impl Store for Faulty<'_> {
    fn incarnation(&self) -> Incarnation {
        self.disk
            .inner()
            .map_or(Incarnation([0; 16]), |store| store.incarnation())
    }

    fn put(&mut self, row: &Handover, report: Option<&Report>) -> Result<(), StoreFault> {
        if let Some(late) = &mut self.late {
            if row.pending.is_some() && report.is_none() {
                **late = Some(row.clone());
                return Ok(());
            }
            **late = None;
        }
        self.write("row", |store| store.put(row, report))
    }

    fn get(&self, id: HandoverId) -> Result<Option<Handover>, StoreFault> {
        match &self.late {
            Some(Some(late)) if late.id == id => Ok(Some(late.clone())),
            _ => self.disk.inner()?.get(id),
        }
    }

    fn open_rows(&self) -> Result<Vec<Handover>, StoreFault> {
        self.disk.inner()?.open_rows()
    }

    fn released_rows(&self) -> Result<Vec<Handover>, StoreFault> {
        self.disk.inner()?.released_rows()
    }

    fn unsent(&self) -> Result<Vec<Outgoing>, StoreFault> {
        self.disk.inner()?.unsent()
    }

    fn mark_sent(&mut self, report_row: u64, receipt: &Receipt) -> Result<(), StoreFault> {
        self.write("receipt", |store| store.mark_sent(report_row, receipt))
    }

    fn known_platform(&self) -> Result<KnownPlatform, StoreFault> {
        self.disk.inner()?.known_platform()
    }

    fn resend_all(&mut self, incarnation: &str) -> Result<(), StoreFault> {
        self.write("resending", |store| store.resend_all(incarnation))
    }

    fn told(&mut self, incarnation: &str) -> Result<(), StoreFault> {
        self.write("word that all was sent", |store| store.told(incarnation))
    }
}
