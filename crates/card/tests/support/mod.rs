//! A terminal of the tests' own: commands as bytes, EV2 sessions, no knowledge of tickets.
#![allow(dead_code, reason = "each test binary uses its own part")]

use kippu_card::desfire::crypto::{
    Block, Ev2Keys, Ev2Session, Key, cbc_decrypt, cbc_encrypt, rotate_left,
};
use kippu_card::virtual_card::{CardSize, Exchange, KeyKind, VirtualCard};

pub const UID: [u8; 7] = [0x04, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66];
pub const AID: [u8; 3] = [0x01, 0x02, 0x03];
pub const ZERO: Block = [0; 16];

/// A status byte other than OK.
pub type Refused = u8;

/// How the data of a command or answer travels.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Plain,
    Mac,
    Full,
}

pub struct Terminal {
    pub card: VirtualCard,
    pub session: Option<Ev2Session>,
}

impl Terminal {
    pub fn blank(size: CardSize) -> Self {
        Self::with(VirtualCard::blank(UID, size, KeyKind::Aes))
    }

    pub fn with(card: VirtualCard) -> Self {
        Self {
            card,
            session: None,
        }
    }

    /// A blank card with an application of five zero keys, selected and authenticated with key 0.
    pub fn in_application(size: CardSize) -> Self {
        let mut terminal = Self::blank(size);
        terminal.exchange(0xCA, &[1, 2, 3, 0x0B, 0x85]).unwrap();
        terminal.select(AID).unwrap();
        terminal.authenticate(0, ZERO).unwrap();
        terminal
    }

    /// Wraps a command; gives status and data of one exchange.
    pub fn frame(&mut self, ins: u8, data: &[u8]) -> (u8, Vec<u8>) {
        let Exchange::Answer(mut answer) = self.card.transmit(&wrapped(ins, data)) else {
            panic!("the card did not answer")
        };
        let status = answer.pop().unwrap();
        assert_eq!(answer.pop(), Some(0x91));
        (status, answer)
    }

    /// A command in frames of 59 bytes with all frames of its answer.
    pub fn exchange(&mut self, ins: u8, data: &[u8]) -> Result<Vec<u8>, Refused> {
        let mut frames = data.chunks(59);
        let (mut status, mut answer) = self.frame(ins, frames.next().unwrap_or_default());
        while status == 0xAF {
            let (next, more) = self.frame(0xAF, frames.next().unwrap_or_default());
            status = next;
            answer.extend(more);
        }
        if status == 0 { Ok(answer) } else { Err(status) }
    }

    pub fn select(&mut self, aid: [u8; 3]) -> Result<(), Refused> {
        self.session = None;
        self.exchange(0x5A, &aid).map(drop)
    }

    /// AuthenticateEV2First.
    pub fn authenticate(&mut self, number: u8, key: Block) -> Result<(), Refused> {
        let rnd_a: Block = std::array::from_fn(|index| index as u8);
        let answer = self.handshake(&[0x71, number, 0], key, rnd_a)?;
        let ti = answer.0[..4].try_into().unwrap();
        assert_eq!(answer.0[4..20], rotate_left(rnd_a));
        self.session = Some(Ev2Session::new(Ev2Keys::derive(
            &Key(key),
            rnd_a,
            answer.1,
            ti,
        )));
        Ok(())
    }

    /// AuthenticateEV2NonFirst.
    pub fn authenticate_again(&mut self, number: u8, key: Block) -> Result<(), Refused> {
        let rnd_a: Block = std::array::from_fn(|index| 100 + index as u8);
        let answer = self.handshake(&[0x77, number], key, rnd_a)?;
        assert_eq!(answer.0, rotate_left(rnd_a));
        let before = self.session.take().unwrap();
        let mut session = Ev2Session::new(Ev2Keys::derive(&Key(key), rnd_a, answer.1, before.ti()));
        session.counter = before.counter;
        self.session = Some(session);
        Ok(())
    }

    /// Both halves; gives the deciphered answer and the card's random number.
    fn handshake(
        &mut self,
        first: &[u8],
        key: Block,
        rnd_a: Block,
    ) -> Result<(Vec<u8>, Block), Refused> {
        let key = Key(key);
        let (status, mut challenge) = self.frame(first[0], &first[1..]);
        if status != 0xAF {
            return Err(status);
        }
        cbc_decrypt(&key, ZERO, &mut challenge);
        let rnd_b: Block = challenge.try_into().unwrap();
        let mut answer = [rnd_a, rotate_left(rnd_b)].concat();
        cbc_encrypt(&key, ZERO, &mut answer);
        let mut proof = self.exchange(0xAF, &answer)?;
        cbc_decrypt(&key, ZERO, &mut proof);
        Ok((proof, rnd_b))
    }

    /// A command in the session: `header` in the clear, `data` in this mode; the answer in its own.
    pub fn command(
        &mut self,
        ins: u8,
        header: &[u8],
        data: &[u8],
        mode: Mode,
        answer_mode: Mode,
    ) -> Result<Vec<u8>, Refused> {
        let mut session = self.session.take().expect("a session");
        let data = if mode == Mode::Full && !data.is_empty() {
            session.encrypt_command(data)
        } else {
            data.to_vec()
        };
        let mut message = [header, &data].concat();
        if mode != Mode::Plain {
            message.extend(session.mac(ins, &message.clone()));
        }
        let answer = self.exchange(ins, &message)?;
        session.counter += 1;
        let plain = match answer_mode {
            Mode::Plain => answer,
            Mode::Mac | Mode::Full => {
                let (data, mac) = answer.split_last_chunk::<8>().expect("a MAC");
                assert_eq!(*mac, session.mac(0, data), "MAC of the answer");
                if answer_mode == Mode::Full && !data.is_empty() {
                    session.decrypt_response(data).expect("padding")
                } else {
                    data.to_vec()
                }
            }
        };
        self.session = Some(session);
        Ok(plain)
    }

    /// A command whose data and answer are MACed.
    pub fn maced(&mut self, ins: u8, data: &[u8]) -> Result<Vec<u8>, Refused> {
        self.command(ins, data, &[], Mode::Mac, Mode::Mac)
    }

    pub fn create_file(
        &mut self,
        ins: u8,
        number: u8,
        option: u8,
        rights: [u8; 2],
        size: usize,
    ) -> Result<(), Refused> {
        let size = size.to_le_bytes();
        self.maced(
            ins,
            &[
                number, option, rights[0], rights[1], size[0], size[1], size[2],
            ],
        )
        .map(drop)
    }

    pub fn write(
        &mut self,
        mode: Mode,
        number: u8,
        offset: usize,
        data: &[u8],
    ) -> Result<(), Refused> {
        let answer_mode = if mode == Mode::Plain {
            Mode::Plain
        } else {
            Mode::Mac
        };
        self.command(
            0x3D,
            &range(number, offset, data.len()),
            data,
            mode,
            answer_mode,
        )
        .map(drop)
    }

    pub fn read(
        &mut self,
        mode: Mode,
        number: u8,
        offset: usize,
        length: usize,
    ) -> Result<Vec<u8>, Refused> {
        let command_mode = if mode == Mode::Plain {
            Mode::Plain
        } else {
            Mode::Mac
        };
        self.command(
            0xBD,
            &range(number, offset, length),
            &[],
            command_mode,
            mode,
        )
    }

    pub fn read_free(
        &mut self,
        number: u8,
        offset: usize,
        length: usize,
    ) -> Result<Vec<u8>, Refused> {
        self.exchange(0xBD, &range(number, offset, length))
    }

    pub fn commit(&mut self) -> Result<(), Refused> {
        self.maced(0xC7, &[]).map(drop)
    }

    pub fn free_memory(&mut self) -> usize {
        let bytes = self.exchange(0x6E, &[]).unwrap();
        usize::from(bytes[0]) | usize::from(bytes[1]) << 8 | usize::from(bytes[2]) << 16
    }

    /// Takes the card off the reader and lays it down again.
    pub fn lay_again(&mut self) {
        self.session = None;
        self.card.power_on();
    }

    /// Lays the card down again and opens the application with a key of zeros.
    pub fn reopen(&mut self, number: u8) {
        self.lay_again();
        self.select(AID).unwrap();
        self.authenticate(number, ZERO).unwrap();
    }
}

/// File number, offset, length.
pub fn range(number: u8, offset: usize, length: usize) -> Vec<u8> {
    let (offset, length) = (offset.to_le_bytes(), length.to_le_bytes());
    vec![
        number, offset[0], offset[1], offset[2], length[0], length[1], length[2],
    ]
}

pub fn wrapped(ins: u8, data: &[u8]) -> Vec<u8> {
    let mut apdu = vec![0x90, ins, 0, 0];
    if !data.is_empty() {
        apdu.push(data.len() as u8);
        apdu.extend(data);
    }
    apdu.push(0);
    apdu
}
