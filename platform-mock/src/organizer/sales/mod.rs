//! How an organizer's sales stand: an event's seats as they are sold, and turnover by day and month.

pub mod report;
pub mod status;
mod words;
