//! Reports: what an organizer turned over in a day or a month.

pub mod period;
pub mod routes;
pub mod storage;
