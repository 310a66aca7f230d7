//! An order is charged to the account of its card's holder, and what was given up is booked back. Inside the transactions that sell and refund:
//! nobody else sells at the same time, so what was checked is still true when it is booked.

use kippu_api::{members::CreditStanding, problem::ProblemCode};
use kippu_ticket::ids::CardUid;

use super::{
    record::{self, MemberRecord},
    rules::standing,
};
use crate::{
    masters::rules::Terminal,
    refusal::{Answer, Refusal},
    storage::{Unit, sql::Sql},
};

/// How long a card counts as present after a terminal opened it: as long as seats can be held, with both extensions, and some more.
const PRESENT_MICROS: i64 = 40 * 60 * 1_000_000;

/// Refuses whoever asks about a card that this terminal has not read: a terminal's credentials alone charge nobody.
pub(super) fn check_present(sql: &Sql, terminal: &Terminal, card: CardUid, now: i64) -> Answer<()> {
    if record::was_read(sql, terminal.id.0, card, now - PRESENT_MICROS)? {
        return Ok(());
    }
    Err(Refusal::new(
        ProblemCode::Forbidden,
        "This card was not read at this terminal a moment ago. Nothing was charged.",
    )
    .hint("Lay the card on the reader and begin again."))
}

/// The member who carries a card and whose account covers a sum.
///
/// # Errors
/// 409 `no_credit`, 403 where the card was not read here.
pub(crate) fn chargeable(
    unit: &Unit<'_>,
    terminal: &Terminal,
    card: CardUid,
    (amount, currency): (i64, &str),
) -> Answer<MemberRecord> {
    check_present(unit.sql, terminal, card, unit.now)?;
    let found = record::by_card(unit.sql, terminal.shop()?.seller, card)?;
    let member = found.ok_or_else(|| no_credit("This card is no member's of this seller."))?;
    match standing(&member.account(), amount, currency) {
        CreditStanding::Enough => Ok(member),
        CreditStanding::Suspended => Err(no_credit("The member account is suspended.")),
        CreditStanding::NotEnough | CreditStanding::NoMember => {
            Err(no_credit("The member account does not cover the sum."))
        }
    }
}

/// Charges an order. The database refuses a second charge of the same order.
pub(crate) fn charge(unit: &Unit<'_>, member: i64, order: &str, amount: i64) -> Answer<()> {
    if amount == 0 {
        return Ok(());
    }
    unit.sql
        .prepare_cached(
            "INSERT INTO postings (member, kind, amount, order_id, at) VALUES (?1, 'charge', ?2, ?3, ?4)",
        )?
        .execute((member, amount, order, unit.now))?;
    Ok(())
}

/// Books back what tickets of an order brought, whatever became of the account meanwhile.
pub(crate) fn book_back(
    unit: &Unit<'_>,
    member: i64,
    order: &str,
    refund: &str,
    amount: i64,
) -> Answer<()> {
    unit.sql
        .prepare_cached(
            "INSERT INTO postings (member, kind, amount, order_id, refund, at) VALUES (?1, 'refund', ?2, ?3, ?4, ?5)",
        )?
        .execute((member, -amount, order, refund, unit.now))?;
    Ok(())
}

fn no_credit(why: &str) -> Refusal {
    Refusal::new(
        ProblemCode::NoCredit,
        format!("{why} Nothing was charged, and the seats are still held."),
    )
    .hint("Pay at the register, or ask the seller.")
}
