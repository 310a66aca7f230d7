//! The kiosk: buy, pay, carry home on the card.

pub mod plan;
pub mod view;
