//! What a commit will make true: mirrors of backup files, new records, and the input of the transaction MAC.

use std::collections::BTreeMap;

use super::chip::{Application, Body, Record};

/// Changes that wait for CommitTransaction; lost with the power.
#[derive(Debug, Default)]
pub(super) struct Transaction {
    mirrors: BTreeMap<u8, Vec<u8>>,
    records: BTreeMap<u8, PendingRecords>,
    /// Transaction MAC input: every command that counted, padded to blocks.
    pub input: Vec<u8>,
}

#[derive(Debug, Default)]
struct PendingRecords {
    cleared: bool,
    new: Option<Vec<u8>>,
}

impl Transaction {
    /// Whether a commit would change any file.
    pub fn changes_files(&self) -> bool {
        !self.mirrors.is_empty() || !self.records.is_empty()
    }

    /// Writes to the mirror of a backup file.
    pub fn write(&mut self, file: u8, committed: &[u8], offset: usize, data: &[u8]) {
        let mirror = self
            .mirrors
            .entry(file)
            .or_insert_with(|| committed.to_vec());
        mirror[offset..offset + data.len()].copy_from_slice(data);
    }

    /// Writes into the new record of a record file.
    pub fn write_record(&mut self, file: u8, record_size: usize, offset: usize, data: &[u8]) {
        let record = self
            .records
            .entry(file)
            .or_default()
            .new
            .get_or_insert_with(|| vec![0; record_size]);
        record[offset..offset + data.len()].copy_from_slice(data);
    }

    /// Drops all records of a file, and what was written to it before in this transaction.
    pub fn clear_records(&mut self, file: u8) {
        self.records.insert(
            file,
            PendingRecords {
                cleared: true,
                new: None,
            },
        );
    }

    /// Whether this transaction clears the record file.
    pub fn clears(&self, file: u8) -> bool {
        self.records
            .get(&file)
            .is_some_and(|pending| pending.cleared)
    }

    /// Nothing waits for this file any longer.
    pub fn forget_file(&mut self, file: u8) {
        self.mirrors.remove(&file);
        self.records.remove(&file);
    }

    /// Adds a command to the transaction MAC input: code, file, offset, length, padding, data, padding.
    pub fn count(&mut self, ins: u8, file: u8, offset: [u8; 3], length: [u8; 3], data: &[u8]) {
        self.input.extend([ins, file]);
        self.input.extend(offset);
        self.input.extend(length);
        self.input.resize(self.input.len().next_multiple_of(16), 0);
        self.input.extend(data);
        self.input.resize(self.input.len().next_multiple_of(16), 0);
    }

    /// Makes the changes true.
    pub fn apply(self, app: &mut Application) {
        for (number, mirror) in self.mirrors {
            if let Some(Body::Backup { data }) =
                app.files.get_mut(&number).map(|file| &mut file.body)
            {
                *data = mirror;
            }
        }
        for (number, pending) in self.records {
            let Some(Body::Records {
                cyclic,
                max_records,
                records,
                ..
            }) = app.files.get_mut(&number).map(|file| &mut file.body)
            else {
                continue;
            };
            if pending.cleared {
                records.clear();
            }
            records.extend(pending.new.map(Record));
            // A cyclic file keeps one record's room to write the next into.
            let most = *max_records as usize - usize::from(*cyclic);
            records.drain(..records.len().saturating_sub(most));
        }
    }
}
