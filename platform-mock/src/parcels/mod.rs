//! Parcels: tickets that wait at the platform after they were on a card, and everything else that waits for somebody at a kiosk.

pub mod parking;
pub mod record;
pub mod routes;
pub mod rules;
pub mod storage;
mod waiting;
