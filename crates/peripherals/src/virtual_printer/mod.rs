//! A printer made of software: takes ESC/POS over TCP, answers like a receipt printer and saves every paper for people and tests.
//!
//! Its reading of ESC/POS shares nothing with the driver's writing, so a paper saved here was understood twice. It can run out of
//! paper at any byte, have its cover opened, jam, fall silent, be switched off and talk noise.

mod control;
mod decoder;
mod machine;
mod real_time;
mod server;
mod shelf;

pub use control::Control;
pub use machine::{Fault, Machine, Paper};
pub use server::VirtualPrinter;

/// What it answers when asked for its model, so that a terminal can tell people that the paper is not real.
pub const MODEL_NAME: &str = "Kippu virtual printer";
