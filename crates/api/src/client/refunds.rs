//! The client's part for money back, and for the till.

use super::{Client, ClientError, IdempotencyKey};
use crate::{
    clerk::Confirm,
    refunds::{FindRefund, NewRefund, NewSlip, Quote, QuoteRequest, Refund},
    till::{CloseTill, ClosedTill, Till},
};

impl Client {
    /// What tickets would bring.
    pub async fn quote_refund(&self, tickets: &QuoteRequest) -> Result<Vec<Quote>, ClientError> {
        self.post("/refunds/quote", Some(tickets), None).await
    }

    /// Gives up tickets that wait at the platform, for the sum people agreed to.
    pub async fn refund(
        &self,
        wish: &NewRefund,
        key: &IdempotencyKey,
    ) -> Result<Refund, ClientError> {
        self.post("/refunds", Some(wish), Some(key)).await
    }

    /// Another slip for money that nobody fetched yet.
    pub async fn new_refund_slip(
        &self,
        wish: &NewSlip,
        key: &IdempotencyKey,
    ) -> Result<Refund, ClientError> {
        self.post("/refunds/slips", Some(wish), Some(key)).await
    }

    /// With a clerk's session: what a code is about, due ones first.
    pub async fn find_refunds(&self, find: &FindRefund) -> Result<Vec<Refund>, ClientError> {
        self.post("/clerk/refunds", Some(find), None).await
    }

    /// With a clerk's session: what the till has to hold, one a currency.
    pub async fn tills(&self) -> Result<Vec<Till>, ClientError> {
        self.get("/clerk/till").await
    }

    /// With a clerk's session: the till was counted.
    pub async fn close_till(
        &self,
        wish: &CloseTill,
        key: &IdempotencyKey,
    ) -> Result<ClosedTill, ClientError> {
        self.post("/clerk/till/close", Some(wish), Some(key)).await
    }

    /// With a clerk's session: the money is in the customer's hand.
    pub async fn pay_out(
        &self,
        refund: &str,
        sum: &Confirm,
        key: &IdempotencyKey,
    ) -> Result<Refund, ClientError> {
        self.post(
            &format!("/clerk/refunds/{refund}/pay-out"),
            Some(sum),
            Some(key),
        )
        .await
    }
}
