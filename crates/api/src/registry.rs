//! Masters that operators keep: organizers, sellers, their stores, and the venues all share.
//!
//! - `GET /api/v1/operator/masters/{kind}?find=` → [`crate::operator::Listed`] of [`Master`]
//! - `POST /api/v1/operator/masters/{kind}` [`MasterFacts`] → [`Master`]
//! - `GET /api/v1/operator/masters/{kind}/{number}` → [`Master`]
//! - `POST /api/v1/operator/masters/{kind}/{number}` [`MasterChange`] → [`Master`]
//! - `POST /api/v1/operator/masters/{kind}/{number}/service` [`MasterService`] → [`Master`]
//!
//! Nothing is ever deleted: what is out of use is retired, and may come back.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What is registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MasterKind {
    /// Put on events.
    Organizers,
    /// Sell the seats allocated to them; a fan club is one.
    Sellers,
    /// A seller's, with kiosks and registers.
    Stores,
    /// Shared by all organizers.
    Venues,
}

/// What is known of one of them, as somebody states it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MasterFacts {
    /// What people and files call it by: letters, digits, `-` and `_`. Each is there once.
    pub code: String,
    /// Name, as tickets and pages show it.
    pub name: String,
    /// Postal address.
    #[serde(default)]
    pub address: String,
    /// Whom to call or write to.
    #[serde(default)]
    pub contact: String,
    /// A seller's number on tax invoices, as receipts state it.
    #[serde(default)]
    pub registration: String,
    /// Code of a store's seller.
    #[serde(default)]
    pub seller: String,
    /// A venue's IANA time zone, like `Asia/Tokyo`.
    #[serde(default)]
    pub zone: String,
    /// A page that says how to get to a venue; `http` or `https`.
    #[serde(default)]
    pub link: String,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Master {
    /// Its number in the platform, which never changes.
    pub number: i64,
    /// Rises with every change.
    pub revision: u32,
    /// What is known of it.
    #[serde(flatten)]
    pub facts: MasterFacts,
    /// Since when it is out of use, UTC microseconds.
    pub retired: Option<i64>,
    /// What there is of it; lists leave this out.
    #[serde(default)]
    pub uses: Vec<MasterUse>,
}

/// Things that belong to a master.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MasterUse {
    /// Which.
    pub of: UseOf,
    /// How many.
    pub count: u32,
}

/// What may belong to a master.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum UseOf {
    /// Events that have not begun and are not cancelled; a seller's are those it has seats of.
    Events,
    /// A seller's stores that are not retired.
    Stores,
    /// A store's terminals that are not shut out.
    Terminals,
    /// A venue's seat plans.
    Layouts,
    /// People who log in for it.
    Accounts,
}

impl UseOf {
    /// Whether a master with any of these cannot be retired: somebody's tickets depend on it.
    pub fn keeps(self) -> bool {
        match self {
            Self::Events | Self::Stores | Self::Terminals => true,
            Self::Layouts | Self::Accounts => false,
        }
    }
}

/// Other facts about a master.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MasterChange {
    /// The revision that was looked at. Another one by now: nothing is changed.
    pub revision: u32,
    /// All facts, changed or not.
    #[serde(flatten)]
    pub facts: MasterFacts,
}

/// Whether a master is in use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MasterService {
    /// The revision that was looked at. Another one by now: nothing is changed.
    pub revision: u32,
    /// Retires it, or takes it back into use.
    pub retired: bool,
}
