//! What a store's till has to hold, and closing it at the end of a shift.
//!
//! - `GET /api/v1/clerk/till` → [`Till`] list, one a currency: what was taken and paid out since it was closed last
//! - `POST /api/v1/clerk/till/close` [`CloseTill`] → [`ClosedTill`]: somebody counted it

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How often, and how much together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Turnover {
    /// How often.
    pub count: u32,
    /// Minor units.
    pub amount: i64,
}

/// What one clerk did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ClerkTurnover {
    /// Clerk's number.
    pub clerk: String,
    /// Clerk's name.
    pub name: String,
    /// Taken for slips.
    pub taken: Turnover,
    /// Paid out for tickets that were given up.
    pub paid_out: Turnover,
}

/// A store's till in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Till {
    /// ISO 4217.
    pub currency: String,
    /// When it was closed last, UTC microseconds; `None`: never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<i64>,
    /// Taken for slips that count.
    pub taken: Turnover,
    /// Taken too late and handed back at once: nothing of it is in the till.
    pub handed_back: Turnover,
    /// Paid out for tickets that were given up.
    pub paid_out: Turnover,
    /// What that leaves, minor units: the till has so much more than when it was closed.
    pub expected: i64,
    /// Who took and paid out, by number.
    pub clerks: Vec<ClerkTurnover>,
    /// What platform, kiosks and till do not agree about yet.
    pub open: OpenMatters,
    /// The platform's clock, UTC microseconds.
    pub now: i64,
}

/// What is still under way between a store's till, its kiosks and the platform.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OpenMatters {
    /// Slips that are out and neither paid nor over.
    pub unpaid: Vec<String>,
    /// Slips that are paid while tickets of theirs are still at the platform.
    pub not_fetched: Vec<String>,
    /// Slips that are paid while a kiosk has the right to write their tickets and has not reported the end.
    pub being_written: Vec<String>,
    /// Refunds this store's kiosks promised and nobody paid out: how many, and how much.
    pub refunds_due: Turnover,
    /// Handovers at this store's kiosks that have not ended.
    pub handovers: u32,
}

/// Somebody counted the till.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CloseTill {
    /// ISO 4217.
    pub currency: String,
    /// What [`Till::expected`] said when it was counted; refused if money moved since.
    pub expected: i64,
    /// What was found, minor units.
    pub counted: i64,
}

/// A till that was closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ClosedTill {
    /// ISO 4217.
    pub currency: String,
    /// What it had to hold, minor units.
    pub expected: i64,
    /// What was found, minor units.
    pub counted: i64,
    /// UTC microseconds.
    pub at: i64,
}

impl ClosedTill {
    /// What is too much (above 0) or missing (below 0), minor units.
    pub fn difference(&self) -> i64 {
        self.counted - self.expected
    }
}
