//! Tickets that wait are given up for money: in one transaction they are void, their seats free and the money due.

use std::collections::BTreeMap;

use kippu_api::{
    problem::ProblemCode,
    refunds::{NewRefund, NoRefund, Quote},
};
use kippu_ticket::ids::{SellerId, TicketId};

use super::{
    record::{self, RefundRecord, Sold},
    rules::fee,
};
use crate::{
    handovers::record as handovers,
    issuing::reissue::recall_forgotten,
    journal::Entry,
    masters::rules::Terminal,
    members,
    parcels::{record as parcels, rules::waiting},
    refusal::{Answer, Refusal},
    restore::storage::check_known,
    sales::{
        command::{free_seats, random_id, refresh_state, void_ticket},
        rules::contained_tax,
    },
    storage::{Unit, sql::Sql},
    tickets::record::of_parcel,
};

/// What tickets would bring at `at`, UTC microseconds.
pub(super) fn quote(
    sql: &Sql,
    seller: SellerId,
    tickets: &[TicketId],
    at: i64,
) -> Answer<Vec<Quote>> {
    let one = |ticket: &TicketId| {
        let sold = record::sold(sql, *ticket, seller)?;
        Ok(quoted(*ticket, sold.as_ref(), at))
    };
    tickets.iter().map(one).collect()
}

fn quoted(ticket: TicketId, sold: Option<&Sold>, at: i64) -> Quote {
    let kept = sold.map_or(Err(NoRefund::NotSoldHere), |sold| fee(&sold.offered, at));
    let sold = sold.filter(|sold| sold.offered.sold_here);
    Quote {
        ticket,
        refused: kept.err(),
        price: sold
            .filter(|_| kept.is_ok())
            .map_or(0, |sold| sold.seat.price),
        fee: kept.unwrap_or(0),
        currency: sold.map_or_else(String::new, |sold| sold.currency.clone()),
        until: sold
            .and_then(|sold| sold.offered.rule)
            .map_or(0, |rule| rule.until),
        to_account: sold.is_some_and(|sold| sold.member.is_some()),
    }
}

/// Gives tickets up; the refund's id. `code`: the keyed hash of the one they wait under.
pub(super) fn give_up(
    unit: &mut Unit<'_>,
    terminal: &Terminal,
    wish: &NewRefund,
    code: [u8; 32],
) -> Answer<String> {
    let seller = terminal.shop()?.seller;
    let waiting = waiting_under(unit.sql, &code)?;
    let mut given: Vec<Sold> = Vec::with_capacity(wish.tickets.len());
    for ticket in &wish.tickets {
        let Some(waits) = waiting.iter().find(|waits| waits.ticket == *ticket) else {
            return Err(not_waiting(*ticket));
        };
        // Fetched by a kiosk in a time that a restored platform has forgotten, it would be on a card and be paid back.
        check_known(unit.sql, waits.since)?;
        if given.iter().any(|given| given.seat.ticket == *ticket) {
            return Err(Refusal::bad_request("A ticket is named twice."));
        }
        let mut sold = record::sold(unit.sql, *ticket, seller)?
            .ok_or_else(|| no_refund(*ticket, NoRefund::NotSoldHere))?;
        sold.seat.fee = fee(&sold.offered, waits.offered).map_err(|why| no_refund(*ticket, why))?;
        given.push(sold);
    }
    let refund = sum_up(&given, wish, seller, unit.now)?;
    insert(unit, terminal, &refund, code)?;
    // And what a kiosk gave out that is gone for good opens no gate any more.
    recall_forgotten(unit, &wish.tickets)?;
    for ((member, order), amount) in by_account(&given) {
        members::book_back(unit, member, order, &refund.refund, amount)?;
    }
    for sold in &given {
        let seat = &sold.seat;
        void_ticket(unit, seat.ticket)?;
        free_seats(unit, seat.event, &sold.order, &[seat.seat])?;
        refresh_state(unit, &sold.order)?;
    }
    unit.journal(&Entry {
        kind: "refunded",
        tickets: &wish.tickets,
        seller: Some(seller.0),
        terminal: Some(terminal.id.0),
        amount: Some(-refund.amount),
        note: Some(&refund.refund),
        ..Entry::default()
    })?;
    Ok(refund.refund)
}

/// What comes back to each account, by the order it paid.
fn by_account(given: &[Sold]) -> BTreeMap<(i64, &str), i64> {
    let mut sums = BTreeMap::new();
    for sold in given {
        if let Some(member) = sold.member {
            *sums.entry((member, sold.order.as_str())).or_default() +=
                sold.seat.price - sold.seat.fee;
        }
    }
    sums
}

/// A ticket that waits under a code. Times are UTC microseconds.
struct Waits {
    ticket: TicketId,
    /// Since when.
    since: i64,
    /// When it left its card: whoever was in time at the kiosk is not late for a line that was down.
    offered: i64,
}

fn waiting_under(sql: &Sql, code: &[u8; 32]) -> Answer<Vec<Waits>> {
    let mut found = Vec::new();
    for parcel in parcels::by_code(sql, code)? {
        let offered = handovers::find(sql, parcel.handover)?.map_or(parcel.at, |begun| begun.begun);
        let tickets = of_parcel(sql, &parcel.parcel)?;
        found.extend(waiting(&tickets).map(|ticket| Waits {
            ticket: ticket.ticket,
            since: parcel.at,
            offered,
        }));
    }
    Ok(found)
}

fn sum_up(given: &[Sold], wish: &NewRefund, seller: SellerId, now: i64) -> Answer<RefundRecord> {
    let mut refund = RefundRecord {
        refund: random_id(),
        seller,
        amount: 0,
        to_account: 0,
        tax: 0,
        currency: wish.currency.clone(),
        at: now,
        paid_out: None,
        tickets: given.iter().map(|sold| sold.seat.clone()).collect(),
    };
    for sold in given {
        let due = sold.seat.price - sold.seat.fee;
        refund.amount += due;
        if sold.member.is_some() {
            refund.to_account += due;
        }
        refund.tax += contained_tax(due, sold.tax_basis_points);
        if sold.currency != wish.currency {
            return Err(Refusal::bad_request(
                "These tickets were not paid in one currency. Nothing was given up.",
            ));
        }
    }
    if given.is_empty() {
        return Err(Refusal::bad_request("No ticket is named."));
    }
    if refund.amount != wish.amount {
        return Err(Refusal::new(
            ProblemCode::WrongState,
            format!(
                "These tickets bring {} {}, not {}. Nothing was given up; they wait under their code.",
                refund.amount, refund.currency, wish.amount
            ),
        )
        .hint("Ask again what they bring."));
    }
    Ok(refund)
}

fn insert(
    unit: &Unit<'_>,
    terminal: &Terminal,
    refund: &RefundRecord,
    code: [u8; 32],
) -> Answer<()> {
    unit.sql
        .prepare_cached(
            "INSERT INTO refunds (refund, code, seller, terminal, amount, tax, currency, at, to_account) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute((
            &refund.refund,
            code,
            refund.seller.0,
            terminal.id.0,
            refund.amount,
            refund.tax,
            &refund.currency,
            refund.at,
            refund.to_account,
        ))?;
    for (place, ticket) in refund.tickets.iter().enumerate() {
        unit.sql
            .prepare_cached(
                "INSERT INTO refunded_tickets (ticket, refund, place, fee) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute((ticket.ticket.0, &refund.refund, place, ticket.fee))?;
    }
    Ok(())
}

fn not_waiting(ticket: TicketId) -> Refusal {
    Refusal::new(
        ProblemCode::WrongState,
        format!("Ticket {ticket} does not wait under this code. Nothing was given up."),
    )
    .hint("It was fetched, or money was promised for it already: look what the code belongs to.")
}

fn no_refund(ticket: TicketId, why: NoRefund) -> Refusal {
    let words = match why {
        NoRefund::NotAllowed => "The organizer takes no tickets of this event back.",
        NoRefund::TooLate => "The time for giving tickets of this event back is over.",
        NoRefund::NothingDue => "Nothing is left of what was paid for it.",
        NoRefund::NotSoldHere => "It was not sold by this seller.",
        NoRefund::Entered => "It was used to enter.",
    };
    Refusal::new(
        ProblemCode::WrongState,
        format!("There is no money for ticket {ticket}: {words} Nothing was given up."),
    )
    .hint("It waits under its code and can be fetched with it.")
}
