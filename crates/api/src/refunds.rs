//! Money back for tickets, by their event's rules. Card first, then money: a kiosk takes the tickets off the card and puts them down at the
//! platform under a code as it does with tickets that wait; what waits there can be given up for money; the register pays it out to whoever
//! brings the code. What was paid by a member account goes back to that account at once. Until it is given up, a ticket can still be fetched; from then on it is void and its seat is on sale again.
//!
//! - `POST /api/v1/refunds/quote` [`QuoteRequest`] → [`Quote`] list, one a ticket in the order asked
//! - `POST /api/v1/refunds` [`NewRefund`] → 201 [`Refund`]
//! - `POST /api/v1/refunds/slips` [`NewSlip`] → [`Refund`]: another slip for money that nobody fetched yet, for the card the tickets came off
//! - `POST /api/v1/clerk/refunds` [`FindRefund`] → [`Refund`] list: what a slip is about, at a register of any store of the seller; due ones first
//! - `POST /api/v1/clerk/refunds/{refund}/pay-out` [`crate::clerk::Confirm`] → [`Refund`]: the money is in the customer's hand

use kippu_ticket::{
    code::ResumeCode,
    ids::{CardUid, EventId, HandoverId, TicketId},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::holds::HeldSeat;

/// Asks what tickets would bring. Nothing is changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QuoteRequest {
    /// Which, at most 100.
    #[schema(value_type = Vec<u64>)]
    pub tickets: Vec<TicketId>,
}

/// What one ticket would bring.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Quote {
    /// Which.
    #[schema(value_type = u64)]
    pub ticket: TicketId,
    /// Why there is no money for it; the sums are 0 then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<NoRefund>,
    /// What was paid for it, minor units.
    pub price: i64,
    /// What is kept of that, minor units.
    pub fee: i64,
    /// ISO 4217; empty where nothing is known of the ticket.
    pub currency: String,
    /// Taken back until then, UTC microseconds; 0 where it never was.
    pub until: i64,
    /// It was paid by a member account, and the money goes back there.
    #[serde(default)]
    pub to_account: bool,
}

impl Quote {
    /// What would be paid out, minor units.
    pub fn amount(&self) -> i64 {
        self.price - self.fee
    }
}

/// Why there is no money for a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NoRefund {
    /// The organizer takes no tickets of this event back.
    NotAllowed,
    /// The time for it is over.
    TooLate,
    /// Nothing is left of what was paid, or nothing was.
    NothingDue,
    /// It was not sold here, by another seller, or is no ticket any more.
    NotSoldHere,
    /// It was used to enter.
    Entered,
}

/// Gives up tickets that wait at the platform, for the sum that was said before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NewRefund {
    /// Code under which they wait; the same one opens the refund.
    #[schema(value_type = String)]
    pub code: ResumeCode,
    /// Which of those that wait there, each once.
    #[schema(value_type = Vec<u64>)]
    pub tickets: Vec<TicketId>,
    /// The sum people agreed to, minor units. Another one is refused and nothing is given up.
    pub amount: i64,
    /// ISO 4217.
    pub currency: String,
}

/// Another slip for a refund that is not paid out: nobody had one, or it was lost. Its code opens the refund, and no earlier one does any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NewSlip {
    /// The handover that took the tickets off their card.
    #[schema(value_type = String)]
    pub handover: HandoverId,
    /// That card, which this terminal has authenticated.
    #[schema(value_type = String)]
    pub card: CardUid,
    /// A fresh code.
    #[schema(value_type = String)]
    pub code: ResumeCode,
}

/// Looks for a refund by the code on its slip.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FindRefund {
    /// The code.
    #[schema(value_type = String)]
    pub code: ResumeCode,
}

/// Where a refund stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RefundState {
    /// The tickets are given up, the money waits at the register.
    Due,
    /// A clerk paid it out.
    PaidOut,
    /// All of it was booked back to the member accounts it was paid by: nobody pays anything out.
    Booked,
}

/// A ticket that was given up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RefundItem {
    /// Which.
    #[schema(value_type = u64)]
    pub ticket: TicketId,
    /// Of which event.
    #[schema(value_type = u32)]
    pub event: EventId,
    /// Event's title.
    pub event_name: String,
    /// Hall.
    pub venue: String,
    /// Doors open, UTC microseconds.
    pub doors_open: i64,
    /// Start, UTC microseconds.
    pub starts: i64,
    /// The venue's IANA time zone.
    pub zone: String,
    /// Its seat, with what was paid for it.
    pub seat: HeldSeat,
    /// Its price class.
    pub class_name: String,
    /// Kept of what was paid, minor units.
    pub fee: i64,
}

/// Tickets that were given up, and their money.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Refund {
    /// Random id.
    pub refund: String,
    /// Where it stands.
    pub state: RefundState,
    /// The tickets.
    pub items: Vec<RefundItem>,
    /// What comes back, minor units.
    pub amount: i64,
    /// Of that, what was booked to the member accounts it was paid by; the rest is paid out in cash.
    #[serde(default)]
    pub to_account: i64,
    /// Tax contained in `amount`, minor units.
    pub tax: i64,
    /// ISO 4217.
    pub currency: String,
    /// When the tickets were given up, UTC microseconds.
    pub at: i64,
    /// When it was paid out, UTC microseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid_out: Option<i64>,
}

impl Refund {
    /// What a register pays out, minor units.
    pub fn cash(&self) -> i64 {
        self.amount - self.to_account
    }
}
