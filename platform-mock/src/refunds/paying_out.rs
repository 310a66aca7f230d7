//! A clerk's word that the money is in the customer's hand.

use kippu_api::{clerk::Confirm, problem::ProblemCode};
use kippu_ticket::ids::SellerId;

use super::record;
use crate::{
    audit::{self, Act},
    journal::Entry,
    people::rules::Clerk,
    refusal::{Answer, Refusal},
    storage::Unit,
};

/// Books it, once.
pub(super) fn pay_out(
    unit: &mut Unit<'_>,
    clerk: &Clerk,
    seller: SellerId,
    refund: &str,
    sum: &Confirm,
) -> Answer<()> {
    let known = record::of_seller(unit.sql, refund, seller)?;
    if known.cash() == 0 {
        return Err(Refusal::new(
            ProblemCode::WrongState,
            "This money went back to the member account it came from. Nothing was booked.",
        )
        .hint("Hand out no money; if you did, take it back."));
    }
    if (sum.amount, &sum.currency) != (known.cash(), &known.currency) {
        return Err(Refusal::bad_request(format!(
            "The refund is {} {}, not {} {}. Nothing was booked.",
            known.cash(),
            known.currency,
            sum.amount,
            sum.currency
        )));
    }
    let booked = unit
        .sql
        .prepare_cached(
            "UPDATE refunds SET paid_out = ?2, clerk = ?3 WHERE refund = ?1 AND paid_out IS NULL",
        )?
        .execute((refund, unit.now, clerk.id))?;
    if booked == 0 {
        return Err(Refusal::new(
            ProblemCode::WrongState,
            "This refund was paid out already. Nothing was booked a second time.",
        )
        .hint("Hand out no money; if you did, take it back."));
    }
    let note = format!("{} {}", known.cash(), known.currency);
    let act = Act {
        what: "refund_paid_out",
        subject: &format!("refund {refund}"),
        note: Some(&note),
        ..Act::default()
    };
    audit::note(unit.sql, unit.now, &clerk.into(), &act)?;
    let tickets: Vec<_> = known.tickets.iter().map(|ticket| ticket.ticket).collect();
    unit.journal(&Entry {
        kind: "paid_out",
        tickets: &tickets,
        seller: Some(seller.0),
        clerk: Some(clerk.id),
        amount: Some(-known.cash()),
        note: Some(refund),
        ..Entry::default()
    })
}
