//! The DESFire EV2 protocol: cryptography, secure messaging and the commands a terminal sends.

pub mod client;
mod commands;
pub mod crypto;
pub mod fault;

pub use client::{Comm, Desfire};
pub use commands::{NewFile, Version};
pub use fault::{DesfireFault, Status};
