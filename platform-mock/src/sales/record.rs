//! Holds and orders as the database keeps them.

use kippu_api::{
    orders::{OrderState, PaymentMethod, SellerOnReceipts},
    problem::ProblemCode,
};
use kippu_ticket::ids::{CardUid, EventId, SellerId, TerminalId, TicketId};
use serde::{Deserialize, Serialize};

use crate::storage::sql::{Optional as _, Params, Row, Sql, SqlError};
use crate::{
    refusal::{Answer, Refusal},
    storage::words::{from_word, optional_word},
    tickets::standing::Holder,
};

/// A held seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoldSeat {
    /// Index in the plan.
    pub seat: u32,
    /// Index of the price class.
    pub class: u8,
    /// Minor units.
    pub price: i64,
}

/// A hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoldRecord {
    /// Random id.
    pub hold: String,
    /// Event.
    pub event: EventId,
    /// Terminal that holds.
    pub terminal: TerminalId,
    /// The seats.
    pub seats: Vec<HoldSeat>,
    /// UTC microseconds.
    pub expires: i64,
    /// How often it was extended.
    pub extensions: u8,
    /// Whether adjacency was given up.
    pub apart: bool,
}

/// A ticket of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketRecord {
    /// Its id.
    pub ticket: TicketId,
    /// Seat index in the plan.
    pub seat: u32,
    /// Price class index.
    pub class: u8,
    /// Minor units.
    pub price: i64,
    /// Raised by re-issues only.
    pub epoch: u16,
    /// Of the last binding made; 0 before the first.
    pub hop: u16,
    /// Where it is.
    pub holder: Holder,
    /// On which card, while a card has it.
    pub on_card: Option<CardUid>,
    /// It went on from the card the order brought it to: no longer the order's matter.
    pub moved: bool,
    /// The order ended without payment.
    pub void: bool,
}

impl TicketRecord {
    /// Whether it waits here to be written to the order's card.
    pub fn is_waiting(&self) -> bool {
        self.holder == Holder::Platform && !self.moved
    }

    /// Who has it as far as the order is concerned: what went on from its card was brought there.
    pub fn holder_for_order(&self) -> Holder {
        if self.moved {
            Holder::Card
        } else {
            self.holder
        }
    }
}

/// An order with its tickets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderRecord {
    /// Random id.
    pub id: String,
    /// Where it stands.
    pub state: OrderState,
    /// Event.
    pub event: EventId,
    /// Seller.
    pub seller: SellerId,
    /// Row of the store it was ordered in.
    pub store: i64,
    /// Card the tickets are meant for.
    pub card: CardUid,
    /// Minor units.
    pub total: i64,
    /// Contained in the total.
    pub tax: i64,
    /// Its rate in hundredths of a percent.
    pub tax_basis_points: u16,
    /// The seller, as receipts name it.
    pub on_receipts: SellerOnReceipts,
    /// ISO 4217.
    pub currency: String,
    /// As printed.
    pub slip: String,
    /// UTC microseconds.
    pub pay_until: i64,
    /// When it was paid.
    pub paid: Option<i64>,
    /// Row of the member whose account paid it.
    pub member: Option<i64>,
    /// Paid after `pay_until` and honoured.
    pub late: bool,
    /// Of the last grant; 0 before the first.
    pub fence: u64,
    /// In the order of places.
    pub tickets: Vec<TicketRecord>,
}

impl OrderRecord {
    /// How it is paid.
    pub fn method(&self) -> PaymentMethod {
        match self.member {
            Some(_) => PaymentMethod::MemberAccount,
            None => PaymentMethod::RegisterSlip,
        }
    }

    /// Ids of all its tickets.
    pub fn ticket_ids(&self) -> Vec<TicketId> {
        self.tickets.iter().map(|ticket| ticket.ticket).collect()
    }
}

/// Loads a hold.
pub fn hold(sql: &Sql, id: &str) -> Answer<Option<HoldRecord>> {
    let mut statement = sql.prepare_cached(
        "SELECT hold, event, terminal, seats, expires, extensions, apart FROM holds WHERE hold = ?1",
    )?;
    let found = statement
        .query_row([id], |row| {
            let seats: String = row.get(3)?;
            Ok(HoldRecord {
                hold: row.get(0)?,
                event: EventId(row.get(1)?),
                terminal: TerminalId(row.get(2)?),
                seats: serde_json::from_str(&seats)
                    .map_err(|error| SqlError::conversion(3, error))?,
                expires: row.get(4)?,
                extensions: row.get(5)?,
                apart: row.get(6)?,
            })
        })
        .optional()?;
    Ok(found)
}

/// Loads a terminal's own hold that has not ended.
///
/// # Errors
/// 409 `hold_expired` when it ended, was given back, or never was.
pub fn live_hold(sql: &Sql, id: &str, terminal: TerminalId, now: i64) -> Answer<HoldRecord> {
    hold(sql, id)?
        .filter(|hold| hold.terminal == terminal && hold.expires > now)
        .ok_or_else(|| {
            Refusal::new(
                ProblemCode::HoldExpired,
                "The time for these seats is over and they are free again. Nothing was bought.",
            )
            .hint("Choose seats again.")
        })
}

const ORDER: &str = "SELECT id, state, event, seller, store, card, total, tax, currency, slip, pay_until, paid, late, fence,
    (SELECT tax_basis_points FROM events WHERE events.event = orders.event),
    (SELECT name FROM sellers WHERE sellers.seller = orders.seller),
    (SELECT registration FROM sellers WHERE sellers.seller = orders.seller), member FROM orders";

/// Loads an order by its id.
///
/// # Errors
/// 404.
pub fn order(sql: &Sql, id: &str) -> Answer<OrderRecord> {
    one(sql, &format!("{ORDER} WHERE id = ?1"), id)
}

/// Loads an order by its slip's number.
///
/// # Errors
/// 404.
pub fn order_by_slip(sql: &Sql, slip: &str) -> Answer<OrderRecord> {
    one(sql, &format!("{ORDER} WHERE slip = ?1"), slip)
}

/// Loads orders; `rest` is the `WHERE` and what follows it.
pub fn orders(sql: &Sql, rest: &str, parameters: impl Params) -> Answer<Vec<OrderRecord>> {
    let mut statement = sql.prepare_cached(&format!("{ORDER} {rest}"))?;
    let mut found = statement
        .query_map(parameters, order_row)?
        .collect::<Result<Vec<_>, _>>()?;
    for order in &mut found {
        order.tickets = tickets(sql, &order.id)?;
    }
    Ok(found)
}

fn one(sql: &Sql, text: &str, parameter: &str) -> Answer<OrderRecord> {
    let found = sql
        .prepare_cached(text)?
        .query_row([parameter], order_row)
        .optional()?;
    let mut order = found.ok_or_else(|| Refusal::not_found("order"))?;
    order.tickets = tickets(sql, &order.id)?;
    Ok(order)
}

fn order_row(row: &Row<'_>) -> Result<OrderRecord, SqlError> {
    Ok(OrderRecord {
        id: row.get(0)?,
        state: from_word(row, 1)?,
        event: EventId(row.get(2)?),
        seller: SellerId(row.get(3)?),
        store: row.get(4)?,
        card: from_word(row, 5)?,
        total: row.get(6)?,
        tax: row.get(7)?,
        currency: row.get(8)?,
        slip: row.get(9)?,
        pay_until: row.get(10)?,
        paid: row.get(11)?,
        late: row.get(12)?,
        fence: row.get(13)?,
        tax_basis_points: row.get(14)?,
        on_receipts: SellerOnReceipts {
            name: row.get(15)?,
            registration: row.get(16)?,
        },
        member: row.get(17)?,
        tickets: Vec::new(),
    })
}

fn tickets(sql: &Sql, order: &str) -> Answer<Vec<TicketRecord>> {
    let mut statement = sql.prepare_cached(
        "SELECT ticket, seat, class, price, epoch, hop, holder, holder_card, moved, void FROM tickets WHERE order_id = ?1 ORDER BY place",
    )?;
    let rows = statement.query_map([order], |row| {
        Ok(TicketRecord {
            ticket: TicketId(row.get(0)?),
            seat: row.get(1)?,
            class: row.get(2)?,
            price: row.get(3)?,
            epoch: row.get(4)?,
            hop: row.get(5)?,
            holder: from_word(row, 6)?,
            on_card: optional_word(row, 7)?,
            moved: row.get(8)?,
            void: row.get(9)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
