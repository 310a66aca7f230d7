//! Several buyers after the same seats of the real platform.

#[path = "../support/mod.rs"]
#[allow(dead_code, reason = "every test binary uses its own part of it")]
mod support;

mod last_seat;
mod two_kiosks;
