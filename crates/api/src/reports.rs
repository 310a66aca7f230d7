//! What organizers turned over in a day or a month.
//!
//! - `GET /api/v1/organizer/report?period=2026-11` or `?period=2026-11-24` → [`SalesReport`]

use kippu_ticket::ids::EventId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Tickets that were paid for and tickets that were given up for money.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Turnover {
    /// Tickets paid for.
    pub sold: u32,
    /// Their prices together, minor units, tax contained.
    pub revenue: i64,
    /// Tickets given up for money, whenever they were paid for.
    pub returned: u32,
    /// What was paid back for them, minor units: prices less fees.
    pub paid_back: i64,
}

impl Turnover {
    /// What is left, minor units.
    pub fn net(&self) -> i64 {
        self.revenue - self.paid_back
    }

    /// Counts somebody else's with its own.
    pub fn add(&mut self, other: &Self) {
        self.sold += other.sold;
        self.revenue += other.revenue;
        self.returned += other.returned;
        self.paid_back += other.paid_back;
    }
}

/// An organizer's turnover in a period. A day begins at midnight at the venue of each event, whatever the time is elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SalesReport {
    /// `2026-11` or `2026-11-24`.
    pub period: String,
    /// Days with turnover, in order.
    pub days: Vec<ReportDay>,
    /// By event, seller and class.
    pub lines: Vec<ReportLine>,
}

/// A day in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReportDay {
    /// `2026-11-24`.
    pub day: String,
    /// ISO 4217.
    pub currency: String,
    /// What was turned over.
    pub turnover: Turnover,
}

/// One class of one event at one seller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReportLine {
    /// The event's number.
    #[schema(value_type = u32)]
    pub event: EventId,
    /// Its title.
    pub name: String,
    /// Seller's name.
    pub seller: String,
    /// Class as the plan names it.
    pub class: String,
    /// ISO 4217.
    pub currency: String,
    /// What was turned over.
    pub turnover: Turnover,
}
