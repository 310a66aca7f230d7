//! Storage: commands and questions the rest of the platform may ask, and their implementation on SQLite or PostgreSQL.
//!
//! Each noun states its own part of [`Storage`] in its `storage.rs` and implements it there for [`Database`].

pub mod copy;
mod database;
mod encryption;
pub mod gauges;
pub mod health;
pub mod hints;
pub mod idempotency;
mod migrations;
mod place;
mod session;
pub mod sql;
pub mod stock;
mod unit;
pub mod words;
mod writer;

pub use database::Database;
pub use migrations::{MigrationFault, migrate, migrate_to, schema_version};
pub use place::Place;
pub use session::FILE_NODE;
pub use unit::Unit;
pub use writer::WriterCounts;

use crate::{
    allocation::storage::AllocationStorage,
    audit::storage::AuditStorage,
    cards::storage::CardStorage,
    changes::storage::ChangeStorage,
    clerks::acts::StaffActStorage,
    devices::storage::DeviceStorage,
    gates::storage::GateStorage,
    handovers::storage::HandoverStorage,
    issuing::storage::IssuingStorage,
    journal::storage::JournalStorage,
    masters::{organized::OrganizedStorage, storage::MasterStorage},
    members::storage::MemberStorage,
    operator::{reissue::ReissueStorage, terminals::TerminalStorage, views::ViewStorage},
    own::storage::OwnStorage,
    parcels::storage::ParcelStorage,
    people::{accounts::AccountStorage, storage::PeopleStorage, tries::TryStorage},
    refunds::storage::RefundStorage,
    registry::storage::RegistryStorage,
    reports::storage::ReportStorage,
    requests::storage::RequestStorage,
    restore::storage::RestoreStorage,
    returns::storage::ReturnStorage,
    sales::storage::SalesStorage,
    seller::format::FormatStorage,
    stick::storage::StickStorage,
    till::storage::TillStorage,
};

/// Everything the platform keeps. A command's answer is durable when it arrives.
pub trait Storage:
    MasterStorage
    + OrganizedStorage
    + AllocationStorage
    + ReturnStorage
    + ChangeStorage
    + RequestStorage
    + RegistryStorage
    + FormatStorage
    + SalesStorage
    + IssuingStorage
    + CardStorage
    + HandoverStorage
    + ParcelStorage
    + RefundStorage
    + TillStorage
    + StaffActStorage
    + MemberStorage
    + GateStorage
    + DeviceStorage
    + AccountStorage
    + AuditStorage
    + OwnStorage
    + ReportStorage
    + PeopleStorage
    + TryStorage
    + JournalStorage
    + RestoreStorage
    + ReissueStorage
    + StickStorage
    + TerminalStorage
    + ViewStorage
    + health::HealthStorage
{
}

impl<T> Storage for T where
    T: MasterStorage
        + OrganizedStorage
        + AllocationStorage
        + ReturnStorage
        + ChangeStorage
        + RequestStorage
        + RegistryStorage
        + FormatStorage
        + SalesStorage
        + IssuingStorage
        + CardStorage
        + HandoverStorage
        + ParcelStorage
        + RefundStorage
        + TillStorage
        + StaffActStorage
        + MemberStorage
        + GateStorage
        + DeviceStorage
        + AccountStorage
        + AuditStorage
        + OwnStorage
        + ReportStorage
        + PeopleStorage
        + TryStorage
        + JournalStorage
        + RestoreStorage
        + ReissueStorage
        + StickStorage
        + TerminalStorage
        + ViewStorage
        + health::HealthStorage
{
}
