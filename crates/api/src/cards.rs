//! The remote key store: the platform answers a card's challenge and gives the keys of that one session, so a kiosk holds no card key.
//!
//! - `POST /api/v1/cards/{uid}/sessions` [`SessionRequest`] → 201 [`SessionChallenge`]
//! - `POST /api/v1/card-sessions/{session}/finish` [`SessionAnswer`] → [`SessionKeys`]
//!
//! AuthenticateEV2First (MIFARE DESFire Light, MF2DLHX0 section 9): the card sends E(K, RndB); the terminal answers
//! E(K, RndA ‖ RndB'); the card sends E(K, TI ‖ RndA' ‖ PDcap2 ‖ PCDcap2).

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The keys of the ticket application a terminal can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CardRole {
    /// Kiosks and counters: reads everything but the guest file, writes tickets.
    Write,
    /// Gates: authenticated reads and the entries file only.
    Gate,
}

/// The card's challenge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SessionRequest {
    /// Key asked for; the terminal must be allowed to have it.
    pub role: CardRole,
    /// E(K, RndB), 16 bytes in hexadecimal.
    pub challenge: String,
}

/// The answer to give to the card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SessionChallenge {
    /// To be named when the card has answered; lives for some seconds.
    pub session: String,
    /// E(K, RndA ‖ RndB'), 32 bytes in hexadecimal.
    pub response: String,
}

/// The card's second answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SessionAnswer {
    /// E(K, TI ‖ RndA' ‖ PDcap2 ‖ PCDcap2), 32 bytes in hexadecimal.
    pub answer: String,
}

/// Keys of one session with one card.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SessionKeys {
    /// SesAuthENCKey in hexadecimal.
    pub enc: String,
    /// SesAuthMACKey in hexadecimal.
    pub mac: String,
    /// Transaction identifier, 4 bytes in hexadecimal.
    pub ti: String,
}

impl fmt::Debug for SessionKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionKeys(..)")
    }
}
