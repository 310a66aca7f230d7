//! Seats that go back: a seller offers unsold seats to the organizer, who takes them, hands them on or declines; or the organizer calls them in.
//!
//! For people of the seller:
//! - `GET /api/v1/seller/events/{event}/picture` → [`crate::allocation::SeatPicture`]
//! - `GET /api/v1/seller/events/{event}/stock` → [`OwnStock`]
//! - `GET /api/v1/seller/events/{event}/stock/typed?block=&text=` → [`crate::allocation::FoundSeats`]
//! - `POST /api/v1/seller/events/{event}/returns` [`NewReturn`] → 201 [`SeatReturn`]
//! - `GET /api/v1/seller/returns` → [`SeatReturn`] list
//! - `POST /api/v1/seller/returns/{return}/withdraw` → [`SeatReturn`]
//!
//! For people of the organizer:
//! - `GET /api/v1/organizer/returns` → [`SeatReturn`] list
//! - `POST /api/v1/organizer/returns/{return}` [`ReturnDecision`] → [`SeatReturn`]
//! - `POST /api/v1/organizer/events/{event}/call-ins` [`CallIn`] → 201 [`SeatReturn`]

use kippu_ticket::ids::{EventId, SellerId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::allocation::SeatRun;

/// What became of a seat, as its seller sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StockState {
    /// Not the seller's; whose it is, is not said.
    Other,
    /// To be had.
    Free,
    /// Somebody is about to buy it.
    Held,
    /// Offered back to the organizer: not sold meanwhile.
    Offered,
    /// Paid.
    Sold,
}

/// Consecutive seats that are alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StockRun {
    /// How many.
    pub seats: u32,
    /// What became of them.
    pub state: StockState,
}

/// A seller's seats of an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OwnStock {
    /// The event.
    #[schema(value_type = u32)]
    pub event: EventId,
    /// Names the plan whose order of seats this is.
    pub plan_tag: String,
    /// All seats of the hall in plan order, as runs of what is alike.
    pub seats: Vec<StockRun>,
}

/// Which seats are offered back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WhichSeats {
    /// These, all or none.
    Named {
        /// By their index in the plan.
        #[schema(value_type = Vec<Vec<u32>>)]
        seats: Vec<SeatRun>,
    },
    /// Whatever the seller has not sold.
    Unsold {
        /// Of one class, by its index; of all where it is missing.
        class: Option<u8>,
    },
}

/// Seats are offered back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NewReturn {
    /// Which.
    pub which: WhichSeats,
    /// Words for the organizer; at most 300 letters.
    #[serde(default)]
    pub note: String,
}

/// What became of an offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReturnState {
    /// The organizer has not answered; the seats are the seller's, and nobody sells them.
    Waiting,
    /// The organizer took them.
    Accepted,
    /// The seller keeps and sells them.
    Declined,
    /// The seller took the offer back.
    Withdrawn,
    /// There was no offer: the organizer called them in.
    CalledIn,
}

/// Seats that were offered back or called in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SeatReturn {
    /// Rises.
    pub number: i64,
    /// The event.
    #[schema(value_type = u32)]
    pub event: EventId,
    /// Its title.
    pub event_name: String,
    /// Whose they were.
    #[schema(value_type = u16)]
    pub seller: SellerId,
    /// Its name.
    pub seller_name: String,
    /// Which.
    #[schema(value_type = Vec<Vec<u32>>)]
    pub seats: Vec<SeatRun>,
    /// How many.
    pub count: u32,
    /// Words of whoever asked.
    pub note: String,
    /// How it stands.
    pub state: ReturnState,
    /// When somebody asked, UTC microseconds.
    pub asked: i64,
    /// Role, number and name of who asked; nothing where that is somebody of the other side.
    pub asked_by: Option<String>,
    /// When it was decided.
    pub decided: Option<i64>,
    /// By whom; nothing where that is somebody of the other side.
    pub decided_by: Option<String>,
    /// Name of the seller that has the seats since; nothing where nobody has, and nothing for sellers.
    pub to: Option<String>,
}

/// The organizer's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReturnDecision {
    /// The seats leave the seller.
    Accept {
        /// Who has them from then on; `None`: nobody.
        #[schema(value_type = Option<u16>)]
        to: Option<SellerId>,
    },
    /// The seller keeps them.
    Decline,
}

/// The organizer takes back what a seller has not sold; what is held, sold or offered back stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CallIn {
    /// Whose.
    #[schema(value_type = u16)]
    pub seller: SellerId,
    /// Of one class, by its index; of all where it is missing.
    pub class: Option<u8>,
    /// Words for the seller; at most 300 letters.
    #[serde(default)]
    pub note: String,
}
