//! What the terminals do, with no window and no device: `(state, input) -> (state, effects)`, and a view of the state for the screen.

pub mod facts;
pub mod gate;
pub mod kiosk;
pub mod register;
pub mod slip_number;
