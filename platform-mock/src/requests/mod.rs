//! Sellers ask for seats: what both sides agree on becomes an allocation in the transaction in which the second of them says yes.

pub mod pages;
mod record;
pub mod routes;
mod rules;
pub mod storage;
mod words;
