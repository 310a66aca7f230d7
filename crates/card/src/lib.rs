//! The card: what a terminal can do with it, the DESFire protocol behind that, and a virtual card that obeys the same rules.
#![forbid(unsafe_code)]

pub mod capability;
pub mod desfire;
pub mod keys;
pub mod layout;
pub mod reader;
pub mod transport;
pub mod tray;
pub mod virtual_card;
