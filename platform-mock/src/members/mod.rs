//! A seller's members: who may buy on account, by the number of the card they carry. The account is a list of postings that only grows; what a
//! member owes is their sum. No names are kept: the member's number is what the seller knows the person by.
//!
//! ```text
//! card read at a kiosk ──► credit asked ──► order made and charged in one transaction ──► settled with the seller
//!                                                     └──► tickets given up: booked back
//! ```

pub mod booking;
mod charging;
pub mod record;
pub mod routes;
pub mod rules;
pub mod storage;

pub(crate) use charging::{book_back, charge, chargeable};
