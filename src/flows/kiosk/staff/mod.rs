//! The staff's area: log in, what this kiosk holds open and the one action that helps, papers nobody confirmed, reports on a stick.

mod clerk;
mod list;
mod one;
mod paper;
mod stick;
pub(super) mod words;

pub(super) use clerk::ClerkEntry;
pub(super) use list::List;
pub(super) use one::One;
pub(super) use paper::Paper;
pub(super) use stick::Stick;
