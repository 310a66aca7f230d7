//! Handshakes with cards that wait for the card's second answer. Each is good for one answer, for some seconds, for the terminal that began it.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use kippu_api::cards::CardRole;
use kippu_card::keys::{KeyStore as _, LocalKeys, MasterKeys, Role, SessionHandle, SessionKeys};
use kippu_ticket::ids::{CardUid, TerminalId};

use crate::{
    refusal::{Answer, Refusal},
    sales::command::random_id,
};
use kippu_api::problem::ProblemCode;

/// How long a card may take for its second answer: 10 seconds.
pub const SESSION_MICROS: i64 = 10 * 1_000_000;

/// The key server's open handshakes.
pub struct CardSessions {
    keys: LocalKeys,
    open: Mutex<HashMap<String, OpenSession>>,
}

/// A handshake that waits.
pub struct OpenSession {
    handle: SessionHandle,
    /// The card.
    pub card: CardUid,
    /// Who began it.
    pub terminal: TerminalId,
    /// Which key.
    pub role: CardRole,
    expires: i64,
}

impl CardSessions {
    /// A key server with these keys; the application master key never leaves through it.
    pub fn new(keys: &MasterKeys) -> Self {
        let keys = LocalKeys::with_roles([
            (Role::Write, keys.write.clone()),
            (Role::Gate, keys.gate.clone()),
        ]);
        Self {
            keys,
            open: Mutex::default(),
        }
    }

    /// Answers a card's challenge: the session's name and what the card is told.
    pub fn begin(
        &self,
        terminal: TerminalId,
        card: CardUid,
        role: CardRole,
        challenge: [u8; 16],
        now: i64,
    ) -> Answer<(String, [u8; 32])> {
        let (handle, response) = self
            .keys
            .begin(card, key_role(role), challenge)
            .map_err(|fault| Refusal::internal(&fault))?;
        let name = random_id();
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|_, session| session.expires > now);
        open.insert(
            name.clone(),
            OpenSession {
                handle,
                card,
                terminal,
                role,
                expires: now + SESSION_MICROS,
            },
        );
        Ok((name, response))
    }

    /// Takes a session out: whatever comes of it, it is used up.
    ///
    /// # Errors
    /// 404 when it is unknown, over, used, or another terminal's.
    pub fn take(&self, name: &str, terminal: TerminalId, now: i64) -> Answer<OpenSession> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        // Another terminal that names it ends nothing.
        let own = open
            .get(name)
            .is_some_and(|session| session.terminal == terminal);
        let session = if own { open.remove(name) } else { None };
        drop(open);
        session
            .filter(|session| session.expires > now)
            .ok_or_else(|| Refusal::not_found("card session").hint("Begin anew with the card."))
    }

    /// Checks the card's second answer.
    ///
    /// # Errors
    /// 403 when the card does not know the key.
    pub fn finish(&self, session: &OpenSession, answer: [u8; 32]) -> Answer<SessionKeys> {
        self.keys
            .finish(session.handle.clone(), answer)
            .map_err(|fault| {
                Refusal::new(
                    ProblemCode::Forbidden,
                    format!("The card was not accepted: {fault}."),
                )
                .hint("This card belongs to another ticket system.")
            })
    }
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
