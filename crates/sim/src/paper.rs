//! The printer of a kiosk and the papers that came out of it.

use std::cell::RefCell;

use kippu_handover::paper::{PaperEnd, PaperFault, PaperJob, PaperPort};
use kippu_ticket::ids::TicketId;

use crate::{
    chance,
    faults::{Faults, Kind},
};

/// A print that was tried.
#[derive(Debug, Clone)]
pub struct Paper {
    /// Ticket, as the kiosk says.
    pub ticket: TicketId,
    /// Serial, as the kiosk says.
    pub serial: u64,
    /// What its code says.
    pub record: Vec<u8>,
    /// Whether it came out and can be read: only people see that.
    pub came_out: bool,
}

/// A printer.
pub struct Printer<'a> {
    /// What goes wrong.
    pub faults: &'a Faults,
    /// Where papers land.
    pub papers: &'a RefCell<Vec<Paper>>,
    /// For tests of the simulator: it takes what nobody confirmed for printed.
    pub believes: bool,
}

impl PaperPort for Printer<'_> {
    fn ready(&mut self) -> Result<(), PaperFault> {
        match self.faults.strikes(|rates| rates.paper) && chance::one_in(3) {
            true => {
                self.faults.struck(Kind::NoPaper);
                Err(PaperFault::OutOfPaper)
            }
            false => Ok(()),
        }
    }

    fn print(&mut self, job: &PaperJob) -> PaperEnd {
        let away = PaperEnd::Unconfirmed(PaperFault::Away);
        if self.faults.power_gone("before printing") {
            return away;
        }
        let (came_out, end) = match self.faults.strikes(|rates| rates.paper) {
            true if chance::one_in(2) => {
                self.faults.struck(Kind::NoPaper);
                (false, PaperEnd::Nothing(PaperFault::OutOfPaper))
            }
            true => {
                self.faults.struck(Kind::Unconfirmed);
                (chance::one_in(2), away)
            }
            false => (true, PaperEnd::Printed),
        };
        self.faults
            .say(|| format!("  paper {:016x}: came out {came_out}, {end:?}", job.serial));
        self.papers.borrow_mut().push(Paper {
            ticket: job.ticket,
            serial: job.serial,
            record: job.paper.clone(),
            came_out,
        });
        if self.faults.power_gone("after printing") {
            return away;
        }
        match end {
            PaperEnd::Unconfirmed(_) if self.believes => PaperEnd::Printed,
            end => end,
        }
    }
}
