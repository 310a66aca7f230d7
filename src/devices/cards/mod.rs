//! The kiosk's reader and journal on a thread of their own: presence, checks, everything the handover machine does, and the outbox.

mod claim;
mod presence;

use std::{
    sync::{Arc, mpsc},
    thread,
    time::{Duration, Instant},
};

use kippu_card::{
    capability::{CardContents, CardFault, Progress, TicketCard},
    keys::Role,
    open::{open, open_free},
    reader::Reader,
};
use kippu_handover::{
    facts::{Facts, Standing},
    journal::Journal,
    machine::{Hands, Machine},
    outcome::{MachineFault, Outcome},
    paper::PaperPort,
    platform::PlatformPort,
    store::Store,
};
use kippu_ticket::ids::HandoverId;

use self::presence::Seen;
use super::{
    keys::{LocalRing, TerminalKeys},
    kill::{Watched, watched},
    mailbox::Mailbox,
    platform::blocking::BlockingPlatform,
    printer::TicketPrinter,
};
use crate::flows::kiosk::{
    effect::{CardJob, RequestNo},
    input::{CardNews, Input, OpenHandover},
};

/// How long the reader is waited for before jobs are looked at.
const POLL: Duration = Duration::from_millis(50);
/// How often reports that wait are sent again.
const OUTBOX: Duration = Duration::from_secs(5);

/// The way to the thread.
pub struct CardActor {
    jobs: mpsc::Sender<(RequestNo, CardJob)>,
}

/// What the thread is given to work with.
pub struct Equipment {
    /// The reader.
    pub reader: Box<dyn Reader>,
    /// The journal; nobody else has it.
    pub journal: Journal,
    /// The operator's local keys, where there are any.
    pub local: Arc<LocalRing>,
    /// The platform.
    pub platform: BlockingPlatform,
    /// The same platform with short patience, for reports in between.
    pub outbox: BlockingPlatform,
    /// The printer, where there is one.
    pub printer: Option<TicketPrinter>,
}

impl CardActor {
    /// Starts the thread.
    pub fn start(equipment: Equipment, mailbox: Mailbox<Input>) -> Self {
        let (jobs, inbox) = mpsc::channel();
        let desk = CardDesk::new(equipment);
        thread::spawn(move || run(desk, &inbox, &mailbox));
        Self { jobs }
    }

    /// Gives it something to do.
    pub fn work(&self, no: RequestNo, job: CardJob) {
        // The thread ends only with the process.
        let _ = self.jobs.send((no, job));
    }
}

fn run(mut desk: CardDesk, inbox: &mpsc::Receiver<(RequestNo, CardJob)>, mailbox: &Mailbox<Input>) {
    let mut seen = Seen::default();
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

/// The equipment as the jobs use it.
struct CardDesk {
    reader: Box<dyn Reader>,
    journal: Watched<Journal>,
    keys: TerminalKeys,
    local: Arc<LocalRing>,
    platform: Watched<BlockingPlatform>,
    outbox: Watched<BlockingPlatform>,
    printer: Option<Watched<TicketPrinter>>,
}

/// Where an advance came to rest.
struct Rest {
    outcome: Outcome,
    facts: Facts,
    /// Why the card that lies there could not be opened.
    unopened: Option<CardFault>,
    /// The card after everything that was done, where it still lies there.
    card: Option<CardContents>,
}

impl CardDesk {
    fn new(equipment: Equipment) -> Self {
        Self {
            reader: equipment.reader,
            journal: watched(equipment.journal),
            keys: TerminalKeys::new(equipment.platform.clone(), equipment.local.clone()),
            local: equipment.local,
            platform: watched(equipment.platform),
            outbox: watched(equipment.outbox),
            printer: equipment.printer.map(watched),
        }
    }

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

    fn machine(&mut self) -> Machine<'_, Watched<Journal>, Watched<BlockingPlatform>> {
        Machine::new(&mut self.journal, &self.platform).with_keys(&*self.local)
    }

    /// Goes on with a handover as far as the card that lies there, the printer and the platform allow.
    fn go_on(
        &mut self,
        id: HandoverId,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Rest, MachineFault> {
        let opened = self
            .reader
            .connect()
            .and_then(|transport| open(transport, &self.keys, Role::Write));
        let (mut session, unopened) = match opened {
            Ok(session) => (Some(watched(session)), None),
            Err(fault) => (None, Some(fault)),
        };
        let mut machine = Machine::new(&mut self.journal, &self.platform).with_keys(&*self.local);
        let hands = Hands {
            card: session
                .as_mut()
                .map(|session| session as &mut dyn TicketCard),
            printer: self
                .printer
                .as_mut()
                .map(|printer| printer as &mut dyn PaperPort),
        };
        let outcome = machine.advance(id, hands, progress)?;
        // The reports are tried at once; what does not arrive waits in the outbox.
        send(&mut machine);
        Ok(Rest {
            facts: machine.load(id)?.facts(),
            card: match outcome {
                Outcome::Ended(_) => session.and_then(|mut session| session.read().ok()),
                _ => None,
            },
            outcome,
            unopened,
        })
    }

    fn send_reports(&mut self) {
        send(&mut Machine::new(&mut self.journal, &self.outbox));
    }
}

/// Sends what waits. A journal that cannot be read stops nothing here: the next step finds it out by itself.
fn send<S: Store, P: PlatformPort>(machine: &mut Machine<'_, S, P>) {
    match machine.send_reports() {
        Ok(sent) if sent.refused > 0 => {
            tracing::error!(refused = sent.refused, "reports were refused")
        }
        Ok(_) => {}
        Err(error) => tracing::error!(%error, "the outbox cannot be used"),
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
        .filter_map(|row| open_handover(&row.facts()))
        .collect())
}

fn open_handover(facts: &Facts) -> Option<OpenHandover> {
    Some(OpenHandover {
        handover: facts.handover,
        order: facts.order.clone()?,
        card: facts.receiver?,
        tickets: u8::try_from(facts.items.len()).unwrap_or(u8::MAX),
        event_name: facts
            .events
            .first()
            .map(|event| event.name.clone())
            .unwrap_or_default(),
        since: facts.created,
        unknown: matches!(facts.standing, Standing::Unknown(_)),
    })
}
