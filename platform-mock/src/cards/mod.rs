//! Cards: the key server, which answers a card's challenge and gives the keys of that one session, and writes down that it did; and what the
//! tickets on a card have been through.

pub mod history;
pub mod limits;
pub mod routes;
pub mod sessions;
pub mod storage;
