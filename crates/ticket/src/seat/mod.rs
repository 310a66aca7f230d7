//! Where somebody sits: the printed address inside a ticket, and the grid ranges people type when they plan and allocate.

mod address;
mod range;

pub use address::{BadSeat, SeatAddress};
pub use range::{BadRange, BadRangeKind, GridCell, SeatRange, SeatRanges};
