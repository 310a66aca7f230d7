//! Handshakes with cards between the card's two answers. The platform keeps none of them: what it has to remember travels through the
//! terminal, sealed, so that any node can go on. Each is good for one answer, for some seconds, for the terminal that began it; that it was
//! answered is written down with the use of the key.

use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305,
    aead::{Aead as _, Payload},
};
use kippu_api::{cards::CardRole, problem::ProblemCode};
use kippu_card::keys::{Role, SessionKeys, begin_handshake, finish_handshake};
use kippu_ticket::ids::{CardUid, TerminalId};

use crate::{
    keys::Keys,
    refusal::{Answer, Refusal},
};

/// How long a card may take for its second answer: 10 seconds.
pub const SESSION_MICROS: i64 = 10 * 1_000_000;

const NONCE_LEN: usize = 24;
/// Terminal, card, role, version of the card's keys, end, and the handshake itself.
const BODY_LEN: usize = 4 + 7 + 1 + 1 + 8 + 32;
/// Longer ones are not looked at.
const NAME_LEN: usize = 2 * (NONCE_LEN + BODY_LEN + 16);

/// A handshake that waits.
pub struct OpenSession {
    /// No other has it.
    pub id: [u8; NONCE_LEN],
    /// The card.
    pub card: CardUid,
    /// Which key.
    pub role: CardRole,
    /// When it is over, UTC microseconds.
    pub expires: i64,
    version: u8,
    kept: [u8; 32],
}

/// Who begins a handshake with what.
pub struct Beginning {
    /// The terminal.
    pub terminal: TerminalId,
    /// The card.
    pub card: CardUid,
    /// Version of the master keys the card was formatted with.
    pub version: u8,
    /// Which key.
    pub role: CardRole,
    /// The card's first answer.
    pub challenge: [u8; 16],
}

/// Answers a card's challenge: the session's name and what the card is told.
///
/// # Errors
/// 500 when the card's version of the keys is not here.
pub fn begin(keys: &Keys, begun: &Beginning, now: i64) -> Answer<(String, [u8; 32])> {
    let key = card_key(keys, begun.card, begun.version, begun.role)?;
    let (kept, response) = begin_handshake(key, begun.challenge);
    let mut body = Vec::with_capacity(BODY_LEN);
    body.extend(begun.terminal.0.to_le_bytes());
    body.extend(begun.card.0);
    body.push(begun.role as u8);
    body.push(begun.version);
    body.extend((now + SESSION_MICROS).to_le_bytes());
    body.extend(kept);
    let nonce: [u8; NONCE_LEN] = rand::random();
    let payload = Payload {
        msg: &body,
        aad: &[],
    };
    let sealed = cipher(keys)
        .encrypt(&nonce.into(), payload)
        .map_err(|error| Refusal::internal(&error))?;
    Ok((hex::encode([&nonce[..], &sealed].concat()), response))
}

/// Reads what a terminal brought back.
///
/// # Errors
/// 404 when it is none of this platform's, over, or another terminal's.
pub fn open(keys: &Keys, name: &str, terminal: TerminalId, now: i64) -> Answer<OpenSession> {
    read(keys, name)
        .filter(|(whose, session)| *whose == terminal && session.expires > now)
        .map(|(_, session)| session)
        .ok_or_else(over)
}

/// 404: unknown, over, used, or another terminal's.
pub fn over() -> Refusal {
    Refusal::not_found("card session").hint("Begin anew with the card.")
}

fn read(keys: &Keys, name: &str) -> Option<(TerminalId, OpenSession)> {
    if name.len() != NAME_LEN {
        return None;
    }
    let bytes = hex::decode(name).ok()?;
    let (nonce, sealed) = bytes.split_first_chunk::<NONCE_LEN>()?;
    let payload = Payload {
        msg: sealed,
        aad: &[],
    };
    let body = cipher(keys).decrypt(nonce.into(), payload).ok()?;
    let (terminal, rest) = body.split_first_chunk::<4>()?;
    let (card, rest) = rest.split_first_chunk::<7>()?;
    let ([role, version], rest) = rest.split_first_chunk::<2>()?;
    let (expires, rest) = rest.split_first_chunk::<8>()?;
    let role = [CardRole::Write, CardRole::Gate]
        .into_iter()
        .find(|known| *known as u8 == *role)?;
    Some((
        TerminalId(u32::from_le_bytes(*terminal)),
        OpenSession {
            id: *nonce,
            card: CardUid(*card),
            role,
            expires: i64::from_le_bytes(*expires),
            version: *version,
            kept: rest.try_into().ok()?,
        },
    ))
}

/// Checks the card's second answer.
///
/// # Errors
/// 403 when the card does not know the key.
pub fn finish(keys: &Keys, session: &OpenSession, answer: [u8; 32]) -> Answer<SessionKeys> {
    let key = card_key(keys, session.card, session.version, session.role)?;
    finish_handshake(key, session.kept, answer).ok_or_else(|| {
        Refusal::new(
            ProblemCode::Forbidden,
            "The card was not accepted: it does not know the key.",
        )
        .hint("This card belongs to another ticket system.")
    })
}

fn card_key(
    keys: &Keys,
    card: CardUid,
    version: u8,
    role: CardRole,
) -> Answer<kippu_card::desfire::crypto::Key> {
    let masters = keys.cards_of(version).ok_or_else(|| {
        Refusal::internal(&format!(
            "card {card} has version {version} of the master keys, which this node does not have"
        ))
    })?;
    Ok(masters.for_card(card, key_role(role)))
}

fn cipher(keys: &Keys) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(&keys.own("card handshake v1").into())
}

fn key_role(role: CardRole) -> Role {
    match role {
        CardRole::Write => Role::Write,
        CardRole::Gate => Role::Gate,
    }
}

/// The word of a role in the log.
pub fn role_word(role: CardRole) -> &'static str {
    match role {
        CardRole::Write => "write",
        CardRole::Gate => "gate",
    }
}
