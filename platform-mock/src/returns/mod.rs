//! Seats that go back to the organizer: offered by their seller, or called in. While an offer waits its seats are claimed, as a hold claims them:
//! nobody sells or moves them until it is decided.

mod claiming;
pub mod pages;
mod record;
pub mod routes;
pub mod storage;
mod words;
