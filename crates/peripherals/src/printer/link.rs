//! One connection to an ESC/POS printer: asking, sending and sorting what comes back.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use escpos::driver::Driver;
use escpos::errors::{PrinterError, Result};
use escpos::printer::Printer as Commands;
use escpos::utils::{Protocol, RealTimeStatusRequest};

use super::answers::{Answer, Demultiplexer, ProcessId};
use super::status::{Findings, QUESTIONS};
use super::{Patience, PrintOutcome, PrinterCondition, PrinterFault, commands};

/// Why a question has no answer.
#[derive(Debug, thiserror::Error)]
pub enum NoAnswer {
    /// The connection is lost.
    #[error("no connection: {0}")]
    Gone(#[from] PrinterError),
    /// Connected and silent, or answering nonsense.
    #[error("connected, but no answer")]
    Silent,
}

impl NoAnswer {
    /// The condition this amounts to.
    pub fn condition(&self) -> PrinterCondition {
        match self {
            Self::Gone(_) => PrinterCondition::Off,
            Self::Silent => PrinterCondition::Mute,
        }
    }
}

/// A connection and what has come in on it.
pub struct Link<D> {
    driver: Arc<D>,
    patience: Patience,
    demultiplexer: Demultiplexer,
    status: VecDeque<u8>,
    automatic: Option<Findings>,
    processes: Vec<ProcessId>,
    name: Option<String>,
    cleared: bool,
    fresh: bool,
}

/// Lets the `escpos` crate's command writer use the connection while the link keeps reading it.
struct Shared<D>(Arc<D>);

impl<D: Driver> Driver for Shared<D> {
    fn name(&self) -> String {
        self.0.name()
    }

    fn write(&self, data: &[u8]) -> Result<()> {
        self.0.write(data)
    }

    fn read(&self, buf: &mut [u8]) -> Result<usize> {
        self.0.read(buf)
    }

    fn flush(&self) -> Result<()> {
        self.0.flush()
    }
}

impl<D: Driver> Link<D> {
    pub fn new(driver: D, patience: Patience) -> Self {
        Self {
            driver: Arc::new(driver),
            patience,
            demultiplexer: Demultiplexer::default(),
            status: VecDeque::new(),
            automatic: None,
            processes: Vec::new(),
            name: None,
            cleared: false,
            fresh: true,
        }
    }

    /// Asks all status questions, one at a time: the answers do not say which question they belong to.
    pub fn condition(&mut self) -> std::result::Result<PrinterCondition, NoAnswer> {
        let mut findings = Findings::default();
        for question in QUESTIONS {
            let answer = self.ask_status(question)?;
            findings
                .add(question, answer)
                .map_err(|_| NoAnswer::Silent)?;
        }
        Ok(findings.condition())
    }

    fn ask_status(&mut self, question: RealTimeStatusRequest) -> std::result::Result<u8, NoAnswer> {
        self.status.clear();
        let (n, _) = question.into();
        self.driver.write(&commands::ask_status(n))?;
        self.driver.flush()?;
        self.wait_for(|link| link.status.pop_front())
    }

    /// Asks for the model's name. A printer that is off line answers later or never.
    pub fn ask_name(&mut self) -> std::result::Result<String, NoAnswer> {
        self.demultiplexer.expect_name(true);
        self.driver.write(&commands::ASK_NAME)?;
        self.driver.flush()?;
        let name = self.wait_for(|link| link.name.take());
        self.demultiplexer.expect_name(false);
        name
    }

    /// Sends what prints nothing: a fresh state, and the wish to hear of changes. A failure here leaves the paper untouched.
    ///
    /// A printer may still wait for the rest of a picture from a connection that broke off, and would take this paper for it; so
    /// the first thing on every connection is to make it forget.
    pub fn prepare(&mut self) -> Result<()> {
        if std::mem::take(&mut self.fresh) {
            self.clear();
        }
        self.automatic = None;
        self.commands()
            .init()?
            .custom(&commands::AUTOMATIC_STATUS)?
            .print()?;
        Ok(())
    }

    /// Sends the paper once and waits until the printer names its id.
    pub fn print(&mut self, bands: impl Iterator<Item = Vec<u8>>, id: ProcessId) -> PrintOutcome {
        if let Err(error) = self.send(bands, id) {
            tracing::warn!(%error, "the printer stopped taking a paper");
            let condition = self.stop_condition().unwrap_or(PrinterCondition::Off);
            return PrintOutcome::Unconfirmed(condition);
        }
        self.confirm(id)
    }

    fn send(&self, bands: impl Iterator<Item = Vec<u8>>, id: ProcessId) -> Result<()> {
        let mut commands = self.commands();
        for band in bands {
            commands.custom(&band)?.print()?;
        }
        commands
            .cut()?
            .custom(&commands::ask_process_id(id))?
            .print()?;
        Ok(())
    }

    fn confirm(&mut self, id: ProcessId) -> PrintOutcome {
        let deadline = Instant::now() + self.patience.confirm;
        let mut probe_at = Instant::now() + self.patience.probe;
        let mut condition = PrinterCondition::Ready;
        while Instant::now() < deadline {
            if self.pump().is_err() {
                return PrintOutcome::Unconfirmed(PrinterCondition::Off);
            }
            let mut stopped = self.automatic.map(Findings::condition).filter(stops_print);
            if stopped.is_none() && Instant::now() >= probe_at {
                condition = match self.condition() {
                    Ok(condition) => condition,
                    Err(silence) => silence.condition(),
                };
                stopped = Some(condition).filter(stops_print);
                probe_at = Instant::now() + self.patience.probe;
            }
            if stopped.is_some() {
                // The confirmation may be right behind the news that the roll ended after it.
                self.drain();
            }
            if self.processes.contains(&id) {
                self.processes.clear();
                return PrintOutcome::Printed;
            }
            if let Some(condition) = stopped {
                return PrintOutcome::Unconfirmed(condition);
            }
        }
        PrintOutcome::Unconfirmed(condition)
    }

    /// Makes the printer forget what it has not printed, so that no rest of a paper comes out later.
    pub fn clear(&mut self) {
        self.cleared = false;
        let sent = self
            .driver
            .write(&commands::CLEAR_BUFFERS)
            .and_then(|()| self.driver.flush());
        if sent.is_err() || self.wait_for(|link| link.cleared.then_some(())).is_err() {
            tracing::warn!(printer = %self.driver.name(), "the printer may still hold a part of a paper");
        }
    }

    /// What stopped it, from what it sent by itself or else by asking.
    fn stop_condition(&mut self) -> Option<PrinterCondition> {
        self.drain();
        let automatic = self.automatic.map(Findings::condition);
        automatic
            .filter(stops_print)
            .or_else(|| self.condition().ok())
    }

    fn commands(&self) -> Commands<Shared<D>> {
        Commands::new(Shared(self.driver.clone()), Protocol::default(), None)
    }

    fn wait_for<T>(
        &mut self,
        mut ready: impl FnMut(&mut Self) -> Option<T>,
    ) -> std::result::Result<T, NoAnswer> {
        let deadline = Instant::now() + self.patience.answer;
        loop {
            self.pump()?;
            if let Some(answer) = ready(self) {
                return Ok(answer);
            }
            if Instant::now() >= deadline {
                let late = self.demultiplexer.abandon_pending();
                self.sort(late);
                return ready(self).ok_or(NoAnswer::Silent);
            }
        }
    }

    /// Reads until nothing more has come.
    fn drain(&mut self) {
        while matches!(self.pump(), Ok(true)) {}
    }

    /// Reads once and sorts it; false when nothing had come.
    fn pump(&mut self) -> Result<bool> {
        let mut bytes = [0; 256];
        let length = self.driver.read(&mut bytes)?;
        let answers = self.demultiplexer.feed(&bytes[..length]);
        self.sort(answers);
        Ok(length > 0)
    }

    fn sort(&mut self, answers: Vec<Answer>) {
        for answer in answers {
            match answer {
                Answer::Status(byte) => self.status.push_back(byte),
                Answer::Automatic(bytes) => self.automatic = Some(Findings::from_automatic(bytes)),
                Answer::Process(id) => self.processes.push(id),
                Answer::Cleared => self.cleared = true,
                Answer::Name(name) => self.name = Some(name),
            }
        }
    }
}

/// Whether waiting on is pointless until a hand mends it. A hot head goes on by itself.
fn stops_print(condition: &PrinterCondition) -> bool {
    matches!(
        condition,
        PrinterCondition::PaperOut
            | PrinterCondition::CoverOpen
            | PrinterCondition::Fault(PrinterFault::Cutter | PrinterFault::Unrecoverable)
    )
}
