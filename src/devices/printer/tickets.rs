//! Paper tickets: the handover machine waits, for a bounded time, until the printer's thread knows what became of one.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    time::Duration,
};

use kippu_handover::paper::{PaperEnd, PaperFault, PaperJob, PaperPort};
use kippu_peripherals::{
    paper::{TicketPaper, Typesetter},
    printer::{PrintOutcome, Printer, PrinterCondition as Condition},
    raster::Raster,
};

use kippu_ticket::{
    paper::{PaperTicket, SerialText},
    record::BoundTicket,
};

use super::{Job, words};
use crate::flows::facts::Language;

/// Longest wait for the printer's condition: a slip of somebody else's may be printing.
const CONDITION_PATIENCE: Duration = Duration::from_secs(25);
/// Longest wait for the end of a paper, longer than a driver waits for one.
const PAPER_PATIENCE: Duration = Duration::from_secs(60);

/// The printer for the handover machine. Blocks: not for the event loop's thread.
#[derive(Clone)]
pub struct TicketPrinter {
    jobs: mpsc::Sender<Job>,
    language: Language,
    patience: Duration,
}

impl TicketPrinter {
    pub(super) fn new(jobs: mpsc::Sender<Job>) -> Self {
        Self {
            jobs,
            language: Language::default(),
            patience: PAPER_PATIENCE,
        }
    }

    /// Papers from here on are in this language.
    pub fn speak(&mut self, language: Language) {
        self.language = language;
    }
}

impl PaperPort for TicketPrinter {
    fn ready(&mut self) -> Result<(), PaperFault> {
        let (answer, condition) = mpsc::channel();
        // A thread that is gone answers nothing, as one that is stuck.
        let _ = self.jobs.send(Job::Condition(answer));
        match condition.recv_timeout(CONDITION_PATIENCE) {
            Ok(condition) if condition.can_print() => Ok(()),
            Ok(condition) => Err(fault(condition)),
            Err(_) => Err(PaperFault::Away),
        }
    }

    fn print(&mut self, job: &PaperJob) -> PaperEnd {
        let (answer, end) = mpsc::channel();
        let claimed = Arc::new(AtomicBool::new(false));
        let ticket = TicketJob {
            job: job.clone(),
            language: self.language,
            claimed: claimed.clone(),
            answer,
        };
        if self.jobs.send(Job::Ticket(ticket)).is_err() {
            return PaperEnd::Nothing(PaperFault::Away);
        }
        match end.recv_timeout(self.patience) {
            Ok(end) => end,
            // Whoever claims the paper first decides: a thread that comes too late prints nothing any more.
            Err(_) if claimed.swap(true, Ordering::AcqRel) => end
                .try_recv()
                .unwrap_or(PaperEnd::Unconfirmed(PaperFault::Away)),
            Err(_) => PaperEnd::Nothing(PaperFault::Away),
        }
    }
}

/// A paper ticket on its way to the printer's thread.
pub(super) struct TicketJob {
    job: PaperJob,
    language: Language,
    /// Set by the thread before anything is sent to the printer, or by a machine that waits no longer.
    claimed: Arc<AtomicBool>,
    answer: mpsc::Sender<PaperEnd>,
}

impl TicketJob {
    /// Prints it once, unless nobody waits for it any more.
    pub(super) fn print(self, printer: &mut dyn Printer, typesetter: Option<&mut Typesetter>) {
        let raster = typesetter.and_then(|typesetter| self.set(typesetter));
        let end = match raster {
            _ if self.claimed.swap(true, Ordering::AcqRel) => return,
            Some(raster) => end(printer.print(&raster)),
            None => PaperEnd::Nothing(PaperFault::Fault),
        };
        // Who stopped waiting has taken it for unconfirmed.
        let _ = self.answer.send(end);
    }

    fn set(&self, typesetter: &mut Typesetter) -> Option<Raster> {
        let paper = self.words()?;
        paper
            .render(typesetter)
            .map_err(|error| tracing::error!(%error, "the paper ticket cannot be set"))
            .ok()
    }

    fn words(&self) -> Option<TicketPaper> {
        let body = BoundTicket::from_bytes(&self.job.record).ok()?.signed.body;
        let paper = PaperTicket::from_bytes(&self.job.paper).ok()?;
        Some(TicketPaper {
            language: words::language(self.language),
            performance: words::performance(&self.job.event),
            seat: words::seat(&body, self.language),
            price: None,
            code: paper.to_code(),
            serial: SerialText(self.job.serial).to_string(),
        })
    }
}

fn end(outcome: PrintOutcome) -> PaperEnd {
    match outcome {
        PrintOutcome::Printed => PaperEnd::Printed,
        PrintOutcome::NotPrinted(why) => PaperEnd::Nothing(fault(why)),
        PrintOutcome::Unconfirmed(why) => PaperEnd::Unconfirmed(fault(why)),
    }
}

fn fault(condition: Condition) -> PaperFault {
    match condition {
        Condition::PaperOut => PaperFault::OutOfPaper,
        Condition::CoverOpen => PaperFault::CoverOpen,
        Condition::Mute | Condition::Off => PaperFault::Away,
        Condition::Fault(_) | Condition::Ready | Condition::PaperLow => PaperFault::Fault,
    }
}

#[cfg(test)]
mod tests;
