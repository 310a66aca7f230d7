//! Random runs of kiosks, cards, platform, gates, clerks and customers over the real code, with faults, and an auditor apart from it.
//!
//! Real: the handover machine with its journal, the card client, the gate's tap and scan, the platform's routes, rules and SQLite storage.
//! Simulated: people, the network, the power, the printer, the chips (the virtual card) and, for speed, the journal's file in most runs.
#![forbid(unsafe_code)]

pub mod audit;
pub mod cards;
pub mod chance;
pub mod customers;
pub mod faults;
pub mod flaws;
pub mod furnish;
pub mod gates;
pub mod items;
pub mod network;
pub mod paper;
pub mod platform;
pub mod refunds;
pub mod roads;
pub mod run;
mod settle;
mod staff;
mod stick;
pub mod store;
pub mod trace;
pub mod world;
