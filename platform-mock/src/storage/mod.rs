//! Storage: commands and questions the rest of the platform may ask, and their implementation on an embedded SQLite database.
//!
//! Each noun states its own part of [`Storage`] in its `storage.rs` and implements it there for [`Sqlite`].

pub mod idempotency;
mod migrations;
mod sqlite;
pub mod stock;
mod unit;
pub mod words;
mod writer;

pub use migrations::{MigrationFault, migrate};
pub use sqlite::Sqlite;
pub use unit::Unit;
pub use writer::WriterCounts;

use crate::{
    allocation::storage::AllocationStorage,
    cards::storage::CardStorage,
    clerks::storage::ClerkStorage,
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
        + JournalStorage
        + OperatorStorage
        + RestoreStorage
        + ReissueStorage
        + StickStorage
        + TerminalStorage
        + ViewStorage
{
}
