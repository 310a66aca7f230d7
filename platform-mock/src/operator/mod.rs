//! People who run the platform: their sessions, their pages under `/operator`, and the same by JSON under `/api/v1/operator`.

pub mod pages;
pub mod reissue;
pub mod routes;
pub mod rules;
pub mod sessions;
pub mod storage;
pub mod terminals;
pub mod views;
pub mod words;
