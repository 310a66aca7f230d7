//! Sales: seats are held, a hold becomes an order with a slip, a clerk confirms the slip's payment.
//!
//! ```text
//! hold ──► order: awaiting_payment ──► paid ──► granted ──► issued
//!   │            │      │     └──► expired ──► paid late, or refunded
//!   └► free      │      └──► cancelled
//! ```

pub(crate) mod command;
pub mod expiry;
pub mod limits;
mod paying;
pub mod picking;
mod placing;
pub mod present;
pub mod record;
pub mod routes;
pub mod rules;
pub mod slip;
pub mod storage;
