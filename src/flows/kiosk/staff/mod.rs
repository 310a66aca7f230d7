//! The staff's area: log in, what this kiosk holds open and the one action that helps, papers nobody confirmed, reports on a stick, and
//! the kiosk itself: test page, new roll, out of service.

mod care;
mod clerk;
mod list;
mod new_roll;
mod one;
mod out_reasons;
mod own_card;
mod paper;
mod stick;
pub(super) mod words;

pub(super) use care::Care;
pub(super) use clerk::ClerkEntry;
pub(super) use list::List;
pub(super) use new_roll::NewRoll;
pub(super) use one::One;
pub(super) use out_reasons::OutReasons;
pub(super) use own_card::OwnCard;
pub(super) use paper::Paper;
pub(super) use stick::Stick;
