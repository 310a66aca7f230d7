//! What clerks do at the register, and at a kiosk.

pub mod acts;
pub mod routes;
