//! Paying: one trait for every method, with *unknown* as an outcome of its own.
//!
//! A charge is money: the caller writes the attempt into its journal **before** [`begin`](PaymentMethod::begin), and never begins
//! another one for the same order while an earlier one is not final. After [`PaymentState::Unknown`] the only way on is
//! [`poll`](PaymentMethod::poll), by the same attempt, until the method knows; a person decides what it never learns.

mod memory;

pub use memory::{Loss, MemoryPayment, MemoryPaymentHandle};

use serde::{Deserialize, Serialize};

use crate::money::Money;

/// One attempt to be paid, made by the caller and unique for ever.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AttemptId(pub String);

/// What shall be paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentRequest {
    /// The attempt, already in the caller's journal.
    pub attempt: AttemptId,
    /// The order it pays.
    pub order: String,
    /// The sum.
    pub sum: Money,
}

/// Why nothing was charged, for certain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotCharged {
    /// Refused by whoever holds the money.
    Declined,
    /// Ended by the customer or the terminal.
    Cancelled,
    /// Not paid in time.
    Expired,
    /// The method cannot be used now; nothing was begun.
    Unavailable,
}

/// Where an attempt stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentState {
    /// The customer has yet to pay.
    Waiting,
    /// The sum is set aside; [`confirm`](PaymentMethod::confirm) takes it, [`cancel`](PaymentMethod::cancel) lets it go.
    Reserved,
    /// Paid.
    Paid,
    /// Paid and given back.
    Refunded,
    /// Nothing was charged.
    NotCharged(NotCharged),
    /// The method does not know, or its answer was lost: the sum may or may not be charged.
    Unknown,
}

impl PaymentState {
    /// Whether nothing more will change by itself, so another attempt may be begun if it is not paid.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Paid | Self::Refunded | Self::NotCharged(_))
    }

    /// Whether tickets may be handed out for it.
    pub fn covers_tickets(self) -> bool {
        matches!(self, Self::Paid | Self::Reserved)
    }
}

/// A way to pay.
///
/// Every call answers where the attempt stands afterwards, and repeating a call with the same attempt charges nothing twice.
pub trait PaymentMethod: Send {
    /// Begins an attempt. One begun before is only looked up.
    fn begin(&mut self, request: &PaymentRequest) -> PaymentState;

    /// Asks where it stands; changes nothing. `NotCharged(Unavailable)` for an attempt that never arrived.
    fn poll(&mut self, attempt: &AttemptId) -> PaymentState;

    /// Takes what was reserved, once the tickets are out. Changes nothing in any other state.
    fn confirm(&mut self, attempt: &AttemptId) -> PaymentState;

    /// Ends an attempt: nothing is charged if it was not paid yet; a paid one stays paid.
    fn cancel(&mut self, attempt: &AttemptId) -> PaymentState;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_over_is_final() {
        for (state, is_final, covers) in [
            (PaymentState::Waiting, false, false),
            (PaymentState::Reserved, false, true),
            (PaymentState::Paid, true, true),
            (PaymentState::Refunded, true, false),
            (PaymentState::NotCharged(NotCharged::Declined), true, false),
            (PaymentState::Unknown, false, false),
        ] {
            assert_eq!(state.is_final(), is_final, "{state:?}");
            assert_eq!(state.covers_tickets(), covers, "{state:?}");
        }
    }
}
