//! What a gate remembers of the tickets on a card.

use std::collections::HashMap;

use kippu_ticket::ids::{CardUid, Generation, TicketId};

/// What the log knows about the tickets of one card.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Inside {
    /// Last passage of each ticket, on whatever card.
    pub passages: HashMap<TicketId, Passed>,
    /// Marks sent to this card whose answer was lost, at this gate.
    pub open: HashMap<TicketId, OpenMark>,
}

/// A ticket's last passage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Passed {
    /// On which card; none where it was a paper.
    pub card: Option<CardUid>,
    /// In which of the ticket's lives.
    pub generation: Generation,
    /// Came in and has not left.
    pub inside: bool,
}

/// A mark that may or may not be on the card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenMark {
    /// Its row in the log.
    pub intent: i64,
    /// Slot.
    pub slot: u8,
    /// The ticket's life at that time.
    pub generation: Generation,
    /// What would stand on the card if it happened.
    pub mark: u8,
}
