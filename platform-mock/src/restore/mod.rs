//! Backup and restore (R15): a restored platform lives a new life, believes nothing about tickets until the terminals have sent their rows
//! again, and issues epochs above all earlier ones.

pub mod backup;
pub mod guard;
pub mod life;
pub mod routes;
pub mod server;
pub mod storage;
