//! A seller's members: who may buy on account with the seller, known by a number and the card they carry, never by a name.
//!
//! For people of the seller:
//! - `GET /api/v1/seller/members?after=` → [`Member`] list by number, at most 200
//! - `POST /api/v1/seller/members` [`NewMember`] → 201 [`Member`]
//! - `GET /api/v1/seller/members/{number}` → [`MemberStatement`]
//! - `POST /api/v1/seller/members/{number}` [`MemberChange`] → [`Member`]
//! - `POST /api/v1/seller/members/{number}/settlements` [`Settlement`] → [`MemberStatement`]
//!
//! For kiosks:
//! - `POST /api/v1/credit` [`CreditQuestion`] → [`Credit`]: may whoever carries this card be charged that sum?
//! - an order with [`crate::orders::PaymentMethod::MemberAccount`] is made and charged in one step
//! - `GET /api/v1/attempts/{key}` → [`crate::orders::Order`]: what became of an attempt whose answer was lost

use kippu_ticket::ids::CardUid;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whether a member may buy on account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MemberState {
    /// Yes, as far as the credit limit goes.
    Active,
    /// Not for now. Money that comes back is still booked.
    Suspended,
}

/// Somebody becomes a member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NewMember {
    /// What the seller knows the person by: 1 to 32 letters, digits, `-`, `.` and `/` of ASCII. Never a name.
    pub number: String,
    /// The membership card.
    #[schema(value_type = String)]
    pub card: CardUid,
    /// ISO 4217. An account has one.
    pub currency: String,
    /// How much the member may owe, minor units.
    pub credit_limit: i64,
}

/// A member, as the own seller sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Member {
    /// The seller's number for the person.
    pub number: String,
    /// The membership card.
    #[schema(value_type = String)]
    pub card: CardUid,
    /// Whether the account can be charged.
    pub state: MemberState,
    /// ISO 4217.
    pub currency: String,
    /// How much the member may owe, minor units.
    pub credit_limit: i64,
    /// What the member owes: the sum of all postings, minor units. Below zero, the seller owes the member.
    pub balance: i64,
    /// Member since, UTC microseconds.
    pub registered: i64,
}

/// Changes what is stated.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MemberChange {
    /// Another card, where the old one is lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub card: Option<CardUid>,
    /// Another limit, minor units. What is owed already stays owed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credit_limit: Option<i64>,
    /// Suspended, or active again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<MemberState>,
}

/// A member paid the seller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Settlement {
    /// Minor units, more than 0.
    pub amount: i64,
    /// ISO 4217: the account's.
    pub currency: String,
}

/// What a posting tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PostingKind {
    /// An order was paid by the account.
    Charge,
    /// Tickets were given up, and their money came back.
    Refund,
    /// The member paid the seller.
    Settlement,
}

/// A row of an account. It is never changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Posting {
    /// What happened.
    pub kind: PostingKind,
    /// Minor units; above zero the member owes more by it.
    pub amount: i64,
    /// Number of the order it is about, as on the receipt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slip: Option<String>,
    /// UTC microseconds.
    pub at: i64,
}

/// A member with the account's rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MemberStatement {
    /// Who.
    pub member: Member,
    /// Newest first, at most 200.
    pub postings: Vec<Posting>,
}

/// Asks whether the holder of a card that was read at this terminal may be charged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CreditQuestion {
    /// The card's number, as its chip says it.
    #[schema(value_type = String)]
    pub card: CardUid,
    /// Minor units.
    pub amount: i64,
    /// ISO 4217.
    pub currency: String,
}

/// The answer: one word, and neither name nor limit nor balance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Credit {
    /// The word.
    pub standing: CreditStanding,
}

/// How a card's holder stands towards the kiosk's seller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CreditStanding {
    /// A member who may be charged that sum.
    Enough,
    /// A member whose account does not cover it, or is in another currency.
    NotEnough,
    /// A member whose account is suspended.
    Suspended,
    /// No member of this seller.
    NoMember,
}
