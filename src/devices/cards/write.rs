//! Writing an order's tickets, and leaving them: the handover machine does it, here its outcome becomes the flow's words.

use kippu_api::problem::ProblemCode;
use kippu_card::{
    capability::{CardFault, Progress, TicketCard},
    keys::Role,
    open::open,
};
use kippu_handover::{
    decide::CardWanted,
    machine::Machine,
    outcome::{MachineFault, Outcome, Summary},
    row::ProblemCodeName,
};
use kippu_ticket::ids::CardUid;

use super::{CardDesk, open_row};
use crate::flows::{
    facts::Places,
    kiosk::{
        input::{WriteEnd, WriteProgress},
        words,
    },
};

impl CardDesk {
    /// Goes on with what the journal has open for this order, or begins.
    pub(super) fn write(
        &mut self,
        order: &str,
        card: CardUid,
        room: u8,
        tell: &dyn Fn(WriteProgress),
    ) -> WriteEnd {
        tell(WriteProgress::Preparing);
        self.try_write(order, card, room, tell)
            .unwrap_or_else(|fault| fault_end(&fault))
    }

    fn try_write(
        &mut self,
        order: &str,
        card: CardUid,
        room: u8,
        tell: &dyn Fn(WriteProgress),
    ) -> Result<WriteEnd, MachineFault> {
        let session = self
            .reader
            .connect()
            .and_then(|transport| open(transport, &self.keys, Role::Write));
        let mut session = match session {
            Ok(session) => session,
            Err(fault) => {
                let pending =
                    open_row(&self.journal, order)?.is_some_and(|row| row.pending.is_some());
                return Ok(if pending {
                    WriteEnd::Unknown(fault)
                } else {
                    WriteEnd::NotWritten(fault)
                });
            }
        };
        if session.uid() != card {
            return Ok(WriteEnd::OtherCard { expected: card });
        }
        let mut machine = Machine::new(&mut self.journal, &self.platform);
        // What a writing before a restart left to report comes first: else the platform takes this order for being written.
        if let Err(error) = machine.send_reports() {
            tracing::error!(%error, "the outbox cannot be read");
        }
        let id = machine.begin(order, card, room)?;
        let mut progress = |seen: Progress| tell(words_of(seen));
        let outcome = machine.advance(id, Some(&mut session), &mut progress)?;
        // The report is tried at once; what does not arrive waits in the outbox.
        if let Err(error) = machine.send_reports() {
            tracing::error!(%error, "the outbox cannot be read");
        }
        Ok(match outcome {
            Outcome::Ended(summary) => {
                let places = session
                    .read()
                    .map(|contents| words::places(&contents))
                    .unwrap_or_default();
                ended(&summary, places)
            }
            Outcome::LayCard {
                card,
                found: Some(found),
                ..
            } if found != card => WriteEnd::OtherCard { expected: card },
            Outcome::LayCard {
                why: CardWanted::ToWrite,
                fault,
                ..
            } => WriteEnd::NotWritten(fault.unwrap_or(CardFault::Torn)),
            Outcome::LayCard {
                why: CardWanted::ToAnswer,
                fault,
                ..
            } => WriteEnd::Unknown(fault.unwrap_or(CardFault::Torn)),
            Outcome::PlatformAway => WriteEnd::PlatformAway,
            Outcome::NeedsOperator => WriteEnd::NeedsOperator,
        })
    }

    /// Gives an order's tickets back to the platform; false while a question about them is open.
    pub(super) fn leave(&mut self, order: &str) -> bool {
        self.try_leave(order).unwrap_or_else(|fault| {
            tracing::error!(%fault, "the tickets cannot be left");
            false
        })
    }

    fn try_leave(&mut self, order: &str) -> Result<bool, MachineFault> {
        let Some(row) = open_row(&self.journal, order)? else {
            return Ok(true);
        };
        let mut machine = Machine::new(&mut self.journal, &self.platform);
        machine.leave(row.id)?;
        machine.send_reports()?;
        // Leaving is on disk from here on; only a pending question stands against it.
        Ok(open_row(&self.journal, order)?.is_none_or(|row| row.pending.is_none()))
    }
}

fn ended(summary: &Summary, places: Places) -> WriteEnd {
    if let Some(ProblemCodeName(name)) = &summary.refused {
        let code = serde_json::from_value(serde_json::Value::String(name.clone()));
        return WriteEnd::Refused(code.unwrap_or(ProblemCode::Internal));
    }
    if !summary.given.is_empty() {
        let left = u8::try_from(summary.left_at_platform.len()).unwrap_or(u8::MAX);
        return WriteEnd::Written {
            tickets: summary.given.clone(),
            left,
            places,
        };
    }
    if !summary.left_at_platform.is_empty() {
        return WriteEnd::NothingFits;
    }
    // Issued anew or gone on elsewhere: the order says which.
    WriteEnd::Refused(if summary.disowned.is_empty() {
        ProblemCode::WrongState
    } else {
        ProblemCode::NotOwner
    })
}

fn fault_end(fault: &MachineFault) -> WriteEnd {
    tracing::error!(%fault, "the writing stopped");
    match fault {
        MachineFault::NoRoom => WriteEnd::NothingFits,
        MachineFault::Store(_) => WriteEnd::StorageFault,
        MachineFault::BadGrant(_) | MachineFault::NoSuchHandover(_) => WriteEnd::NeedsOperator,
    }
}

fn words_of(progress: Progress) -> WriteProgress {
    let small = |number: usize| u8::try_from(number).unwrap_or(u8::MAX);
    match progress {
        Progress::Writing { done, of } => WriteProgress::Records {
            done: small(done),
            of: small(of),
        },
        Progress::ReadBack => WriteProgress::ReadBack,
        Progress::Committing => WriteProgress::Committing,
        Progress::Verified => WriteProgress::Verified,
    }
}
