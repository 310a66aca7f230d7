//! Printer and cards that are not as they should be: each has a screen of its own, and the purchase goes on.

#[path = "../support/mod.rs"]
#[allow(dead_code, reason = "every test binary uses its own part of it")]
mod support;

mod cards;
mod printer;
mod staff;
