//! The client's part for members of sellers: the credit check, what became of a charge, and the seller's own books.

use super::{Client, ClientError, IdempotencyKey};
use crate::{
    members::{
        Credit, CreditQuestion, Member, MemberChange, MemberStatement, NewMember, Settlement,
    },
    orders::Order,
};

impl Client {
    /// Whether whoever carries a card that was read here may be charged a sum.
    pub async fn credit(&self, question: &CreditQuestion) -> Result<Credit, ClientError> {
        self.post("/credit", Some(question), None).await
    }

    /// The order that an attempt of this terminal made; `NotFound` where none arrived.
    pub async fn order_of_attempt(&self, key: &IdempotencyKey) -> Result<Order, ClientError> {
        self.get(&format!("/attempts/{}", key.as_str())).await
    }

    /// With a session of the seller's: members by their numbers, after one where that is stated.
    pub async fn members(&self, after: &str) -> Result<Vec<Member>, ClientError> {
        self.get(&format!("/seller/members?after={after}")).await
    }

    /// With a session of the seller's: somebody becomes a member.
    pub async fn register_member(
        &self,
        member: &NewMember,
        key: &IdempotencyKey,
    ) -> Result<Member, ClientError> {
        self.post("/seller/members", Some(member), Some(key)).await
    }

    /// With a session of the seller's: a member's account.
    pub async fn member(&self, number: &str) -> Result<MemberStatement, ClientError> {
        self.get(&format!("/seller/members/{number}")).await
    }

    /// With a session of the seller's: another card, limit or state.
    pub async fn change_member(
        &self,
        number: &str,
        change: &MemberChange,
        key: &IdempotencyKey,
    ) -> Result<Member, ClientError> {
        let path = format!("/seller/members/{number}");
        self.post(&path, Some(change), Some(key)).await
    }

    /// With a session of the seller's: the member paid.
    pub async fn settle(
        &self,
        number: &str,
        paid: &Settlement,
        key: &IdempotencyKey,
    ) -> Result<MemberStatement, ClientError> {
        let path = format!("/seller/members/{number}/settlements");
        self.post(&path, Some(paid), Some(key)).await
    }
}
