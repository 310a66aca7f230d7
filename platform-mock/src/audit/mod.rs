//! Who did what: one row for each act, written in the transaction of the act itself, never changed.

pub mod storage;

use crate::{
    people::rules::{Clerk, Operator, Person},
    refusal::Answer,
    storage::sql::Sql,
};
use kippu_ticket::ids::TerminalId;

/// Longest text kept of a subject or note, in characters.
const TEXT_MAX: usize = 300;

/// Who did it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// Somebody with an account: its number, and role, number and name as they are.
    Person(i64, String),
    /// Somebody who is not logged in, by the words they used.
    Stranger(String),
    /// Somebody at the platform's own command line.
    CommandLine,
}

impl From<&Person> for Actor {
    fn from(person: &Person) -> Self {
        Self::Person(person.account, person.words())
    }
}

impl From<&Operator> for Actor {
    fn from(operator: &Operator) -> Self {
        Self::Person(operator.id, operator.words.clone())
    }
}

impl From<&Clerk> for Actor {
    fn from(clerk: &Clerk) -> Self {
        Self::Person(clerk.id, clerk.words.clone())
    }
}

/// An act.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Act<'a> {
    /// One word: `login`, `login_refused`, `account_disabled`, `written_off`, `payment` …
    pub what: &'a str,
    /// What it was done to: `terminal 11`, `order …`, `account 5`.
    pub subject: &'a str,
    /// Words: a reason, where from.
    pub note: Option<&'a str>,
    /// Where, when it was done at a terminal.
    pub terminal: Option<TerminalId>,
}

/// Writes an act down. `at`: UTC microseconds.
pub fn note(sql: &Sql, at: i64, actor: &Actor, act: &Act<'_>) -> Answer<()> {
    let (account, who) = match actor {
        Actor::Person(account, words) => (Some(*account), short(words)),
        Actor::Stranger(words) => (None, short(words)),
        Actor::CommandLine => (None, "command line".to_owned()),
    };
    sql.prepare_cached(
        "INSERT INTO audit (at, account, terminal, who, what, subject, note) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute((
        at,
        account,
        act.terminal.map(|terminal| terminal.0),
        who,
        act.what,
        short(act.subject),
        act.note.map(short),
    ))?;
    Ok(())
}

/// The beginning of a text, without what a database cannot keep: what strangers type is written down as well.
fn short(text: &str) -> String {
    text.chars()
        .filter(|letter| !letter.is_control())
        .take(TEXT_MAX)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_strangers_type_can_be_kept() {
        assert_eq!(short("a\0b\nc"), "abc");
        assert_eq!(short(&"字".repeat(1000)).chars().count(), TEXT_MAX);
    }
}
