//! Tickets as bytes: identifiers, seat addresses, the signed record and its binding to one card.
#![forbid(unsafe_code)]

pub mod ids;
