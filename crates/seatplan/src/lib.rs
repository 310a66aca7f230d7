//! Seat plans: what a hall looks like, reading plans of other makers, picking good seats, drawing the seat picture.
#![forbid(unsafe_code)]

pub mod best;
pub mod import;
pub mod natural;
pub mod picture;
pub mod plan;
pub mod select;
mod wire;

pub use plan::Plan;
pub use wire::BadPlan;
