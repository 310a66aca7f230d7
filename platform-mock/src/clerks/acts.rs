//! What clerks do at a kiosk itself, in the audit log.

use async_trait::async_trait;
use kippu_api::staff_acts::{StaffAct, StaffDeed};

use crate::{
    audit::{self, Act, Actor},
    masters::rules::Terminal,
    people::{self, rules::WORDS_MAX},
    refusal::{Answer, Refusal},
    storage::{
        Database, Unit,
        idempotency::{RequestKey, once},
    },
};

/// What the staff does at terminals.
#[async_trait]
pub trait StaffActStorage: Send + Sync {
    /// Writes down what a terminal says a clerk did there; once, however often it is told.
    async fn staff_did(&self, key: RequestKey, terminal: Terminal, act: StaffAct) -> Answer<()>;
}

#[async_trait]
impl StaffActStorage for Database {
    async fn staff_did(&self, key: RequestKey, terminal: Terminal, act: StaffAct) -> Answer<()> {
        self.write(move |unit| once(unit, &key, |unit| note(unit, &terminal, &act)))
            .await
    }
}

fn note(unit: &Unit<'_>, terminal: &Terminal, told: &StaffAct) -> Answer<()> {
    if told.clerk.is_empty() || told.clerk.chars().count() > WORDS_MAX {
        return Err(Refusal::bad_request("The clerk's number is missing."));
    }
    let store = terminal.shop()?.store;
    let known = people::storage::clerk_of(unit.sql, store, &told.clerk)?;
    // The account may be gone by now; what was done is written down all the same.
    let actor = known.map_or_else(
        || Actor::Stranger(format!("clerk {}", told.clerk)),
        |clerk| Actor::from(&clerk),
    );
    let act = Act {
        what: told.deed.word(),
        subject: &format!("terminal {}", terminal.id.0),
        note: Some(&words(told, unit.now)),
        terminal: Some(terminal.id),
    };
    audit::note(unit.sql, unit.now, &actor, &act)
}

/// How late a report may be until the log says when it was, by the terminal's clock: 1 minute.
const LATE: i64 = 60_000_000;

fn words(told: &StaffAct, now: i64) -> String {
    let why = match told.deed {
        StaffDeed::OutOfService { reason } => reason.word(),
        StaffDeed::TestPrinted | StaffDeed::PaperChanged | StaffDeed::BackInService => "",
    };
    let when = jiff::Timestamp::from_microsecond(told.at)
        .ok()
        .filter(|_| now.abs_diff(told.at) > LATE.unsigned_abs())
        .map(|when| format!("told late: it was {when:.0}"));
    [Some(why.to_owned()), when]
        .into_iter()
        .flatten()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("; ")
}

#[cfg(test)]
mod tests {
    use kippu_api::staff_acts::OutReason;

    use super::*;

    #[test]
    fn what_is_told_late_says_when_it_was() {
        let mut told = StaffAct {
            clerk: "7".into(),
            deed: StaffDeed::OutOfService {
                reason: OutReason::Cleaning,
            },
            at: 1_790_000_000_000_000,
        };
        assert_eq!(words(&told, told.at + LATE), "cleaning");
        assert_eq!(
            words(&told, told.at + LATE + 1),
            "cleaning; told late: it was 2026-09-21T14:13:20Z"
        );
        told.deed = StaffDeed::TestPrinted;
        assert_eq!(words(&told, told.at), "");
        told.at = i64::MAX;
        assert_eq!(words(&told, 0), "", "a clock that is out of all bounds");
    }
}
