//! People with accounts: one kind of account, session and log-in for operators, organizers, sellers, clerks, venue staff and members.

pub mod accounts;
pub mod routes;
pub mod rules;
pub mod secrets;
pub mod sessions;
pub mod storage;
pub mod tries;
