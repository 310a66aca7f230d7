//! What a seller's people write into the masters and the accounts.

use kippu_api::{
    members::{MemberChange, NewMember, Settlement},
    problem::ProblemCode,
};
use kippu_ticket::ids::{CardUid, SellerId};

use super::{record, rules};
use crate::{
    audit::{self, Act, Actor},
    people::rules::Person,
    refusal::{Answer, Refusal},
    storage::{Unit, words::word},
};

/// Registers a member.
pub(super) fn register(
    unit: &Unit<'_>,
    actor: &Actor,
    seller: SellerId,
    new: &NewMember,
) -> Answer<()> {
    rules::check_number(&new.number)?;
    rules::check_currency(&new.currency)?;
    rules::check_limit(new.credit_limit)?;
    let number_taken: bool = unit
        .sql
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM members WHERE seller = ?1 AND number = ?2)")?
        .query_row((seller.0, &new.number), |row| row.get(0))?;
    if number_taken {
        return Err(Refusal::new(
            ProblemCode::WrongState,
            format!(
                "There is a member {} already. Nothing was changed.",
                new.number
            ),
        ));
    }
    check_card(unit, seller, new.card)?;
    unit.sql
        .prepare_cached(
            "INSERT INTO members (seller, number, card, currency, credit_limit, state, registered) VALUES (?1, ?2, ?3, ?4, ?5, 'active', ?6)",
        )?
        .execute((
            seller.0,
            &new.number,
            new.card.to_string(),
            &new.currency,
            new.credit_limit,
            unit.now,
        ))?;
    let note = format!(
        "card {}, limit {} {}",
        new.card, new.credit_limit, new.currency
    );
    note_act(
        unit,
        actor,
        "member_registered",
        (seller, &new.number),
        &note,
    )
}

/// Changes what is stated.
pub(super) fn change(
    unit: &Unit<'_>,
    actor: &Actor,
    (seller, number): (SellerId, &str),
    change: &MemberChange,
) -> Answer<()> {
    let known = record::by_number(unit.sql, seller, number)?;
    let mut now = known.member.clone();
    if let Some(card) = change.card.filter(|card| *card != now.card) {
        check_card(unit, seller, card)?;
        now.card = card;
    }
    if let Some(limit) = change.credit_limit {
        rules::check_limit(limit)?;
        now.credit_limit = limit;
    }
    now.state = change.state.unwrap_or(now.state);
    let state = word(&now.state)?;
    unit.sql
        .prepare_cached(
            "UPDATE members SET card = ?2, credit_limit = ?3, state = ?4 WHERE member = ?1",
        )?
        .execute((known.id, now.card.to_string(), now.credit_limit, &state))?;
    let note = format!("card {}, limit {}, {state}", now.card, now.credit_limit);
    note_act(unit, actor, "member_changed", (seller, number), &note)
}

/// Books that a member paid the seller.
pub(super) fn settle(
    unit: &Unit<'_>,
    by: &Person,
    (seller, number): (SellerId, &str),
    paid: &Settlement,
) -> Answer<()> {
    rules::check_settlement(paid.amount)?;
    let known = record::by_number(unit.sql, seller, number)?;
    if paid.currency != known.member.currency {
        return Err(Refusal::bad_request(format!(
            "The account is in {}, not in {}. Nothing was booked.",
            known.member.currency, paid.currency
        )));
    }
    unit.sql
        .prepare_cached(
            "INSERT INTO postings (member, kind, amount, account, at) VALUES (?1, 'settlement', ?2, ?3, ?4)",
        )?
        .execute((known.id, -paid.amount, by.account, unit.now))?;
    let note = format!("{} {}", paid.amount, paid.currency);
    note_act(unit, &by.into(), "member_settled", (seller, number), &note)
}

fn check_card(unit: &Unit<'_>, seller: SellerId, card: CardUid) -> Answer<()> {
    if record::by_card(unit.sql, seller, card)?.is_some() {
        return Err(Refusal::new(
            ProblemCode::WrongState,
            format!("Card {card} is another member's. Nothing was changed."),
        )
        .hint("Take another card, or give that member another one first."));
    }
    Ok(())
}

fn note_act(
    unit: &Unit<'_>,
    actor: &Actor,
    what: &'static str,
    (seller, number): (SellerId, &str),
    note: &str,
) -> Answer<()> {
    let act = Act {
        what,
        subject: &format!("member {number} of seller {seller}"),
        note: Some(note),
        ..Act::default()
    };
    audit::note(unit.sql, unit.now, actor, &act)
}
