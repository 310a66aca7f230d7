//! Money back for tickets. A kiosk puts them down under a code first, as it does with tickets that wait; what waits is given up here for what the
//! event's rule leaves of its price, and a register of the same seller pays it out. What was paid by a member account goes back there in the same transaction.
//!
//! ```text
//! on a card ──(handover)──► waits under a code ──► given up: void, its seat free, money due ──► paid out
//!                             └──► fetched again
//! ```
//!
//! The code that fetched the tickets opens the money. Whoever has none gets another one by the card the tickets came off ([`slips`]).

mod giving_up;
mod paying_out;
pub mod record;
pub mod routes;
pub mod rules;
pub mod slips;
pub mod storage;
