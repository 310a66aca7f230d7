//! Storage: commands and questions the rest of the platform may ask, and their implementation on SQLite or PostgreSQL.
//!
//! Each noun states its own part of [`Storage`] in its `storage.rs` and implements it there for [`Database`].

pub mod copy;
mod database;
mod encryption;
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
pub use migrations::{MigrationFault, migrate};
pub use place::Place;
pub use session::FILE_NODE;
pub use unit::Unit;
pub use writer::WriterCounts;

use crate::{
    allocation::storage::AllocationStorage,
    cards::storage::CardStorage,
    clerks::storage::ClerkStorage,
    devices::storage::DeviceStorage,
    gates::storage::GateStorage,
    handovers::storage::HandoverStorage,
    issuing::storage::IssuingStorage,
    journal::storage::JournalStorage,
    masters::storage::MasterStorage,
    operator::{
        reissue::ReissueStorage, storage::OperatorStorage, terminals::TerminalStorage,
        views::ViewStorage,
    },
    parcels::storage::ParcelStorage,
    restore::storage::RestoreStorage,
    sales::storage::SalesStorage,
    stick::storage::StickStorage,
};

/// Everything the platform keeps. A command's answer is durable when it arrives.
pub trait Storage:
    MasterStorage
    + AllocationStorage
    + SalesStorage
    + IssuingStorage
    + CardStorage
    + HandoverStorage
    + ParcelStorage
    + GateStorage
    + ClerkStorage
    + DeviceStorage
    + JournalStorage
    + OperatorStorage
    + RestoreStorage
    + ReissueStorage
    + StickStorage
    + TerminalStorage
    + ViewStorage
{
}

impl<T> Storage for T where
    T: MasterStorage
        + AllocationStorage
        + SalesStorage
        + IssuingStorage
        + CardStorage
        + HandoverStorage
        + ParcelStorage
        + GateStorage
        + ClerkStorage
        + DeviceStorage
        + JournalStorage
        + OperatorStorage
        + RestoreStorage
        + ReissueStorage
        + StickStorage
        + TerminalStorage
        + ViewStorage
{
}
