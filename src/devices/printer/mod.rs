//! The printer on a thread of its own: papers are set, printed once, and their end is told.

mod papers;
mod tickets;
mod words;

use std::{
    sync::mpsc,
    thread::{self, JoinHandle},
    time::Duration,
};

use kippu_peripherals::{
    paper::Typesetter,
    printer::{PrintOutcome, Printer, PrinterCondition as Condition},
};

use tickets::TicketJob;
pub use tickets::TicketPrinter;

use super::{kill::around, mailbox::Mailbox};
use crate::flows::kiosk::{
    effect::{PaperJob, RequestNo},
    input::{Input, PaperEnd},
    view::PrinterCondition,
};

/// How often an idle printer is asked how it stands.
const ASK: Duration = Duration::from_secs(3);

/// What papers say of this place.
#[derive(Debug, Clone)]
pub struct Place {
    /// The shop.
    pub store: String,
    /// IANA name of the zone it stands in: of moments at the register, not at the venue.
    pub zone: String,
    /// The kiosk.
    pub terminal: String,
}

/// The way to the thread.
pub struct PrinterActor {
    jobs: mpsc::Sender<Job>,
    thread: JoinHandle<()>,
}

/// What the thread is given.
enum Job {
    /// A paper of the flow's.
    Paper(RequestNo, PaperJob),
    /// A paper ticket of the handover machine's, which waits for its end.
    Ticket(TicketJob),
    /// How does it stand?
    Condition(mpsc::Sender<Condition>),
}

impl PrinterActor {
    /// Starts the thread.
    pub fn start(printer: Box<dyn Printer>, place: Place, mailbox: Mailbox<Input>) -> Self {
        let (jobs, inbox) = mpsc::channel::<Job>();
        let thread = thread::spawn(move || {
            let typesetter = Typesetter::load()
                .map_err(|error| tracing::error!(%error, "no papers"))
                .ok();
            let mut desk = PrinterDesk {
                printer,
                place,
                typesetter,
                mailbox,
            };
            loop {
                desk.tell_condition();
                match inbox.recv_timeout(ASK) {
                    Ok(job) => desk.work(job),
                    Err(mpsc::RecvTimeoutError::Timeout) => {}
                    Err(mpsc::RecvTimeoutError::Disconnected) => return,
                }
            }
        });
        Self { jobs, thread }
    }

    /// Whether the thread is there: without it nothing is printed any more.
    pub fn lives(&self) -> bool {
        !self.thread.is_finished()
    }

    /// Gives it a paper.
    pub fn print(&self, no: RequestNo, job: PaperJob) {
        // The thread ends only with the process.
        let _ = self.jobs.send(Job::Paper(no, job));
    }

    /// The printer for the handover machine.
    pub fn for_tickets(&self) -> TicketPrinter {
        TicketPrinter::new(self.jobs.clone())
    }
}

struct PrinterDesk {
    printer: Box<dyn Printer>,
    place: Place,
    typesetter: Option<Typesetter>,
    mailbox: Mailbox<Input>,
}

impl PrinterDesk {
    fn tell_condition(&mut self) -> Condition {
        let now = self.printer.status();
        self.mailbox.send(Input::Printer(condition(now)));
        now
    }

    fn work(&mut self, job: Job) {
        match job {
            Job::Paper(no, job) => {
                let raster = self
                    .typesetter
                    .as_mut()
                    .and_then(|typesetter| papers::set(&job, &self.place, typesetter));
                let end = match raster {
                    Some(raster) => end(around("paper", || self.printer.print(&raster))),
                    // Nothing was sent: this kiosk cannot set papers at all.
                    None => PaperEnd::NotPrinted(PrinterCondition::Off),
                };
                self.mailbox.send(Input::Paper { no, end });
            }
            Job::Ticket(job) => job.print(&mut *self.printer, self.typesetter.as_mut()),
            // Nobody waits any more: then nobody misses it.
            Job::Condition(answer) => drop(answer.send(self.printer.status())),
        }
    }
}

fn condition(condition: Condition) -> PrinterCondition {
    match condition {
        Condition::Ready => PrinterCondition::Ready,
        Condition::PaperLow => PrinterCondition::PaperLow,
        Condition::PaperOut => PrinterCondition::PaperOut,
        Condition::CoverOpen => PrinterCondition::CoverOpen,
        Condition::Fault(_) | Condition::Mute | Condition::Off => PrinterCondition::Off,
    }
}

fn end(outcome: PrintOutcome) -> PaperEnd {
    match outcome {
        PrintOutcome::Printed => PaperEnd::Printed,
        PrintOutcome::NotPrinted(why) => PaperEnd::NotPrinted(condition(why)),
        PrintOutcome::Unconfirmed(why) => PaperEnd::Unconfirmed(condition(why)),
    }
}
