//! ReadData and WriteData.

use super::super::access::{self, Wanted};
use super::super::chip::{Body, File};
use super::super::machine::{Chain, Machine, Reply, WrittenInPlace};
use super::super::status::Status;
use super::u24;

/// File number, offset and length before the data.
pub(in super::super) const HEADER: usize = 7;

impl Machine {
    /// ReadData: BD in frames, AD in one ISO answer. Reads of a backup file give the committed content.
    pub(super) fn read_data(&mut self, ins: u8, data: &[u8]) -> Result<Reply, Status> {
        let (header, body) = data.split_first_chunk::<HEADER>().ok_or(Status::Length)?;
        let (number, offset, length) = parse(header);
        let file = self.chip.file(self.volatile.selected, number)?;
        let comm = access::check(file, Wanted::Read, self.volatile.session.key())?;
        let content = content_of(file)?;
        let length = if length == 0 {
            content.len().saturating_sub(offset)
        } else {
            length
        };
        let content = content
            .get(offset..)
            .and_then(|content| content.get(..length))
            .ok_or(Status::Boundary)?;
        if content.is_empty() {
            return Err(Status::Boundary);
        }
        let counted = !matches!(file.body, Body::TransactionMac { .. });
        let content = content.to_vec();
        let [] = self.open_read(ins, comm, header, body)?[..] else {
            return Err(Status::Length);
        };
        if counted {
            self.count_for_transaction_mac(ins, number, offset, length, &content)?;
        }
        let answer = self.volatile.session.close(comm, &content);
        self.in_frames(ins, 0xAD, answer)
    }

    /// WriteData: 3D in frames, 8D in one ISO command. Standard files are written in place, backup files to their mirror.
    pub(super) fn write_data(&mut self, ins: u8, data: Vec<u8>) -> Result<Reply, Status> {
        let Some((header, body)) = data.split_first_chunk::<HEADER>() else {
            return Err(Status::Length);
        };
        let (number, offset, length) = parse(header);
        let aid = self.volatile.selected;
        let file = self.chip.file(aid, number)?;
        let comm = access::check(file, Wanted::Write, self.volatile.session.key())?;
        let size = match &file.body {
            Body::Standard { data } | Body::Backup { data } => data.len(),
            Body::Records { .. } => return Err(Status::PermissionDenied),
            Body::TransactionMac { .. } => return Err(Status::PermissionDenied),
        };
        if length == 0 {
            return Err(Status::Parameter);
        }
        if offset + length > size {
            return Err(Status::Boundary);
        }
        let wire = self.volatile.session.wire_length(comm, length);
        if body.len() < wire && ins == 0x3D {
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
        match &mut self.chip.file_mut(aid, number)?.body {
            Body::Standard { data } => {
                data[offset..offset + length].copy_from_slice(&plain);
                self.volatile.written = Some(WrittenInPlace {
                    aid,
                    file: number,
                    offset,
                    data: plain,
                });
            }
            Body::Backup { data } => self
                .volatile
                .transaction
                .write(number, data, offset, &plain),
            Body::Records { .. } | Body::TransactionMac { .. } => {
                return Err(Status::PermissionDenied);
            }
        }
        Ok(Reply::Done(self.volatile.session.close(closing(comm), &[])))
    }

    /// An answer of `ins`: in frames, or for `whole` in one piece that a short ISO answer can hold.
    pub(super) fn in_frames(&self, ins: u8, whole: u8, answer: Vec<u8>) -> Result<Reply, Status> {
        match (ins == whole, answer.len()) {
            (false, _) => Ok(Reply::Done(answer)),
            (true, ..=256) => Ok(Reply::Whole(answer)),
            (true, _) => Err(Status::Length),
        }
    }

    /// Reads carry no data: in an EV2 session every mode but plain asks for a MAC, EV1 sends none.
    pub(super) fn open_read(
        &mut self,
        ins: u8,
        comm: super::Comm,
        header: &[u8],
        body: &[u8],
    ) -> Result<Vec<u8>, Status> {
        self.open(closing(comm), ins, header, body)
    }
}

/// Mode of the half of an exchange that carries no data.
pub(super) fn closing(comm: super::Comm) -> super::Comm {
    comm.min(super::Comm::Mac)
}

/// What ReadData gives: a transaction MAC file reads as counter and MAC.
pub(super) fn content_of(file: &File) -> Result<Vec<u8>, Status> {
    match &file.body {
        Body::Standard { data } | Body::Backup { data } => Ok(data.clone()),
        Body::TransactionMac { counter, value, .. } => {
            Ok([&counter.to_le_bytes()[..], value].concat())
        }
        Body::Records { .. } => Err(Status::PermissionDenied),
    }
}

/// File number, offset and length.
pub(super) fn parse(header: &[u8; HEADER]) -> (u8, usize, usize) {
    let [number, o0, o1, o2, l0, l1, l2] = *header;
    (number, u24([o0, o1, o2]), u24([l0, l1, l2]))
}
