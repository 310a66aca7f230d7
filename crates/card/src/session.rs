//! A ticket card in one session: reading, and the one atomic change.

use kippu_ticket::{
    ids::{CardUid, OperationId},
    record::BoundTicket,
};

use crate::{
    capability::{
        CardContents, CardFault, CardTicket, Change, ChangeFault, CommitProof, Committed,
        Directory, Happened, Progress, SlotState, TicketCard,
    },
    desfire::{Comm, Desfire, DesfireFault, Status},
    keys::{KeyStore, Role},
    layout::{
        LAYOUTS, Layout, SLOT_LEN, directory, event, file,
        guest::{self, Guest},
        summary,
    },
    open::select_tickets,
    plan::{Plan, Snapshot, known_events, plan},
    transport::Transport,
};

/// A gap of fewer unchanged bytes than this is written along rather than begun anew: a command of its own costs as much on air (21 bytes,
/// 10 of answer, 3 around each), and another turn.
const GAP_MAX: usize = 37;

/// An opened ticket card. [`crate::open`] makes it.
pub struct CardSession<'a> {
    chip: Desfire<Box<dyn Transport + 'a>>,
    uid: CardUid,
    keys: Option<(&'a dyn KeyStore, Role)>,
    layout: Option<Layout>,
    /// What this session has read and not changed since: nothing else can change a card that lies here.
    seen: Option<Snapshot>,
}

impl<'a> CardSession<'a> {
    pub(crate) fn new(
        chip: Desfire<Box<dyn Transport + 'a>>,
        uid: CardUid,
        keys: Option<(&'a dyn KeyStore, Role)>,
    ) -> Self {
        Self {
            chip,
            uid,
            keys,
            layout: None,
            seen: None,
        }
    }

    /// Records who the guest is, or with `None` forgets them. Write key only.
    ///
    /// # Errors
    /// [`CardFault::NoKeys`] with any other key. A torn write leaves the file undefined; write it again.
    pub fn write_guest(&mut self, guest: Option<&Guest>) -> Result<(), CardFault> {
        if !self.may_write() {
            return Err(CardFault::NoKeys);
        }
        let layout = self.read_directory()?.1;
        Ok(self.chip.write(
            file::GUEST,
            0,
            &guest::to_bytes(guest, layout.guest_len),
            Comm::Full,
        )?)
    }

    fn may_write(&self) -> bool {
        matches!(self.keys, Some((_, Role::Write)))
    }

    /// How the application's files are read with the key of this session.
    fn comm(&self) -> Comm {
        match self.keys {
            Some((_, Role::Write | Role::Gate)) => Comm::Mac,
            // The master key has no right to read; what is free to all comes plain.
            Some((_, Role::Master)) | None => Comm::Plain,
        }
    }

    /// Opens the session again if the card ended it: otherwise a free read would pass for an authentic one.
    fn ensure_session(&mut self) -> Result<(), CardFault> {
        match self.keys {
            Some((keys, role)) if !self.chip.is_authenticated() => {
                self.seen = None;
                select_tickets(&mut self.chip)?;
                Ok(self.chip.authenticate(self.uid, role, keys)?)
            }
            _ => Ok(()),
        }
    }

    fn read_directory(&mut self) -> Result<(Directory, Layout), CardFault> {
        self.ensure_session()?;
        let comm = self.comm();
        // The first time the length is not known; the smallest card's directory is part of every other's.
        let known = self.layout.unwrap_or(LAYOUTS[0]).directory_len();
        let mut bytes = match self.chip.read(file::DIRECTORY, 0, known, comm) {
            Ok(bytes) => bytes,
            Err(DesfireFault::Refused(Status::Boundary)) => return Err(self.shorter_directory()),
            Err(fault) => return Err(fault.into()),
        };
        let layout = directory::Header::from_bytes(&bytes)?.layout;
        let missing = layout.directory_len().saturating_sub(known);
        bytes.extend(self.chip.read(file::DIRECTORY, known, missing, comm)?);
        self.layout = Some(layout);
        Ok((directory::from_bytes(&bytes)?, layout))
    }

    /// What is wrong with a card whose directory is shorter than every known one: its first byte still says who wrote it.
    fn shorter_directory(&mut self) -> CardFault {
        let header = self.ensure_session().and_then(|()| {
            let comm = self.comm();
            let bytes = self
                .chip
                .read(file::DIRECTORY, 0, directory::HEADER_LEN, comm)?;
            directory::Header::from_bytes(&bytes)
        });
        header.err().unwrap_or(CardFault::Unreadable)
    }

    /// Reads the whole card; what this session has read before is not read again, except the directory.
    fn snapshot(&mut self) -> Result<Snapshot, CardFault> {
        let (directory, layout) = self.read_directory()?;
        if let Some(seen) = self
            .seen
            .as_ref()
            .filter(|seen| seen.contents.directory == directory)
        {
            return Ok(seen.clone());
        }
        let comm = self.comm();
        let events = self.chip.read(file::EVENTS, 0, layout.events_len(), comm)?;
        let entries = self
            .chip
            .read(file::ENTRIES, 0, layout.entries_len(), comm)?;
        let mut tickets = Vec::new();
        for (slot, row) in (0..).zip(&directory.slots) {
            if row.state == SlotState::Free {
                continue;
            }
            let record = self
                .chip
                .read(file::SLOTS, slot_offset(slot), BoundTicket::LEN, comm)?;
            // The record of a nullified slot may be overwritten by a change that never came to its commit.
            if row.state == SlotState::Live || check_of(&record) == row.check {
                let entered = entries[usize::from(slot)];
                tickets.push(CardTicket {
                    slot,
                    state: row.state,
                    record,
                    entered,
                    generation: row.generation,
                });
            }
        }
        let event_rows = event::all_from_bytes(&events);
        let events = known_events(&event_rows, &directory);
        let contents = CardContents {
            uid: self.uid,
            directory,
            events,
            tickets,
        };
        let snapshot = Snapshot {
            layout,
            contents,
            event_rows,
            entries,
        };
        self.seen = Some(snapshot.clone());
        Ok(snapshot)
    }

    /// Everything up to the commit, which is not sent.
    fn prepare(
        &mut self,
        before: &Snapshot,
        plan: &Plan,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<(), CardFault> {
        for (row, bytes) in &plan.events {
            self.chip
                .write(file::EVENTS, row * event::ROW_LEN, bytes, Comm::Mac)?;
        }
        let of = plan.records.len();
        for (done, (slot, record)) in plan.records.iter().enumerate() {
            progress(Progress::Writing { done, of });
            self.chip
                .write(file::SLOTS, slot_offset(*slot), record, Comm::Mac)?;
        }
        progress(Progress::Writing { done: of, of });
        for (slot, record) in &plan.records {
            if self
                .chip
                .read(file::SLOTS, slot_offset(*slot), record.len(), Comm::Mac)?
                != *record
            {
                return Err(CardFault::WornOut);
            }
        }
        progress(Progress::ReadBack);
        self.write_differences(file::ENTRIES, &before.entries, &plan.after.entries)?;
        let bytes = |snapshot: &Snapshot| directory::to_bytes(&snapshot.contents.directory);
        self.write_differences(file::DIRECTORY, &bytes(before), &bytes(&plan.after))
    }

    fn write_differences(
        &mut self,
        file: u8,
        before: &[u8],
        after: &[u8],
    ) -> Result<(), CardFault> {
        for (start, end) in differences(before, after) {
            self.chip
                .write(file, start, &after[start..end], Comm::Mac)?;
        }
        Ok(())
    }

    /// The answer to a commit did not arrive: asks the card, authenticated again, as long as it answers.
    fn ask_again(
        &mut self,
        fault: DesfireFault,
        operation: &OperationId,
        planned_on: u32,
    ) -> Result<Directory, ChangeFault> {
        let fault = away_in_between(fault.into());
        self.seen = None;
        let directory = self
            .read_directory()
            .map_err(|_| ChangeFault::Unknown(fault))?
            .0;
        match directory.happened(operation, planned_on) {
            Happened::Yes => Ok(directory),
            Happened::No => Err(ChangeFault::NotDone(fault)),
            Happened::Unknown => Err(ChangeFault::Unknown(fault)),
        }
    }

    /// Counter and value as the transaction MAC file keeps them, for a commit whose own answer was lost.
    fn stored_proof(&mut self, input: Vec<u8>) -> Option<CommitProof> {
        let stored = self
            .chip
            .read(file::TRANSACTION_MAC, 0, 12, Comm::Plain)
            .ok()?;
        let (counter, mac) = stored.split_first_chunk::<4>()?;
        Some(CommitProof {
            counter: u32::from_le_bytes(*counter),
            mac: mac.try_into().ok()?,
            input,
        })
    }
}

impl TicketCard for CardSession<'_> {
    fn uid(&self) -> CardUid {
        self.uid
    }

    fn read(&mut self) -> Result<CardContents, CardFault> {
        self.snapshot().map(|snapshot| snapshot.contents)
    }

    fn directory(&mut self) -> Result<Directory, CardFault> {
        self.read_directory().map(|(directory, _)| directory)
    }

    fn apply(
        &mut self,
        change: &Change,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Committed, ChangeFault> {
        if !self.may_write() {
            return Err(ChangeFault::NotDone(CardFault::NoKeys));
        }
        // Only this session can have changed the card since it was read: another one, or another card, would not know the session's keys,
        // and the first write would be refused.
        let read = self.seen.take().filter(|_| self.chip.is_authenticated());
        let before = match read {
            Some(seen) => seen,
            None => self.snapshot().map_err(ChangeFault::NotDone)?,
        };
        let sequence = before.contents.directory.sequence;
        if sequence != change.expected_sequence {
            return Err(ChangeFault::Sequence { found: sequence });
        }
        let plan = plan(&before, change)?;
        // From the first write on this session's picture of the card is out of date.
        self.seen = None;
        self.prepare(&before, &plan, progress)
            .map_err(|fault| ChangeFault::NotDone(away_in_between(fault)))?;

        progress(Progress::Committing);
        let input = self.chip.transaction().to_vec();
        let planned = &plan.after.contents.directory;
        let before = before.contents.directory;
        let proof = match self.chip.commit_with_proof() {
            Ok(proof) => Some(proof),
            Err(fault) => {
                let after = self.ask_again(fault, &change.operation, sequence)?;
                progress(Progress::Verified);
                let proof = self.stored_proof(input);
                return Ok(Committed {
                    before,
                    after,
                    proof,
                });
            }
        };
        // The commit's answer came with a MAC: from here on it has happened, whatever becomes of the card.
        let after = match self.read_directory() {
            Ok((after, _)) if after == *planned => after,
            Ok(_) => return Err(ChangeFault::Unknown(CardFault::WornOut)),
            Err(fault) => {
                tracing::debug!(%fault, "the card left after its commit");
                return Ok(Committed {
                    before,
                    after: planned.clone(),
                    proof,
                });
            }
        };
        progress(Progress::Verified);
        let message = summary::to_bytes(&plan.after.contents, plan.after.layout.summary_len);
        match self.chip.write(file::SUMMARY, 0, &message, Comm::Mac) {
            Ok(()) => self.seen = Some(plan.after),
            Err(fault) => tracing::debug!(%fault, "the summary for phones is out of date"),
        }
        Ok(Committed {
            before,
            after,
            proof,
        })
    }
}

/// A card that refuses what it allowed a moment ago has forgotten the session: it was away in between, or another lies there.
fn away_in_between(fault: CardFault) -> CardFault {
    match fault {
        CardFault::WrongKey | CardFault::NotOurs | CardFault::Unreadable => CardFault::Torn,
        fault => fault,
    }
}

pub(crate) fn slot_offset(slot: u8) -> usize {
    usize::from(slot) * SLOT_LEN
}

/// The bytes of a record that its directory row repeats.
pub(crate) fn check_of(record: &[u8]) -> [u8; 2] {
    let mac = BoundTicket::LEN - BoundTicket::MAC_LEN;
    [record[mac], record[mac + 1]]
}

/// Ranges that differ, those close together joined.
fn differences(before: &[u8], after: &[u8]) -> Vec<(usize, usize)> {
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    for (index, _) in before
        .iter()
        .zip(after)
        .enumerate()
        .filter(|(_, (old, new))| old != new)
    {
        match ranges.last_mut() {
            Some((_, end)) if index - *end < GAP_MAX => *end = index + 1,
            _ => ranges.push((index, index + 1)),
        }
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_close_together_are_one_write() {
        let before = [0; 100];
        let mut after = before;
        after[3] = 1;
        after[40] = 1;
        after[78] = 1;
        assert_eq!(differences(&before, &after), [(3, 41), (78, 79)]);
        assert_eq!(differences(&before, &before), []);
    }
}
