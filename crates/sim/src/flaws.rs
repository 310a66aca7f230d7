//! Broken rules the simulator must catch; numbers are those of the traces the rules close. The product's rules are [`Flaw::None`].

use kippu_card::capability::{CardContents, Directory, Happened};
use kippu_handover::{
    decide::{self, Action, Seen},
    row::{Destination, Handover, Incarnation, ItemState, Place, Source},
    rules::{Protocol, Rules},
};
use kippu_ticket::ids::{OperationId, Step};

/// A rule that is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    /// None.
    None,
    /// The intent reaches the disk only after the act.
    RecordAfterAct,
    /// A print nobody confirmed counts as printed.
    UnconfirmedIsPrinted,
    /// 7: a park without an answer is given up, and the tickets go back to the giver.
    ParkGivenUp,
    /// 1: only the newest operation of the ring is looked at.
    OnlyTheLastId,
    /// 2: operations are named without step and attempt.
    IdWithoutStep,
    /// 4: something else is done while a giving is unknown.
    GiveBackWhileUnknown,
    /// 5: one state for the whole handover.
    OneState,
    /// 14: what was not confirmed is printed again.
    PrintedAgain,
    /// 13: an old yes is as good as a new one.
    StaleConsent,
}

impl Rules for Flaw {
    fn next_operation(&self, row: &Handover, step: Step) -> OperationId {
        let mut operation = Protocol.next_operation(row, step);
        if *self == Self::IdWithoutStep {
            operation.step = Step::Take;
            operation.attempt = 1;
        }
        operation
    }

    fn happened(
        &self,
        operation: &OperationId,
        planned_on: u32,
        directory: &Directory,
    ) -> Happened {
        match self {
            Self::OnlyTheLastId => match directory.ring.first() == Some(operation) {
                true => Happened::Yes,
                false => Happened::No,
            },
            Self::IdWithoutStep if directory.ring.contains(operation) => Happened::Yes,
            _ => Protocol.happened(operation, planned_on, directory),
        }
    }

    fn mark(&self, row: &mut Handover, state: ItemState) {
        if *self == Self::OneState {
            row.items.iter_mut().for_each(|item| item.state = state);
        } else {
            Protocol.mark(row, state);
        }
    }

    fn consent_holds(&self, row: &Handover, contents: &CardContents) -> bool {
        match (self, &row.source) {
            (Self::StaleConsent, Source::Card { card, .. }) => contents.uid == *card,
            _ => Protocol.consent_holds(row, contents),
        }
    }

    fn decide_paper(&self, row: &Handover) -> Action {
        match self {
            Self::PrintedAgain => Action::ConcludeNotDone,
            _ => Protocol.decide_paper(row),
        }
    }

    fn decide(&self, here: Incarnation, row: &Handover, seen: &Seen<'_>) -> Action {
        if let Some(intent) = &row.pending {
            let elsewhere = matches!(intent.place, Place::Card { card, .. }
                if seen_uid(seen) != Some(card));
            match (self, &intent.place) {
                (Self::ParkGivenUp, Place::Platform) => return Action::ConcludeNotDone,
                (Self::GiveBackWhileUnknown, Place::Card { .. }) if elsewhere => {
                    return Action::ConcludeNotDone;
                }
                _ => {}
            }
        }
        let given_up = *self == Self::ParkGivenUp
            && row.destination == Destination::Platform
            && row.giver().is_some()
            // The taking was the first attempt.
            && row.attempts > 1;
        if given_up {
            let mut back = row.clone();
            back.destination = Destination::Giver;
            return decide::decide(self, here, &back, seen);
        }
        decide::decide(self, here, row, seen)
    }
}

fn seen_uid(seen: &Seen<'_>) -> Option<kippu_ticket::ids::CardUid> {
    match seen.card {
        decide::CardView::Away => None,
        decide::CardView::Here { contents, .. } => Some(contents.uid),
    }
}
