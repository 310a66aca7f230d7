//! Sellers ask for seats, organizers answer: each side may come back with other counts until one accepts, and what both agreed on becomes an
//! allocation at that moment.
//!
//! For people of the seller:
//! - `GET /api/v1/seller/requests/events` → [`OpenEvent`] list
//! - `GET /api/v1/seller/requests` → [`SeatRequest`] list
//! - `POST /api/v1/seller/requests` [`NewRequest`] → 201 [`SeatRequest`]
//! - `POST /api/v1/seller/requests/{request}` [`RequestAnswer`] → [`SeatRequest`]
//!
//! For people of the organizer:
//! - `GET /api/v1/organizer/requests` → [`SeatRequest`] list
//! - `POST /api/v1/organizer/events/{event}/requests/open` [`OpenForRequests`] → 204
//! - `POST /api/v1/organizer/events/{event}/offers` [`NewOffer`] → 201 [`SeatRequest`]
//! - `POST /api/v1/organizer/requests/{request}` [`RequestAnswer`] → [`SeatRequest`]

use kippu_ticket::ids::{EventId, SellerId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::allocation::SeatRun;

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    /// The seller.
    Seller,
    /// The organizer.
    Organizer,
}

impl Party {
    /// The other one.
    pub fn other(self) -> Self {
        match self {
            Self::Seller => Self::Organizer,
            Self::Organizer => Self::Seller,
        }
    }
}

/// How a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RequestState {
    /// The organizer is to answer.
    Asked,
    /// The seller is to answer.
    Offered,
    /// Agreed: the seats are the seller's since then.
    Agreed,
    /// The organizer gives none.
    Declined,
    /// The seller wants none any more.
    Withdrawn,
}

impl RequestState {
    /// Whose answer is due; nobody's when it is over.
    pub fn due(self) -> Option<Party> {
        match self {
            Self::Asked => Some(Party::Organizer),
            Self::Offered => Some(Party::Seller),
            Self::Agreed | Self::Declined | Self::Withdrawn => None,
        }
    }
}

/// How many seats of each class, in the order of the event's prices.
pub type SeatCountsWished = Vec<u32>;

/// What one side said. Whoever accepts repeats the counts; whoever ends it says none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Turn {
    /// Which side.
    pub party: Party,
    /// How many seats of each class.
    pub seats: SeatCountsWished,
    /// In its words.
    pub note: String,
    /// When, UTC microseconds.
    pub at: i64,
    /// Role, number and name; nothing where that is somebody of the other side.
    pub who: Option<String>,
}

/// A request with everything that was said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SeatRequest {
    /// Rises.
    pub number: i64,
    /// The event.
    #[schema(value_type = u32)]
    pub event: EventId,
    /// Who asks.
    #[schema(value_type = u16)]
    pub seller: SellerId,
    /// Its name.
    pub seller_name: String,
    /// How it stands.
    pub state: RequestState,
    /// From the first to the last; an answer names how many there were.
    pub turns: Vec<Turn>,
    /// Seats that went to the seller by it.
    #[schema(value_type = Vec<Vec<u32>>)]
    pub given: Vec<SeatRun>,
    /// How many these are.
    pub count: u32,
}

/// An event sellers may ask seats of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OpenEvent {
    /// The event.
    #[schema(value_type = u32)]
    pub event: EventId,
    /// Title.
    pub name: String,
    /// Hall.
    pub venue: String,
    /// UTC microseconds.
    pub starts: i64,
    /// Names of its classes.
    pub classes: Vec<String>,
    /// Prices by class, minor units.
    pub prices: Vec<i64>,
    /// ISO 4217.
    pub currency: String,
}

/// A seller asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NewRequest {
    /// Of which event.
    #[schema(value_type = u32)]
    pub event: EventId,
    /// How many seats of each class.
    pub seats: SeatCountsWished,
    /// Why; at most 300 letters.
    #[serde(default)]
    pub note: String,
}

/// An organizer begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NewOffer {
    /// To whom.
    #[schema(value_type = u16)]
    pub seller: SellerId,
    /// How many seats of each class.
    pub seats: SeatCountsWished,
    /// Words for the seller; at most 300 letters.
    #[serde(default)]
    pub note: String,
}

/// Whether sellers may ask seats of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OpenForRequests {
    /// Whether they may.
    pub open: bool,
}

/// What a side answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RequestAnswer {
    /// How many turns there were when it was decided: other terms than those that were read are never accepted.
    pub turns: u32,
    /// The answer.
    pub answer: AnswerKind,
    /// In words; at most 300 letters.
    #[serde(default)]
    pub note: String,
}

/// The kinds of answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AnswerKind {
    /// So be it; only to what the other side said.
    Accept,
    /// Other counts.
    Counter(SeatCountsWished),
    /// No seats: the organizer declines, the seller withdraws. Also when the other side's answer is due.
    End,
}
