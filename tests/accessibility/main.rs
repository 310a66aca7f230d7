//! The kiosk without sight: every errand by the pad of twelve keys and the spoken words alone.

#[path = "../support/mod.rs"]
#[allow(dead_code, reason = "every test binary uses its own part of it")]
mod support;

mod blind;
mod errands;
mod speech;
