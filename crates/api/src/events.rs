//! What is on sale.
//!
//! - `GET /api/v1/events` → [`EventSummary`] list for the terminal's seller
//! - `GET /api/v1/events/{event}/plan` → the seat plan, `application/vnd.kippu.plan` (see `kippu-seatplan`), immutable, with `ETag`
//! - `GET /api/v1/events/{event}/availability` → `application/vnd.kippu.availability`, zstd: one byte a seat in plan order,
//!   0 = not to be had here, n = free in price class n-1; the version it shows is in `Kippu-Stock-Version`

use kippu_ticket::ids::{EventId, SellerId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An event as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EventSummary {
    /// Short event id.
    #[schema(value_type = u32)]
    pub event: EventId,
    /// Title, in the organizer's words.
    pub name: String,
    /// Who performs.
    pub performers: String,
    /// Hall.
    pub venue: String,
    /// Doors open, UTC microseconds.
    pub doors_open: i64,
    /// Start, UTC microseconds.
    pub starts: i64,
    /// The venue's IANA time zone.
    pub zone: String,
    /// ISO 4217.
    pub currency: String,
    /// Price classes in the order of the availability bytes.
    pub classes: Vec<PriceClass>,
    /// Most tickets one order may hold.
    pub limit_per_order: u8,
    /// Seats in the plan.
    pub seats: u32,
    /// Seats free to this seller now.
    pub free: u32,
    /// Changes whenever a seat changes state; compare to know whether to fetch availability again.
    pub version: u64,
    /// Seller these seats are bought from.
    #[schema(value_type = u16)]
    pub seller: SellerId,
    /// Seller's name.
    pub seller_name: String,
}

/// One seat type with its price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PriceClass {
    /// Name as the plan's categories give it (S, A, west …).
    pub name: String,
    /// Price in minor units, tax included.
    pub price: i64,
    /// Free to this seller now.
    pub free: u32,
}
