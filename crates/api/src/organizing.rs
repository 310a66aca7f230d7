//! What organizers register: seat plans of venues, events, and the same event on other dates.
//!
//! - `GET /api/v1/organizer/layouts` → [`LayoutInList`] list
//! - `POST /api/v1/organizer/layouts` [`NewLayout`] → [`ReadLayout`]
//! - `POST /api/v1/organizer/events` [`NewOrganizedEvent`] → [`RegisteredEvents`]
//! - `POST /api/v1/organizer/events/{event}/copies` [`EventCopies`] → [`RegisteredEvents`]
//!
//! Times are those of the clock on the venue's wall, `2026-12-12T19:00`.

use kippu_ticket::ids::EventId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A venue's seat plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LayoutInList {
    /// Its number.
    pub layout: i64,
    /// The venue's name.
    pub venue: String,
    /// IANA zone of the venue.
    pub zone: String,
    /// The venue's address; empty where nobody stated it.
    #[serde(default)]
    pub address: String,
    /// A page that says how to get to the venue; empty where there is none.
    #[serde(default)]
    pub link: String,
    /// The layout's name.
    pub name: String,
    /// Seats it has.
    pub seats: u32,
    /// Rows it has.
    pub rows: u32,
    /// Names of its seat classes, in the order of prices.
    pub classes: Vec<String>,
}

/// A seat plan from a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NewLayout {
    /// The venue's name; one that is not known yet is registered.
    pub venue: String,
    /// IANA zone of a new venue; a known one keeps its own.
    pub zone: String,
    /// The layout's name, unique at the venue.
    pub name: String,
    /// What kind of file it is.
    pub format: PlanFormat,
    /// The file's text.
    pub text: String,
    /// Only say what the file has, and keep nothing.
    #[serde(default)]
    pub look_only: bool,
}

/// Kinds of files with seat plans.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PlanFormat {
    /// A pretix seating plan.
    Pretix,
    /// A list of seats or of rows.
    Csv,
}

/// What a file has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReadLayout {
    /// The stored layout; nothing where it was only looked at.
    pub layout: Option<i64>,
    /// Seats it has.
    pub seats: u32,
    /// Rows it has.
    pub rows: u32,
    /// Its blocks' names.
    pub blocks: Vec<String>,
    /// Its classes' names.
    pub classes: Vec<String>,
    /// What was odd about it and stops nothing, each with its line.
    pub odd: Vec<String>,
}

/// A new event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NewOrganizedEvent {
    /// The layout it is played in.
    pub layout: i64,
    /// Title.
    pub name: String,
    /// Who performs.
    pub performers: String,
    /// When the doors open.
    pub doors_open: String,
    /// When it starts.
    pub starts: String,
    /// Nothing is sold afterwards.
    pub sales_end: String,
    /// ISO 4217.
    pub currency: String,
    /// Hundredths of a percent: 1000 = 10 %.
    pub tax_basis_points: u16,
    /// Most tickets in one order.
    pub limit_per_order: u8,
    /// One for each class of the layout, in its order; minor units, tax contained.
    pub prices: Vec<i64>,
    /// Names of the entrances; the first one serves every block.
    pub entrances: Vec<String>,
    /// Tickets are taken back for this fee each, minor units, until the doors open; nothing: not at all.
    #[serde(default)]
    pub refund_fee: Option<i64>,
}

/// The same event on other dates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EventCopies {
    /// When each of them starts; doors, end of sales and of giving up tickets keep their distance to it.
    pub starts: Vec<String>,
    /// Whether the sellers get the same seats.
    pub with_allocation: bool,
}

/// Events that were registered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RegisteredEvents {
    /// Their numbers.
    #[schema(value_type = Vec<u32>)]
    pub events: Vec<EventId>,
}
