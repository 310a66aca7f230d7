//! Tickets: where each one is (promise 1: exactly one place), which of two accounts of it is newer, and the bytes it is made of.

pub mod brought;
pub mod making;
pub mod record;
pub mod standing;
