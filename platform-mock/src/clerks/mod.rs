//! What clerks do at the register.

pub mod routes;
