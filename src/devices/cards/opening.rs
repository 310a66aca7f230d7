//! The journal at the start. A disk with no room is no reason to show nothing: the kiosk says so on its screen and opens the journal as soon as
//! there is room.

use std::{
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use kippu_handover::{
    journal::Journal,
    seal::JournalKey,
    store::{Store, StoreFault},
};

use super::open_facts;
use crate::{
    devices::{mailbox::Mailbox, platform::blocking::BlockingPlatform},
    flows::kiosk::input::Input,
};

/// How often a journal with no room is tried again.
const AGAIN: Duration = Duration::from_secs(5);

/// The journal's file, open already or still to be opened.
pub struct JournalFile {
    path: PathBuf,
    key: JournalKey,
    open: Option<Journal>,
}

impl JournalFile {
    /// Opens it, unless its disk is full.
    ///
    /// # Errors
    /// It cannot be opened, and room on the disk would not help.
    pub fn open(path: &Path, key: &JournalKey) -> Result<Self, StoreFault> {
        let open = match Journal::open(path, key) {
            Ok(journal) => Some(journal),
            Err(StoreFault::Full) => {
                tracing::error!("the disk is full: the journal waits for room");
                None
            }
            Err(fault) => return Err(fault),
        };
        Ok(Self {
            path: path.to_owned(),
            key: key.clone(),
            open,
        })
    }

    /// The journal, where there was room to open it.
    pub fn journal(&self) -> Option<&Journal> {
        self.open.as_ref()
    }

    /// The journal. Waits for room; what it holds open is then told, as it would have been at the start.
    pub(super) fn wait(self, platform: &BlockingPlatform, mailbox: &Mailbox<Input>) -> Journal {
        if let Some(journal) = self.open {
            return journal;
        }
        loop {
            thread::sleep(AGAIN);
            match open_late(&self.path, &self.key, platform) {
                Ok((journal, news)) => {
                    mailbox.send(news);
                    return journal;
                }
                Err(fault) => tracing::warn!(%fault, "the journal still cannot be opened"),
            }
        }
    }
}

fn open_late(
    path: &Path,
    key: &JournalKey,
    platform: &BlockingPlatform,
) -> anyhow::Result<(Journal, Input)> {
    let journal = Journal::open(path, key)?;
    let open = open_facts(&journal)?;
    platform.know(journal.known_platform()?.told.as_deref());
    Ok((journal, Input::OpenHandovers(open)))
}
