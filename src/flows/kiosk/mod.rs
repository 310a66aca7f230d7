//! The kiosk: buy, pay, carry home on the card.

pub mod view;
