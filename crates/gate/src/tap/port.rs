//! What a tap needs of an opened card.

use kippu_card::{
    capability::CardFault,
    gate::{GateCard, GateTickets, MarkFault},
};
use kippu_ticket::ids::EventId;

use crate::decision::Mark;

/// A card opened with the gate's key.
pub trait GatePort {
    /// Reads the directory, the entered marks and the records of the events the gate serves, all with MACs.
    ///
    /// # Errors
    /// The card cannot be read now, or ever.
    fn look(&mut self, serves: &dyn Fn(EventId) -> bool) -> Result<GateTickets, CardFault>;

    /// Writes entered marks, one after another.
    ///
    /// # Errors
    /// [`MarkFault::NotDone`] only if none of them stands on the card.
    fn mark(&mut self, marks: &[Mark]) -> Result<(), MarkFault>;
}

impl GatePort for GateCard<'_> {
    fn look(&mut self, serves: &dyn Fn(EventId) -> bool) -> Result<GateTickets, CardFault> {
        self.read(serves)
    }

    fn mark(&mut self, marks: &[Mark]) -> Result<(), MarkFault> {
        for (done, mark) in marks.iter().enumerate() {
            self.mark_entered(mark.slot, mark.value)
                .map_err(|fault| match fault {
                    MarkFault::NotDone(fault) if done > 0 => MarkFault::Unknown(fault),
                    fault => fault,
                })?;
        }
        Ok(())
    }
}
