//! The kiosk's reader and journal on a thread of their own: presence, checks, everything the handover machine does, and what goes on by itself.

mod background;
mod handover;
mod news;
mod opening;
mod paper;
mod presence;
#[cfg(test)]
mod tests;

use std::{
    sync::{Arc, mpsc},
    thread::{self, JoinHandle},
    time::Duration,
};

use kippu_card::{
    capability::{CardContents, CardFault, TicketCard},
    keys::Role,
    open::{open, open_free},
    reader::Reader,
};
use kippu_handover::{
    facts::Facts,
    journal::Journal,
    machine::Machine,
    outcome::MachineFault,
    store::{Store, StoreFault},
};

pub use self::opening::JournalFile;
use self::{background::Background, presence::Seen};
use super::{
    keys::{LocalRing, TerminalKeys},
    kill::{Watched, watched},
    mailbox::Mailbox,
    platform::blocking::BlockingPlatform,
    printer::TicketPrinter,
    stick::{NoStick, Stick},
};
use crate::flows::{
    facts::Language,
    kiosk::{
        effect::{CardJob, RequestNo},
        input::{CardNews, Input, Storage},
    },
};

/// How long the reader is waited for before jobs are looked at.
const POLL: Duration = Duration::from_millis(50);

/// The way to the thread.
pub struct CardActor {
    jobs: mpsc::Sender<Job>,
    thread: JoinHandle<()>,
}

/// A job of the flow's.
struct Job {
    no: RequestNo,
    job: CardJob,
    /// Of papers that come out of it.
    language: Language,
}

/// What the thread is given to work with.
pub struct Equipment {
    /// The reader.
    pub reader: Box<dyn Reader>,
    /// The journal; nobody else has it.
    pub journal: JournalFile,
    /// The operator's local keys, where there are any.
    pub local: Arc<LocalRing>,
    /// The platform.
    pub platform: BlockingPlatform,
    /// The same platform with short patience, for what goes on between customers.
    pub hurried: BlockingPlatform,
    /// The printer, where there is one.
    pub printer: Option<TicketPrinter>,
    /// The stick, where one may be put in.
    pub stick: Option<Stick>,
}

impl CardActor {
    /// Starts the thread.
    pub fn start(equipment: Equipment, mailbox: Mailbox<Input>) -> Self {
        let (jobs, inbox) = mpsc::channel();
        let thread = thread::spawn(move || run(CardDesk::new(equipment, mailbox), &inbox));
        Self { jobs, thread }
    }

    /// Whether the thread is there: without it no card is read any more.
    pub fn lives(&self) -> bool {
        !self.thread.is_finished()
    }

    /// Gives it something to do.
    pub fn work(&self, no: RequestNo, job: CardJob, language: Language) {
        // The thread ends only with the process.
        let _ = self.jobs.send(Job { no, job, language });
    }
}

fn run(mut desk: CardDesk, inbox: &mpsc::Receiver<Job>) {
    let mut seen = Seen::default();
    let mut background = Background::default();
    background.tell_storage(&mut desk);
    loop {
        match inbox.try_recv() {
            Ok(job) => {
                desk.work(job);
                background.look_again(&mut desk);
                continue;
            }
            Err(mpsc::TryRecvError::Empty) => {}
            Err(mpsc::TryRecvError::Disconnected) => return,
        }
        seen = seen.then(desk.reader.poll(POLL), &desk.mailbox);
        background.go_on(&mut desk);
    }
}

/// The equipment as jobs use it.
struct CardDesk {
    reader: Box<dyn Reader>,
    journal: Watched<Journal>,
    keys: TerminalKeys,
    local: Arc<LocalRing>,
    platform: Watched<BlockingPlatform>,
    hurried: Watched<BlockingPlatform>,
    printer: Option<Watched<TicketPrinter>>,
    stick: Option<Stick>,
    mailbox: Mailbox<Input>,
}

impl CardDesk {
    /// Waits for the journal.
    fn new(equipment: Equipment, mailbox: Mailbox<Input>) -> Self {
        let journal = equipment.journal.wait(&equipment.platform, &mailbox);
        Self {
            reader: equipment.reader,
            journal: watched(journal),
            keys: TerminalKeys::new(equipment.platform.clone(), equipment.local.clone()),
            local: equipment.local,
            platform: watched(equipment.platform),
            hurried: watched(equipment.hurried),
            printer: equipment.printer.map(watched),
            stick: equipment.stick,
            mailbox,
        }
    }

    fn work(&mut self, Job { no, job, language }: Job) {
        let mailbox = self.mailbox.clone();
        let tell = |news| mailbox.send(Input::Card { no, news });
        if let Some(printer) = &mut self.printer {
            printer.speak(language);
        }
        tell(match job {
            CardJob::Check => CardNews::Read(self.check().map(Box::new)),
            CardJob::Look => CardNews::Read(self.look().map(Box::new)),
            CardJob::Open => self.open_news(),
            CardJob::SaveReports => CardNews::Saved(self.save_reports().map_err(news::stick)),
            CardJob::Settle {
                handover,
                serial,
                came_out,
            } => CardNews::Settled(self.settle(handover, serial, came_out).map_err(news::fault)),
            moving => {
                let moved = self.move_tickets(moving, &tell);
                CardNews::Handover(moved.map(Box::new).map_err(|stopped| stopped.fault()))
            }
        });
    }

    /// Authenticates with the write key and reads everything.
    fn check(&mut self) -> Result<CardContents, CardFault> {
        let transport = self.reader.connect()?;
        open(transport, &self.keys, Role::Write)?.read()
    }

    /// Reads what everybody may read.
    fn look(&mut self) -> Result<CardContents, CardFault> {
        open_free(self.reader.connect()?)?.read()
    }

    /// The handover machine, for what needs no card.
    fn machine(&mut self) -> Machine<'_, Watched<Journal>, Watched<BlockingPlatform>> {
        Machine::new(&mut self.journal, &self.platform).with_keys(&*self.local)
    }

    /// Whether the journal takes anything new.
    fn storage(&mut self) -> Storage {
        match self.journal.may_begin() {
            Ok(()) => Storage::Ready,
            Err(StoreFault::Full) => Storage::Full,
            Err(fault) => {
                tracing::error!(%fault, "the journal takes nothing new");
                Storage::Broken
            }
        }
    }

    fn open_news(&self) -> CardNews {
        let open = open_facts(&self.journal).and_then(|open| Ok((open, self.journal.unsent()?)));
        let (open, unsent) = open.unwrap_or_else(|error| {
            tracing::error!(%error, "the journal cannot be read");
            Default::default()
        });
        CardNews::Open {
            open,
            unsent: unsent.len(),
        }
    }

    /// Saves the reports that wait on the stick, says how many, and takes up keys that lie there.
    fn save_reports(&mut self) -> Result<usize, NoStick> {
        let stick = self.stick.as_ref().ok_or(NoStick::Missing)?;
        let waiting = self.journal.unsent().map_err(|error| {
            tracing::error!(%error, "the outbox cannot be read");
            NoStick::Fault
        })?;
        for sealed in stick.keys() {
            match self.local.install(&sealed) {
                Ok(true) => tracing::info!("the stick brought local keys"),
                Ok(false) => {}
                Err(why) => tracing::warn!(%why, "keys on the stick cannot be used"),
            }
        }
        stick.save(&waiting)
    }
}

/// What the journal holds open, oldest first.
///
/// # Errors
/// The journal cannot be read.
pub fn open_facts(journal: &impl Store) -> Result<Vec<Facts>, MachineFault> {
    let rows = journal.open_rows()?;
    Ok(rows.iter().map(|row| row.facts()).collect())
}
