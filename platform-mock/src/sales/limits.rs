//! Limits on purchases: how many tickets of an event one card, one person or one means of payment may have, whoever sells them and on whatever
//! node. Counted inside the transaction that sells, where nobody else sells at the same time.

use kippu_api::{
    orders::Buyer,
    problem::{LimitFacts, LimitOf, ProblemCode},
};
use kippu_ticket::ids::{CardUid, EventId};

use crate::{
    refusal::{Answer, Refusal},
    storage::{Unit, sql::Sql},
};

/// What an event allows; `None`: as many as there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PurchaseLimits {
    /// Tickets to one card.
    pub per_card: Option<u8>,
    /// Tickets to one person. Where a seller does not know who buys, the card stands for its owner.
    pub per_person: Option<u8>,
    /// Tickets for one means of payment. Cash has none, and does not count.
    pub per_payment: Option<u8>,
}

impl PurchaseLimits {
    /// Those that are stated, with the database's words.
    pub fn stated(&self) -> impl Iterator<Item = (LimitOf, u8)> + use<> {
        [
            (LimitOf::Card, self.per_card),
            (LimitOf::Person, self.per_person),
            (LimitOf::Payment, self.per_payment),
        ]
        .into_iter()
        .filter_map(|(of, most)| Some((of, most?)))
    }
}

/// The word in the database.
pub fn column(of: LimitOf) -> &'static str {
    match of {
        LimitOf::Card => "card",
        LimitOf::Person => "person",
        LimitOf::Payment => "payment",
    }
}

/// Tickets that somebody wants.
pub(super) struct Purchase<'a> {
    pub order: &'a str,
    pub event: EventId,
    pub card: CardUid,
    /// Hashed.
    pub buyer: &'a Buyer,
    pub tickets: usize,
}

impl Purchase<'_> {
    fn who(&self, of: LimitOf) -> Option<String> {
        match of {
            LimitOf::Card => Some(self.card.to_string()),
            LimitOf::Person => Some(
                self.buyer
                    .person
                    .clone()
                    .unwrap_or_else(|| format!("card {}", self.card)),
            ),
            LimitOf::Payment => self.buyer.payment.clone(),
        }
    }
}

/// Counts a new order towards the event's limits.
///
/// # Errors
/// 409 `limit_reached` with what is left.
pub(super) fn count(
    unit: &Unit<'_>,
    limits: PurchaseLimits,
    purchase: &Purchase<'_>,
) -> Answer<()> {
    for (of, most) in limits.stated() {
        let Some(who) = purchase.who(of) else {
            continue;
        };
        check(unit.sql, purchase.event, (of, most), &who, purchase.tickets)?;
        unit.sql
            .prepare_cached(
                "INSERT INTO purchases (event, per, who, order_id) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute((purchase.event.0, column(of), &who, purchase.order))?;
    }
    Ok(())
}

/// Checks an order that was ended and is to be honoured after all: others may have been made since.
///
/// # Errors
/// As [`count`].
pub(super) fn check_again(
    unit: &Unit<'_>,
    event: EventId,
    order: &str,
    tickets: usize,
) -> Answer<()> {
    let limits = of_event(unit.sql, event)?;
    for (of, most) in limits.stated() {
        for who in named(unit.sql, event, of, order)? {
            check(unit.sql, event, (of, most), &who, tickets)?;
        }
    }
    Ok(())
}

/// Counts an order for another card from now on.
///
/// # Errors
/// As [`count`]; nothing was changed then.
pub(super) fn change_card(
    unit: &Unit<'_>,
    event: EventId,
    order: &str,
    (from, to): (CardUid, CardUid),
    tickets: usize,
) -> Answer<()> {
    if from == to {
        return Ok(());
    }
    for (of, most) in of_event(unit.sql, event)?.stated() {
        let named_by = match of {
            LimitOf::Card => CardUid::to_string,
            LimitOf::Person => |card: &CardUid| format!("card {card}"),
            LimitOf::Payment => continue,
        };
        let (before, after) = (named_by(&from), named_by(&to));
        // A person who is known stays the same whatever the card.
        if named(unit.sql, event, of, order)? != [before.as_str()] {
            continue;
        }
        check(unit.sql, event, (of, most), &after, tickets)?;
        unit.sql
            .prepare_cached(
                "UPDATE purchases SET who = ?4 WHERE event = ?1 AND per = ?2 AND order_id = ?3",
            )?
            .execute((event.0, column(of), order, after))?;
    }
    Ok(())
}

/// The limits of an event.
pub fn of_event(sql: &Sql, event: EventId) -> Answer<PurchaseLimits> {
    let mut statement =
        sql.prepare_cached("SELECT per, most FROM purchase_limits WHERE event = ?1")?;
    let rows = statement.query_map([event.0], |row| {
        Ok((row.get::<String>(0)?, row.get::<u8>(1)?))
    })?;
    let mut limits = PurchaseLimits::default();
    for row in rows {
        let (per, most) = row?;
        match per.as_str() {
            "card" => limits.per_card = Some(most),
            "person" => limits.per_person = Some(most),
            _ => limits.per_payment = Some(most),
        }
    }
    Ok(limits)
}

fn named(sql: &Sql, event: EventId, of: LimitOf, order: &str) -> Answer<Vec<String>> {
    let mut statement = sql.prepare_cached(
        "SELECT who FROM purchases WHERE event = ?1 AND per = ?2 AND order_id = ?3",
    )?;
    let rows = statement.query_map((event.0, column(of), order), |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn check(
    sql: &Sql,
    event: EventId,
    (of, most): (LimitOf, u8),
    who: &str,
    wanted: usize,
) -> Answer<()> {
    let had: u32 = sql
        .prepare_cached(
            "SELECT count(*) FROM purchases p JOIN tickets t ON t.order_id = p.order_id
             WHERE p.event = ?1 AND p.per = ?2 AND p.who = ?3 AND t.void = 0",
        )?
        .query_row((event.0, column(of), who), |row| row.get(0))?;
    let most = u32::from(most);
    let left = most.saturating_sub(had);
    if wanted <= left as usize {
        return Ok(());
    }
    let (whom, they) = match of {
        LimitOf::Card => ("one card", "This card"),
        LimitOf::Person => ("one person", "This person"),
        LimitOf::Payment => ("one means of payment", "This one"),
    };
    Err(Refusal::new(
        ProblemCode::LimitReached,
        format!(
            "This event has a limit of {most} tickets for {whom}, in all stores together. {they} has {had}: {left} more can be bought. Nothing was bought."
        ),
    )
    .hint("Choose no more seats than are left.")
    .limit(LimitFacts { of, most, left }))
}
