//! The flow's papers: slips for the register, receipts, slips of tickets that wait, records of givings.

use jiff::{Timestamp, Zoned, tz::TimeZone};
use kippu_api::{
    holds::HeldSeat,
    orders::{Order, PaymentMethod},
    refunds::Refund,
};
use kippu_handover::{
    facts::{Facts, ItemFact},
    row::ItemState,
};
use kippu_peripherals::{
    money::Money,
    paper::{
        CodeError, GivenItem, GivingReceipt, HandoverSlip, ItemEnd, PaidBy, Performance, Receipt,
        RefundSlip, RefundedItem, Seat, Slip, TestPage, Typesetter, WaitingItem, WaitingPlace,
    },
    raster::Raster,
};
use kippu_ticket::{
    code::ResumeCode,
    ids::{CardUid, TicketId},
    record::{BoundTicket, TicketBody},
};

use super::{Place, words};
use crate::{
    app::clock,
    flows::{
        facts::Language,
        kiosk::{effect::PaperJob, view::Kept, words::ending},
    },
};

/// A paper as a picture; `None` where it cannot be set, and the log says why.
pub(super) fn set(job: &PaperJob, place: &Place, typesetter: &mut Typesetter) -> Option<Raster> {
    let raster = match job {
        PaperJob::Slip { order, language } => slip(order, place, *language).render(typesetter),
        PaperJob::Receipt {
            order,
            given,
            ending,
            copy,
            left: _,
            language,
        } => {
            let receipt = Receipt {
                copy: *copy,
                ..receipt(order, given, ending, place, *language)
            };
            Ok(receipt.render(typesetter))
        }
        PaperJob::Kept {
            facts,
            kept,
            language,
        } => waiting_slip(facts, kept, place, *language).render(typesetter),
        PaperJob::Refund {
            refund,
            code,
            language,
        } => refund_slip(refund, *code, place, *language).render(typesetter),
        PaperJob::Test { language } => test_page(place, *language).render(typesetter),
        PaperJob::Given { facts, language } => {
            Ok(giving_receipt(facts, place, *language).render(typesetter))
        }
    };
    raster
        .map_err(|error: CodeError| tracing::error!(%error, "the paper cannot be set"))
        .ok()
}

fn test_page(place: &Place, language: Language) -> TestPage {
    TestPage {
        language: words::language(language),
        issued: zoned(clock::now(), &place.zone),
        store: place.store.clone(),
        terminal: place.terminal.clone(),
    }
}

fn slip(order: &Order, place: &Place, language: Language) -> Slip {
    Slip {
        language: words::language(language),
        number: order.slip.clone(),
        code: order.slip.clone(),
        performance: performance(order),
        seats: order.seats.iter().map(|held| seat(order, held)).collect(),
        total: Money::new(order.total, &order.currency),
        tax: Money::new(order.tax, &order.currency),
        pay_until: zoned(order.pay_until, &place.zone),
        issued: zoned(order.now, &place.zone),
        store: place.store.clone(),
        terminal: place.terminal.clone(),
    }
}

/// The sum is what was paid for the order; the seats are those on the card.
fn receipt(
    order: &Order,
    given: &[TicketId],
    ending: &str,
    place: &Place,
    language: Language,
) -> Receipt {
    Receipt {
        language: words::language(language),
        number: order.slip.clone(),
        copy: false,
        performance: performance(order),
        seats: order
            .seats
            .iter()
            .zip(&order.tickets)
            .filter(|(_, ticket)| given.contains(ticket))
            .map(|(held, _)| seat(order, held))
            .collect(),
        total: Money::new(order.total, &order.currency),
        tax: Money::new(order.tax, &order.currency),
        tax_basis_points: order.tax_basis_points,
        paid_by: match order.method {
            PaymentMethod::RegisterSlip => PaidBy::Register,
            PaymentMethod::MemberAccount => PaidBy::MemberAccount,
        },
        card_ending: ending.to_owned(),
        paid: zoned(order.paid.unwrap_or(order.now), &place.zone),
        store: place.store.clone(),
        seller: order.seller.name.clone(),
        registration: order.seller.registration.clone(),
    }
}

fn waiting_slip(facts: &Facts, kept: &Kept, place: &Place, language: Language) -> HandoverSlip {
    let waits = |item: &&ItemFact| {
        matches!(
            item.state,
            ItemState::Kept
                | ItemState::Pending
                | ItemState::Parked
                | ItemState::LeftAtPlatform
                | ItemState::Released
        )
    };
    HandoverSlip {
        language: words::language(language),
        code: facts.code.to_string().replace('-', ""),
        place: match kept {
            Kept::AtPlatform
            | Kept::OnTheWay
            | Kept::NoMoney
            | Kept::PerhapsMoney
            | Kept::LetGo(None) => WaitingPlace::Center,
            Kept::InKiosk => WaitingPlace::Terminal,
            Kept::OnlyCard(ending) => WaitingPlace::Card {
                ending: ending.clone(),
                anywhere: false,
            },
            Kept::LetGo(Some(ending)) => WaitingPlace::Card {
                ending: ending.clone(),
                anywhere: true,
            },
        },
        items: facts
            .items
            .iter()
            .filter(waits)
            .filter_map(|item| {
                let (body, performance) = words_of(facts, item)?;
                Some(WaitingItem {
                    title: performance.title,
                    starts: performance.starts,
                    what: words::line(&body, language),
                })
            })
            .collect(),
        until: None,
        issued: zoned(facts.changed, &place.zone),
        store: place.store.clone(),
        terminal: place.terminal.clone(),
    }
}

fn refund_slip(refund: &Refund, code: ResumeCode, place: &Place, language: Language) -> RefundSlip {
    let money = |amount| Money::new(amount, &refund.currency);
    RefundSlip {
        language: words::language(language),
        code: code.to_string().replace('-', ""),
        items: refund
            .items
            .iter()
            .map(|item| RefundedItem {
                title: item.event_name.clone(),
                starts: zoned(item.starts, &item.zone),
                seat: Seat {
                    class: item.class_name.clone(),
                    block: item.seat.block.clone(),
                    row: item.seat.row.clone(),
                    number: item.seat.number.clone(),
                    entrance: item.seat.entrance.clone(),
                    price: money(item.seat.price),
                },
            })
            .collect(),
        fee: money(refund.items.iter().map(|item| item.fee).sum()),
        amount: money(refund.amount),
        to_account: money(refund.to_account),
        tax: money(refund.tax),
        issued: zoned(refund.at, &place.zone),
        store: place.store.clone(),
        terminal: place.terminal.clone(),
    }
}

fn giving_receipt(facts: &Facts, place: &Place, language: Language) -> GivingReceipt {
    let number = facts.handover.to_string();
    let ending_of = |card: Option<CardUid>| card.map(ending);
    GivingReceipt {
        language: words::language(language),
        // Never the code: whoever has that can fetch what waits.
        number: number.chars().take(8).collect(),
        from_ending: ending_of(facts.giver).unwrap_or_default(),
        to_ending: ending_of(facts.receiver),
        items: facts
            .items
            .iter()
            .filter_map(|item| {
                let (body, performance) = words_of(facts, item)?;
                Some(GivenItem {
                    title: performance.title,
                    starts: performance.starts,
                    seat: words::seat(&body, language),
                    end: end(item.state),
                })
            })
            .collect(),
        at: zoned(facts.changed, &place.zone),
        store: place.store.clone(),
        terminal: place.terminal.clone(),
    }
}

fn end(state: ItemState) -> ItemEnd {
    match state {
        ItemState::Given => ItemEnd::Given,
        ItemState::GivenBack | ItemState::Stayed | ItemState::Wanted => ItemEnd::WithGiver,
        ItemState::Printed => ItemEnd::OnPaper,
        ItemState::Kept | ItemState::Pending => ItemEnd::InTerminal,
        ItemState::Parked
        | ItemState::LeftAtPlatform
        | ItemState::Released
        | ItemState::Reissued
        | ItemState::Disowned => ItemEnd::AtCenter,
    }
}

/// What a handover's row knows of an item.
fn words_of(facts: &Facts, item: &ItemFact) -> Option<(TicketBody, Performance)> {
    let body = BoundTicket::from_bytes(&item.record).ok()?.signed.body;
    let event = facts
        .events
        .iter()
        .find(|event| event.event == body.event.0)?;
    Some((body, words::performance(event)))
}

fn performance(order: &Order) -> Performance {
    Performance {
        title: order.event_name.clone(),
        venue: order.venue.clone(),
        doors_open: zoned(order.doors_open, &order.zone),
        starts: zoned(order.starts, &order.zone),
    }
}

fn seat(order: &Order, held: &HeldSeat) -> Seat {
    Seat {
        class: order
            .class_names
            .get(usize::from(held.class))
            .cloned()
            .unwrap_or_default(),
        block: held.block.clone(),
        row: held.row.clone(),
        number: held.number.clone(),
        entrance: held.entrance.clone(),
        price: Money::new(held.price, &order.currency),
    }
}

/// A moment where it counts: at the venue or at the store; a zone this machine does not know is shown as UTC.
fn zoned(at: i64, zone: &str) -> Zoned {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    Timestamp::from_microsecond(at)
        .unwrap_or_default()
        .to_zoned(zone)
}
