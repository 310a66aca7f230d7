//! People with accounts: logging in, what operators do about accounts, and who did what.
//!
//! - `POST /api/v1/people/login` [`PersonLogin`] → [`PersonSession`] (afterwards `Authorization: Bearer <session token>`)
//! - `POST /api/v1/people/logout` → 204
//! - `GET /api/v1/people/me` → [`Me`]
//! - `POST /api/v1/people/password` [`NewPassword`] → 204; ends the person's other sessions
//! - `GET /api/v1/operator/accounts?find=` → [`crate::operator::Listed`] of [`AccountInView`]
//! - `POST /api/v1/operator/accounts` [`NewAccount`] → [`FreshAccount`]
//! - `POST /api/v1/operator/accounts/{account}` [`AccountWish`] → [`FreshAccount`]
//! - `GET /api/v1/operator/audit?find=&before=` → [`crate::operator::Listed`] of [`AuditRow`]
//!
//! Clerks log in at a terminal of their store ([`crate::clerk`]).

use std::fmt;

use kippu_ticket::ids::CardUid;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What somebody with an account is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PersonRole {
    /// Runs the platform.
    Operator,
    /// Puts on events.
    Organizer,
    /// Sells the seats allocated to them.
    Seller,
    /// Works at a store's register.
    Clerk,
    /// Works at a venue.
    Venue,
    /// Has cards.
    Member,
}

/// A number and a password, of anybody but clerks.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct PersonLogin {
    /// Number or name to log in with.
    pub number: String,
    /// Password.
    pub password: String,
}

/// Somebody logged in.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PersonSession {
    /// Bearer token.
    pub token: String,
    /// What they are.
    pub role: PersonRole,
    /// Name to show.
    pub name: String,
    /// It ends then at the latest, and after some time without use before; UTC microseconds.
    pub expires: i64,
}

/// Who is logged in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Me {
    /// What they log in with.
    pub number: String,
    /// What they are.
    pub role: PersonRole,
    /// Name to show.
    pub name: String,
    /// Cards of a member.
    #[schema(value_type = Vec<String>)]
    pub cards: Vec<CardUid>,
}

/// Another password.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct NewPassword {
    /// The password until now.
    pub old: String,
    /// The one from now on; a clerk's PIN.
    pub new: String,
}

/// An account as operators see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AccountInView {
    /// Its number in the platform.
    pub account: i64,
    /// What the person is.
    pub role: PersonRole,
    /// What they log in with.
    pub number: String,
    /// Name to show.
    pub name: String,
    /// Name of the store, organizer, seller or venue they are bound to.
    pub of: Option<String>,
    /// Cards of a member.
    #[schema(value_type = Vec<String>)]
    pub cards: Vec<CardUid>,
    /// Since when they cannot log in, UTC microseconds.
    pub disabled: Option<i64>,
    /// How many sessions are open.
    pub sessions: u32,
    /// When they logged in last, UTC microseconds.
    pub last_login: Option<i64>,
}

/// A new account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NewAccount {
    /// What the person is.
    pub role: PersonRole,
    /// What they log in with: unique, a clerk's in the store.
    pub number: String,
    /// Name to show.
    pub name: String,
    /// Code of the store, organizer or seller, or name of the venue; nothing for operators and members.
    #[serde(default)]
    pub of: String,
    /// Cards of a member.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    pub cards: Vec<CardUid>,
}

/// What is to be done about an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "wish")]
pub enum AccountWish {
    /// They cannot log in any more and are logged out at once.
    Disable,
    /// They can log in again.
    Enable,
    /// The password is forgotten or known to others: a new one, and they are logged out at once.
    Reset,
    /// A member has these cards from now on.
    Cards {
        /// All of them.
        #[schema(value_type = Vec<String>)]
        cards: Vec<CardUid>,
    },
}

/// An account after something was done about it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FreshAccount {
    /// The account.
    pub account: AccountInView,
    /// The new password or PIN. It is said once: a repeated request does not get it.
    pub secret: Option<String>,
}

/// Something somebody did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditRow {
    /// Rises; not without gaps.
    pub entry: i64,
    /// When, UTC microseconds.
    pub at: i64,
    /// Their account, where they have one.
    pub account: Option<i64>,
    /// Role, number and name as they were.
    pub who: String,
    /// Name of the terminal, where it was done at one.
    pub terminal: Option<String>,
    /// One word for what was done.
    pub what: String,
    /// What it was done to.
    pub subject: String,
    /// Words: a reason, where from.
    pub note: Option<String>,
}

macro_rules! without_secrets {
    ($($name:ident: $($field:ident)*;)*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name))$(.field(stringify!($field), &self.$field))*.finish_non_exhaustive()
            }
        }
    )*};
}

without_secrets! {
    PersonLogin: number;
    PersonSession: role name expires;
    NewPassword: ;
    FreshAccount: account;
}
