//! Seats kept for one customer for a while: all or none.
//!
//! - `POST /api/v1/events/{event}/holds` [`HoldRequest`] → 201 [`Hold`]; 409 `seat_taken`, `no_seats_together`, `limit_reached`
//! - `POST /api/v1/holds/{hold}/extend` → [`Hold`] (a few times only: `limit_reached` after that)
//! - `DELETE /api/v1/holds/{hold}` → 204
//!
//! Mutating requests carry `Idempotency-Key`.

use kippu_ticket::ids::EventId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which seats to hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HoldRequest {
    /// These seats, by index in the plan.
    Seats(Vec<u32>),
    /// The best ones together.
    Best {
        /// Index of the price class.
        class: u8,
        /// How many.
        quantity: u8,
    },
}

/// Seats kept until a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Hold {
    /// Random id.
    pub hold: String,
    /// Of which event.
    #[schema(value_type = u32)]
    pub event: EventId,
    /// The seats.
    pub seats: Vec<HeldSeat>,
    /// Sum in minor units.
    pub total: i64,
    /// ISO 4217.
    pub currency: String,
    /// UTC microseconds by the platform's clock.
    pub expires: i64,
    /// The platform's clock when it answered, so that a terminal with another clock counts down right.
    pub now: i64,
    /// Whether the ladder had to give up adjacency (best seats only).
    pub apart: bool,
}

/// A seat with its words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HeldSeat {
    /// Index in the plan.
    pub seat: u32,
    /// Block as printed ("Patio de Butacas", "west 1").
    pub block: String,
    /// Row as printed.
    pub row: String,
    /// Number as printed.
    pub number: String,
    /// Entrance door as printed.
    pub entrance: String,
    /// Index of the price class.
    pub class: u8,
    /// Minor units.
    pub price: i64,
}
