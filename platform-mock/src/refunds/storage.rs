//! Refunds as commands and questions.

use async_trait::async_trait;
use kippu_api::{
    clerk::Confirm,
    refunds::{NewRefund, NewSlip, Quote},
};
use kippu_ticket::ids::{SellerId, TicketId};

use super::{
    giving_up, paying_out,
    record::{self, RefundRecord},
    slips,
};
use crate::{
    masters::rules::Terminal,
    people::rules::Clerk,
    refusal::{Answer, Refusal},
    storage::{
        Database,
        idempotency::{RequestKey, once},
        sql::{Optional as _, Sql},
    },
};

/// Refunds.
#[async_trait]
pub trait RefundStorage: Send + Sync {
    /// What tickets would bring a customer of this seller at `at`, UTC microseconds.
    async fn quote_refund(
        &self,
        seller: SellerId,
        tickets: Vec<TicketId>,
        at: i64,
    ) -> Answer<Vec<Quote>>;
    /// Gives up tickets that wait under a code, by its keyed hash.
    async fn refund(
        &self,
        key: RequestKey,
        terminal: Terminal,
        wish: NewRefund,
        code: [u8; 32],
    ) -> Answer<RefundRecord>;
    /// Gives a refund that is due another code, by its keyed hash.
    async fn new_slip(
        &self,
        key: RequestKey,
        terminal: Terminal,
        wish: NewSlip,
        code: [u8; 32],
    ) -> Answer<RefundRecord>;
    /// What a code is about, for a clerk of the same seller.
    async fn refunds_by_code(&self, clerk: Clerk, code: [u8; 32]) -> Answer<Vec<RefundRecord>>;
    /// Books a clerk's word that the money is in the customer's hand.
    async fn pay_out(
        &self,
        key: RequestKey,
        clerk: Clerk,
        refund: String,
        sum: Confirm,
    ) -> Answer<RefundRecord>;
}

#[async_trait]
impl RefundStorage for Database {
    async fn quote_refund(
        &self,
        seller: SellerId,
        tickets: Vec<TicketId>,
        at: i64,
    ) -> Answer<Vec<Quote>> {
        self.read(move |sql| giving_up::quote(sql, seller, &tickets, at))
            .await
    }

    async fn refund(
        &self,
        key: RequestKey,
        terminal: Terminal,
        wish: NewRefund,
        code: [u8; 32],
    ) -> Answer<RefundRecord> {
        self.write(move |unit| {
            let refund = once(unit, &key, |unit| {
                giving_up::give_up(unit, &terminal, &wish, code)
            })?;
            record::of_seller(unit.sql, &refund, terminal.shop()?.seller)
        })
        .await
    }

    async fn new_slip(
        &self,
        key: RequestKey,
        terminal: Terminal,
        wish: NewSlip,
        code: [u8; 32],
    ) -> Answer<RefundRecord> {
        self.write(move |unit| {
            let refund = once(unit, &key, |unit| {
                slips::renew(unit, &terminal, &wish, code)
            })?;
            record::of_seller(unit.sql, &refund, terminal.shop()?.seller)
        })
        .await
    }

    async fn refunds_by_code(&self, clerk: Clerk, code: [u8; 32]) -> Answer<Vec<RefundRecord>> {
        self.read(move |sql| record::by_code(sql, &code, seller_of(sql, clerk.store)?))
            .await
    }

    async fn pay_out(
        &self,
        key: RequestKey,
        clerk: Clerk,
        refund: String,
        sum: Confirm,
    ) -> Answer<RefundRecord> {
        self.write(move |unit| {
            let seller = seller_of(unit.sql, clerk.store)?;
            once(unit, &key, |unit| {
                paying_out::pay_out(unit, &clerk, seller, &refund, &sum)
            })?;
            record::of_seller(unit.sql, &refund, seller)
        })
        .await
    }
}

/// The seller a store belongs to.
fn seller_of(sql: &Sql, store: i64) -> Answer<SellerId> {
    sql.prepare_cached("SELECT seller FROM stores WHERE store = ?1")?
        .query_row([store], |row| row.get(0).map(SellerId))
        .optional()?
        .ok_or_else(|| Refusal::internal(&"a clerk's store is gone"))
}
