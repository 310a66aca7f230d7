//! What tickets would bring: asked of the platform before anything is chosen, so that whatever cannot be given up says why.

use kippu_api::refunds::{NoRefund, Quote};
use kippu_card::capability::CardContents;
use kippu_ticket::ids::TicketId;

use super::{State, stays::Offer};
use crate::flows::{
    facts::Money,
    kiosk::{
        desk::Desk,
        effect::Ask,
        view::{MoneyBack, WhyStays},
        words,
    },
};

/// Asks for the tickets of a card.
pub(super) fn ask(contents: &CardContents, desk: &mut Desk) -> State {
    let tickets = words::my_tickets(contents)
        .iter()
        .map(|ticket| ticket.id)
        .collect();
    State::Quoting {
        contents: Box::new(contents.clone()),
        no: desk.ask(Ask::QuoteRefund(tickets)),
    }
}

/// What stays for another reason says that; of the others the platform's word counts.
pub(super) fn with_quotes(mut offers: Vec<Offer>, quotes: &[Quote]) -> Vec<Offer> {
    for offer in &mut offers {
        let quote = quotes.iter().find(|quote| quote.ticket == offer.id);
        let refused = quote.map_or(Some(NoRefund::NotSoldHere), |quote| quote.refused);
        offer.stays = offer.stays.or(refused.map(why));
    }
    offers
}

fn why(refused: NoRefund) -> WhyStays {
    match refused {
        NoRefund::NotAllowed => WhyStays::NotTakenBack,
        NoRefund::TooLate => WhyStays::TooLateForMoney,
        NoRefund::NothingDue => WhyStays::NothingDue,
        NoRefund::NotSoldHere => WhyStays::BoughtElsewhere,
        NoRefund::Entered => WhyStays::Entered,
    }
}

/// What these bring together; `None` for none at all.
pub(super) fn of(quotes: &[Quote], tickets: &[TicketId]) -> Option<MoneyBack> {
    let mut quoted = quotes
        .iter()
        .filter(|quote| tickets.contains(&quote.ticket))
        .peekable();
    let currency = quoted.peek()?.currency.clone();
    let (mut amount, mut to_account, mut fee) = (0, 0, 0);
    for quote in quoted {
        amount += quote.amount();
        if quote.to_account {
            to_account += quote.amount();
        }
        fee += quote.fee;
    }
    let money = |amount| Money {
        amount,
        currency: currency.clone(),
    };
    Some(MoneyBack {
        amount: money(amount),
        to_account: money(to_account),
        fee: money(fee),
    })
}
