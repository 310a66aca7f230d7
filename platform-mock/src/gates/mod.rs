//! Gates: the bundle a gate decides by, and what happened there.

pub mod bundles;
pub mod routes;
pub mod storage;
