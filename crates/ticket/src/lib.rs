//! Tickets as bytes: identifiers, seat addresses, the signed record and its binding to one card or one paper.
#![forbid(unsafe_code)]

pub mod binding;
pub mod code;
pub mod ids;
pub mod paper;
pub mod record;
pub mod seat;
pub mod sign;
