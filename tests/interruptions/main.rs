//! The road interrupted: cards pulled away at every exchange, kiosks killed, the platform away. Whatever happens, a paid ticket ends on the
//! card exactly once.
//!
//! Slips paid late need a clock that can be moved: `platform-mock/tests/http/slips.rs` has them.

#[path = "../support/mod.rs"]
#[allow(dead_code, reason = "every test binary uses its own part of it")]
mod support;

mod cards;
mod exactly_once;
mod platform;
mod power;
mod torn;
