//! The kiosk's reader and journal on a thread of their own: presence, checks, writings by the handover machine, and the outbox.

mod write;

use std::{
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use kippu_card::{
    capability::{CardContents, CardFault, TicketCard},
    keys::Role,
    open::{open, open_free},
    reader::{CardToken, Reader, ReaderState},
};
use kippu_handover::{
    journal::Journal,
    machine::Machine,
    outcome::MachineFault,
    row::{GrantStanding, Handover, Standing},
    store::Store,
};

use super::{keys::TerminalKeys, mailbox::Mailbox, platform::blocking::BlockingPlatform};
use crate::flows::kiosk::{
    effect::{CardJob, RequestNo},
    input::{CardNews, Input, OpenHandover, ReaderNews},
};

/// How long the reader is waited for before jobs are looked at.
const POLL: Duration = Duration::from_millis(50);
/// How often reports that wait are sent again.
const OUTBOX: Duration = Duration::from_secs(5);

/// The way to the thread.
pub struct CardActor {
    jobs: mpsc::Sender<(RequestNo, CardJob)>,
}

/// What the thread works with.
pub struct CardDesk {
    /// The reader.
    pub reader: Box<dyn Reader>,
    /// The journal; nobody else has it.
    pub journal: Journal,
    /// Keys of cards.
    pub keys: TerminalKeys,
    /// Handovers.
    pub platform: BlockingPlatform,
    /// The same platform with short patience, for reports in between.
    pub outbox: BlockingPlatform,
}

impl CardActor {
    /// Starts the thread.
    pub fn start(desk: CardDesk, mailbox: Mailbox<Input>) -> Self {
        let (jobs, inbox) = mpsc::channel();
        thread::spawn(move || run(desk, &inbox, &mailbox));
        Self { jobs }
    }

    /// Gives it something to do.
    pub fn work(&self, no: RequestNo, job: CardJob) {
        // The thread ends only with the process.
        let _ = self.jobs.send((no, job));
    }
}

/// What the journal holds open, for the start-up screen.
///
/// # Errors
/// The journal cannot be read.
pub fn interrupted(journal: &Journal) -> Result<Vec<OpenHandover>, MachineFault> {
    Ok(journal
        .open_rows()?
        .iter()
        .filter_map(open_handover)
        .collect())
}

fn open_handover(row: &Handover) -> Option<OpenHandover> {
    let (tickets, event_name) = match &row.grant {
        GrantStanding::Granted { event, .. } => {
            let open = row
                .items
                .iter()
                .filter(|item| !item.state.is_final())
                .count();
            (u8::try_from(open).unwrap_or(u8::MAX), event.name.clone())
        }
        _ => (row.room, String::new()),
    };
    Some(OpenHandover {
        handover: row.id,
        order: row.order.clone()?,
        card: row.receiver()?,
        tickets,
        event_name,
        since: row.created,
        unknown: row.standing() == Standing::Unknown,
    })
}

fn run(mut desk: CardDesk, inbox: &mpsc::Receiver<(RequestNo, CardJob)>, mailbox: &Mailbox<Input>) {
    let mut seen = Seen::Nothing;
    let mut sent_at = Instant::now();
    loop {
        match inbox.try_recv() {
            Ok((no, job)) => {
                desk.work(no, job, mailbox);
                continue;
            }
            Err(mpsc::TryRecvError::Empty) => {}
            Err(mpsc::TryRecvError::Disconnected) => return,
        }
        seen = seen.then(desk.reader.poll(POLL), mailbox);
        if sent_at.elapsed() >= OUTBOX {
            desk.send_reports();
            sent_at = Instant::now();
        }
    }
}

/// What the flow was told last of the reader.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Seen {
    Nothing,
    Card(CardToken),
    Lost,
}

impl Seen {
    fn then(self, state: ReaderState, mailbox: &Mailbox<Input>) -> Self {
        let now = match state {
            ReaderState::Absent => Self::Nothing,
            ReaderState::Present(token) => Self::Card(token),
            ReaderState::Gone => Self::Lost,
        };
        if now != self {
            let tell = |news| mailbox.send(Input::Reader(news));
            match now {
                Self::Nothing => tell(ReaderNews::Empty),
                Self::Lost => tell(ReaderNews::Lost),
                Self::Card(_) => {
                    // Another card in place of the last: that one was taken.
                    if matches!(self, Self::Card(_)) {
                        tell(ReaderNews::Empty);
                    }
                    tell(ReaderNews::Present);
                }
            }
        }
        now
    }
}

impl CardDesk {
    fn work(&mut self, no: RequestNo, job: CardJob, mailbox: &Mailbox<Input>) {
        let news = match job {
            CardJob::Check => CardNews::Read(self.check().map(Box::new)),
            CardJob::Look => CardNews::Read(self.look().map(Box::new)),
            CardJob::Write { order, card, room } => {
                let tell = |progress| {
                    mailbox.send(Input::Card {
                        no,
                        news: CardNews::Progress(progress),
                    })
                };
                CardNews::Written(self.write(&order, card, room, &tell))
            }
            CardJob::Leave { order } => CardNews::Left(self.leave(&order)),
        };
        mailbox.send(Input::Card { no, news });
    }

    fn check(&mut self) -> Result<CardContents, CardFault> {
        let transport = self.reader.connect()?;
        open(transport, &self.keys, Role::Write)?.read()
    }

    fn look(&mut self) -> Result<CardContents, CardFault> {
        open_free(self.reader.connect()?)?.read()
    }

    fn send_reports(&mut self) {
        match Machine::new(&mut self.journal, &self.outbox).send_reports() {
            Ok(sent) if sent.refused > 0 => {
                tracing::error!(refused = sent.refused, "reports were refused")
            }
            Ok(_) => {}
            Err(error) => tracing::error!(%error, "the outbox cannot be read"),
        }
    }
}

/// What the journal has open for an order.
fn open_row(journal: &Journal, order: &str) -> Result<Option<Handover>, MachineFault> {
    let rows = journal.open_rows()?;
    Ok(rows
        .into_iter()
        .find(|row| row.order.as_deref() == Some(order)))
}
