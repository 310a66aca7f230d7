//! The till of a store: what clerks took and paid out since it was closed last, and what is still under way.

mod closing;
mod count;
mod open;
pub mod routes;
pub mod storage;
