//! Allocation: which seller may sell which seats, and what each has left.

pub mod desk;
pub mod files;
pub(crate) mod filling;
pub(crate) mod moving;
pub mod picture;
pub mod routes;
pub mod runs;
pub mod storage;
