//! The stage: starts the real binaries (platform, printer, kiosk, register, gate) and drives their screens by the headless hand.
//! End-to-end tests and the tour stand on it; no product code does.
#![forbid(unsafe_code)]

pub mod books;
pub mod hand;
pub mod line;
pub mod process;
pub mod procfs;
pub mod theatre;
