//! A terminal and its platform about the terminal itself.
//!
//! - every answer of the platform carries the header [`crate::client::PLATFORM_INCARNATION`]; terminals send it back with the one they know
//! - `POST /api/v1/terminal/resent` [`Resent`] → 204: everything this terminal's journal knows was sent again (R15)
//! - `GET /api/v1/terminal/keys` → stick file of kind keys with [`OfflineKeys`]; 403 where the operator does not allow it

use std::fmt;

use kippu_ticket::ids::TerminalId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::orders::EventOnCard;

/// A terminal has sent all rows of its journal to a restored platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Resent {
    /// The platform's incarnation they were sent to.
    pub incarnation: u32,
}

/// What a terminal needs to give tickets from card to card without network (R17).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OfflineKeys {
    /// Whose they are.
    #[schema(value_type = u32)]
    pub terminal: TerminalId,
    /// The platform's incarnation that gave them.
    pub incarnation: u32,
    /// When, UTC microseconds.
    pub issued_at: i64,
    /// They are not used any more after that, UTC microseconds.
    pub valid_until: i64,
    /// Write key all cards' own ones are derived from, 16 bytes in hexadecimal.
    pub write_key: String,
    /// The events whose tickets may be bound.
    pub events: Vec<OfflineEvent>,
}

/// An event with this terminal's own binding key.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OfflineEvent {
    /// What a card remembers of it.
    pub event: EventOnCard,
    /// The terminal's binding key for it, 16 bytes in hexadecimal.
    pub binding_key: String,
}

impl fmt::Debug for OfflineKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OfflineKeys")
            .field("terminal", &self.terminal)
            .field("valid_until", &self.valid_until)
            .field("events", &self.events)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for OfflineEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OfflineEvent")
            .field("event", &self.event.event)
            .finish_non_exhaustive()
    }
}
