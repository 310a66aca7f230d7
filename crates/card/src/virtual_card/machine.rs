//! The chip while it has power: selection, session, chaining, transaction. Takes the bytes of a command, gives those of the answer.

use std::collections::VecDeque;

use super::chip::{Aid, Chip, PICC};
use super::commands::authentication::HalfAuthentication;
use super::frame::{self, Framing, Incoming};
use super::session::Session;
use super::status::Status;
use super::transaction::Transaction;

/// Most data bytes in one frame of an answer: 59 without a session; 48 within one, as recorded from a physical EV3.
const FRAME_PLAIN: usize = 59;
const FRAME_IN_SESSION: usize = 48;

/// Where the card takes its random numbers from. Tests inject what they need.
pub trait Randomness: Send {
    /// Fills the buffer.
    fn fill(&mut self, buffer: &mut [u8]);
}

/// The operating system's random numbers.
pub struct SystemRandomness;

impl Randomness for SystemRandomness {
    fn fill(&mut self, buffer: &mut [u8]) {
        rand::fill(buffer);
    }
}

impl<F: FnMut(&mut [u8]) + Send> Randomness for F {
    fn fill(&mut self, buffer: &mut [u8]) {
        self(buffer);
    }
}

/// The chip with its memory and what it holds only while powered.
pub(super) struct Machine {
    pub chip: Chip,
    pub volatile: Volatile,
    pub randomness: Box<dyn Randomness>,
}

/// Everything a loss of power forgets.
#[derive(Default)]
pub(super) struct Volatile {
    pub selected: Aid,
    /// File selected by an ISO command.
    pub selected_file: Option<u8>,
    pub session: Session,
    pub half_authentication: Option<HalfAuthentication>,
    /// A command whose frames are still arriving.
    pub incoming: Option<Chain>,
    /// Frames of an answer not yet fetched.
    pub outgoing: VecDeque<Vec<u8>>,
    pub transaction: Transaction,
    /// What the last command wrote in place.
    pub written: Option<WrittenInPlace>,
}

/// A command of several frames.
pub(super) struct Chain {
    pub ins: u8,
    pub data: Vec<u8>,
}

/// A change of a standard file, which no commit protects.
#[derive(Debug, Clone)]
pub(super) struct WrittenInPlace {
    pub aid: Aid,
    pub file: u8,
    pub offset: usize,
    pub data: Vec<u8>,
}

/// What a command leads to.
pub(super) enum Reply {
    /// Done; the answer is already closed by the session.
    Done(Vec<u8>),
    /// Done; the answer goes out in one frame however long it is.
    Whole(Vec<u8>),
    /// Done; the answer goes out in these frames.
    Frames(VecDeque<Vec<u8>>),
    /// More data is needed, or with bytes: the second half of an authentication is awaited.
    Continue(Vec<u8>),
}

impl Machine {
    pub fn new(chip: Chip, randomness: Box<dyn Randomness>) -> Self {
        Self {
            chip,
            volatile: Volatile::default(),
            randomness,
        }
    }

    /// Answers one exchange.
    pub fn answer(&mut self, apdu: &[u8]) -> Vec<u8> {
        self.volatile.written = None;
        match frame::parse(apdu) {
            Incoming::Malformed(word) => word.to_be_bytes().to_vec(),
            Incoming::ReaderGetUid => [&self.chip.uid[..], &[0x90, 0x00]].concat(),
            Incoming::ReaderGetHistoricalBytes => vec![0x80, 0x90, 0x00],
            Incoming::Iso(command) => self.iso(&command),
            Incoming::Desfire { ins, data, framing } => self.desfire(ins, data, framing),
        }
    }

    fn desfire(&mut self, ins: u8, data: Vec<u8>, framing: Framing) -> Vec<u8> {
        let result = if ins == Status::MoreFrames.byte() {
            self.continue_with(data)
        } else if self.volatile.incoming.is_some() || !self.volatile.outgoing.is_empty() {
            Err(Status::CommandAborted)
        } else {
            self.volatile.half_authentication = None;
            self.run(ins, data)
        };
        match result {
            Ok(Reply::Continue(bytes)) => framing.answer(Status::MoreFrames.byte(), &bytes),
            Ok(Reply::Whole(bytes)) => framing.answer(Status::Ok.byte(), &bytes),
            Ok(Reply::Frames(frames)) => self.send(frames, framing),
            Ok(Reply::Done(bytes)) => {
                let most = if self.volatile.session.key().is_some() {
                    FRAME_IN_SESSION
                } else {
                    FRAME_PLAIN
                };
                self.send(bytes.chunks(most).map(<[u8]>::to_vec).collect(), framing)
            }
            Err(status) => {
                self.forget();
                framing.answer(status.byte(), &[])
            }
        }
    }

    fn send(&mut self, mut frames: VecDeque<Vec<u8>>, framing: Framing) -> Vec<u8> {
        let first = frames.pop_front().unwrap_or_default();
        let status = if frames.is_empty() {
            Status::Ok
        } else {
            Status::MoreFrames
        };
        self.volatile.outgoing = frames;
        framing.answer(status.byte(), &first)
    }

    fn continue_with(&mut self, data: Vec<u8>) -> Result<Reply, Status> {
        if let Some(half) = self.volatile.half_authentication.take() {
            return self.finish_authentication(half, &data);
        }
        if let Some(mut chain) = self.volatile.incoming.take() {
            chain.data.extend(data);
            return self.run(chain.ins, chain.data);
        }
        if self.volatile.outgoing.is_empty() {
            return Err(Status::IllegalCommand);
        }
        if !data.is_empty() {
            return Err(Status::Length);
        }
        Ok(Reply::Frames(std::mem::take(&mut self.volatile.outgoing)))
    }

    /// An error ends the session, the chain and the transaction; the selection stays.
    fn forget(&mut self) {
        self.volatile = Volatile {
            selected: self.volatile.selected,
            selected_file: self.volatile.selected_file,
            ..Volatile::default()
        };
    }

    /// Selects an application or the card level; everything else of the session is forgotten.
    pub fn select(&mut self, aid: Aid) -> Result<(), Status> {
        if aid != PICC {
            self.chip.application(aid)?;
        }
        self.volatile = Volatile {
            selected: aid,
            ..Volatile::default()
        };
        Ok(())
    }

    pub fn random<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.randomness.fill(&mut bytes);
        bytes
    }
}
