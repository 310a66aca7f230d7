//! What waits for somebody: parcels at the platform, and handovers other terminals have.
//!
//! - `POST /api/v1/waiting` [`FindWaiting`] → [`Waiting`] list: by code, or by a card this terminal has authenticated
//! - `POST /api/v1/parcels/{parcel}/grant` [`crate::orders::GrantRequest`] → [`crate::orders::Grant`]: like an order's; for the giver's card,
//!   the named receiver's, or any card with the code
//! - `GET /api/v1/cards/{uid}/history` → [`Passage`] list, newest first: what became of the tickets that are or were on a card

use kippu_ticket::{
    code::ResumeCode,
    ids::{CardUid, EventId, HandoverId, TicketId},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Looks for what waits; exactly one of the two is stated. Wrong codes are throttled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FindWaiting {
    /// Code from a slip.
    #[schema(value_type = Option<String>)]
    pub code: Option<ResumeCode>,
    /// A card.
    #[schema(value_type = Option<String>)]
    pub card: Option<CardUid>,
}

/// Something that waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Waiting {
    /// The handover it comes from.
    #[schema(value_type = String)]
    pub handover: HandoverId,
    /// Where.
    pub place: WaitingPlace,
    /// Tickets that wait.
    #[schema(value_type = Vec<u64>)]
    pub tickets: Vec<TicketId>,
    /// Title of the first ticket's event.
    pub event_name: String,
    /// Card they came from.
    #[schema(value_type = Option<String>)]
    pub giver: Option<CardUid>,
    /// Card they are meant for, where one is named.
    #[schema(value_type = Option<String>)]
    pub receiver: Option<CardUid>,
    /// Since when, UTC microseconds.
    pub since: i64,
}

/// Where something waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WaitingPlace {
    /// At the platform: any kiosk may fetch it by `parcels/{parcel}/grant`.
    Parcel {
        /// Its id.
        parcel: String,
    },
    /// Released by a terminal: any kiosk may take it over.
    Released {
        /// Whether an operation is pending that only its card can answer.
        unknown: bool,
        /// That card.
        #[schema(value_type = Option<String>)]
        card: Option<CardUid>,
    },
    /// Still in another terminal, which has not let go of it.
    Terminal {
        /// Its name.
        name: String,
        /// Its store's name, where it stands in one.
        store: Option<String>,
    },
    /// This terminal's own journal has it.
    Here,
    /// It was fetched already.
    Fetched,
    /// It was given up for money: the code opens that at a register. By a card it is told as long as the money is not paid out, and
    /// `POST /api/v1/refunds/slips` gives another slip for it.
    GivenUp,
}

/// One station in a ticket's life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Passage {
    /// Ticket.
    #[schema(value_type = u64)]
    pub ticket: TicketId,
    /// Its event.
    #[schema(value_type = u32)]
    pub event: EventId,
    /// Event's title.
    pub event_name: String,
    /// Seat in words of the plan, empty for items without a seat.
    pub seat: String,
    /// When, UTC microseconds by the platform's clock.
    pub at: i64,
    /// What.
    pub what: PassageKind,
    /// The other card of an assignment, last four digits only.
    pub other_card: Option<String>,
    /// Where it happened: name of terminal or gate.
    pub terminal: Option<String>,
    /// Whether the card proved it; `None` where no card was changed or no proof came.
    pub proved: Option<bool>,
}

/// Stations in a ticket's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PassageKind {
    /// Bought.
    Bought,
    /// Written to this card.
    Received,
    /// Taken from this card.
    Taken,
    /// Given back to this card.
    GivenBack,
    /// Kept at the platform.
    Parked,
    /// Became paper.
    Printed,
    /// A paper was declared void.
    PaperVoid,
    /// Issued anew.
    Reissued,
    /// Entered an event.
    Entered,
}
