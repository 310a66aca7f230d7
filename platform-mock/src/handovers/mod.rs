//! Handovers: what terminals report, what the card proves, and what other reports say about a question that is still open.

pub mod routes;
pub mod rules;
pub mod storage;
