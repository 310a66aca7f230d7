//! Events that are changed, or cancelled, after they were registered.
//!
//! - `GET /api/v1/organizer/events/{event}/changes` → [`EventStanding`]
//! - `POST /api/v1/organizer/events/{event}/changes` [`EventChange`] → [`EventStanding`]
//! - `POST /api/v1/organizer/events/{event}/cancellation` [`EventCancellation`] → [`EventStanding`]
//!
//! Times that are typed are those of the clock on the venue's wall, `2026-12-12T19:00`.

use kippu_ticket::ids::EventId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What of an event can be changed. Times are UTC microseconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Changeable {
    /// Title.
    pub name: String,
    /// Who performs.
    pub performers: String,
    /// When the doors open.
    pub doors_open: i64,
    /// When it starts.
    pub starts: i64,
    /// Nothing is sold afterwards.
    pub sales_end: i64,
    /// Most tickets in one order.
    pub limit_per_order: u8,
}

/// Whom a change or a cancellation meets.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Concerned {
    /// Seats somebody holds at a kiosk just now.
    pub held: u32,
    /// Seats ordered with a slip that is not paid yet.
    pub unpaid: u32,
    /// Tickets that are paid.
    pub sold: u32,
    /// Of these, on cards.
    pub on_cards: u32,
    /// Of these, printed on paper.
    pub on_paper: u32,
    /// What was paid, minor units.
    pub paid: i64,
    /// ISO 4217.
    pub currency: String,
}

/// How an event stands, and how it came there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EventStanding {
    /// Its number.
    #[schema(value_type = u32)]
    pub event: EventId,
    /// Goes up with every change.
    pub revision: u32,
    /// As it is.
    pub now: Changeable,
    /// When it was cancelled, UTC microseconds.
    pub cancelled: Option<i64>,
    /// Of a cancelled event: until when tickets are taken back without a fee, UTC microseconds.
    pub refunds_until: Option<i64>,
    /// Whom the next change meets.
    pub concerned: Concerned,
    /// What was changed, the newest first.
    pub changes: Vec<PastChange>,
}

/// One change there was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PastChange {
    /// When, UTC microseconds.
    pub at: i64,
    /// Name of who did it.
    pub who: String,
    /// Whether it was cancelled, rather than changed.
    pub cancelled: bool,
    /// Why, in the organizer's words.
    pub note: String,
    /// How it was.
    pub was: Changeable,
    /// What it became.
    pub became: Changeable,
}

/// What an event is to become.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EventChange {
    /// The revision this was decided on: a change somebody else made in between is not overwritten.
    pub revision: u32,
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
    /// Most tickets in one order.
    pub limit_per_order: u8,
    /// Take tickets back without a fee from now on, until the doors open.
    #[serde(default)]
    pub take_back: bool,
    /// Why; may be empty.
    #[serde(default)]
    pub note: String,
}

/// That an event does not take place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EventCancellation {
    /// The revision this was decided on.
    pub revision: u32,
    /// Until when tickets are taken back without a fee.
    pub refunds_until: String,
    /// Why.
    pub note: String,
}
