//! The platform towards the network: connections, limits, fairness, references of requests, metrics, readiness, and stopping without losing
//! anything that was acknowledged. What a request means is the nouns' matter.
//!
//! A request passes: a place among the connections ([`connections`]) · its reference, its turn and its measures ([`front`]) · who calls
//! ([`crate::auth`]) · the caller's rate, and its body whole ([`intake`]) · its route.

pub mod admin;
pub mod connections;
pub mod front;
pub mod heard;
pub mod intake;
pub mod json_depth;
pub mod limits;
pub mod metrics;
pub mod rate;
pub mod ready;
pub mod request_id;
pub mod serving;
