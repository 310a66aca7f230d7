//! The masters operators keep: organizers, sellers with their stores, and the venues all share. Nothing is deleted; what is out of use is retired
//! once nobody's tickets depend on it.

pub mod pages;
mod record;
pub mod routes;
mod rules;
pub mod storage;
mod words;
