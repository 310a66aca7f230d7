//! Devices and the platform as actors: a job goes in, typed news come out, and nothing here blocks the window.

pub mod cards;
pub mod clerks;
mod files;
pub mod gate;
pub mod keys;
pub mod mailbox;
pub mod payment;
pub mod platform;
pub mod printer;
pub mod register;
pub mod tray;
pub mod vault;
