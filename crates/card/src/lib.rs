//! The card: what a terminal can do with it, the DESFire protocol behind that, and a virtual card that obeys the same rules.
#![forbid(unsafe_code)]

pub mod capability;
pub mod desfire;
pub mod format;
pub mod gate;
pub mod keys;
pub mod layout;
pub mod open;
pub mod pcsc;
mod plan;
pub mod reader;
pub mod session;
pub mod transaction_mac;
pub mod transport;
pub mod tray;
pub mod virtual_card;
