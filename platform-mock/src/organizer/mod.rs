//! People who put on events: their pages under `/organizer`. The same by JSON is in `own` and `allocation`.

mod amount;
pub mod dates;
mod event_form;
mod faults;
mod hall_files;
mod hall_picture;
pub mod halls;
pub mod importing;
pub mod pages;
pub mod registering;
pub mod sample;
mod sheet;
mod table;
pub(crate) mod words;
