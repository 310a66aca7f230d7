//! A printer that speaks ESC/POS, over any connection the `escpos` crate or this one has a driver for.
//!
//! | step | what a failure there means |
//! |---|---|
//! | status asked, not ready | `NotPrinted` |
//! | reset sent (prints nothing) | `NotPrinted` |
//! | raster bands, cut, process id sent | `Unconfirmed` |
//! | process id answered | `Printed`; no answer: `Unconfirmed` |
//!
//! After `Unconfirmed` the printer is told to forget the rest, so what staff sees on the paper is final.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use escpos::driver::Driver;
use escpos::errors::Result;

use super::answers::{PROCESS_ID_BYTES, ProcessId};
use super::link::{Link, NoAnswer};
use super::{PrintOutcome, Printer, PrinterCondition, PrinterInfo, commands};
use crate::raster::Raster;
use crate::virtual_printer::MODEL_NAME;

/// How long to wait for a printer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// For the answer to a question.
    pub answer: Duration,
    /// For the confirmation of a paper: print time of the longest paper and a cut.
    pub confirm: Duration,
    /// Between questions while no confirmation comes.
    pub probe: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            answer: Duration::from_millis(1_500),
            confirm: Duration::from_secs(15),
            probe: Duration::from_secs(1),
        }
    }
}

/// Makes connections to one printer.
pub trait Connect: Send {
    /// The connection. Its `read` answers `Ok(0)` when nothing came within a short block (tens of milliseconds).
    type Driver: Driver + Send + Sync;

    /// Where the printer is.
    fn name(&self) -> String;

    /// Connects.
    ///
    /// # Errors
    /// The printer is off or not there.
    fn connect(&self) -> Result<Self::Driver>;
}

/// An ESC/POS printer that prints whole pictures and asks for confirmation of each.
pub struct EscPosPrinter<C: Connect> {
    connector: C,
    patience: Patience,
    link: Option<Link<C::Driver>>,
    model: Option<String>,
    next_process: u64,
}

impl<C: Connect> EscPosPrinter<C> {
    /// A printer that connects when it is first needed.
    pub fn new(connector: C, patience: Patience) -> Self {
        // Starting at the clock keeps an answer meant for an earlier run from confirming a paper of this one.
        let start = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_millis() as u64);
        Self {
            connector,
            patience,
            link: None,
            model: None,
            next_process: start,
        }
    }

    fn link(&mut self) -> std::result::Result<&mut Link<C::Driver>, NoAnswer> {
        let link = match self.link.take() {
            Some(link) => link,
            None => Link::new(self.connector.connect()?, self.patience),
        };
        Ok(self.link.insert(link))
    }

    /// Asks something on the connection there is; a connection that fails is dropped.
    fn ask<T>(
        &mut self,
        question: impl FnOnce(&mut Link<C::Driver>) -> std::result::Result<T, NoAnswer>,
    ) -> std::result::Result<T, NoAnswer> {
        let answer = self.link().and_then(question);
        if let Err(silence) = &answer {
            tracing::debug!(printer = %self.connector.name(), %silence, "not answered");
            self.link = None;
        }
        answer
    }

    fn next_process_id(&mut self) -> ProcessId {
        let values = u64::from(PROCESS_ID_BYTES.end() - PROCESS_ID_BYTES.start()) + 1;
        let mut rest = self.next_process;
        self.next_process = self.next_process.wrapping_add(1);
        std::array::from_fn(|_| {
            let digit = (rest % values) as u8;
            rest /= values;
            PROCESS_ID_BYTES.start() + digit
        })
    }
}

impl<C: Connect> Printer for EscPosPrinter<C> {
    fn info(&mut self) -> PrinterInfo {
        if self.model.is_none() {
            self.model = self.ask(Link::ask_name).ok();
        }
        PrinterInfo {
            name: self.connector.name(),
            simulated: self.model.as_deref() == Some(MODEL_NAME),
        }
    }

    fn status(&mut self) -> PrinterCondition {
        // A connection from before the printer was switched off looks alive until it is used.
        let may_be_stale = self.link.is_some();
        let mut answer = self.ask(Link::condition);
        if answer.is_err() && may_be_stale {
            answer = self.ask(Link::condition);
        }
        answer.unwrap_or_else(|silence| silence.condition())
    }

    fn print(&mut self, paper: &Raster) -> PrintOutcome {
        let condition = self.status();
        if !condition.can_print() {
            return PrintOutcome::NotPrinted(condition);
        }
        let id = self.next_process_id();
        let Ok(link) = self.link() else {
            return PrintOutcome::NotPrinted(PrinterCondition::Off);
        };
        if let Err(error) = link.prepare() {
            tracing::warn!(%error, "the printer went away before a paper was sent");
            self.link = None;
            return PrintOutcome::NotPrinted(PrinterCondition::Off);
        }
        let outcome = link.print(commands::raster_bands(paper), id);
        if outcome != PrintOutcome::Printed {
            link.clear();
            self.link = None;
        }
        outcome
    }
}
