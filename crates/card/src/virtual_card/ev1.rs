//! The card's side of EV1 secure messaging: one running initialisation vector over everything said since the authentication.

use super::chip::{Key, KeyKind};
use super::cipher::Cipher;
use super::session::Comm;
use super::status::Status;

/// An EV1 session.
pub struct Ev1Session {
    key: u8,
    cipher: Cipher,
    iv: Vec<u8>,
}

impl Ev1Session {
    /// Starts a session after both sides proved the key.
    pub fn new(number: u8, key: &Key, rnd_a: &[u8], rnd_b: &[u8]) -> Self {
        let session_key: Vec<u8> = match key.kind {
            KeyKind::Aes => [&rnd_a[..4], &rnd_b[..4], &rnd_a[12..16], &rnd_b[12..16]].concat(),
            // Equal halves are a single-length key, and so is the session key then.
            KeyKind::Des if key.value[..8] == key.value[8..] => {
                [&rnd_a[..4], &rnd_b[..4]].concat().repeat(2)
            }
            KeyKind::Des => [&rnd_a[..4], &rnd_b[..4], &rnd_a[4..8], &rnd_b[4..8]].concat(),
        };
        let mut value = [0; 16];
        value.copy_from_slice(&session_key);
        let cipher = Cipher::new(key.kind, &value);
        let iv = vec![0; cipher.block()];
        Self {
            key: number,
            cipher,
            iv,
        }
    }

    /// Number of the authenticated key.
    pub fn key(&self) -> u8 {
        self.key
    }

    /// Bytes a command's data takes on the wire in this mode.
    pub fn wire_length(&self, comm: Comm, length: usize) -> usize {
        match comm {
            Comm::Plain => length,
            Comm::Mac => length + 8,
            Comm::Full => (length + 4).next_multiple_of(self.cipher.block()),
        }
    }

    /// Checks and opens a command. `length` is the plain data's length where the header states it.
    pub fn open(
        &mut self,
        comm: Comm,
        ins: u8,
        header: &[u8],
        body: &[u8],
        length: Option<usize>,
    ) -> Result<Vec<u8>, Status> {
        match comm {
            Comm::Plain => {
                self.cipher
                    .cmac(&mut self.iv, &[&[ins], header, body].concat());
                Ok(body.to_vec())
            }
            Comm::Mac => {
                let (data, mac) = body.split_last_chunk::<8>().ok_or(Status::Length)?;
                self.cipher
                    .cmac(&mut self.iv, &[&[ins], header, data].concat());
                if self.iv[..8] == mac[..] {
                    Ok(data.to_vec())
                } else {
                    Err(Status::Integrity)
                }
            }
            Comm::Full => {
                let plain = self.decipher(body)?;
                open_checksum(ins, header, &plain, length)
            }
        }
    }

    /// Deciphers the data of a command, checksums and padding included.
    pub fn decipher(&mut self, body: &[u8]) -> Result<Vec<u8>, Status> {
        if body.is_empty() || !body.len().is_multiple_of(self.cipher.block()) {
            return Err(Status::Length);
        }
        let mut plain = body.to_vec();
        self.cipher.cbc_decrypt(&mut self.iv, &mut plain);
        Ok(plain)
    }

    /// Closes an answer with status OK.
    pub fn close(&mut self, comm: Comm, data: &[u8]) -> Vec<u8> {
        let status = Status::Ok.byte();
        if comm == Comm::Full && !data.is_empty() {
            let mut answer = data.to_vec();
            answer.extend(checksum(&[data, &[status]].concat()));
            answer.resize(answer.len().next_multiple_of(self.cipher.block()), 0);
            self.cipher.cbc_encrypt(&mut self.iv, &mut answer);
            return answer;
        }
        self.cipher.cmac(&mut self.iv, &[data, &[status]].concat());
        [data, &self.iv[..8]].concat()
    }
}

/// Finds the end of the data by its checksum: after it come only zeros, or 80 and zeros.
fn open_checksum(
    ins: u8,
    header: &[u8],
    plain: &[u8],
    length: Option<usize>,
) -> Result<Vec<u8>, Status> {
    let lengths = match length {
        Some(length) => length..=length,
        None => plain.len().saturating_sub(4 + 16)..=plain.len().saturating_sub(4),
    };
    for length in lengths {
        let (Some(data), Some(crc)) = (plain.get(..length), plain.get(length..length + 4)) else {
            continue;
        };
        let padding = &plain[length + 4..];
        let padded_well = padding
            .iter()
            .skip(usize::from(padding.first() == Some(&0x80)))
            .all(|byte| *byte == 0);
        if padded_well && crc == checksum(&[&[ins], header, data].concat()) {
            return Ok(data.to_vec());
        }
    }
    Err(Status::Integrity)
}

/// The chip's CRC-32: the usual polynomial, without the final complement, least significant byte first.
pub fn checksum(data: &[u8]) -> [u8; 4] {
    (!crc32fast::hash(data)).to_le_bytes()
}
