//! The main road through the real binaries: buy at the kiosk, pay at the register, carry it on the card, walk through the gate.

#[path = "../support/mod.rs"]
#[allow(dead_code, reason = "every test binary uses its own part of it")]
mod support;

mod account;
mod gate;
mod landscape;
mod looks;
mod money_back;
mod my_card;
mod privacy;
mod road;
mod seats;
