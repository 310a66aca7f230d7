//! Handover: tickets move from one holder to another through a terminal, and nothing is doubled or lost whatever is cut in between.
//!
//! Read in this order: [`row`] (what is remembered), [`decide`] (what is done next, pure), [`transition`] (what each step makes of the row, pure),
//! [`machine`] (doing it: steps, commit points and what a crash after each leaves), [`outcome`] (how its calls end), [`facts`] (what people are told),
//! [`journal`] (where it lies on disk).
//! The rules' numbers (R1 …) are those of docs/formats.md, section "Journal".
#![forbid(unsafe_code)]

pub mod decide;
pub mod facts;
pub mod journal;
pub mod machine;
pub mod outcome;
pub mod paper;
pub mod platform;
pub mod row;
pub mod rules;
pub mod seal;
pub mod store;
pub mod transition;
