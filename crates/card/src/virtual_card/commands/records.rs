//! Linear and cyclic record files.

use super::super::access::{self, Wanted};
use super::super::chip::Body;
use super::super::machine::{Chain, Machine, Reply};
use super::super::status::Status;
use super::data::{HEADER, closing, parse};

impl Machine {
    /// ReadRecords: counted back from the newest (0), answered oldest first; a count of 0 means all from there on.
    pub(super) fn read_records(&mut self, ins: u8, data: &[u8]) -> Result<Reply, Status> {
        let (header, body) = data.split_first_chunk::<HEADER>().ok_or(Status::Length)?;
        let (number, back, count) = parse(header);
        let file = self.chip.file(self.volatile.selected, number)?;
        let comm = access::check(file, Wanted::Read, self.volatile.session.key())?;
        let Body::Records { records, .. } = &file.body else {
            return Err(Status::PermissionDenied);
        };
        let end = records.len().checked_sub(back).ok_or(Status::Boundary)?;
        let count = if count == 0 { end } else { count };
        let start = end
            .checked_sub(count)
            .filter(|_| count > 0)
            .ok_or(Status::Boundary)?;
        let content: Vec<u8> = records[start..end]
            .iter()
            .flat_map(|record| record.0.clone())
            .collect();
        let [] = self.open_read(ins, comm, header, body)?[..] else {
            return Err(Status::Length);
        };
        self.count_for_transaction_mac(ins, number, back, count, &content)?;
        let answer = self.volatile.session.close(comm, &content);
        self.in_frames(ins, 0xAB, answer)
    }

    /// WriteRecord: writes into the one new record of this transaction, which a commit appends.
    pub(super) fn write_record(&mut self, ins: u8, data: Vec<u8>) -> Result<Reply, Status> {
        let Some((header, body)) = data.split_first_chunk::<HEADER>() else {
            return Err(Status::Length);
        };
        let (number, offset, length) = parse(header);
        let file = self.chip.file(self.volatile.selected, number)?;
        let comm = access::check(file, Wanted::Write, self.volatile.session.key())?;
        let Body::Records {
            cyclic,
            record_size,
            max_records,
            records,
        } = &file.body
        else {
            return Err(Status::PermissionDenied);
        };
        let record_size = *record_size as usize;
        let full = !cyclic && records.len() >= *max_records as usize;
        if length == 0 {
            return Err(Status::Parameter);
        }
        if offset + length > record_size || full && !self.volatile.transaction.clears(number) {
            return Err(Status::Boundary);
        }
        let wire = self.volatile.session.wire_length(comm, length);
        if body.len() < wire && ins == 0x3B {
            self.volatile.incoming = Some(Chain { ins, data });
            return Ok(Reply::Continue(Vec::new()));
        }
        if body.len() != wire {
            return Err(Status::Length);
        }
        let plain = self
            .volatile
            .session
            .open(comm, ins, header, body, Some(length))?;
        self.count_for_transaction_mac(ins, number, offset, length, &plain)?;
        self.volatile
            .transaction
            .write_record(number, record_size, offset, &plain);
        Ok(Reply::Done(self.volatile.session.close(closing(comm), &[])))
    }

    pub(super) fn clear_record_file(&mut self, data: &[u8]) -> Result<Reply, Status> {
        self.in_application()?;
        let [number] = self.open_maced(0xEB, data)?[..] else {
            return Err(Status::Length);
        };
        let file = self.chip.file(self.volatile.selected, number)?;
        access::check(file, Wanted::ReadWrite, self.volatile.session.key())?;
        if !matches!(file.body, Body::Records { .. }) {
            return Err(Status::PermissionDenied);
        }
        self.volatile.transaction.clear_records(number);
        Ok(self.done(&[]))
    }
}
