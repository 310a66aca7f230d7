//! Writing an order's tickets, and leaving them: the handover machine does it, here its outcome becomes the flow's words.

use kippu_api::{orders::Claim, problem::ProblemCode};
use kippu_card::capability::{CardFault, Progress};
use kippu_handover::{
    decide::CardWanted,
    outcome::{MachineFault, Outcome, Summary},
    row::ProblemCodeName,
};
use kippu_ticket::ids::CardUid;

use super::{CardDesk, send};
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
        let mut machine = self.machine();
        // What a writing before a restart left to report comes first: else the platform takes this order for being written.
        send(&mut machine);
        let id = machine.begin(&Claim::Order(order.to_owned()), None, card, room)?;
        let rest = self.go_on(id, &mut |seen| tell(words_of(seen)))?;
        Ok(match rest.outcome {
            Outcome::Ended(summary) => {
                let places = rest.card.map(|contents| words::places(&contents));
                ended(&summary, places.unwrap_or_default())
            }
            Outcome::LayCard {
                card: Some(card),
                found: Some(found),
                ..
            } if found != card => WriteEnd::OtherCard { expected: card },
            Outcome::LayCard {
                why: CardWanted::ToAnswer,
                fault,
                ..
            } => WriteEnd::Unknown(fault.or(rest.unopened).unwrap_or(CardFault::Torn)),
            Outcome::LayCard { fault, .. } => {
                WriteEnd::NotWritten(fault.or(rest.unopened).unwrap_or(CardFault::Torn))
            }
            Outcome::PlatformAway => WriteEnd::PlatformAway,
            Outcome::Refused(problem) => WriteEnd::Refused(problem.code),
            _ => WriteEnd::NeedsOperator,
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
        let mut machine = self.machine();
        let open = machine.open_handovers()?;
        let Some(row) = open.iter().find(|row| row.order() == Some(order)) else {
            return Ok(true);
        };
        machine.leave(row.id)?;
        machine.send_reports()?;
        // Leaving is on disk from here on; only a pending question stands against it.
        Ok(machine.load(row.id)?.pending.is_none())
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
        _ => WriteEnd::NeedsOperator,
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
