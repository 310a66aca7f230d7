//! Gates: their bundles and their records.
//!
//! - `GET /api/v1/gates/bundle` → `application/vnd.kippu.bundle`, signed by the platform and encrypted to the asking gate (see `kippu-gate`)
//! - `POST /api/v1/entrance-records` [`EntranceBatch`] → [`EntranceAccepted`]; repeating is harmless

use kippu_ticket::ids::{CardUid, EventId, TicketId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Records of one gate, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EntranceBatch {
    /// The records.
    pub records: Vec<EntranceRecord>,
}

/// One tap: never a name or a need.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EntranceRecord {
    /// Rises by one within a gate.
    pub row: u64,
    /// When, UTC microseconds.
    pub at: i64,
    /// Event the gate was serving.
    #[schema(value_type = u32)]
    pub event: EventId,
    /// Card.
    #[schema(value_type = Option<String>)]
    pub card: Option<CardUid>,
    /// Ticket, where one was decided on.
    #[schema(value_type = Option<u64>)]
    pub ticket: Option<TicketId>,
    /// The gate's closed word for the outcome (`admit`, `already_inside` …).
    pub outcome: String,
}

/// How many of a batch were new.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EntranceAccepted {
    /// New ones.
    pub new: u32,
}
