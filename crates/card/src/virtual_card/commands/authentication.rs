//! Mutual authentication: EV1 style (1A for DES keys, AA for AES) and EV2 (71, 77).

use super::super::chip::{Aid, KeyKind};
use super::super::cipher::Cipher;
use super::super::ev1::Ev1Session;
use super::super::machine::{Machine, Reply};
use super::super::session::{Ev2Session, Session};
use super::super::status::Status;
use crate::desfire::crypto;

/// What the card said of itself and the reader in the second half of AuthenticateEV2First: no capabilities worth mentioning.
const CAPABILITIES: [u8; 12] = [0; 12];

/// An authentication whose second half is awaited.
pub(in super::super) struct HalfAuthentication {
    aid: Aid,
    key: u8,
    rnd_b: Vec<u8>,
    dialect: Dialect,
}

enum Dialect {
    /// Carries the running initialisation vector.
    Ev1(Vec<u8>),
    Ev2First,
    /// Transaction identifier and command counter go on.
    Ev2NonFirst {
        ti: [u8; 4],
        counter: u16,
    },
}

impl Machine {
    pub(super) fn authenticate_ev1(&mut self, ins: u8, data: &[u8]) -> Result<Reply, Status> {
        let kind = if ins == 0x1A {
            KeyKind::Des
        } else {
            KeyKind::Aes
        };
        let [key] = *data else {
            return Err(Status::Length);
        };
        self.volatile.session = Session::None;
        self.volatile.transaction = Default::default();
        let cipher = self.keyed(key, kind)?;
        let rnd_b = match kind {
            KeyKind::Aes => self.random::<16>().to_vec(),
            KeyKind::Des => self.random::<8>().to_vec(),
        };
        let mut challenge = rnd_b.clone();
        let mut iv = vec![0; cipher.block()];
        cipher.cbc_encrypt(&mut iv, &mut challenge);
        self.await_answer(key, rnd_b, Dialect::Ev1(iv));
        Ok(Reply::Continue(challenge))
    }

    pub(super) fn authenticate_ev2_first(&mut self, data: &[u8]) -> Result<Reply, Status> {
        let [key, capabilities, rest @ ..] = data else {
            return Err(Status::Length);
        };
        if usize::from(*capabilities) != rest.len() || rest.len() > 6 {
            return Err(Status::Length);
        }
        self.volatile.session = Session::None;
        self.volatile.transaction = Default::default();
        self.challenge_ev2(*key, Dialect::Ev2First)
    }

    pub(super) fn authenticate_ev2_non_first(&mut self, data: &[u8]) -> Result<Reply, Status> {
        let [key] = *data else {
            return Err(Status::Length);
        };
        let Session::Ev2(session) = &self.volatile.session else {
            return Err(Status::Authentication);
        };
        let dialect = Dialect::Ev2NonFirst {
            ti: session.messaging.ti(),
            counter: session.messaging.counter,
        };
        self.volatile.session = Session::None;
        self.challenge_ev2(key, dialect)
    }

    fn challenge_ev2(&mut self, key: u8, dialect: Dialect) -> Result<Reply, Status> {
        let cipher = self.keyed(key, KeyKind::Aes)?;
        let rnd_b = self.random::<16>().to_vec();
        let mut challenge = rnd_b.clone();
        cipher.cbc_encrypt(&mut vec![0; 16], &mut challenge);
        self.await_answer(key, rnd_b, dialect);
        Ok(Reply::Continue(challenge))
    }

    pub(in super::super) fn finish_authentication(
        &mut self,
        half: HalfAuthentication,
        data: &[u8],
    ) -> Result<Reply, Status> {
        let HalfAuthentication {
            aid,
            key: number,
            rnd_b,
            dialect,
        } = half;
        let key = self.chip.key(aid, number)?.clone();
        let cipher = Cipher::new(key.kind, &key.value);
        if data.len() != 2 * rnd_b.len() {
            return Err(Status::Length);
        }
        let mut iv = match &dialect {
            Dialect::Ev1(iv) => iv.clone(),
            Dialect::Ev2First | Dialect::Ev2NonFirst { .. } => vec![0; cipher.block()],
        };
        let mut plain = data.to_vec();
        cipher.cbc_decrypt(&mut iv, &mut plain);
        let (rnd_a, proof) = plain.split_at(rnd_b.len());
        let mut expected = rnd_b.clone();
        expected.rotate_left(1);
        if !crypto::same(proof, &expected) {
            return Err(Status::Authentication);
        }
        let mut answer = rnd_a.to_vec();
        answer.rotate_left(1);
        let (ti, counter) = match dialect {
            Dialect::Ev1(_) => {
                cipher.cbc_encrypt(&mut iv, &mut answer);
                self.volatile.session = Session::Ev1(Ev1Session::new(number, &key, rnd_a, &rnd_b));
                return Ok(Reply::Whole(answer));
            }
            Dialect::Ev2First => {
                let ti = self.random::<4>();
                answer = [&ti[..], &answer, &CAPABILITIES].concat();
                (ti, 0)
            }
            Dialect::Ev2NonFirst { ti, counter } => (ti, counter),
        };
        cipher.cbc_encrypt(&mut vec![0; 16], &mut answer);
        let (Ok(rnd_a), Ok(rnd_b)) = (rnd_a.try_into(), rnd_b.as_slice().try_into()) else {
            return Err(Status::Authentication);
        };
        let mut messaging = crypto::Ev2Session::new(crypto::Ev2Keys::derive(
            &crypto::Key(key.value),
            rnd_a,
            rnd_b,
            ti,
        ));
        messaging.counter = counter;
        self.volatile.session = Session::Ev2(Ev2Session {
            key: number,
            messaging,
        });
        Ok(Reply::Whole(answer))
    }

    /// The cipher of a key of the selected level, if it is of the kind this authentication needs.
    fn keyed(&self, number: u8, kind: KeyKind) -> Result<Cipher, Status> {
        let key = self.chip.key(self.volatile.selected, number)?;
        if key.kind == kind {
            Ok(Cipher::new(kind, &key.value))
        } else {
            Err(Status::Authentication)
        }
    }

    fn await_answer(&mut self, key: u8, rnd_b: Vec<u8>, dialect: Dialect) {
        self.volatile.half_authentication = Some(HalfAuthentication {
            aid: self.volatile.selected,
            key,
            rnd_b,
            dialect,
        });
    }
}
