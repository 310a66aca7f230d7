//! Which tickets of a card can go, and why the others stay. The machine asks the same again before anything is taken.

use kippu_card::capability::{CardContents, SlotState};
use kippu_ticket::{
    ids::TicketId,
    record::{BoundTicket, TicketFlags},
};

use crate::flows::kiosk::{
    desk::{Desk, SECOND},
    view::{Errand, MyTicket, WhyStays},
    words,
};

/// No event lasts longer after its start: a ticket of one that began earlier is of no use to anybody.
const LONGEST: i64 = 24 * 3600 * SECOND;

/// A ticket of the card, with why it stays if it does.
pub(in crate::flows::kiosk) struct Offer {
    pub id: TicketId,
    pub ticket: MyTicket,
    pub stays: Option<WhyStays>,
}

/// All live tickets of a card, in the card's order.
pub(in crate::flows::kiosk) fn offers(
    contents: &CardContents,
    errand: Errand,
    recalled: &[TicketId],
    desk: &Desk,
) -> Vec<Offer> {
    words::my_tickets(contents)
        .into_iter()
        .map(|ticket| Offer {
            id: ticket.id,
            stays: why(contents, &ticket, errand, recalled, desk),
            ticket,
        })
        .collect()
}

fn why(
    contents: &CardContents,
    ticket: &MyTicket,
    errand: Errand,
    recalled: &[TicketId],
    desk: &Desk,
) -> Option<WhyStays> {
    let on_card = contents
        .tickets
        .iter()
        .filter(|on_card| on_card.state == SlotState::Live)
        .find_map(|on_card| {
            let bound = BoundTicket::from_bytes(&on_card.record).ok()?;
            (bound.signed.body.ticket == ticket.id).then_some((on_card.entered, bound.signed.body))
        });
    let Some((entered, body)) = on_card else {
        return Some(WhyStays::Unreadable);
    };
    if recalled.contains(&ticket.id) || desk.recalled_on(contents.uid).contains(&ticket.id) {
        return Some(WhyStays::Recalled);
    }
    let inside = entered % 2 == 1;
    if inside || entered > 0 && !body.flags.contains(TicketFlags::TRANSFERABLE_AFTER_ENTRY) {
        return Some(WhyStays::Entered);
    }
    match errand {
        Errand::Give if body.flags.contains(TicketFlags::NOT_TRANSFERABLE) => {
            return Some(WhyStays::NotTransferable);
        }
        Errand::Paper if body.flags.contains(TicketFlags::NO_PAPER) => {
            return Some(WhyStays::NoPaper);
        }
        Errand::Give | Errand::Paper | Errand::MoneyBack => {}
    }
    if ticket.event.event.is_none() {
        return Some(WhyStays::Unreadable);
    }
    if ticket.event.starts.at + LONGEST < desk.now {
        return Some(WhyStays::Over);
    }
    let can_finish = match errand {
        Errand::Give | Errand::Paper => desk.can_finish(body.event),
        // Money is a promise of the platform's.
        Errand::MoneyBack => desk.online,
    };
    (!can_finish).then_some(WhyStays::NoNetwork)
}
