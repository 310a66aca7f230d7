//! Refunds as the database keeps them, and what it knows of a ticket somebody wants money for.

use kippu_api::refunds::RefundState;
use kippu_ticket::ids::{EventId, SellerId, TicketId};

use super::rules::{Offered, RefundRule};
use crate::{
    refusal::{Answer, Refusal},
    storage::sql::{Optional as _, Params, Row, Sql, SqlError},
};

/// A refund with its tickets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundRecord {
    /// Random id.
    pub refund: String,
    /// The seller whose registers pay it out.
    pub seller: SellerId,
    /// Minor units.
    pub amount: i64,
    /// Of the amount, what was booked back to member accounts; minor units.
    pub to_account: i64,
    /// Contained in the amount.
    pub tax: i64,
    /// ISO 4217.
    pub currency: String,
    /// When the tickets were given up, UTC microseconds.
    pub at: i64,
    /// When a clerk paid it out.
    pub paid_out: Option<i64>,
    /// In the order they were named.
    pub tickets: Vec<RefundedTicket>,
}

impl RefundRecord {
    /// What a register pays out, minor units.
    pub fn cash(&self) -> i64 {
        self.amount - self.to_account
    }

    /// Where it stands.
    pub fn state(&self) -> RefundState {
        match self.paid_out {
            Some(_) => RefundState::PaidOut,
            None if self.cash() == 0 => RefundState::Booked,
            None => RefundState::Due,
        }
    }
}

/// A ticket that was given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundedTicket {
    /// Which.
    pub ticket: TicketId,
    /// Its event.
    pub event: EventId,
    /// Seat index in the plan.
    pub seat: u32,
    /// Price class index.
    pub class: u8,
    /// What was paid, minor units.
    pub price: i64,
    /// Kept of it, minor units.
    pub fee: i64,
}

/// What was sold as a ticket that somebody wants money for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sold {
    /// Its order.
    pub order: String,
    /// Its seat.
    pub seat: RefundedTicket,
    /// Row of the member whose account paid it.
    pub member: Option<i64>,
    /// ISO 4217.
    pub currency: String,
    /// Hundredths of a percent.
    pub tax_basis_points: u16,
    /// What the rules ask.
    pub offered: Offered,
}

/// What is known of a ticket; `None` where it was not sold by an order of this platform.
pub fn sold(sql: &Sql, ticket: TicketId, seller: SellerId) -> Answer<Option<Sold>> {
    let Ok(number) = i64::try_from(ticket.0) else {
        return Ok(None);
    };
    let found = sql
        .prepare_cached(
            "SELECT o.id, t.event, t.seat, t.class, t.price, o.currency, e.tax_basis_points,
                    t.void = 0 AND o.seller = ?2 AND o.state IN ('paid', 'granted', 'issued'),
                    EXISTS (SELECT 1 FROM entrance_records r WHERE r.ticket = t.ticket AND r.outcome IN ('admit', 'readmit')),
                    CASE WHEN e.cancelled IS NULL THEN r.until ELSE e.refunds_until END,
                    CASE WHEN e.cancelled IS NULL THEN r.fee ELSE 0 END, o.member
             FROM tickets t JOIN orders o ON o.id = t.order_id JOIN events e ON e.event = t.event
                  LEFT JOIN refund_rules r ON r.event = t.event
             WHERE t.ticket = ?1",
        )?
        .query_row((number, seller.0), |row| {
            let rule = match (row.get(9)?, row.get(10)?) {
                (Some(until), Some(fee)) => Some(RefundRule { until, fee }),
                _ => None,
            };
            let price = row.get(4)?;
            Ok(Sold {
                order: row.get(0)?,
                seat: RefundedTicket {
                    ticket,
                    event: EventId(row.get(1)?),
                    seat: row.get(2)?,
                    class: row.get(3)?,
                    price,
                    fee: 0,
                },
                member: row.get(11)?,
                currency: row.get(5)?,
                tax_basis_points: row.get(6)?,
                offered: Offered {
                    sold_here: row.get(7)?,
                    entered: row.get(8)?,
                    price,
                    rule,
                },
            })
        })
        .optional()?;
    Ok(found)
}

const REFUND: &str =
    "SELECT refund, seller, amount, tax, currency, at, paid_out, to_account FROM refunds";

/// A seller's refund by its id.
///
/// # Errors
/// 404.
pub fn of_seller(sql: &Sql, refund: &str, seller: SellerId) -> Answer<RefundRecord> {
    some(sql, "WHERE refund = ?1 AND seller = ?2", (refund, seller.0))?
        .pop()
        .ok_or_else(|| Refusal::not_found("refund"))
}

/// A seller's refunds a code belongs to: due ones first, then the newest.
pub fn by_code(sql: &Sql, code: &[u8; 32], seller: SellerId) -> Answer<Vec<RefundRecord>> {
    some(
        sql,
        "WHERE code = ?1 AND seller = ?2 ORDER BY paid_out IS NOT NULL OR to_account = amount, at DESC, refund",
        (code, seller.0),
    )
}

fn some(sql: &Sql, rest: &str, parameters: impl Params) -> Answer<Vec<RefundRecord>> {
    let mut statement = sql.prepare_cached(&format!("{REFUND} {rest}"))?;
    let mut found = statement
        .query_map(parameters, refund_row)?
        .collect::<Result<Vec<_>, _>>()?;
    for refund in &mut found {
        let mut statement = sql.prepare_cached(
            "SELECT t.ticket, t.event, t.seat, t.class, t.price, g.fee
             FROM refunded_tickets g JOIN tickets t ON t.ticket = g.ticket WHERE g.refund = ?1 ORDER BY g.place",
        )?;
        let rows = statement.query_map([&refund.refund], |row| {
            Ok(RefundedTicket {
                ticket: TicketId(row.get(0)?),
                event: EventId(row.get(1)?),
                seat: row.get(2)?,
                class: row.get(3)?,
                price: row.get(4)?,
                fee: row.get(5)?,
            })
        })?;
        refund.tickets = rows.collect::<Result<_, _>>()?;
    }
    Ok(found)
}

fn refund_row(row: &Row<'_>) -> Result<RefundRecord, SqlError> {
    Ok(RefundRecord {
        refund: row.get(0)?,
        seller: SellerId(row.get(1)?),
        amount: row.get(2)?,
        tax: row.get(3)?,
        currency: row.get(4)?,
        at: row.get(5)?,
        paid_out: row.get(6)?,
        to_account: row.get(7)?,
        tickets: Vec::new(),
    })
}
