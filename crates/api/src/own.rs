//! What organizers, sellers, venue staff and members see of what is their own.
//!
//! - `GET /api/v1/organizer/events` → [`EventFigures`] list; `GET /api/v1/organizer/events/{event}` → [`EventSales`]
//! - `GET /api/v1/organizer/events/{event}/seats` → [`SeatStates`]
//! - `GET /api/v1/seller/events` → [`EventFigures`] list of the seller's own seats; `GET /api/v1/seller/events/{event}` → [`EventSales`]
//! - `GET /api/v1/venue/events` → [`EntranceState`] list; `GET /api/v1/venue/events/{event}/entrance` → [`EntranceState`]
//! - `GET /api/v1/member/tickets` → [`OwnTicket`] list; `GET /api/v1/member/cards/{uid}/tickets` → [`OwnTicket`] list

use kippu_ticket::ids::{CardUid, EventId, TicketId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Seats by what became of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SeatCounts {
    /// All of them; a seller's are those allocated to it.
    pub seats: u32,
    /// Nobody may sell them.
    pub unallocated: u32,
    /// To be had.
    pub free: u32,
    /// Held, or ordered and not paid yet.
    pub held: u32,
    /// Paid.
    pub sold: u32,
}

impl SeatCounts {
    /// Counts others with its own.
    pub fn add(&mut self, other: &Self) {
        self.seats += other.seats;
        self.unallocated += other.unallocated;
        self.free += other.free;
        self.held += other.held;
        self.sold += other.sold;
    }
}

/// An event with its figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EventFigures {
    /// Its number.
    #[schema(value_type = u32)]
    pub event: EventId,
    /// Title.
    pub name: String,
    /// Hall.
    pub venue: String,
    /// UTC microseconds.
    pub starts: i64,
    /// Nothing is sold afterwards; UTC microseconds.
    pub sales_end: i64,
    /// Its seats.
    pub counts: SeatCounts,
    /// Prices of the paid tickets together, minor units, tax contained.
    pub revenue: i64,
    /// ISO 4217.
    pub currency: String,
}

/// An event's sales by class and seller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EventSales {
    /// The whole.
    pub event: EventFigures,
    /// By class and seller; a seller sees its own.
    pub parts: Vec<SalesPart>,
}

/// One class at one seller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SalesPart {
    /// Class as the plan names it.
    pub class: String,
    /// Seller's name; nothing for seats nobody may sell.
    pub seller: Option<String>,
    /// Its seats.
    pub counts: SeatCounts,
    /// Minor units, tax contained.
    pub revenue: i64,
}

/// Every seat of an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SeatStates {
    /// Names the plan whose order of seats this is.
    pub plan_tag: String,
    /// One letter a seat: `-` unallocated, `f` free, `h` held, `s` sold.
    pub seats: String,
}

/// An event's entrance as the platform knows it: gates without network report later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EntranceState {
    /// Its number.
    #[schema(value_type = u32)]
    pub event: EventId,
    /// Title.
    pub name: String,
    /// UTC microseconds.
    pub doors_open: i64,
    /// UTC microseconds.
    pub starts: i64,
    /// Tickets that were sold.
    pub sold: u32,
    /// Different tickets that were admitted at least once.
    pub entered: u32,
    /// What the gates decided, by gate and outcome.
    pub gates: Vec<GateCount>,
}

/// How often a gate decided so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GateCount {
    /// The gate's name.
    pub gate: String,
    /// The gate's word: `admit`, `already_inside` …
    pub outcome: String,
    /// How often.
    pub times: u32,
    /// The last time, UTC microseconds.
    pub last: i64,
}

/// A ticket of somebody's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OwnTicket {
    /// Its id.
    #[schema(value_type = u64)]
    pub ticket: TicketId,
    /// Its event.
    #[schema(value_type = u32)]
    pub event: EventId,
    /// The event's title; empty where this platform does not have it.
    pub event_name: String,
    /// Seat in words; empty for what is no seat.
    pub seat: String,
    /// Word of the kind: `seat`, `free_seating`, `voucher`, `membership`.
    pub kind: String,
    /// The card it is on, or that its order is for.
    #[schema(value_type = String)]
    pub card: CardUid,
    /// Whether it is on the card; otherwise it waits for it at the platform, or is on its way.
    pub on_card: bool,
}
