//! People who run the platform: their sessions, their pages under `/operator`, and the same by JSON under `/api/v1/operator`.

pub mod accounts;
pub mod pages;
pub mod reissue;
pub mod routes;
pub mod sessions;
pub mod terminals;
pub mod views;
