//! Terminals as machines that prove who they are: one-time enrolment codes, certificates of the platform's own authority, revocation and renewal.

pub mod access;
pub mod authority;
pub mod codes;
pub mod door;
pub mod routes;
pub mod storage;
