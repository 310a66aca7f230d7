//! Issuing: the right to write tickets that wait at the platform, of a paid order or of a parcel, to one card, given to one terminal for one
//! handover; and issuing anew.
//!
//! The decision (which tickets, epoch, hop, fence) is stored and the bytes are computed from it, so a repeated request gets the same
//! bytes: Ed25519 and AES-CMAC are deterministic.

pub mod reissue;
pub mod routes;
pub mod rules;
pub mod storage;
