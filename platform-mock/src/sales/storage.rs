//! Holds, orders and payments as commands.

use std::sync::Arc;

use async_trait::async_trait;
use kippu_api::{
    clerk::{Confirm, ConfirmOutcome},
    orders::{ChangeCard, NewOrder, OrderState},
    problem::ProblemCode,
};
use kippu_ticket::ids::{CardUid, SellerId, TerminalId};

use super::{
    command::set_card,
    expiry::{end_hold, end_unpaid},
    limits, paying, placing,
    record::{self, HoldRecord, OrderRecord},
    rules::{self, EXTENSIONS_MAX, HOLD_MICROS, jitter},
};
use crate::{
    journal::Entry,
    masters::rules::{EventFacts, Terminal},
    people::rules::Clerk,
    refusal::{Answer, Refusal},
    storage::{
        Database,
        idempotency::{self, RequestKey, once},
        sql::Optional as _,
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
    /// The order that a terminal's attempt made, by the key it was made under.
    async fn order_of_attempt(&self, caller: String, key: String) -> Answer<OrderRecord>;
    /// An order.
    async fn order(&self, name: OrderName) -> Answer<OrderRecord>;
    /// A seller's orders for a card that are unpaid, or paid and not all on the card.
    async fn orders_of_card(&self, seller: SellerId, card: CardUid) -> Answer<Vec<OrderRecord>>;
    /// A store's orders since a time, newest first.
    async fn orders_of_store(&self, store: i64, since: i64) -> Answer<Vec<OrderRecord>>;
}

#[async_trait]
impl SalesStorage for Database {
    async fn hold(&self, command: HoldCommand) -> Answer<HoldRecord> {
        self.write(move |unit| once(unit, &command.key, |unit| placing::hold(unit, &command)))
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
                hold.expires = unit.now + HOLD_MICROS + jitter(&key.key);
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
            end_hold(unit, &hold)
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
            let id = once(unit, &key, |unit| {
                placing::create_order(unit, &terminal, &new)
            })?;
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
                    return Err(placing::card_too_full(0, order.tickets.len()));
                }
                let cards = (order.card, change.card);
                limits::change_card(unit, order.event, &id, cards, order.tickets.len())?;
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
            let done = once(unit, &key, |unit| {
                paying::confirm(unit, &clerk, &slip, &sum)
            })?;
            Ok((done.outcome, record::order(unit.sql, &done.order)?))
        })
        .await
    }

    async fn order_of_attempt(&self, caller: String, key: String) -> Answer<OrderRecord> {
        self.expire_if_due().await?;
        self.read(move |sql| {
            let known: Option<String> = sql
                .prepare_cached("SELECT answer FROM answers WHERE caller = ?1 AND key = ?2")?
                .query_row((caller, key), |row| row.get(0))
                .optional()?;
            // Other wishes have answers of their own, which are no orders' ids.
            let order = known.and_then(|answer| serde_json::from_str::<String>(&answer).ok());
            record::order(sql, &order.unwrap_or_default())
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

impl Database {
    async fn expire_if_due(&self) -> Answer<()> {
        crate::allocation::storage::AllocationStorage::expire_due(self).await
    }
}

/// An order, if it is of this seller.
fn own(order: OrderRecord, seller: SellerId) -> Answer<OrderRecord> {
    if order.seller == seller {
        Ok(order)
    } else {
        Err(Refusal::not_found("order"))
    }
}
