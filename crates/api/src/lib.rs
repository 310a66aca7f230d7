//! Wire types and the typed client between terminals and the platform. One file a noun; the paths stand in each file's head.
#![forbid(unsafe_code)]

pub mod allocation;
pub mod cards;
pub mod changes;
pub mod clerk;
pub mod client;
pub mod device_key;
pub mod enrolment;
pub mod entrance;
pub mod events;
pub mod handovers;
pub mod holds;
pub mod identity;
pub mod members;
pub mod operator;
pub mod orders;
pub mod organizing;
pub mod own;
pub mod parcels;
pub mod people;
pub mod problem;
pub mod refunds;
pub mod registry;
pub mod reports;
pub mod requests;
pub mod returns;
pub mod staff_acts;
pub mod stick;
pub mod terminals;
pub mod till;
