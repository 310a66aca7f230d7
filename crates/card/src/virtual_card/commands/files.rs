//! Files: creation, settings, lists, deletion.

use super::super::access::{self, Wanted};
use super::super::chip::{Body, File, Key, KeyKind};
use super::super::machine::{Machine, Reply};
use super::super::memory;
use super::super::session::Comm;
use super::super::status::Status;
use super::{FREE_CREATION, FREE_LISTING, u24, u24_bytes};

/// Highest file number.
const MAX_FILE_NUMBER: u8 = 31;
/// File option bit: additional access right sets are enabled.
const ADDITIONAL_RIGHTS: u8 = 0x80;
/// Most additional access right sets.
const MAX_ADDITIONAL_RIGHTS: usize = 7;

impl Machine {
    /// CreateStdDataFile (CD) and CreateBackupDataFile (CB): number, ISO id where the application has them, option, rights, size.
    pub(super) fn create_data_file(&mut self, ins: u8, data: &[u8]) -> Result<Reply, Status> {
        let plain = self.open_creation(ins, data)?;
        let (number, iso_id, rest) = self.creation_head(&plain)?;
        let [option, r0, r1, s0, s1, s2] = *rest else {
            return Err(Status::Length);
        };
        let size = u24([s0, s1, s2]);
        if size == 0 {
            return Err(Status::Parameter);
        }
        if size > self.chip.size.nominal_bytes() {
            return Err(Status::OutOfMemory);
        }
        let content = vec![0; size];
        let body = if ins == 0xCD {
            Body::Standard { data: content }
        } else {
            Body::Backup { data: content }
        };
        self.create(
            number,
            File {
                option,
                rights: [r0, r1],
                additional_rights: Vec::new(),
                iso_id,
                body,
            },
        )
    }

    /// CreateLinearRecordFile (C1) and CreateCyclicRecordFile (C0).
    pub(super) fn create_record_file(&mut self, ins: u8, data: &[u8]) -> Result<Reply, Status> {
        let plain = self.open_creation(ins, data)?;
        let (number, iso_id, rest) = self.creation_head(&plain)?;
        let [option, r0, r1, s0, s1, s2, m0, m1, m2] = *rest else {
            return Err(Status::Length);
        };
        let (record_size, max_records) = (u24([s0, s1, s2]), u24([m0, m1, m2]));
        let cyclic = ins == 0xC0;
        if record_size == 0 || max_records < if cyclic { 2 } else { 1 } {
            return Err(Status::Parameter);
        }
        let body = Body::Records {
            cyclic,
            record_size: record_size as u32,
            max_records: max_records as u32,
            records: Vec::new(),
        };
        self.create(
            number,
            File {
                option,
                rights: [r0, r1],
                additional_rights: Vec::new(),
                iso_id,
                body,
            },
        )
    }

    /// CreateTransactionMACFile: number, option, rights and key kind in the clear, key and version enciphered.
    pub(super) fn create_transaction_mac_file(&mut self, data: &[u8]) -> Result<Reply, Status> {
        self.in_application()?;
        if !self.is_master() {
            return Err(Status::Authentication);
        }
        let (header, body) = data.split_first_chunk::<5>().ok_or(Status::Length)?;
        let plain = self
            .volatile
            .session
            .open(Comm::Full, 0xCE, header, body, Some(17))?;
        let [number, option, r0, r1, key_kind] = *header;
        // The write right means nothing here and must say never; only AES keys exist.
        if key_kind != 0x02 || r1 & 0x0F != 0x0F {
            return Err(Status::Parameter);
        }
        if self
            .chip
            .application(self.volatile.selected)?
            .transaction_mac()
            .is_some()
        {
            return Err(Status::Duplicate);
        }
        let (value, version) = plain.split_first_chunk::<16>().ok_or(Status::Length)?;
        let key = Key {
            kind: KeyKind::Aes,
            value: *value,
            version: version[0],
        };
        let body = Body::TransactionMac {
            key,
            counter: 0,
            value: [0; 8],
        };
        self.create(
            number,
            File {
                option,
                rights: [r0, r1],
                additional_rights: Vec::new(),
                iso_id: None,
                body,
            },
        )
    }

    fn open_creation(&mut self, ins: u8, data: &[u8]) -> Result<Vec<u8>, Status> {
        self.in_application()?;
        self.master_unless(FREE_CREATION)?;
        self.open_maced(ins, data)
    }

    /// File number and ISO id; the id is there if and only if the application was created with ISO file ids.
    fn creation_head<'d>(&self, plain: &'d [u8]) -> Result<(u8, Option<u16>, &'d [u8]), Status> {
        let with_iso = self.chip.application(self.volatile.selected)?.iso_files;
        match plain {
            [number, low, high, rest @ ..] if with_iso => {
                Ok((*number, Some(u16::from_le_bytes([*low, *high])), rest))
            }
            [number, rest @ ..] if !with_iso => Ok((*number, None, rest)),
            _ => Err(Status::Length),
        }
    }

    fn create(&mut self, number: u8, file: File) -> Result<Reply, Status> {
        let app = self.chip.application(self.volatile.selected)?;
        let keys_exist = access::keys_exist(file.rights, app.keys.len());
        if number > MAX_FILE_NUMBER || !is_known(file.option) || !keys_exist {
            return Err(Status::Parameter);
        }
        let same_id =
            file.iso_id.is_some() && app.files.values().any(|other| other.iso_id == file.iso_id);
        if app.files.contains_key(&number) || same_id {
            return Err(Status::Duplicate);
        }
        if memory::file_bytes(&file) > memory::free_bytes(&self.chip) {
            return Err(Status::OutOfMemory);
        }
        self.chip
            .application_mut(self.volatile.selected)?
            .files
            .insert(number, file);
        Ok(self.done(&[]))
    }

    pub(super) fn delete_file(&mut self, data: &[u8]) -> Result<Reply, Status> {
        self.in_application()?;
        self.master_unless(FREE_CREATION)?;
        let [number] = self.open_maced(0xDF, data)?[..] else {
            return Err(Status::Length);
        };
        self.chip
            .application_mut(self.volatile.selected)?
            .files
            .remove(&number)
            .ok_or(Status::FileNotFound)?;
        self.volatile.transaction.forget_file(number);
        Ok(self.done(&[]))
    }

    pub(super) fn get_file_ids(&mut self, data: &[u8]) -> Result<Reply, Status> {
        self.in_application()?;
        let [] = self.open_maced(0x6F, data)?[..] else {
            return Err(Status::Length);
        };
        self.master_unless(FREE_LISTING)?;
        let numbers: Vec<u8> = self
            .chip
            .application(self.volatile.selected)?
            .files
            .keys()
            .copied()
            .collect();
        Ok(self.done(&numbers))
    }

    pub(super) fn get_iso_file_ids(&mut self, data: &[u8]) -> Result<Reply, Status> {
        self.in_application()?;
        let [] = self.open_maced(0x61, data)?[..] else {
            return Err(Status::Length);
        };
        self.master_unless(FREE_LISTING)?;
        let files = &self.chip.application(self.volatile.selected)?.files;
        let ids: Vec<u8> = files
            .values()
            .filter_map(|file| file.iso_id)
            .flat_map(u16::to_le_bytes)
            .collect();
        Ok(self.done(&ids))
    }

    /// GetFileSettings: type, option, rights, what the type has, then the additional right sets.
    pub(super) fn get_file_settings(&mut self, data: &[u8]) -> Result<Reply, Status> {
        self.in_application()?;
        let [number] = self.open_maced(0xF5, data)?[..] else {
            return Err(Status::Length);
        };
        self.master_unless(FREE_LISTING)?;
        let file = self.chip.file(self.volatile.selected, number)?;
        let (kind, details) = match &file.body {
            Body::Standard { data } => (0, u24_bytes(data.len()).to_vec()),
            Body::Backup { data } => (1, u24_bytes(data.len()).to_vec()),
            Body::Records {
                cyclic,
                record_size,
                max_records,
                records,
            } => {
                let numbers = [*record_size as usize, *max_records as usize, records.len()];
                (
                    if *cyclic { 4 } else { 3 },
                    numbers.into_iter().flat_map(u24_bytes).collect(),
                )
            }
            Body::TransactionMac { key, .. } => (5, vec![0x02, key.version]),
        };
        let mut answer = vec![kind, file.option];
        answer.extend(file.rights);
        answer.extend(details);
        if file.option & ADDITIONAL_RIGHTS != 0 {
            answer.push(file.additional_rights.len() as u8);
            answer.extend(file.additional_rights.iter().flatten());
        }
        Ok(self.done(&answer))
    }

    /// ChangeFileSettings: option, rights, and with bit 7 of the option the additional right sets with their number before them.
    pub(super) fn change_file_settings(&mut self, data: &[u8]) -> Result<Reply, Status> {
        let (number, body) = data.split_first().ok_or(Status::Length)?;
        let aid = self.volatile.selected;
        let file = self.chip.file(aid, *number)?;
        let comm = access::check(file, Wanted::Change, self.volatile.session.key())?;
        let plain = self
            .volatile
            .session
            .open(comm, 0x5F, &[*number], body, None)?;
        let (head, additional) = plain.split_first_chunk::<3>().ok_or(Status::Length)?;
        let [option, r0, r1] = *head;
        let rights = [r0, r1];
        let additional_rights = additional_sets(option, additional)?;
        let keys = self.chip.application(aid)?.keys.len();
        let mut sets = std::iter::once(&rights).chain(&additional_rights);
        if !is_known(option) || !sets.all(|right| access::keys_exist(*right, keys)) {
            return Err(Status::Parameter);
        }
        let file = self.chip.file_mut(aid, *number)?;
        (file.option, file.rights, file.additional_rights) = (option, rights, additional_rights);
        let answer = self.volatile.session.close(comm.min(Comm::Mac), &[]);
        Ok(Reply::Done(answer))
    }
}

/// Whether this model knows what a file option byte asks for: a communication mode, and additional access rights or not.
fn is_known(option: u8) -> bool {
    option & 3 != 2 && option & !(ADDITIONAL_RIGHTS | 3) == 0
}

/// The additional access right sets after the main one: none, or where the option announces them their number and they themselves.
fn additional_sets(option: u8, bytes: &[u8]) -> Result<Vec<[u8; 2]>, Status> {
    match bytes {
        [] if option & ADDITIONAL_RIGHTS == 0 => Ok(Vec::new()),
        [count, sets @ ..] if option & ADDITIONAL_RIGHTS != 0 => match sets.as_chunks::<2>() {
            (sets, []) if sets.len() != usize::from(*count) => Err(Status::Length),
            (sets, []) if sets.len() > MAX_ADDITIONAL_RIGHTS => Err(Status::Parameter),
            (sets, []) => Ok(sets.to_vec()),
            _ => Err(Status::Length),
        },
        _ => Err(Status::Length),
    }
}
