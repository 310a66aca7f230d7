//! Problem details (RFC 9457): every refusal of the platform, with a stable code and the next step.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An `application/problem+json` body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// Stable reference, `/problems/<code>`.
    #[serde(rename = "type")]
    pub kind: String,
    /// One sentence: what happened.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// Stable machine-readable code.
    pub code: ProblemCode,
    /// What happened in this very case, and whether tickets and money are safe.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The next step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Reference of the request, as in the answer's `x-request-id` and in the platform's log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    /// Which limit was reached and what is left of it, with `limit_reached` where there is such a limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<LimitFacts>,
}

impl Problem {
    /// The beginning of the reference, short enough to be read to somebody on the telephone.
    pub fn reference(&self) -> Option<&str> {
        self.request.as_deref().map(short)
    }
}

/// The beginning of a request's reference, as people are shown it.
pub fn short(reference: &str) -> &str {
    reference.get(..REFERENCE_CHARS).unwrap_or(reference)
}

/// Characters of a reference that people are shown.
const REFERENCE_CHARS: usize = 8;

/// A limit on purchases, in all stores and with all sellers together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LimitFacts {
    /// Whose limit.
    pub of: LimitOf,
    /// Tickets of the event it allows.
    pub most: u32,
    /// Tickets that can still be bought under it.
    pub left: u32,
}

/// Whom a limit on purchases counts for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LimitOf {
    /// The card that the tickets go to.
    Card,
    /// The person who buys.
    Person,
    /// The means of payment.
    Payment,
}

/// The closed set of refusals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProblemCode {
    /// 400: the request is not what the API describes.
    BadRequest,
    /// 401: no or unknown credentials.
    Unauthenticated,
    /// 403: known, but not allowed.
    Forbidden,
    /// 404: no such thing, or not this caller's.
    NotFound,
    /// 409: somebody else has the seat, or it is not allocated to this seller.
    SeatTaken,
    /// 409: not enough seats of the kind asked for, together or at all.
    NoSeatsTogether,
    /// 409: the hold has ended and its seats are gone.
    HoldExpired,
    /// 409: more tickets than one person may buy for this event.
    LimitReached,
    /// 409: the card has fewer free places than tickets.
    CardTooFull,
    /// 409: the member account does not cover the sum, is suspended, or is none of this seller's. Nothing was charged.
    NoCredit,
    /// 409: the order is in another state than the request needs.
    WrongState,
    /// 409: this handover is another terminal's, or its question is still open.
    NotOwner,
    /// 409: the idempotency key was used for a different request.
    KeyReused,
    /// 409: the organizer does not allow this ticket to go to another card, or to become paper.
    NotTransferable,
    /// 409: the ticket was issued anew; this copy is worth nothing.
    Recalled,
    /// 409: the platform was restored from a backup and this terminal has not resent its rows yet (R15). Nothing was done.
    ResendFirst,
    /// 410: sales for the event are over.
    SalesClosed,
    /// 422: the slip was cancelled or has run out.
    SlipNotPayable,
    /// 408: the request's body came too slowly. Nothing was done.
    TooSlow,
    /// 413: the request's body is larger than this route takes. Nothing was done.
    TooLarge,
    /// 429: too many tries, or too many requests; try again after `Retry-After` where that is stated.
    TooMany,
    /// 503: overloaded; nothing was done; try again after `Retry-After`.
    Busy,
    /// 500: our fault; nothing was acknowledged.
    Internal,
}

impl ProblemCode {
    /// Whether a refusal says that this very request was not and will not be acted on. The others (overload, credentials, the platform's own
    /// fault) say nothing about an earlier try whose answer was lost. The platform remembers exactly these, terminals end a handover on exactly these.
    pub fn is_final(self) -> bool {
        match self {
            Self::BadRequest
            | Self::NotFound
            | Self::SeatTaken
            | Self::NoSeatsTogether
            | Self::HoldExpired
            | Self::LimitReached
            | Self::CardTooFull
            | Self::NoCredit
            | Self::WrongState
            | Self::NotOwner
            | Self::NotTransferable
            | Self::Recalled
            | Self::SalesClosed
            | Self::SlipNotPayable => true,
            Self::Unauthenticated
            | Self::Forbidden
            | Self::KeyReused
            | Self::ResendFirst
            | Self::TooSlow
            | Self::TooLarge
            | Self::TooMany
            | Self::Busy
            | Self::Internal => false,
        }
    }
}
