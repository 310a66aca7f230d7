//! People who put on events: their pages under `/organizer`. The same by JSON is in `own` and `allocation`.

pub(crate) mod amount;
pub mod dates;
pub(crate) mod event_form;
mod faults;
mod hall_files;
mod hall_picture;
pub mod halls;
pub mod importing;
pub mod pages;
pub mod registering;
mod sales;
pub mod sample;
pub(crate) mod sheet;
pub(crate) mod table;
pub(crate) mod words;
