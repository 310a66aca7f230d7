//! Masters: organizers, venues with their layouts, events with prices and doors, sellers, stores, terminals.

pub mod catalogue;
pub(crate) mod event_rows;
mod gate_rows;
pub mod organized;
pub mod organizing;
pub mod routes;
pub mod rules;
pub mod storage;
pub mod wall_clock;
