//! An open handover in the staff's words: where its tickets are, what it waits for, and the one action that helps.

use kippu_handover::{
    facts::{Facts, Standing},
    row::{Destination, ItemState},
};

use crate::flows::kiosk::{
    desk::Desk,
    view::{HandoverWaits, Holder, MoneyFact, OpenRow, Remedy, Safety, TicketFact},
    words,
};

/// Where the tickets of a handover are that are not at their end.
pub(in crate::flows::kiosk) fn tickets_are(facts: &Facts) -> TicketFact {
    let count = words::open_count(facts);
    match facts.standing {
        Standing::Unknown(_) => TicketFact::BeingChecked { count },
        Standing::PaperUnconfirmed { .. } => TicketFact::PaperBeingChecked { count },
        Standing::Ended => {
            let parked = words::count_of(facts, |state| state == ItemState::Parked);
            let back = words::count_of(facts, |state| {
                matches!(state, ItemState::GivenBack | ItemState::Stayed)
            });
            match (parked, back) {
                (0, 0) => TicketFact::None,
                (0, count) => TicketFact::OnGiverCard { count },
                (count, _) => TicketFact::Parked {
                    count,
                    code: facts.code.to_string(),
                },
            }
        }
        _ if facts.purpose.is_none() => TicketFact::AtPlatform {
            count: count.max(1),
            slip: String::new(),
        },
        Standing::Asking | Standing::Agreed => TicketFact::OnGiverCard { count },
        Standing::Kept | Standing::Leaving => TicketFact::InKiosk { count },
    }
}

/// Ticket and money of a handover.
pub(super) fn safety(facts: &Facts) -> Safety {
    Safety {
        ticket: tickets_are(facts),
        money: if facts.order.is_some() {
            MoneyFact::PaidBefore
        } else {
            MoneyFact::NotInvolved
        },
    }
}

/// Who holds the tickets.
pub(super) fn holder(facts: &Facts) -> Holder {
    match (facts.standing, facts.purpose) {
        (Standing::Unknown(_) | Standing::PaperUnconfirmed { .. }, _) => Holder::Unknown,
        (Standing::Asking | Standing::Agreed, Some(_)) => Holder::Giver,
        (Standing::Kept | Standing::Leaving, Some(_)) => Holder::Kiosk,
        (Standing::Ended, Some(_)) => Holder::Receiver,
        (_, None) => Holder::Platform,
    }
}

/// What it waits for, and what helps.
pub(super) fn waits(facts: &Facts) -> (HandoverWaits, Remedy) {
    match (facts.standing, facts.destination) {
        (Standing::Unknown(_), _) => match facts.waits_for_card {
            Some(card) if Some(card) == facts.giver => {
                (HandoverWaits::CardAnswer, Remedy::LayGiver)
            }
            Some(_) => (HandoverWaits::CardAnswer, Remedy::LayCard),
            None => (HandoverWaits::Operator, Remedy::CallOperator),
        },
        (Standing::PaperUnconfirmed { .. }, _) => (HandoverWaits::Paper, Remedy::AnswerPaper),
        (Standing::Leaving, _) => (HandoverWaits::Platform, Remedy::Send),
        // A purchase asks again when its card is laid.
        (Standing::Asking, _) if facts.purpose.is_none() => {
            (HandoverWaits::NamedCard, Remedy::LayCard)
        }
        (Standing::Asking, _) => (HandoverWaits::Platform, Remedy::Send),
        (Standing::Agreed, _) | (Standing::Kept, Destination::Giver) => {
            (HandoverWaits::Giver, Remedy::LayGiver)
        }
        (Standing::Kept, Destination::Card { .. }) if facts.receiver.is_some() => {
            (HandoverWaits::NamedCard, Remedy::LayCard)
        }
        (Standing::Kept, Destination::Card { .. }) => (HandoverWaits::Receiver, Remedy::LayCard),
        (Standing::Kept, Destination::Paper) => (HandoverWaits::Printer, Remedy::Print),
        (Standing::Kept, Destination::Platform | Destination::Elsewhere) => {
            (HandoverWaits::Platform, Remedy::Send)
        }
        (Standing::Ended, _) => (HandoverWaits::Platform, Remedy::None),
    }
}

/// The handover in short.
pub(super) fn row(facts: &Facts, desk: &Desk) -> OpenRow {
    let (waits, remedy) = waits(facts);
    OpenRow {
        handover: facts.handover,
        tickets: words::open_count(facts),
        giver: facts.giver.map(words::ending),
        receiver: facts.receiver.map(words::ending),
        event: words::first_event(facts),
        since: desk.here(facts.created),
        waits,
        remedy,
    }
}
