//! One conversation with a DESFire chip: wrapped commands, chained answers, EV2 authentication and secure messaging, and the input of
//! the transaction MAC as the card must have seen it.

use kippu_ticket::ids::CardUid;

use super::{
    crypto::{BLOCK, Block, Ev2Session, Key, MAC_LEN, same},
    fault::{DesfireFault, Status},
};
use crate::{
    capability::CardFault,
    keys::{Handshake, KeyStore, Role},
    transport::Transport,
};

/// How data travels in a session; with no session everything travels plain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comm {
    /// As it is.
    Plain,
    /// Followed by a MAC.
    Mac,
    /// Enciphered and followed by a MAC.
    Full,
}

/// AuthenticateEV2First.
const AUTHENTICATE_EV2_FIRST: u8 = 0x71;
/// The next frame of a command or an answer.
const NEXT_FRAME: u8 = 0xAF;
/// Most frames an answer may come in before it counts as nonsense.
const FRAMES_MAX: usize = 256;

/// A chip in the field, its session and its transaction.
pub struct Desfire<T> {
    transport: T,
    session: Option<Ev2Session>,
    /// Transaction MAC input since the transaction began; reads of an application without a transaction MAC file gather here too.
    pub(super) transaction: Vec<u8>,
}

impl<T: Transport> Desfire<T> {
    /// Talks to the chip at the other end of a transport; nothing is sent yet.
    pub fn new(transport: T) -> Self {
        Self {
            transport,
            session: None,
            transaction: Vec::new(),
        }
    }

    /// Sends bytes that are no DESFire command (a reader's own, or ISO 7816-4).
    ///
    /// # Errors
    /// The exchange failed, or the answer has no status bytes.
    pub fn exchange(&mut self, apdu: &[u8]) -> Result<(Vec<u8>, [u8; 2]), DesfireFault> {
        let answer = self.transport.transmit(apdu)?;
        let (data, status) = answer
            .split_last_chunk::<2>()
            .ok_or(DesfireFault::Damaged)?;
        Ok((data.to_vec(), *status))
    }

    /// One command with all frames of its answer. `header` always travels plain, `data` by the mode of the command; the answer's mode
    /// may differ from it. A refusal ends the session, as it does on the chip.
    ///
    /// # Errors
    /// See [`DesfireFault`].
    pub fn command(
        &mut self,
        ins: u8,
        header: &[u8],
        data: &[u8],
        comm: Comm,
        answer: Comm,
    ) -> Result<Vec<u8>, DesfireFault> {
        let result = self.try_command(ins, header, data, comm, answer);
        if result.is_err() {
            self.forget();
        }
        result
    }

    fn try_command(
        &mut self,
        ins: u8,
        header: &[u8],
        data: &[u8],
        comm: Comm,
        answer: Comm,
    ) -> Result<Vec<u8>, DesfireFault> {
        let mut body = header.to_vec();
        match &self.session {
            Some(session) => {
                match comm {
                    Comm::Full if !data.is_empty() => body.extend(session.encrypt_command(data)),
                    _ => body.extend(data),
                }
                if comm != Comm::Plain {
                    body.extend(session.mac(ins, &body));
                }
            }
            None => body.extend(data),
        }
        let received = self.raw(ins, &body)?;
        let Some(session) = &mut self.session else {
            return Ok(received);
        };
        session.counter = session.counter.wrapping_add(1);
        if answer == Comm::Plain {
            return Ok(received);
        }
        let (sealed, mac) = received
            .split_last_chunk::<MAC_LEN>()
            .ok_or(DesfireFault::Damaged)?;
        if !same(&session.mac(0x00, sealed), mac) {
            return Err(DesfireFault::Damaged);
        }
        match answer {
            Comm::Full if !sealed.is_empty() => session
                .decrypt_response(sealed)
                .ok_or(DesfireFault::Damaged),
            _ => Ok(sealed.to_vec()),
        }
    }

    /// Sends the frames of a command and gathers those of the answer; neither opens nor closes anything.
    pub(super) fn raw(&mut self, ins: u8, body: &[u8]) -> Result<Vec<u8>, DesfireFault> {
        let (mut received, mut more) = self.frame(ins, body)?;
        for _ in 0..FRAMES_MAX {
            if !more {
                return Ok(received);
            }
            let (frame, next) = self.frame(NEXT_FRAME, &[])?;
            received.extend(frame);
            more = next;
        }
        Err(DesfireFault::Damaged)
    }

    /// One exchange; says whether the chip has or wants more.
    fn frame(&mut self, ins: u8, body: &[u8]) -> Result<(Vec<u8>, bool), DesfireFault> {
        let mut apdu = vec![0x90, ins, 0x00, 0x00];
        if !body.is_empty() {
            // Callers cut what they send: no body exceeds 255 bytes.
            apdu.push(body.len() as u8);
            apdu.extend(body);
        }
        apdu.push(0x00);
        match self.exchange(&apdu)? {
            (data, [0x91, 0x00]) => Ok((data, false)),
            (data, [0x91, NEXT_FRAME]) => Ok((data, true)),
            (_, [0x91, status]) => Err(DesfireFault::Refused(Status::from_byte(status))),
            // The ISO layer: class or instruction unknown, wrong length, function not supported.
            (_, [0x67 | 0x68 | 0x6A | 0x6D | 0x6E, _]) => {
                Err(DesfireFault::Refused(Status::UnknownCommand))
            }
            _ => Err(DesfireFault::Damaged),
        }
    }

    /// Authenticates with a role's key by way of a key store.
    ///
    /// # Errors
    /// [`DesfireFault::Keys`] carries what the store said; [`Status::Authentication`] where the card does not accept the key.
    pub fn authenticate(
        &mut self,
        card: CardUid,
        role: Role,
        keys: &dyn KeyStore,
    ) -> Result<(), DesfireFault> {
        let challenge = self.challenge(role.key_number())?;
        let (handle, response) = keys
            .begin(card, role, challenge)
            .map_err(DesfireFault::Keys)?;
        let answer = self.respond(response)?;
        self.session = Some(Ev2Session::new(
            keys.finish(handle, answer).map_err(DesfireFault::Keys)?,
        ));
        Ok(())
    }

    /// Authenticates with a key at hand: a chip's factory keys, while it is being formatted.
    ///
    /// # Errors
    /// [`Status::Authentication`] where the card does not accept the key.
    pub fn authenticate_with(&mut self, number: u8, key: &Key) -> Result<(), DesfireFault> {
        let challenge = self.challenge(number)?;
        let (handshake, response) = Handshake::begin(key.clone(), challenge);
        let answer = self.respond(response)?;
        let session = handshake
            .finish(answer)
            .ok_or(DesfireFault::Keys(CardFault::WrongKey))?;
        self.session = Some(Ev2Session::new(session));
        Ok(())
    }

    fn challenge(&mut self, number: u8) -> Result<Block, DesfireFault> {
        self.forget();
        let (challenge, _) = self.frame(AUTHENTICATE_EV2_FIRST, &[number, 0])?;
        challenge
            .as_slice()
            .try_into()
            .map_err(|_| DesfireFault::Damaged)
    }

    fn respond(&mut self, response: [u8; 2 * BLOCK]) -> Result<[u8; 2 * BLOCK], DesfireFault> {
        let (answer, _) = self.frame(NEXT_FRAME, &response)?;
        answer
            .as_slice()
            .try_into()
            .map_err(|_| DesfireFault::Damaged)
    }

    /// Whether a session is open.
    pub fn is_authenticated(&self) -> bool {
        self.session.is_some()
    }

    /// Transaction MAC input so far.
    pub fn transaction(&self) -> &[u8] {
        &self.transaction
    }

    /// What the chip forgets with a refusal, a selection or an authentication.
    pub(super) fn forget(&mut self) {
        self.session = None;
        self.transaction.clear();
    }
}
