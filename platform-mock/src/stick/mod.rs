//! Working without network: keys that go to a terminal, reports that come on a stick.

pub mod keys;
pub mod reports;
pub mod routes;
pub mod storage;
