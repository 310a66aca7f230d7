//! What requests and reports say, and whether an operation nobody saw the end of happened (handover.md R3, R4). Pure.

use kippu_api::handovers::{Report, ReportedOutcome, TicketOnCard};
use kippu_card::capability::{CommitProof, Directory};
use kippu_ticket::{
    ids::{HandoverId, OperationId, Step},
    record::BoundTicket,
};

use crate::{
    keys::Keys,
    refusal::{Answer, Refusal},
    tickets::brought,
};

/// The word of the sales journal for what a report says; `granted`: of tickets that came from the platform.
pub fn journal_word(step: Step, outcome: ReportedOutcome, granted: bool) -> &'static str {
    use ReportedOutcome::{Done, LeftAtPlatform, NotDone, PaperVoid, Unknown};
    match (step, outcome) {
        (_, LeftAtPlatform) => "left_at_platform",
        (_, PaperVoid) => "paper_void",
        (Step::Take, Done) => "taken",
        (Step::Take, NotDone) => "not_taken",
        (Step::Take, Unknown) => "taking_unknown",
        (Step::Give, Done) if granted => "issued",
        (Step::Give, Done) => "assigned",
        (Step::Give, NotDone) => "not_written",
        (Step::Give, Unknown) => "writing_unknown",
        (Step::GiveBack, Done) => "given_back",
        (Step::GiveBack, NotDone) => "not_given_back",
        (Step::GiveBack, Unknown) => "giving_back_unknown",
        (Step::Park, Done) => "parked",
        (Step::Park, NotDone) => "not_parked",
        (Step::Park, Unknown) => "parking_unknown",
        (Step::Print, Done) => "printed",
        (Step::Print, NotDone) => "not_printed",
        (Step::Print, Unknown) => "printing_unknown",
    }
}

/// Reads all tickets of a request.
///
/// # Errors
/// As [`brought::read`]; 400 when there is none, or one twice.
pub fn read_all(stated: &[TicketOnCard], keys: &Keys) -> Answer<Vec<BoundTicket>> {
    let mut ids: Vec<_> = stated.iter().map(|ticket| ticket.ticket).collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() || ids.len() != stated.len() {
        return Err(Refusal::bad_request(
            "A handover is about tickets, and about each of them once.",
        ));
    }
    stated
        .iter()
        .map(|ticket| brought::read(ticket, keys))
        .collect()
}

/// An operation whose end its terminal does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenQuestion {
    /// The operation.
    pub operation: OperationId,
    /// The directory's sequence it was planned on.
    pub sequence: u32,
}

impl OpenQuestion {
    /// The question a report leaves open, if it does.
    pub fn of(handover: HandoverId, report: &Report) -> Option<Self> {
        let before = directory(report.before.as_ref())?;
        (report.outcome == ReportedOutcome::Unknown).then_some(Self {
            operation: OperationId {
                handover,
                step: report.step,
                attempt: report.attempt,
            },
            sequence: before.sequence,
        })
    }

    /// Whose is the commit after the planned sequence? `Some(true)`: this operation's. `Some(false)`: another's. `None`: this directory
    /// does not say. A sequence that has not risen is no answer: the directory may have been seen before the try.
    pub fn answered_by(&self, seen: &Directory) -> Option<bool> {
        let age =
            usize::try_from(seen.sequence.checked_sub(self.sequence.checked_add(1)?)?).ok()?;
        seen.ring
            .get(age)
            .map(|operation| *operation == self.operation)
    }
}

/// The first answer among directories.
pub fn happened<'a>(
    question: &OpenQuestion,
    seen: impl IntoIterator<Item = &'a Directory>,
) -> Option<bool> {
    seen.into_iter()
        .find_map(|directory| question.answered_by(directory))
}

/// The directories of a report.
pub fn directories(report: &Report) -> impl Iterator<Item = Directory> + use<> {
    [
        directory(report.before.as_ref()),
        directory(report.after.as_ref()),
    ]
    .into_iter()
    .flatten()
}

fn directory(value: Option<&serde_json::Value>) -> Option<Directory> {
    serde_json::from_value(value?.clone()).ok()
}

/// The card's proof in a report.
pub fn proof(report: &Report) -> Answer<Option<CommitProof>> {
    let Some(reported) = &report.proof else {
        return Ok(None);
    };
    let mut mac = [0; 8];
    let bad = |error: hex::FromHexError| {
        Refusal::bad_request(format!("The card's proof is no hexadecimal text: {error}."))
    };
    hex::decode_to_slice(&reported.mac, &mut mac).map_err(bad)?;
    Ok(Some(CommitProof {
        counter: reported.counter,
        mac,
        input: hex::decode(&reported.input).map_err(bad)?,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn operation(number: u8) -> OperationId {
        OperationId {
            handover: HandoverId([number; 16]),
            step: Step::Give,
            attempt: 1,
        }
    }

    fn seen(sequence: u32, ring: &[u8]) -> Directory {
        Directory {
            sequence,
            ring: ring.iter().map(|number| operation(*number)).collect(),
            slots: Vec::new(),
        }
    }

    const QUESTION: u8 = 7;

    fn question() -> OpenQuestion {
        OpenQuestion {
            operation: operation(QUESTION),
            sequence: 10,
        }
    }

    #[test]
    fn the_commit_after_the_planned_sequence_answers() {
        assert_eq!(question().answered_by(&seen(11, &[7, 1])), Some(true));
        assert_eq!(question().answered_by(&seen(13, &[3, 2, 7, 1])), Some(true));
        assert_eq!(
            question().answered_by(&seen(13, &[3, 2, 9, 1])),
            Some(false)
        );
    }

    #[test]
    fn absence_is_no_answer() {
        assert_eq!(
            question().answered_by(&seen(10, &[1, 2])),
            None,
            "may be from before the try"
        );
        assert_eq!(
            question().answered_by(&seen(15, &[5, 4, 3, 2])),
            None,
            "the ring has passed it"
        );
    }

    #[test]
    fn the_same_operation_at_another_place_is_not_this_try() {
        let earlier = OpenQuestion {
            operation: operation(QUESTION),
            sequence: 11,
        };
        assert_eq!(earlier.answered_by(&seen(12, &[3, 7])), Some(false));
    }

    #[test]
    fn other_reports_answer_what_the_ring_has_lost() {
        let reports = [seen(16, &[6, 5, 4, 3]), seen(12, &[2, 7])];
        assert_eq!(happened(&question(), &reports), Some(true));
        assert_eq!(happened(&question(), &reports[..1]), None);
    }
}
