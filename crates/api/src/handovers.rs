//! Reports of what a terminal did with tickets. Repeating a report is harmless; an older one never replaces a newer (R6).
//!
//! - `POST /api/v1/handovers/{handover}/reports` [`Report`] → [`ReportAccepted`]
//! - `GET /api/v1/handovers/{handover}` → [`HandoverStatus`]: what the platform knows, for a terminal whose card's ring has passed (R4)

use kippu_ticket::ids::{CardUid, HandoverId, Step, TicketId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One operation's end, or what is known of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Report {
    /// Terminal's journal row number: rises within an incarnation.
    pub row: u64,
    /// The terminal's journal (R14).
    pub incarnation: String,
    /// The order, where the handover comes from a purchase.
    pub order: Option<String>,
    /// Fence of the grant this acts on.
    pub fence: u64,
    /// Card it was about.
    #[schema(value_type = String)]
    pub card: CardUid,
    /// Which operation.
    #[schema(value_type = String)]
    pub step: Step,
    /// Which try.
    pub attempt: u8,
    /// The tickets of the operation.
    #[schema(value_type = Vec<u64>)]
    pub tickets: Vec<TicketId>,
    /// How it ended.
    pub outcome: ReportedOutcome,
    /// Directory before, as JSON of the card's own type, where it was seen.
    pub before: Option<serde_json::Value>,
    /// Directory after, likewise.
    pub after: Option<serde_json::Value>,
    /// Card's transaction MAC counter, value and input in hexadecimal.
    pub proof: Option<ReportedProof>,
    /// When it happened by the terminal's clock, UTC microseconds.
    pub at: i64,
}

/// How an operation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReportedOutcome {
    /// The card shows the commit.
    Done,
    /// The card shows that it did not happen; the tickets are back where they were.
    NotDone,
    /// Nobody can say yet.
    Unknown,
    /// Known not to be on the card, given back to the platform to wait for a later pick-up.
    LeftAtPlatform,
}

/// Card's proof of a commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReportedProof {
    /// Transaction MAC counter.
    pub counter: u32,
    /// Transaction MAC value, 8 bytes in hexadecimal.
    pub mac: String,
    /// Transaction MAC input in hexadecimal.
    pub input: String,
}

/// The platform's receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReportAccepted {
    /// False when a newer one was known already.
    pub newest: bool,
    /// Whether the card's proof was right; `None` without one.
    pub proved: Option<bool>,
}

/// What the platform knows of a handover.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HandoverStatus {
    /// The handover.
    #[schema(value_type = String)]
    pub handover: HandoverId,
    /// Highest fence granted for its tickets; a terminal with an older one does nothing more.
    pub fence: u64,
    /// Whether this terminal may go on with it.
    pub yours: bool,
    /// What other reports say of the card's history after the pending operation: `Some(true)` it happened, `Some(false)` it did not.
    pub happened: Option<bool>,
    /// Attempt that `happened` is about: the one of the newest `unknown` report. A terminal that has begun another one since must not
    /// take the answer for it.
    #[serde(default)]
    pub attempt: Option<u8>,
    /// Tickets whose epoch was raised by a re-issue: rows of older epochs close on contact (R13).
    #[schema(value_type = Vec<u64>)]
    pub reissued: Vec<TicketId>,
}
