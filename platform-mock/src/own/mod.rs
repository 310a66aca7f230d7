//! What organizers, sellers, venue staff and members see of what is their own, and nothing else.

pub mod event;
pub mod routes;
pub mod storage;
