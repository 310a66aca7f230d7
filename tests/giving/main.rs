//! Tickets change hands at the kiosk: to another card, back, to the platform and out again, onto paper.

#[path = "../support/mod.rs"]
#[allow(dead_code, reason = "every test binary uses its own part of it")]
mod support;

mod elsewhere;
mod later;
mod paper;
mod parking;
mod staff;
mod stays;
mod stick;
mod swap;
mod unconfirmed;
mod wrong_card;
