//! The commands a terminal needs, typed. Numbers are little-endian.

use kippu_ticket::ids::CardUid;

use super::{
    client::{Comm, Desfire},
    crypto::Key,
    fault::DesfireFault,
};
use crate::{capability::CommitProof, layout::FileRights, transport::Transport};

/// Most bytes one ReadData asks for: data and MAC stay within a short ISO answer.
const READ_MAX: usize = 240;
/// Most plain bytes one WriteData carries; header, padding and MAC keep it below 255.
const WRITE_MAX: usize = 223;
/// ReadData and WriteData in one ISO command each.
const READ: u8 = 0xAD;
const WRITE: u8 = 0x8D;

/// What GetVersion states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Version {
    /// Card number; zeroes where the card hides it.
    pub uid: CardUid,
    /// User memory in bytes.
    pub memory_bytes: u32,
    /// Major hardware version: 1x for EV2, 3x for EV3.
    pub hardware: u8,
}

/// A file to be created.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewFile {
    /// Its number.
    pub number: u8,
    /// Its ISO 7816-4 file id.
    pub iso_id: u16,
    /// Written to a mirror and swapped by a commit.
    pub backup: bool,
    /// Who may do what, and how data travels.
    pub rights: FileRights,
    /// Its length in bytes.
    pub len: usize,
}

impl<T: Transport> Desfire<T> {
    /// Card number by the reader (`FF CA`, nothing goes over the air), or by GetVersion where the reader does not tell.
    pub fn uid(&mut self) -> Result<CardUid, DesfireFault> {
        if let (uid, [0x90, 0x00]) = self.exchange(&[0xFF, 0xCA, 0x00, 0x00, 0x00])?
            && let Ok(uid) = uid.try_into()
        {
            return Ok(CardUid(uid));
        }
        Ok(self.version()?.uid)
    }

    /// GetVersion.
    pub fn version(&mut self) -> Result<Version, DesfireFault> {
        let answer = self.command(0x60, &[], &[], Comm::Mac, Comm::Mac)?;
        // Hardware (7), software (7), card number (7), batch and date (7 or, with a fabrication key, more).
        let (hardware, rest) = answer
            .split_first_chunk::<7>()
            .ok_or(DesfireFault::Damaged)?;
        let uid = rest
            .get(7..14)
            .and_then(|uid| uid.try_into().ok())
            .ok_or(DesfireFault::Damaged)?;
        // Twice the binary logarithm of the size.
        let memory_bytes = 1_u32
            .checked_shl((hardware[5] >> 1).into())
            .ok_or(DesfireFault::Damaged)?;
        Ok(Version {
            uid: CardUid(uid),
            memory_bytes,
            hardware: hardware[3],
        })
    }

    /// SelectApplication; `[0; 3]` is the card level. Ends session and transaction.
    pub fn select(&mut self, aid: [u8; 3]) -> Result<(), DesfireFault> {
        self.forget();
        self.command(0x5A, &[], &aid, Comm::Plain, Comm::Plain)
            .map(drop)
    }

    /// GetApplicationIDs at card level.
    pub fn applications(&mut self) -> Result<Vec<[u8; 3]>, DesfireFault> {
        let answer = self.command(0x6A, &[], &[], Comm::Mac, Comm::Mac)?;
        Ok(answer.as_chunks::<3>().0.to_vec())
    }

    /// FreeMemory in bytes.
    pub fn free_memory(&mut self) -> Result<u32, DesfireFault> {
        let answer = self.command(0x6E, &[], &[], Comm::Mac, Comm::Mac)?;
        let [low, middle, high] = answer[..] else {
            return Err(DesfireFault::Damaged);
        };
        Ok(u32::from_le_bytes([low, middle, high, 0]))
    }

    /// ReadData. Backup files give their committed content. Counts towards the transaction MAC.
    pub fn read(
        &mut self,
        file: u8,
        offset: usize,
        len: usize,
        comm: Comm,
    ) -> Result<Vec<u8>, DesfireFault> {
        let mut data = Vec::with_capacity(len);
        for start in (0..len).step_by(READ_MAX) {
            let piece_len = READ_MAX.min(len - start);
            let head = location(file, offset + start, piece_len);
            // The command itself has nothing to encipher.
            let sent = if comm == Comm::Plain {
                Comm::Plain
            } else {
                Comm::Mac
            };
            let piece = self.command(READ, &head, &[], sent, comm)?;
            if piece.len() != piece_len {
                return Err(DesfireFault::Damaged);
            }
            self.count(READ, &head, &piece);
            data.extend(piece);
        }
        Ok(data)
    }

    /// WriteData. Standard files change at once, backup files with the commit. Counts towards the transaction MAC.
    pub fn write(
        &mut self,
        file: u8,
        offset: usize,
        data: &[u8],
        comm: Comm,
    ) -> Result<(), DesfireFault> {
        for (index, piece) in data.chunks(WRITE_MAX).enumerate() {
            let head = location(file, offset + index * WRITE_MAX, piece.len());
            let answer = if comm == Comm::Plain {
                Comm::Plain
            } else {
                Comm::Mac
            };
            self.command(WRITE, &head, piece, comm, answer)?;
            self.count(WRITE, &head, piece);
        }
        Ok(())
    }

    /// CommitTransaction with the request for the transaction MAC (option 01).
    pub fn commit_with_proof(&mut self) -> Result<CommitProof, DesfireFault> {
        let answer = self.command(0xC7, &[0x01], &[], Comm::Mac, Comm::Mac)?;
        let (counter, mac) = answer
            .split_first_chunk::<4>()
            .ok_or(DesfireFault::Damaged)?;
        let mac = mac.try_into().map_err(|_| DesfireFault::Damaged)?;
        Ok(CommitProof {
            counter: u32::from_le_bytes(*counter),
            mac,
            input: std::mem::take(&mut self.transaction),
        })
    }

    /// CommitTransaction.
    pub fn commit(&mut self) -> Result<(), DesfireFault> {
        self.command(0xC7, &[], &[], Comm::Mac, Comm::Mac)?;
        self.transaction.clear();
        Ok(())
    }

    /// AbortTransaction.
    pub fn abort(&mut self) -> Result<(), DesfireFault> {
        self.command(0xA7, &[], &[], Comm::Mac, Comm::Mac)?;
        self.transaction.clear();
        Ok(())
    }

    /// CreateApplication with AES keys and ISO file ids.
    pub fn create_application(
        &mut self,
        aid: [u8; 3],
        key_settings: u8,
        keys: u8,
        iso_id: u16,
        name: &[u8],
    ) -> Result<(), DesfireFault> {
        // 80: AES; 20: files have ISO ids.
        let data = [
            &aid[..],
            &[key_settings, 0xA0 | keys],
            &iso_id.to_le_bytes(),
            name,
        ]
        .concat();
        self.command(0xCA, &[], &data, Comm::Mac, Comm::Mac)
            .map(drop)
    }

    /// DeleteApplication, by the application's own master key.
    pub fn delete_application(&mut self, aid: [u8; 3]) -> Result<(), DesfireFault> {
        self.command(0xDA, &[], &aid, Comm::Mac, Comm::Mac)?;
        self.forget();
        Ok(())
    }

    /// CreateStdDataFile or CreateBackupDataFile, then the additional right of free reading where it is asked for.
    pub fn create_file(&mut self, file: NewFile) -> Result<(), DesfireFault> {
        let ins = if file.backup { 0xCB } else { 0xCD };
        let [low, high] = file.iso_id.to_le_bytes();
        let [r0, r1] = file.rights.rights;
        let mut data = vec![file.number, low, high, file.rights.comm, r0, r1];
        data.extend(number3(file.len));
        self.command(ins, &[], &data, Comm::Mac, Comm::Mac)?;
        if file.rights.free_read {
            self.change_file_settings(file.number, file.rights)?;
        }
        Ok(())
    }

    /// ChangeFileSettings.
    pub fn change_file_settings(
        &mut self,
        number: u8,
        rights: FileRights,
    ) -> Result<(), DesfireFault> {
        let [r0, r1] = rights.rights;
        // Bit 7 announces additional sets; the one here lets everybody read and grants nothing else.
        let data = match rights.free_read {
            true => vec![rights.comm | 0x80, r0, r1, 1, 0xFF, 0xEF],
            false => vec![rights.comm, r0, r1],
        };
        self.command(0x5F, &[number], &data, Comm::Full, Comm::Mac)
            .map(drop)
    }

    /// CreateTransactionMACFile with an AES key (MF2DLHX0 section 11.7).
    pub fn create_transaction_mac_file(
        &mut self,
        number: u8,
        rights: FileRights,
        key: &Key,
        version: u8,
    ) -> Result<(), DesfireFault> {
        let [r0, r1] = rights.rights;
        let data = [&key.0[..], &[version]].concat();
        self.command(
            0xCE,
            &[number, rights.comm, r0, r1, 0x02],
            &data,
            Comm::Full,
            Comm::Mac,
        )
        .map(drop)
    }

    /// ChangeKey of the key this session was opened with. Ends the session.
    pub fn change_own_key(
        &mut self,
        number: u8,
        key: &Key,
        version: u8,
    ) -> Result<(), DesfireFault> {
        let data = [&key.0[..], &[version]].concat();
        let changed = self.command(0xC4, &[number], &data, Comm::Full, Comm::Plain);
        self.forget();
        changed.map(drop)
    }

    /// ChangeKey of another key, whose present value is known.
    pub fn change_key(
        &mut self,
        number: u8,
        old: &Key,
        new: &Key,
        version: u8,
    ) -> Result<(), DesfireFault> {
        let mut data: Vec<u8> = new
            .0
            .iter()
            .zip(old.0)
            .map(|(new, old)| new ^ old)
            .collect();
        data.push(version);
        data.extend(crc32(&new.0).to_le_bytes());
        self.command(0xC4, &[number], &data, Comm::Full, Comm::Mac)
            .map(drop)
    }

    fn count(&mut self, ins: u8, head: &[u8; 7], data: &[u8]) {
        let input = &mut self.transaction;
        input.push(ins);
        input.extend(head);
        input.resize(input.len().next_multiple_of(16), 0);
        input.extend(data);
        input.resize(input.len().next_multiple_of(16), 0);
    }
}

fn number3(number: usize) -> [u8; 3] {
    let [low, middle, high, ..] = number.to_le_bytes();
    [low, middle, high]
}

fn location(file: u8, offset: usize, len: usize) -> [u8; 7] {
    let ([o0, o1, o2], [l0, l1, l2]) = (number3(offset), number3(len));
    [file, o0, o1, o2, l0, l1, l2]
}

/// CRC-32 as DESFire takes it: reflected, start FFFFFFFF, not inverted at the end.
fn crc32(bytes: &[u8]) -> u32 {
    bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 1 {
                crc >> 1 ^ 0xEDB8_8320
            } else {
                crc >> 1
            }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// CRC-32/JAMCRC of "123456789", the usual check value.
    #[test]
    fn the_checksum_is_the_published_one() {
        assert_eq!(crc32(b"123456789"), 0x340B_C6D9);
    }
}
