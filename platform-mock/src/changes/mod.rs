//! Events that are changed or cancelled after they were registered: what it means for people who have tickets is shown before it happens, and
//! every change is kept.

pub mod pages;
mod record;
pub mod routes;
pub mod storage;
mod words;
