//! Holds, orders and payments as commands.

use std::sync::Arc;

use async_trait::async_trait;
use kippu_api::{
    clerk::{Confirm, ConfirmOutcome},
    orders::{ChangeCard, NewOrder, OrderState},
    problem::ProblemCode,
};
use kippu_ticket::ids::{CardUid, SellerId, TerminalId};
use serde::{Deserialize, Serialize};

use super::{
    command::{all_free, claim_seats, free_seats, pass_seats, random_id, set_card, void_tickets},
    expiry::end_unpaid,
    record::{self, HoldRecord, OrderRecord},
    rules::{self, EXTENSIONS_MAX, HOLD_MICROS, Payment, SLIP_MICROS},
    slip::Slip,
};
use crate::{
    clerks::rules::Clerk,
    journal::Entry,
    masters::rules::{EventFacts, Terminal},
    refusal::{Answer, Refusal},
    storage::{
        Sqlite, Unit,
        idempotency::{self, RequestKey, once},
        words::word,
    },
};

/// Seats to hold.
#[derive(Debug, Clone)]
pub struct HoldCommand {
    /// Who asks, under which key.
    pub key: RequestKey,
    /// The event.
    pub event: Arc<EventFacts>,
    /// The terminal.
    pub terminal: TerminalId,
    /// Whose seats.
    pub seller: SellerId,
    /// Which.
    pub seats: Vec<u32>,
    /// Whether adjacency was given up to find them.
    pub apart: bool,
}

/// Orders a question may be about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrderName {
    /// By id.
    Id(String),
    /// By the number on the slip.
    Slip(String),
}

/// Sales.
#[async_trait]
pub trait SalesStorage: Send + Sync {
    /// Holds seats: all or none.
    async fn hold(&self, command: HoldCommand) -> Answer<HoldRecord>;
    /// The hold made under a key, if there is one.
    async fn held_under(&self, key: RequestKey) -> Answer<Option<HoldRecord>>;
    /// Gives a hold more time.
    async fn extend_hold(
        &self,
        key: RequestKey,
        terminal: TerminalId,
        hold: String,
    ) -> Answer<HoldRecord>;
    /// Frees a hold's seats. A hold that has ended is no error.
    async fn release_hold(&self, terminal: TerminalId, hold: String) -> Answer<()>;
    /// Turns a hold into an order with a slip.
    async fn create_order(
        &self,
        key: RequestKey,
        terminal: Terminal,
        new: NewOrder,
    ) -> Answer<OrderRecord>;
    /// Ends an unpaid order.
    async fn cancel_order(
        &self,
        key: RequestKey,
        seller: SellerId,
        order: String,
    ) -> Answer<OrderRecord>;
    /// Names another card for an order.
    async fn change_card(
        &self,
        key: RequestKey,
        seller: SellerId,
        order: String,
        card: ChangeCard,
    ) -> Answer<OrderRecord>;
    /// Books a clerk's word that the money is in the till.
    async fn confirm(
        &self,
        key: RequestKey,
        clerk: Clerk,
        slip: String,
        sum: Confirm,
    ) -> Answer<(ConfirmOutcome, OrderRecord)>;
    /// An order.
    async fn order(&self, name: OrderName) -> Answer<OrderRecord>;
    /// A seller's orders for a card that are unpaid, or paid and not all on the card.
    async fn orders_of_card(&self, seller: SellerId, card: CardUid) -> Answer<Vec<OrderRecord>>;
    /// A store's orders since a time, newest first.
    async fn orders_of_store(&self, store: i64, since: i64) -> Answer<Vec<OrderRecord>>;
}

#[async_trait]
impl SalesStorage for Sqlite {
    async fn hold(&self, command: HoldCommand) -> Answer<HoldRecord> {
        self.write(move |unit| once(unit, &command.key, |unit| hold(unit, &command)))
            .await
    }

    async fn held_under(&self, key: RequestKey) -> Answer<Option<HoldRecord>> {
        self.read(move |sql| idempotency::answer(sql, &key)).await
    }

    async fn extend_hold(
        &self,
        key: RequestKey,
        terminal: TerminalId,
        id: String,
    ) -> Answer<HoldRecord> {
        self.write(move |unit| {
            once(unit, &key, |unit| {
                let mut hold = record::live_hold(unit.sql, &id, terminal, unit.now)?;
                if hold.extensions >= EXTENSIONS_MAX {
                    return Err(Refusal::new(
                        ProblemCode::LimitReached,
                        "These seats cannot be kept any longer.",
                    )
                    .hint("Finish the purchase before the time is over."));
                }
                hold.extensions += 1;
                hold.expires = unit.now + HOLD_MICROS;
                unit.sql
                    .prepare_cached(
                        "UPDATE holds SET expires = ?2, extensions = ?3 WHERE hold = ?1",
                    )?
                    .execute((&id, hold.expires, hold.extensions))?;
                Ok(hold)
            })
        })
        .await
    }

    async fn release_hold(&self, terminal: TerminalId, id: String) -> Answer<()> {
        self.write(move |unit| {
            let Some(hold) = record::hold(unit.sql, &id)?.filter(|hold| hold.terminal == terminal)
            else {
                return Ok(());
            };
            free_seats(unit, hold.event, &id, &seats_of(&hold))?;
            unit.sql
                .prepare_cached("DELETE FROM holds WHERE hold = ?1")?
                .execute([&id])?;
            Ok(())
        })
        .await
    }

    async fn create_order(
        &self,
        key: RequestKey,
        terminal: Terminal,
        new: NewOrder,
    ) -> Answer<OrderRecord> {
        self.write(move |unit| {
            let id = once(unit, &key, |unit| create_order(unit, &terminal, &new))?;
            record::order(unit.sql, &id)
        })
        .await
    }

    async fn cancel_order(
        &self,
        key: RequestKey,
        seller: SellerId,
        id: String,
    ) -> Answer<OrderRecord> {
        self.write(move |unit| {
            once(unit, &key, |unit| {
                let order = own(record::order(unit.sql, &id)?, seller)?;
                match order.state {
                    OrderState::AwaitingPayment => {
                        end_unpaid(unit, &id, OrderState::Cancelled, "cancelled")
                    }
                    OrderState::Cancelled | OrderState::Expired => Ok(()),
                    _ => Err(Refusal::new(
                        ProblemCode::WrongState,
                        "This order is paid and cannot be cancelled here.",
                    )
                    .hint("Ask the staff.")),
                }
            })?;
            record::order(unit.sql, &id)
        })
        .await
    }

    async fn change_card(
        &self,
        key: RequestKey,
        seller: SellerId,
        id: String,
        change: ChangeCard,
    ) -> Answer<OrderRecord> {
        self.write(move |unit| {
            once(unit, &key, |unit| {
                let order = own(record::order(unit.sql, &id)?, seller)?;
                rules::check_change_card(order.state)?;
                if change.room == 0 {
                    return Err(card_too_full(0, order.tickets.len()));
                }
                set_card(unit, &id, change.card)?;
                unit.journal(&Entry {
                    kind: "card_changed",
                    order: Some(&id),
                    tickets: &order.ticket_ids(),
                    card: Some(&change.card.to_string()),
                    note: Some(&order.card.to_string()),
                    ..Entry::default()
                })
            })?;
            record::order(unit.sql, &id)
        })
        .await
    }

    async fn confirm(
        &self,
        key: RequestKey,
        clerk: Clerk,
        slip: String,
        sum: Confirm,
    ) -> Answer<(ConfirmOutcome, OrderRecord)> {
        self.write(move |unit| {
            let done = once(unit, &key, |unit| confirm(unit, &clerk, &slip, &sum))?;
            Ok((done.outcome, record::order(unit.sql, &done.order)?))
        })
        .await
    }

    async fn order(&self, name: OrderName) -> Answer<OrderRecord> {
        self.expire_if_due().await?;
        self.read(move |sql| match name {
            OrderName::Id(id) => record::order(sql, &id),
            OrderName::Slip(slip) => record::order_by_slip(sql, &slip),
        })
        .await
    }

    async fn orders_of_card(&self, seller: SellerId, card: CardUid) -> Answer<Vec<OrderRecord>> {
        self.expire_if_due().await?;
        self.read(move |sql| {
            let rest = "WHERE card = ?1 AND seller = ?2 AND state IN ('awaiting_payment', 'paid', 'granted') ORDER BY created";
            record::orders(sql, rest, (card.to_string(), seller.0))
        })
        .await
    }

    async fn orders_of_store(&self, store: i64, since: i64) -> Answer<Vec<OrderRecord>> {
        self.expire_if_due().await?;
        self.read(move |sql| {
            record::orders(
                sql,
                "WHERE store = ?1 AND created >= ?2 ORDER BY created DESC LIMIT 200",
                (store, since),
            )
        })
        .await
    }
}

impl Sqlite {
    async fn expire_if_due(&self) -> Answer<()> {
        crate::allocation::storage::AllocationStorage::expire_due(self).await
    }
}

/// What is remembered of a confirmation under its key.
#[derive(Serialize, Deserialize)]
struct Confirmation {
    outcome: ConfirmOutcome,
    order: String,
}

fn hold(unit: &mut Unit<'_>, command: &HoldCommand) -> Answer<HoldRecord> {
    let event = &command.event;
    if unit.now >= event.sales_end {
        return Err(Refusal::new(
            ProblemCode::SalesClosed,
            format!("{} is no longer on sale.", event.name),
        ));
    }
    let id = random_id();
    let prices: Vec<i64> = event.prices.iter().map(|price| price.price).collect();
    let seats = claim_seats(
        unit,
        event.event,
        command.seller,
        &command.seats,
        &id,
        &prices,
    )?;
    let hold = HoldRecord {
        hold: id,
        event: event.event,
        terminal: command.terminal,
        seats,
        expires: unit.now + HOLD_MICROS,
        extensions: 0,
        apart: command.apart,
    };
    unit.sql
        .prepare_cached("INSERT INTO holds (hold, event, terminal, seats, expires, apart) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?
        .execute((&hold.hold, hold.event.0, hold.terminal.0, serde_json::to_string(&hold.seats)?, hold.expires, hold.apart))?;
    Ok(hold)
}

fn create_order(unit: &mut Unit<'_>, terminal: &Terminal, new: &NewOrder) -> Answer<String> {
    let shop = terminal.shop()?;
    let hold = record::live_hold(unit.sql, &new.hold, terminal.id, unit.now)?;
    if usize::from(new.room) < hold.seats.len() {
        return Err(card_too_full(new.room, hold.seats.len()));
    }
    let id = random_id();
    let total = hold
        .seats
        .iter()
        .try_fold(0_i64, |sum, seat| sum.checked_add(seat.price));
    let total = total.ok_or_else(|| Refusal::internal(&"a total does not fit"))?;
    let (currency, basis_points): (String, u16) = unit
        .sql
        .prepare_cached("SELECT currency, tax_basis_points FROM events WHERE event = ?1")?
        .query_row([hold.event.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let number: u64 = unit
        .sql
        .prepare_cached(
            "UPDATE terminals SET slips = slips + 1 WHERE terminal = ?1 RETURNING slips",
        )?
        .query_row([terminal.id.0], |row| row.get(0))?;
    let slip = Slip {
        kiosk: terminal.id,
        number,
    }
    .to_string();
    unit.sql
        .prepare_cached(
            "INSERT INTO orders (id, state, event, seller, store, terminal, card, total, tax, currency, slip, created, pay_until)
             VALUES (?1, 'awaiting_payment', ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        )?
        .execute((
            &id,
            hold.event.0,
            shop.seller.0,
            shop.store,
            terminal.id.0,
            new.card.to_string(),
            total,
            rules::contained_tax(total, basis_points),
            currency,
            &slip,
            unit.now,
            unit.now + SLIP_MICROS,
        ))?;
    let mut tickets = Vec::with_capacity(hold.seats.len());
    for (place, seat) in hold.seats.iter().enumerate() {
        unit.sql
            .prepare_cached("INSERT INTO tickets (order_id, place, event, seat, class, price) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?
            .execute((&id, place, hold.event.0, seat.seat, seat.class, seat.price))?;
        let ticket = u64::try_from(unit.sql.last_insert_rowid())
            .map_err(|error| Refusal::internal(&error))?;
        tickets.push(kippu_ticket::ids::TicketId(ticket));
    }
    pass_seats(unit, hold.event, Some(&hold.hold), &id, &seats_of(&hold))?;
    unit.sql
        .prepare_cached("DELETE FROM holds WHERE hold = ?1")?
        .execute([&hold.hold])?;
    unit.journal(&Entry {
        kind: "ordered",
        order: Some(&id),
        event: Some(hold.event.0),
        tickets: &tickets,
        seller: Some(shop.seller.0),
        terminal: Some(terminal.id.0),
        card: Some(&new.card.to_string()),
        amount: Some(total),
        note: Some(&slip),
        ..Entry::default()
    })?;
    Ok(id)
}

fn confirm(unit: &mut Unit<'_>, clerk: &Clerk, slip: &str, sum: &Confirm) -> Answer<Confirmation> {
    let order = record::order_by_slip(unit.sql, slip)?;
    if order.store != clerk.store {
        return Err(Refusal::not_found("slip in this store"));
    }
    if (sum.amount, &sum.currency) != (order.total, &order.currency) {
        return Err(Refusal::bad_request(format!(
            "The slip is about {} {}, not {} {}. Nothing was booked.",
            order.total, order.currency, sum.amount, sum.currency
        )));
    }
    let payment = Payment::of(order.state, order.pay_until, unit.now)?;
    let seats: Vec<u32> = order.tickets.iter().map(|ticket| ticket.seat).collect();
    let free = payment == Payment::Late
        && on_sale(unit, &order)?
        && all_free(unit, order.event, order.seller, &seats)?;
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
    unit.journal(&Entry {
        kind: "payment",
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

fn on_sale(unit: &Unit<'_>, order: &OrderRecord) -> Answer<bool> {
    let mut statement = unit
        .sql
        .prepare_cached("SELECT sales_end > ?2 FROM events WHERE event = ?1")?;
    Ok(statement.query_row((order.event.0, unit.now), |row| row.get(0))?)
}

fn seats_of(hold: &HoldRecord) -> Vec<u32> {
    hold.seats.iter().map(|seat| seat.seat).collect()
}

/// An order, if it is of this seller.
fn own(order: OrderRecord, seller: SellerId) -> Answer<OrderRecord> {
    if order.seller == seller {
        Ok(order)
    } else {
        Err(Refusal::not_found("order"))
    }
}

fn card_too_full(room: u8, tickets: usize) -> Refusal {
    Refusal::new(
        ProblemCode::CardTooFull,
        format!("The card has room for {room} tickets; the order has {tickets}. Nothing was paid."),
    )
    .hint("Use another card, or choose fewer seats.")
}
