//! The seat plan of the event that is open, as flow and picture share it.

/// Decoded plan of one event.
#[derive(Debug, Clone, PartialEq)]
pub struct SeatPlan {
    /// Plan bytes as the platform gave them.
    pub encoded: Vec<u8>,
}
