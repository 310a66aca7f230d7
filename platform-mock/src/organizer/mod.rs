//! People who put on events: their pages under `/organizer`. The same by JSON is in `own` and `allocation`.

pub mod pages;
mod sales;
pub(crate) mod sheet;
pub(crate) mod words;
