//! The clerk at the register.
//!
//! - `POST /api/v1/clerk/login` [`Login`] → [`Session`], called with the terminal's own token (afterwards `Authorization: Bearer <session token>`)
//! - `POST /api/v1/clerk/login-by-card` [`CardLogin`] → [`Session`], likewise: the terminal has just read the clerk's card
//! - `POST /api/v1/clerk/logout` → 204
//! - `POST /api/v1/clerk/card` [`OwnCard`] → 204: which card the clerk logs in with from now on
//! - `GET /api/v1/clerk/slips` → [`crate::orders::Order`] list: open and recent ones of the clerk's store
//! - `GET /api/v1/clerk/slips/{slip}` → [`crate::orders::Order`]
//! - `POST /api/v1/clerk/slips/{slip}/confirm` [`Confirm`] → [`Confirmed`]
//! - `POST /api/v1/clerk/orders/{order}/reissue` [`Reissue`] → [`crate::orders::Order`]: the card is lost for good, its tickets get a new epoch and wait at the platform

use std::fmt;

use kippu_ticket::ids::CardUid;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::orders::Order;

/// A clerk's name and PIN.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct Login {
    /// Store's code.
    pub store: String,
    /// Clerk's number in that store.
    pub clerk: String,
    /// PIN.
    pub pin: String,
}

/// A clerk's card lies on the terminal's reader, which has authenticated it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CardLogin {
    /// The card.
    #[schema(value_type = String)]
    pub card: CardUid,
}

/// The card a clerk logs in with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OwnCard {
    /// The card; `None`: no card any more.
    #[schema(value_type = Option<String>)]
    pub card: Option<CardUid>,
}

/// A clerk at work.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Session {
    /// Bearer token.
    pub token: String,
    /// Clerk's number in the store.
    pub number: String,
    /// Name to show.
    pub name: String,
    /// Store to show.
    pub store_name: String,
    /// UTC microseconds.
    pub expires: i64,
}

/// The clerk says: this sum is in the till.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Confirm {
    /// The sum received, minor units: must be the order's total.
    pub amount: i64,
    /// ISO 4217.
    pub currency: String,
}

/// What became of the money.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Confirmed {
    /// How.
    pub outcome: ConfirmOutcome,
    /// The order after it.
    pub order: Order,
}

/// Outcomes of a confirmation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConfirmOutcome {
    /// Paid in time.
    Paid,
    /// Paid late; the seats were still free.
    PaidLate,
    /// Paid late and the seats are gone: hand the money back.
    Refunded,
}

/// Why tickets are issued anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Reissue {
    /// In the clerk's words; goes into the journal.
    pub reason: String,
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login")
            .field("store", &self.store)
            .field("clerk", &self.clerk)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("name", &self.name)
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}
