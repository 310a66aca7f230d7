//! A clerk's word that the money is in the till, and what it does.

use kippu_api::{
    clerk::{Confirm, ConfirmOutcome},
    orders::OrderState,
    problem::ProblemCode,
};
use serde::{Deserialize, Serialize};

use super::{
    command::{all_free, on_sale, pass_seats, void_tickets},
    expiry::end_if_due,
    limits,
    record::{self, OrderRecord},
    rules::Payment,
};
use crate::{
    audit::{self, Act},
    journal::{Entry, PAYMENT},
    people::rules::Clerk,
    refusal::{Answer, Refusal},
    storage::{Unit, words::word},
};

/// What is remembered of a confirmation under its key.
#[derive(Serialize, Deserialize)]
pub(super) struct Confirmation {
    pub outcome: ConfirmOutcome,
    pub order: String,
}

/// Books a payment: in time, late and honoured, or late and paid back.
pub(super) fn confirm(
    unit: &mut Unit<'_>,
    clerk: &Clerk,
    slip: &str,
    sum: &Confirm,
) -> Answer<Confirmation> {
    let mut order = record::order_by_slip(unit.sql, slip)?;
    if order.store != clerk.store {
        return Err(Refusal::not_found("slip in this store"));
    }
    if (sum.amount, &sum.currency) != (order.total, &order.currency) {
        return Err(Refusal::bad_request(format!(
            "The slip is about {} {}, not {} {}. Nothing was booked.",
            order.total, order.currency, sum.amount, sum.currency
        )));
    }
    if order.state == OrderState::AwaitingPayment && end_if_due(unit, &order.id)? {
        order.state = OrderState::Expired;
    }
    let payment = Payment::of(order.state, order.pay_until, unit.now)?;
    let seats: Vec<u32> = order.tickets.iter().map(|ticket| ticket.seat).collect();
    let free = payment == Payment::Late
        && on_sale(unit, order.event)?
        && all_free(unit, order.event, order.seller, &seats)?
        && within_limits(unit, &order)?;
    let outcome = payment.outcome(free);
    if outcome == ConfirmOutcome::PaidLate {
        pass_seats(unit, order.event, None, &order.id, &seats)?;
        seats
            .iter()
            .for_each(|seat| unit.seat_changed(order.event, *seat, true));
        void_tickets(unit, &order.id, false)?;
    }
    let state = if outcome == ConfirmOutcome::Refunded {
        OrderState::Refunded
    } else {
        OrderState::Paid
    };
    unit.sql
        .prepare_cached("UPDATE orders SET state = ?2, paid = ?3, late = ?4 WHERE id = ?1")?
        .execute((
            &order.id,
            word(&state)?,
            unit.now,
            outcome == ConfirmOutcome::PaidLate,
        ))?;
    let outcome_word = word(&outcome)?;
    unit.sql
        .prepare_cached("INSERT INTO payments (order_id, clerk, amount, currency, outcome, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?
        .execute((&order.id, clerk.id, order.total, &order.currency, &outcome_word, unit.now))?;
    let (subject, note) = (
        format!("slip {slip}"),
        format!("{outcome_word} {} {}", order.total, order.currency),
    );
    let act = Act {
        what: "payment",
        subject: &subject,
        note: Some(&note),
        ..Act::default()
    };
    audit::note(unit.sql, unit.now, &clerk.into(), &act)?;
    unit.journal(&Entry {
        kind: PAYMENT,
        order: Some(&order.id),
        event: Some(order.event.0),
        tickets: &order.ticket_ids(),
        seller: Some(order.seller.0),
        clerk: Some(clerk.id),
        amount: Some(order.total),
        note: Some(&outcome_word),
        ..Entry::default()
    })?;
    Ok(Confirmation {
        outcome,
        order: order.id,
    })
}

/// Whether its buyer may still have as many: a slip that ran out did not count, and others may have been bought since.
fn within_limits(unit: &Unit<'_>, order: &OrderRecord) -> Answer<bool> {
    match limits::check_again(unit, order.event, &order.id, order.tickets.len()) {
        Err(refusal) if refusal.code == ProblemCode::LimitReached => Ok(false),
        other => other.map(|()| true),
    }
}
