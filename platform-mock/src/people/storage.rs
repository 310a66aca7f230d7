//! Keeping accounts and sessions.

use async_trait::async_trait;
use kippu_ticket::ids::{CardUid, SellerId, TerminalId};

use super::{
    rules::{Bound, Person, Role, lasts},
    tries::{self, Attempt},
};
use crate::{
    audit::{self, Act, Actor},
    refusal::{Answer, Refusal},
    storage::{
        Database, Unit,
        sql::{Optional as _, Row, Sql, SqlError},
        words::from_word,
    },
};

/// How exactly it is known when a session was used last: 1 minute.
const SEEN_MICROS: i64 = 60 * 1_000_000;

/// Whom somebody says to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Login {
    /// A clerk of a store.
    Clerk {
        /// The store's code.
        store: String,
        /// The clerk's number there.
        number: String,
    },
    /// Anybody else.
    Person {
        /// Number or name.
        number: String,
    },
}

/// A session to be opened.
#[derive(Debug, Clone)]
pub struct Opening {
    /// SHA-256 of its token.
    pub token: [u8; 32],
    /// Whose.
    pub account: i64,
    /// Where a clerk logs in.
    pub terminal: Option<TerminalId>,
    /// The try that was right, where tries are counted.
    pub attempt: Option<Attempt>,
    /// Where from, or with which card, for the audit log.
    pub from: String,
}

/// People and their sessions.
#[async_trait]
pub trait PeopleStorage: Send + Sync {
    /// Somebody who may log in, with the hash of what they must know.
    async fn person(&self, login: Login) -> Answer<Option<(Person, String)>>;
    /// Somebody whose card this is and who may log in.
    async fn person_by_card(&self, card: CardUid) -> Answer<Option<Person>>;
    /// Opens a session and writes down that somebody logged in; when it ends at the latest.
    async fn open_session(&self, opening: Opening) -> Answer<i64>;
    /// Writes down that somebody was not let in; `whom`: the account they named, where there is one.
    async fn login_refused(
        &self,
        whom: Option<Person>,
        terminal: Option<TerminalId>,
        from: String,
    ) -> Answer<()>;
    /// Ends a session.
    async fn close_session(&self, token: [u8; 32]) -> Answer<()>;
    /// Who has a session that has not ended, and whether [`Self::session_used`] is to be told.
    async fn person_by_session(&self, token: [u8; 32], now: i64) -> Answer<Option<(Person, bool)>>;
    /// A session was used.
    async fn session_used(&self, token: [u8; 32]) -> Answer<()>;
    /// The hash of what somebody must know.
    async fn secret_of(&self, account: i64) -> Answer<String>;
    /// Somebody chose another password; `keep`: the session that did. All others end.
    async fn choose_secret(&self, person: Person, secret: String, keep: [u8; 32]) -> Answer<()>;
}

const PERSON: &str =
    "SELECT a.account, a.role, a.number, a.name, a.store, st.name, a.organizer, a.seller, a.venue
    FROM accounts a LEFT JOIN stores st ON st.store = a.store";

/// Whether somebody may log in: their account is not disabled, and what they belong to is in use.
const MAY: &str = "(a.disabled IS NULL AND coalesce((SELECT retired FROM stores x WHERE x.store = a.store),
    (SELECT retired FROM organizers x WHERE x.organizer = a.organizer), (SELECT retired FROM sellers x WHERE x.seller = a.seller),
    (SELECT retired FROM venues x WHERE x.venue = a.venue)) IS NULL)";

#[async_trait]
impl PeopleStorage for Database {
    async fn person(&self, login: Login) -> Answer<Option<(Person, String)>> {
        self.read(move |sql| {
            let (rest, store, number) = match login {
                Login::Clerk { store, number } => ("st.code = ?1 AND a.number = ?2", store, number),
                Login::Person { number } => {
                    ("a.store IS NULL AND ?1 = '' AND a.number = ?2", String::new(), number)
                }
            };
            let account: Option<(i64, String)> = sql
                .prepare_cached(&format!(
                    "SELECT a.account, a.secret FROM accounts a LEFT JOIN stores st ON st.store = a.store
                     WHERE {MAY} AND {rest}"
                ))?
                .query_row((store, number), |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            let Some((account, secret)) = account else {
                return Ok(None);
            };
            Ok(Some((by_account(sql, account)?, secret)))
        })
        .await
    }

    async fn person_by_card(&self, card: CardUid) -> Answer<Option<Person>> {
        self.read(move |sql| {
            let found = sql
                .prepare_cached(&format!(
                    "{PERSON} JOIN account_cards c ON c.account = a.account WHERE c.card = ?1 AND {MAY}"
                ))?
                .query_row([card.to_string()], person)
                .optional()?;
            Ok(found)
        })
        .await
    }

    async fn open_session(&self, opening: Opening) -> Answer<i64> {
        self.write(move |unit| open_session(unit, &opening)).await
    }

    async fn login_refused(
        &self,
        whom: Option<Person>,
        terminal: Option<TerminalId>,
        from: String,
    ) -> Answer<()> {
        self.write(move |unit| {
            // What was typed is not kept: it may be a password in the wrong place.
            let whom = whom.map_or_else(|| "an unknown number".to_owned(), |whom| whom.words());
            let act = Act {
                what: "login_refused",
                subject: &whom,
                note: Some(&from),
                terminal,
            };
            let actor = Actor::Stranger("not logged in".into());
            audit::note(unit.sql, unit.now, &actor, &act)
        })
        .await
    }

    async fn close_session(&self, token: [u8; 32]) -> Answer<()> {
        self.write(move |unit| {
            let whose: Option<i64> = unit
                .sql
                .query_row(
                    "SELECT account FROM sessions WHERE token = ?1",
                    [token],
                    |row| row.get(0),
                )
                .optional()?;
            let Some(account) = whose else {
                return Ok(());
            };
            unit.sql
                .execute("DELETE FROM sessions WHERE token = ?1", [token])?;
            let person = by_account(unit.sql, account)?;
            let act = Act {
                what: "logout",
                ..Act::default()
            };
            audit::note(unit.sql, unit.now, &(&person).into(), &act)
        })
        .await
    }

    async fn person_by_session(&self, token: [u8; 32], now: i64) -> Answer<Option<(Person, bool)>> {
        self.read(move |sql| {
            let found = sql
                .prepare_cached(&format!(
                    "{PERSON} JOIN sessions s ON s.account = a.account
                     WHERE s.token = ?1 AND s.expires > ?2 AND {MAY}"
                ))?
                .query_row((token, now), person)
                .optional()?;
            let Some(mut person) = found else {
                return Ok(None);
            };
            let seen: i64 = sql
                .prepare_cached("SELECT seen FROM sessions WHERE token = ?1")?
                .query_row([token], |row| row.get(0))?;
            if now - seen >= lasts(person.role).idle {
                return Ok(None);
            }
            add_cards(sql, &mut person)?;
            Ok(Some((person, now - seen >= SEEN_MICROS)))
        })
        .await
    }

    async fn session_used(&self, token: [u8; 32]) -> Answer<()> {
        self.write(move |unit| {
            unit.sql.execute(
                "UPDATE sessions SET seen = ?2 WHERE token = ?1 AND seen < ?2",
                (token, unit.now),
            )?;
            Ok(())
        })
        .await
    }

    async fn secret_of(&self, account: i64) -> Answer<String> {
        self.read(move |sql| {
            Ok(sql
                .prepare_cached("SELECT secret FROM accounts WHERE account = ?1")?
                .query_row([account], |row| row.get(0))?)
        })
        .await
    }

    async fn choose_secret(&self, person: Person, secret: String, keep: [u8; 32]) -> Answer<()> {
        self.write(move |unit| {
            unit.sql.execute(
                "UPDATE accounts SET secret = ?2 WHERE account = ?1",
                (person.account, &secret),
            )?;
            unit.sql.execute(
                "DELETE FROM sessions WHERE account = ?1 AND token <> ?2",
                (person.account, keep),
            )?;
            let subject = format!("account {}", person.account);
            let act = Act {
                what: "password_chosen",
                subject: &subject,
                ..Act::default()
            };
            audit::note(unit.sql, unit.now, &(&person).into(), &act)
        })
        .await
    }
}

fn open_session(unit: &Unit<'_>, opening: &Opening) -> Answer<i64> {
    let person = by_account(unit.sql, opening.account)?;
    let expires = unit.now + lasts(person.role).longest;
    unit.sql
        .execute("DELETE FROM sessions WHERE expires <= ?1", [unit.now])?;
    unit.sql.execute(
        "INSERT INTO sessions (token, account, terminal, opened, seen, expires) VALUES (?1, ?2, ?3, ?4, ?4, ?5)",
        (
            opening.token,
            opening.account,
            opening.terminal.map(|terminal| terminal.0),
            unit.now,
            expires,
        ),
    )?;
    if let Some(attempt) = &opening.attempt {
        tries::succeeded(unit, attempt)?;
    }
    let act = Act {
        what: "login",
        note: Some(&opening.from),
        terminal: opening.terminal,
        ..Act::default()
    };
    audit::note(unit.sql, unit.now, &(&person).into(), &act)?;
    Ok(expires)
}

/// A clerk of a store by number, disabled or not.
pub(crate) fn clerk_of(sql: &Sql, store: i64, number: &str) -> Answer<Option<Person>> {
    Ok(sql
        .prepare_cached(&format!("{PERSON} WHERE a.store = ?1 AND a.number = ?2"))?
        .query_row((store, number), person)
        .optional()?)
}

/// Somebody by their account.
pub(super) fn by_account(sql: &Sql, account: i64) -> Answer<Person> {
    let mut person = sql
        .prepare_cached(&format!("{PERSON} WHERE a.account = ?1"))?
        .query_row([account], person)
        .optional()?
        .ok_or_else(|| Refusal::not_found("account"))?;
    add_cards(sql, &mut person)?;
    Ok(person)
}

fn add_cards(sql: &Sql, person: &mut Person) -> Answer<()> {
    if let Bound::Cards(cards) = &mut person.bound {
        *cards = cards_of(sql, person.account)?;
    }
    Ok(())
}

/// Cards of a member.
pub(super) fn cards_of(sql: &Sql, account: i64) -> Answer<Vec<CardUid>> {
    let mut statement =
        sql.prepare_cached("SELECT card FROM account_cards WHERE account = ?1 ORDER BY card")?;
    let rows = statement.query_map([account], |row| from_word(row, 0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn person(row: &Row<'_>) -> Result<Person, SqlError> {
    let role: Role = from_word(row, 1)?;
    let bound = match role {
        Role::Operator => Bound::Platform,
        Role::Clerk => Bound::Store {
            store: row.get(4)?,
            name: row.get(5)?,
        },
        Role::Organizer => Bound::Organizer(row.get(6)?),
        Role::Seller => Bound::Seller(SellerId(row.get(7)?)),
        Role::Venue => Bound::Venue(row.get(8)?),
        Role::Member => Bound::Cards(Vec::new()),
    };
    Ok(Person {
        account: row.get(0)?,
        role,
        number: row.get(2)?,
        name: row.get(3)?,
        bound,
    })
}
