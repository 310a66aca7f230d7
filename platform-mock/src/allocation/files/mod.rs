//! An allocation as a file, beside a system where seats are given out by hand: taken from here, compared with what is here, and taken over.

mod compare;
pub mod pages;
pub mod routes;
mod words;
