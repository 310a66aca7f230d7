//! Clerks: PINs, sessions, and what they do at the register.

pub mod routes;
pub mod rules;
pub mod storage;
pub mod throttle;
