//! Allocation: which seller may sell which seats, and what each has left.

pub mod routes;
pub mod storage;
