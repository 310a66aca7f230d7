//! Gates: the bundle a gate decides by, and what happened there.

pub mod routes;
pub mod storage;
