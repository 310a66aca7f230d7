//! A hall to try things with, for whoever has no file at hand.

use kippu_seatplan::{Plan, import};

use crate::refusal::{Answer, Refusal};

/// A theatre of 603 seats; its source and licence are in `demo/LICENCES.md`.
pub const THEATRE: &[u8] = include_bytes!("../../demo/ull_603.pretix.json.zst");

/// The sample hall's plan.
pub fn hall() -> Answer<Plan> {
    let text = zstd::decode_all(THEATRE).map_err(|error| Refusal::internal(&error))?;
    match import::pretix::import(&text) {
        Ok((plan, _)) => Ok(plan),
        Err(problems) => Err(Refusal::internal(&format!("the sample hall: {problems:?}"))),
    }
}
