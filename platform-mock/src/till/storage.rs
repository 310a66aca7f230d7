//! Tills as commands and questions.

use async_trait::async_trait;
use kippu_api::till::{CloseTill, ClosedTill, Till};

use super::{closing, count};
use crate::{
    people::rules::Clerk,
    refusal::Answer,
    storage::{
        Database,
        idempotency::{RequestKey, once},
    },
};

/// Tills.
#[async_trait]
pub trait TillStorage: Send + Sync {
    /// What a store's till has to hold at `now`, UTC microseconds: one a currency.
    async fn tills(&self, store: i64, now: i64) -> Answer<Vec<Till>>;
    /// Closes a till that was counted.
    async fn close_till(
        &self,
        key: RequestKey,
        clerk: Clerk,
        wish: CloseTill,
    ) -> Answer<ClosedTill>;
}

#[async_trait]
impl TillStorage for Database {
    async fn tills(&self, store: i64, now: i64) -> Answer<Vec<Till>> {
        self.read(move |sql| count::tills(sql, store, now)).await
    }

    async fn close_till(
        &self,
        key: RequestKey,
        clerk: Clerk,
        wish: CloseTill,
    ) -> Answer<ClosedTill> {
        self.write(move |unit| once(unit, &key, |unit| closing::close(unit, &clerk, &wish)))
            .await
    }
}
