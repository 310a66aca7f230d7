//! People of sellers: their pages under `/seller`. The same by JSON is in `own`, `returns` and `members`.

mod exchange;
pub mod format;
mod list;
mod members;
pub mod pages;
mod report;
mod stock;
mod words;
