//! Handovers: who owns each, what terminals ask for and report, what the card proves, and what other reports say about a question that is
//! still open.
//!
//! ```text
//! register ──► open ──► ended          a ticket of it: card ─take─► terminal ─give─► card · paper · platform
//!               │  ▲
//!       release ▼  │ take over, with a higher fence
//!             released
//! ```

pub mod acting;
pub mod papers;
pub mod record;
pub mod refused;
mod registering;
pub mod releases;
mod reports;
pub mod routes;
pub mod rules;
mod speaker;
pub mod status;
pub mod storage;
mod writing;
