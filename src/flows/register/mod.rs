//! The clerk's screen at the register.

pub mod view;
