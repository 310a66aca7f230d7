//! A window as its accessible tree describes it: what can be read and touched. The hand and the narrator look through it.

pub mod elements;
pub mod eye;
