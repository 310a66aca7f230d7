//! What clerks ask for.

use reqwest::Method;

use super::{Client, ClientError, IDEMPOTENCY_KEY, IdempotencyKey};
use crate::{
    clerk::{CardLogin, Confirm, Confirmed, Login, OwnCard, Reissue, Session},
    orders::Order,
    staff_acts::StaffAct,
};

impl Client {
    /// Logs a clerk in at this terminal; use the session's token with [`Client::with_token`].
    pub async fn login(&self, login: &Login) -> Result<Session, ClientError> {
        self.post("/clerk/login", Some(login), None).await
    }

    /// Logs the clerk in whose card lies on this terminal's reader.
    pub async fn login_by_card(&self, login: &CardLogin) -> Result<Session, ClientError> {
        self.post("/clerk/login-by-card", Some(login), None).await
    }

    /// The clerk says which card to log in with from now on.
    pub async fn choose_card(&self, card: &OwnCard) -> Result<(), ClientError> {
        self.send(self.request(Method::POST, "/clerk/card").json(card))
            .await
            .map(drop)
    }

    /// Tells what a clerk did at this terminal.
    pub async fn staff_act(&self, act: &StaffAct, key: &IdempotencyKey) -> Result<(), ClientError> {
        let request = self
            .request(Method::POST, "/terminal/staff-acts")
            .header(IDEMPOTENCY_KEY, key.as_str());
        self.send(request.json(act)).await.map(drop)
    }

    /// Ends the clerk's session.
    pub async fn logout(&self) -> Result<(), ClientError> {
        self.send(self.request(Method::POST, "/clerk/logout"))
            .await
            .map(drop)
    }

    /// Open and recent slips of the clerk's store, newest first.
    pub async fn slips(&self) -> Result<Vec<Order>, ClientError> {
        self.get("/clerk/slips").await
    }

    /// A slip of the clerk's store.
    pub async fn clerk_slip(&self, slip: &str) -> Result<Order, ClientError> {
        self.get(&format!("/clerk/slips/{slip}")).await
    }

    /// The clerk says that the slip's sum is in the till.
    pub async fn confirm_slip(
        &self,
        slip: &str,
        sum: &Confirm,
        key: &IdempotencyKey,
    ) -> Result<Confirmed, ClientError> {
        self.post(
            &format!("/clerk/slips/{slip}/confirm"),
            Some(sum),
            Some(key),
        )
        .await
    }

    /// Issues the tickets of an order anew, because their card is lost for good.
    pub async fn reissue(
        &self,
        order: &str,
        why: &Reissue,
        key: &IdempotencyKey,
    ) -> Result<Order, ClientError> {
        self.post(
            &format!("/clerk/orders/{order}/reissue"),
            Some(why),
            Some(key),
        )
        .await
    }
}
