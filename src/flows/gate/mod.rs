//! The gate: one tap, one answer.

pub mod view;
