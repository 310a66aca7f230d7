//! Authentication state and secure messaging as the card speaks it.

use super::ev1::Ev1Session;
use super::status::Status;
use crate::desfire::crypto::{self, MAC_LEN};

/// How data travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Comm {
    /// As it is.
    Plain,
    /// Followed by a MAC.
    Mac,
    /// Enciphered, and followed by a MAC in an EV2 session.
    Full,
}

impl Comm {
    /// From the low bits of a file option byte.
    pub fn of_option(option: u8) -> Self {
        match option & 3 {
            1 => Comm::Mac,
            3 => Comm::Full,
            _ => Comm::Plain,
        }
    }
}

/// Who has authenticated, and in which dialect.
#[derive(Default)]
pub enum Session {
    /// Nobody.
    #[default]
    None,
    /// EV1 secure messaging.
    Ev1(Ev1Session),
    /// EV2 secure messaging.
    Ev2(Ev2Session),
}

impl Session {
    /// Number of the authenticated key.
    pub fn key(&self) -> Option<u8> {
        match self {
            Session::None => None,
            Session::Ev1(session) => Some(session.key()),
            Session::Ev2(session) => Some(session.key),
        }
    }

    /// Bytes that a command's data of `length` bytes takes on the wire.
    pub fn wire_length(&self, comm: Comm, length: usize) -> usize {
        match (self, comm) {
            (Session::None, _) | (Session::Ev2(_), Comm::Plain) => length,
            (Session::Ev1(session), comm) => session.wire_length(comm, length),
            (Session::Ev2(_), Comm::Mac) => length + 8,
            (Session::Ev2(_), Comm::Full) => (length + 1).next_multiple_of(16) + 8,
        }
    }

    /// Checks and opens a command's data. `length` is the plain length where the header states it.
    pub fn open(
        &mut self,
        comm: Comm,
        ins: u8,
        header: &[u8],
        body: &[u8],
        length: Option<usize>,
    ) -> Result<Vec<u8>, Status> {
        let plain = match self {
            Session::None => body.to_vec(),
            Session::Ev1(session) => session.open(comm, ins, header, body, length)?,
            Session::Ev2(session) => session.open(comm, ins, header, body)?,
        };
        if length.is_some_and(|length| length != plain.len()) {
            Err(Status::Length)
        } else {
            Ok(plain)
        }
    }

    /// Closes an answer with status OK; counts the command.
    pub fn close(&mut self, comm: Comm, data: &[u8]) -> Vec<u8> {
        match self {
            Session::None => data.to_vec(),
            Session::Ev1(session) => session.close(comm, data),
            Session::Ev2(session) => session.close(comm, data),
        }
    }
}

/// An EV2 session, seen from the card.
pub struct Ev2Session {
    /// Number of the authenticated key.
    pub key: u8,
    /// Keys and command counter.
    pub messaging: crypto::Ev2Session,
}

impl Ev2Session {
    fn open(&self, comm: Comm, ins: u8, header: &[u8], body: &[u8]) -> Result<Vec<u8>, Status> {
        if comm == Comm::Plain {
            return Ok(body.to_vec());
        }
        let (data, mac) = body.split_last_chunk::<MAC_LEN>().ok_or(Status::Length)?;
        if !crypto::same(&self.messaging.mac(ins, &[header, data].concat()), mac) {
            return Err(Status::Integrity);
        }
        if comm == Comm::Mac || data.is_empty() {
            return Ok(data.to_vec());
        }
        self.messaging
            .decrypt_command(data)
            .ok_or(Status::Integrity)
    }

    fn close(&mut self, comm: Comm, data: &[u8]) -> Vec<u8> {
        self.messaging.counter = self.messaging.counter.wrapping_add(1);
        let answer = if comm == Comm::Full && !data.is_empty() {
            self.messaging.encrypt_response(data)
        } else {
            data.to_vec()
        };
        if comm == Comm::Plain {
            return answer;
        }
        let mac = self.messaging.mac(Status::Ok.byte(), &answer);
        [answer, mac.to_vec()].concat()
    }
}
