//! Rules as they must not be: each is one of the product's rules broken, and the exploration must catch it.

use kippu_card::capability::{Directory, Happened};
use kippu_handover::{
    decide::{self, Action, CardView, PlatformView},
    row::{Handover, Incarnation, Intent, ItemState},
    rules::Rules,
};
use kippu_ticket::ids::{HandoverId, OperationId, Step};

/// R4 broken: the card's answer is taken from the newest id alone, and what is not there did not happen.
#[derive(Debug, Clone, Copy)]
pub struct OnlyLastId;

impl Rules for OnlyLastId {
    fn happened(&self, intent: &Intent, directory: &Directory) -> Happened {
        if directory.ring.first() == Some(&intent.operation) {
            Happened::Yes
        } else {
            Happened::No
        }
    }
}

/// R1 broken: the id names the customer's order, not the step and attempt of one handover.
#[derive(Debug, Clone, Copy)]
pub struct IdWithoutStep;

impl Rules for IdWithoutStep {
    fn next_operation(&self, _: &Handover) -> OperationId {
        OperationId {
            handover: HandoverId([77; 16]),
            step: Step::Give,
            attempt: 0,
        }
    }

    fn happened(&self, intent: &Intent, directory: &Directory) -> Happened {
        if directory.ring.contains(&intent.operation) {
            Happened::Yes
        } else {
            decide::happened(intent, directory)
        }
    }
}

/// R5 broken: while nobody knows whether a ticket is on the card, it is left at the platform for another one.
#[derive(Debug, Clone, Copy)]
pub struct LeaveWhileUnknown;

impl Rules for LeaveWhileUnknown {
    fn decide(
        &self,
        here: Incarnation,
        row: &Handover,
        card: CardView<'_>,
        platform: &PlatformView,
    ) -> Action {
        if row.pending.is_some() && matches!(card, CardView::Away) {
            let giving = row.in_state(ItemState::Giving);
            return if giving.is_empty() {
                Action::ConcludeNotDone
            } else {
                Action::LeaveAtPlatform(giving)
            };
        }
        decide::decide(self, here, row, card, platform)
    }
}

/// R8 broken: one state for the whole handover.
#[derive(Debug, Clone, Copy)]
pub struct OneStateForAll;

impl Rules for OneStateForAll {
    fn mark_given(&self, row: &mut Handover) {
        for item in &mut row.items {
            item.state = ItemState::Given;
        }
    }
}

/// R3 broken: what the ring has passed is taken for not done.
#[derive(Debug, Clone, Copy)]
pub struct AbsenceIsNo;

impl Rules for AbsenceIsNo {
    fn happened(&self, intent: &Intent, directory: &Directory) -> Happened {
        match decide::happened(intent, directory) {
            Happened::Unknown => Happened::No,
            sure => sure,
        }
    }
}

/// R14 broken: a restored journal goes on with what its copy says.
#[derive(Debug, Clone, Copy)]
pub struct RestoredOwns;

impl Rules for RestoredOwns {
    fn decide(
        &self,
        _: Incarnation,
        row: &Handover,
        card: CardView<'_>,
        platform: &PlatformView,
    ) -> Action {
        decide::decide(self, row.incarnation, row, card, platform)
    }
}
