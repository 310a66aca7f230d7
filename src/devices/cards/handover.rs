//! Tickets move: each job of the flow's becomes calls of the handover machine with whatever lies on the reader.

use kippu_api::{handovers::TakeOverRequest, problem::Problem};
use kippu_card::{
    capability::{CardContents, CardFault, Progress, TicketCard},
    keys::Role,
    open::open,
};
use kippu_handover::{
    machine::{Hands, Machine},
    outcome::{MachineFault, OtherCard, Outcome, Settled},
    paper::PaperPort,
    platform::{PlatformPort, Reply},
    row::Destination,
    store::Store,
};
use kippu_ticket::{
    code::ResumeCode,
    ids::{CardUid, HandoverId},
};

use super::{CardDesk, news, paper::Announced};
use crate::{
    devices::kill::watched,
    flows::kiosk::{
        effect::CardJob,
        input::{CardNews, HandoverFault, HandoverNews, WriteProgress},
    },
};

/// Why a job did not bring its handover anywhere.
pub(super) enum Stopped {
    /// The machine stopped.
    Machine(MachineFault),
    /// The platform does not give it.
    Refused(Box<Problem>),
    /// The platform cannot be reached.
    PlatformAway,
    /// This job moves no tickets.
    OtherJob,
}

impl<F: Into<MachineFault>> From<F> for Stopped {
    fn from(fault: F) -> Self {
        Self::Machine(fault.into())
    }
}

impl Stopped {
    /// What the flow is told.
    pub(super) fn fault(self) -> HandoverFault {
        match self {
            Self::Machine(fault) => news::fault(fault),
            Self::Refused(problem) => {
                HandoverFault::Refused(problem.code, problem.reference().map(str::to_owned))
            }
            Self::PlatformAway => HandoverFault::PlatformAway,
            Self::OtherJob => HandoverFault::NotPossible,
        }
    }
}

impl CardDesk {
    /// Does one of the jobs that end in [`CardNews::Handover`].
    pub(super) fn move_tickets(
        &mut self,
        job: CardJob,
        tell: &dyn Fn(CardNews),
    ) -> Result<HandoverNews, Stopped> {
        tell(CardNews::Progress(WriteProgress::Preparing));
        // What was done before a restart is told first: else the platform takes the tickets for being written still.
        let mut machine = self.machine();
        send(&mut machine);
        let id = match job {
            CardJob::Begin {
                claim,
                code,
                card,
                room,
            } => machine.begin(&claim, code, card, room)?,
            CardJob::Consent {
                contents,
                tickets,
                to,
            } => machine.consent(&contents, &tickets, to)?,
            CardJob::Advance { handover } => handover,
            CardJob::Redirect { handover, to } => return self.redirect(handover, to, tell),
            CardJob::OtherCard {
                handover,
                card,
                room,
            } => match machine.other_card(handover, card, room)? {
                OtherCard::Goes(id) => id,
                OtherCard::First(outcome) => return Ok(self.at_rest(handover, outcome)?),
                OtherCard::Refused(problem) => return Err(Stopped::Refused(Box::new(problem))),
            },
            CardJob::TakeOver {
                handover,
                code,
                card,
            } => self.take_over(handover, code, card)?,
            CardJob::Check
            | CardJob::Look
            | CardJob::Open
            | CardJob::Settle { .. }
            | CardJob::SaveReports => return Err(Stopped::OtherJob),
        };
        Ok(self.go_on(id, tell)?)
    }

    /// The people want something else. Where that took, it goes on with the card and the printer; where a question is open first, it does not.
    fn redirect(
        &mut self,
        id: HandoverId,
        to: Destination,
        tell: &dyn Fn(CardNews),
    ) -> Result<HandoverNews, Stopped> {
        let mut machine = self.machine();
        let outcome = machine.redirect(id, to)?;
        send(&mut machine);
        let took = machine.load(id)?.destination == to;
        let hands_help = matches!(
            outcome,
            Outcome::LayCard { .. } | Outcome::PrinterNeeded(_) | Outcome::TooFull { .. }
        );
        if took && hands_help {
            Ok(self.go_on(id, tell)?)
        } else {
            Ok(self.at_rest(id, outcome)?)
        }
    }

    /// Another terminal's released handover becomes this one's.
    fn take_over(
        &mut self,
        id: HandoverId,
        code: Option<ResumeCode>,
        card: Option<CardUid>,
    ) -> Result<HandoverId, Stopped> {
        let request = TakeOverRequest {
            incarnation: self.journal.incarnation().to_string(),
            code,
            card,
        };
        match self.platform.take_over(id, &request) {
            Reply::Done(answer) => Ok(self.machine().take_over(&answer)?),
            Reply::Refused(problem) => Err(Stopped::Refused(Box::new(problem))),
            Reply::Unreachable | Reply::Unknown => Err(Stopped::PlatformAway),
        }
    }

    /// Somebody looked at the printer.
    pub(super) fn settle(
        &mut self,
        id: HandoverId,
        serial: u64,
        came_out: bool,
    ) -> Result<Settled, MachineFault> {
        let mut machine = self.machine();
        let settled = machine.settle_print(id, serial, came_out)?;
        send(&mut machine);
        Ok(settled)
    }

    /// As far as the card that lies there, the printer and the platform allow.
    fn go_on(
        &mut self,
        id: HandoverId,
        tell: &dyn Fn(CardNews),
    ) -> Result<HandoverNews, MachineFault> {
        let opened = self
            .reader
            .connect()
            .and_then(|transport| open(transport, &self.keys, Role::Write));
        let (mut session, unopened) = match opened {
            Ok(session) => (Some(watched(session)), None),
            Err(fault) => (None, Some(fault)),
        };
        let mut printer = self
            .printer
            .as_mut()
            .map(|printer| Announced::new(printer, tell));
        let mut machine = Machine::new(&mut self.journal, &self.platform).with_keys(&*self.local);
        let hands = Hands {
            card: session
                .as_mut()
                .map(|session| session as &mut dyn TicketCard),
            printer: printer
                .as_mut()
                .map(|printer| printer as &mut dyn PaperPort),
        };
        let mut progress = |seen: Progress| tell(CardNews::Progress(news::progress(seen)));
        let outcome = machine.advance(id, hands, &mut progress)?;
        // The reports are tried at once; what does not arrive waits in the outbox.
        send(&mut machine);
        let card = session.and_then(|mut session| session.read().ok());
        self.news(id, outcome, unopened, card)
    }

    /// Where it came to rest without the card having been touched.
    fn at_rest(&mut self, id: HandoverId, outcome: Outcome) -> Result<HandoverNews, MachineFault> {
        send(&mut self.machine());
        self.news(id, outcome, None, None)
    }

    fn news(
        &self,
        id: HandoverId,
        outcome: Outcome,
        unopened: Option<CardFault>,
        card: Option<CardContents>,
    ) -> Result<HandoverNews, MachineFault> {
        let row = self.journal.get(id)?;
        let waiting = self.journal.unsent()?;
        Ok(HandoverNews {
            facts: row.ok_or(MachineFault::NoSuchHandover(id))?.facts(),
            outcome,
            unopened,
            card,
            report_waits: waiting.iter().any(|outgoing| outgoing.handover == id),
        })
    }
}

/// Sends what waits. A journal that cannot be used stops nothing here: the next step finds it out by itself. False where something still waits.
pub(super) fn send<S: Store, P: PlatformPort>(machine: &mut Machine<'_, S, P>) -> bool {
    match machine.send_reports() {
        Ok(sent) => {
            if sent.refused > 0 {
                tracing::error!(refused = sent.refused, "reports were refused");
            }
            sent.waiting == 0
        }
        Err(error) => {
            tracing::error!(%error, "the outbox cannot be used");
            false
        }
    }
}
