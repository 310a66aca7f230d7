//! Gates: what the platform gives them to decide with, the decision, the entrance log, and one whole tap of a card, one scan of a paper.
#![forbid(unsafe_code)]

pub mod bundle;
pub mod decision;
pub mod inside;
pub mod log;
pub mod outcome;
pub mod paper;
pub mod tap;
