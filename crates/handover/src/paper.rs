//! The printer, as handovers need it. Only its own words count: what is not confirmed is unconfirmed (R16).

use kippu_ticket::ids::TicketId;

use crate::row::Event;

/// Why a printer does not print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum PaperFault {
    /// No paper.
    #[error("the printer is out of paper")]
    OutOfPaper,
    /// Its cover is open.
    #[error("the printer's cover is open")]
    CoverOpen,
    /// It cannot be reached, or does not answer.
    #[error("the printer does not answer")]
    Away,
    /// Something else that its words for it do not tell.
    #[error("the printer reports a fault")]
    Fault,
}

/// One paper ticket to be printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaperJob {
    /// Ticket.
    pub ticket: TicketId,
    /// Serial number of this very paper.
    pub serial: u64,
    /// The record as it was taken from the card.
    pub record: Vec<u8>,
    /// What its code says: paper record v1.
    pub paper: Vec<u8>,
    /// Its event.
    pub event: Event,
}

/// How a print ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaperEnd {
    /// The printer confirmed this very paper.
    Printed,
    /// For certain nothing came out.
    Nothing(PaperFault),
    /// It may have come out, wholly or in part.
    Unconfirmed(PaperFault),
}

/// A printer.
pub trait PaperPort {
    /// Whether it could print now. Asked before anything is noted or sent.
    ///
    /// # Errors
    /// Why not.
    fn ready(&mut self) -> Result<(), PaperFault>;

    /// Prints one paper and waits, for a bounded time, until its end is known or not.
    fn print(&mut self, job: &PaperJob) -> PaperEnd;
}
