//! The printer with its papers announced to the flow, one after another.

use kippu_handover::paper::{PaperEnd, PaperFault, PaperJob, PaperPort};

use crate::flows::kiosk::input::CardNews;

/// A printer that says which paper of the job comes next.
pub(super) struct Announced<'a, P> {
    printer: &'a mut P,
    tell: &'a dyn Fn(CardNews),
    printed: u8,
}

impl<'a, P> Announced<'a, P> {
    /// With no paper printed yet.
    pub(super) fn new(printer: &'a mut P, tell: &'a dyn Fn(CardNews)) -> Self {
        Self {
            printer,
            tell,
            printed: 0,
        }
    }
}

impl<P: PaperPort> PaperPort for Announced<'_, P> {
    fn ready(&mut self) -> Result<(), PaperFault> {
        self.printer.ready()
    }

    fn print(&mut self, job: &PaperJob) -> PaperEnd {
        self.printed = self.printed.saturating_add(1);
        (self.tell)(CardNews::Paper(self.printed));
        self.printer.print(job)
    }
}
