//! Somebody counted the till: the difference is written down with the name.

use kippu_api::{
    problem::ProblemCode,
    till::{CloseTill, ClosedTill},
};

use super::count::{currencies, expected};
use crate::{
    audit::{self, Act},
    people::rules::Clerk,
    refusal::{Answer, Refusal},
    sales::command::random_id,
    storage::Unit,
};

/// Closes it, if no money moved since it was counted.
pub(super) fn close(unit: &Unit<'_>, clerk: &Clerk, wish: &CloseTill) -> Answer<ClosedTill> {
    if wish.counted < 0 {
        return Err(Refusal::bad_request("A till holds nothing below zero."));
    }
    if !currencies(unit.sql, clerk.store)?.contains(&wish.currency) {
        return Err(Refusal::bad_request(
            "This store never took money of this currency.",
        ));
    }
    let expected = expected(unit.sql, clerk.store, &wish.currency)?;
    if expected != wish.expected {
        return Err(Refusal::new(
            ProblemCode::WrongState,
            format!(
                "Money moved while the till was counted: it has to hold {} {} now, not {}. It was not closed.",
                expected, wish.currency, wish.expected
            ),
        )
        .hint("Count again."));
    }
    let closed = ClosedTill {
        currency: wish.currency.clone(),
        expected,
        counted: wish.counted,
        at: unit.now,
    };
    let closing = random_id();
    unit.sql
        .prepare_cached(
            "INSERT INTO till_closings (closing, store, currency, at, clerk, expected, counted) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute((
            &closing,
            clerk.store,
            &closed.currency,
            closed.at,
            clerk.id,
            closed.expected,
            closed.counted,
        ))?;
    for counted in [
        "UPDATE payments SET closing = ?1 WHERE closing IS NULL AND currency = ?2 AND order_id IN (SELECT id FROM orders WHERE store = ?3)",
        "UPDATE refunds SET closing = ?1 WHERE closing IS NULL AND currency = ?2 AND clerk IN (SELECT account FROM accounts WHERE store = ?3)",
    ] {
        unit.sql
            .prepare_cached(counted)?
            .execute((&closing, &closed.currency, clerk.store))?;
    }
    let note = format!(
        "{} {}, counted {}, difference {}",
        closed.expected,
        closed.currency,
        closed.counted,
        closed.difference()
    );
    let act = Act {
        what: "till_closed",
        subject: &format!("store {}", clerk.store),
        note: Some(&note),
        ..Act::default()
    };
    audit::note(unit.sql, unit.now, &clerk.into(), &act)?;
    Ok(closed)
}
