//! Cards: the key server. It answers a card's challenge and gives the keys of that one session, and writes down that it did.

pub mod routes;
pub mod sessions;
pub mod storage;
