//! What the staff does at a kiosk itself, for the audit log.
//!
//! - `POST /api/v1/terminal/staff-acts` [`StaffAct`] → 204: by the terminal, when it happened or as soon as there is a connection

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A clerk did something at this terminal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StaffAct {
    /// The clerk's number in the terminal's store. The terminal is believed that the clerk was logged in, maybe without the platform.
    pub clerk: String,
    /// What.
    pub deed: StaffDeed,
    /// When by the terminal's clock, UTC microseconds.
    pub at: i64,
}

/// Something the staff does at a kiosk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "what")]
pub enum StaffDeed {
    /// A test page came out.
    TestPrinted,
    /// There is a new roll in the printer.
    PaperChanged,
    /// The kiosk serves nobody until somebody puts it back.
    OutOfService {
        /// Why.
        reason: OutReason,
    },
    /// It serves again.
    BackInService,
}

/// Why a kiosk is out of service by a clerk's hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OutReason {
    /// The printer needs care.
    Printer,
    /// The card reader needs care.
    Reader,
    /// It is being cleaned or moved.
    Cleaning,
    /// Something else.
    Other,
}

impl StaffDeed {
    /// The audit log's word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::TestPrinted => "test_printed",
            Self::PaperChanged => "paper_changed",
            Self::OutOfService { .. } => "out_of_service",
            Self::BackInService => "back_in_service",
        }
    }
}

impl OutReason {
    /// In a word, for logs.
    pub fn word(self) -> &'static str {
        match self {
            Self::Printer => "printer",
            Self::Reader => "card reader",
            Self::Cleaning => "cleaning",
            Self::Other => "something else",
        }
    }
}
