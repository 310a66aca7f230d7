//! Accounts: making, disabling and resetting them, and looking at them.

use async_trait::async_trait;
use kippu_api::{
    operator::Listed,
    people::{AccountInView, AccountWish, NewAccount},
    problem::ProblemCode,
};
use kippu_ticket::ids::CardUid;

use super::{
    rules::{CARDS_MAX, Role, WORDS_MAX, role_word},
    storage::cards_of,
};
use crate::{
    audit::{self, Act, Actor},
    operator::views::{ROWS_MAX, listed},
    refusal::{Answer, Refusal},
    storage::{
        Database, Unit,
        idempotency::{RequestKey, once},
        sql::{Optional as _, Row, Sql, SqlError, ToValue},
        words::from_word,
    },
};

/// Accounts.
#[async_trait]
pub trait AccountStorage: Send + Sync {
    /// Makes an account, or changes name, secret and cards of the one with the same number; for the command line. `secret` is the hash. Its number.
    async fn put_account(&self, new: NewAccount, secret: String) -> Answer<i64>;
    /// Makes an account that is not there yet. `secret` is the hash. Whether it was done now; not when the request is repeated.
    async fn make_account(
        &self,
        key: RequestKey,
        actor: Actor,
        new: NewAccount,
        secret: String,
    ) -> Answer<(AccountInView, bool)>;
    /// Does something about an account; `secret`: the hash for a reset.
    async fn do_about_account(
        &self,
        actor: Actor,
        account: i64,
        wish: AccountWish,
        secret: Option<String>,
    ) -> Answer<AccountInView>;
    /// Accounts whose number, name, role or card contains a text, or that belong to something whose name does.
    async fn accounts(&self, find: String) -> Answer<Listed<AccountInView>>;
    /// An account.
    async fn account(&self, account: i64) -> Answer<AccountInView>;
    /// The account with a number: a clerk's in the store with a code, others' without.
    async fn account_named(&self, store: Option<String>, number: String) -> Answer<AccountInView>;
}

#[async_trait]
impl AccountStorage for Database {
    async fn put_account(&self, new: NewAccount, secret: String) -> Answer<i64> {
        self.write(move |unit| put(unit, &Actor::CommandLine, &new, &secret, true))
            .await
    }

    async fn make_account(
        &self,
        key: RequestKey,
        actor: Actor,
        new: NewAccount,
        secret: String,
    ) -> Answer<(AccountInView, bool)> {
        self.write(move |unit| {
            let mut done = false;
            let account = once(unit, &key, |unit| {
                done = true;
                put(unit, &actor, &new, &secret, false)
            })?;
            Ok((view(unit.sql, account)?, done))
        })
        .await
    }

    async fn do_about_account(
        &self,
        actor: Actor,
        account: i64,
        wish: AccountWish,
        secret: Option<String>,
    ) -> Answer<AccountInView> {
        self.write(move |unit| {
            wish_done(unit, &actor, account, &wish, secret.as_deref())?;
            view(unit.sql, account)
        })
        .await
    }

    async fn accounts(&self, find: String) -> Answer<Listed<AccountInView>> {
        self.read(move |sql| {
            let rest = format!(
                "WHERE ?1 = '' OR instr(a.number, ?1) > 0 OR instr(a.name, ?1) > 0 OR instr(a.role, ?1) > 0 OR instr(coalesce({OF}, ''), ?1) > 0
                    OR EXISTS (SELECT 1 FROM account_cards c WHERE c.account = a.account AND c.card = ?1)
                 ORDER BY a.role, a.number, a.account"
            );
            Ok(listed(views(sql, &rest, &find)?))
        })
        .await
    }

    async fn account(&self, account: i64) -> Answer<AccountInView> {
        self.read(move |sql| view(sql, account)).await
    }

    async fn account_named(&self, store: Option<String>, number: String) -> Answer<AccountInView> {
        self.read(move |sql| {
            let account: Option<i64> = sql
                .prepare_cached(
                    "SELECT a.account FROM accounts a LEFT JOIN stores st ON st.store = a.store
                     WHERE a.number = ?2 AND coalesce(st.code, '') = ?1",
                )?
                .query_row((store.unwrap_or_default(), number), |row| row.get(0))
                .optional()?;
            view(sql, account.ok_or_else(|| Refusal::not_found("account"))?)
        })
        .await
    }
}

fn put(
    unit: &mut Unit<'_>,
    actor: &Actor,
    new: &NewAccount,
    secret: &str,
    may_be_there: bool,
) -> Answer<i64> {
    let sql = unit.sql;
    let words = |text: &str| (1..=WORDS_MAX).contains(&text.trim().chars().count());
    if !words(&new.number) || !words(&new.name) {
        return Err(Refusal::bad_request(format!(
            "An account needs a number and a name of 1 to {WORDS_MAX} characters."
        )));
    }
    let [store, organizer, seller, venue] = bound(sql, new)?;
    let known: Option<i64> = sql
        .query_row(
            "SELECT account FROM accounts WHERE number = ?1 AND store IS NOT DISTINCT FROM ?2",
            (&new.number, store),
            |row| row.get(0),
        )
        .optional()?;
    let account = match known {
        Some(account) if may_be_there => {
            sql.execute(
                "UPDATE accounts SET name = ?2, secret = ?3 WHERE account = ?1",
                (account, &new.name, secret),
            )?;
            account
        }
        Some(_) => {
            return Err(Refusal::new(
                ProblemCode::WrongState,
                "There is an account with this number already. Nothing was changed.",
            )
            .hint("Choose another number, or reset the account there is."));
        }
        None => sql.query_row(
            "INSERT INTO accounts (role, number, name, secret, store, organizer, seller, venue, made)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) RETURNING account",
            (
                role_word(new.role),
                &new.number,
                &new.name,
                secret,
                store,
                organizer,
                seller,
                venue,
                unit.now,
            ),
            |row| row.get(0),
        )?,
    };
    put_cards(unit, account, new.role, &new.cards)?;
    let word = if known.is_some() {
        "account_changed"
    } else {
        "account_made"
    };
    note(unit, actor, account, word)?;
    Ok(account)
}

/// Rows of the store, organizer, seller and venue somebody is bound to: one of them, or none.
fn bound(sql: &Sql, new: &NewAccount) -> Answer<[Option<i64>; 4]> {
    let mut rows = [None; 4];
    let (place, text, what) = match new.role {
        Role::Clerk => (
            0,
            "SELECT store FROM stores WHERE code = ?1 AND retired IS NULL",
            "store",
        ),
        Role::Organizer => (
            1,
            "SELECT organizer FROM organizers WHERE code = ?1 AND retired IS NULL",
            "organizer",
        ),
        Role::Seller => (
            2,
            "SELECT seller FROM sellers WHERE code = ?1 AND retired IS NULL",
            "seller",
        ),
        Role::Venue => (
            3,
            "SELECT venue FROM venues WHERE name = ?1 AND retired IS NULL",
            "venue",
        ),
        Role::Operator | Role::Member if new.of.is_empty() => return Ok(rows),
        Role::Operator | Role::Member => {
            return Err(Refusal::bad_request(
                "Operators and members belong to no store, organizer, seller or venue.",
            ));
        }
    };
    let found: Option<i64> = sql
        .query_row(text, [&new.of], |row| row.get(0))
        .optional()?;
    rows[place] = Some(found.ok_or_else(|| Refusal::not_found(what))?);
    Ok(rows)
}

fn put_cards(unit: &Unit<'_>, account: i64, role: Role, cards: &[CardUid]) -> Answer<()> {
    let most = match role {
        Role::Member => CARDS_MAX,
        // The one that clerks log in with.
        Role::Clerk => 1,
        Role::Operator | Role::Organizer | Role::Seller | Role::Venue => 0,
    };
    if cards.len() > most {
        return Err(Refusal::bad_request(format!(
            "A {} has {most} cards at most.",
            role_word(role)
        )));
    }
    unit.sql
        .execute("DELETE FROM account_cards WHERE account = ?1", [account])?;
    for card in cards {
        let added = unit.sql.execute(
            "INSERT INTO account_cards (card, account) VALUES (?1, ?2) ON CONFLICT (card) DO NOTHING",
            (card.to_string(), account),
        )?;
        if added == 0 {
            return Err(Refusal::new(
                ProblemCode::WrongState,
                format!("Card {card} is somebody's already. Nothing was changed."),
            )
            .hint("Take it from the other account first."));
        }
    }
    Ok(())
}

fn wish_done(
    unit: &mut Unit<'_>,
    actor: &Actor,
    account: i64,
    wish: &AccountWish,
    secret: Option<&str>,
) -> Answer<()> {
    let before = view(unit.sql, account)?;
    let word = match wish {
        AccountWish::Disable if before.disabled.is_some() => return Ok(()),
        AccountWish::Enable if before.disabled.is_none() => return Ok(()),
        AccountWish::Disable => {
            if matches!(actor, Actor::Person(own, _) if *own == account) {
                return Err(Refusal::bad_request(
                    "Nobody disables their own account. Nothing was changed.",
                ));
            }
            unit.sql.execute(
                "UPDATE accounts SET disabled = ?2 WHERE account = ?1",
                (account, unit.now),
            )?;
            log_out(unit, account)?;
            "account_disabled"
        }
        AccountWish::Enable => {
            unit.sql.execute(
                "UPDATE accounts SET disabled = NULL WHERE account = ?1",
                [account],
            )?;
            "account_enabled"
        }
        AccountWish::Reset => {
            let secret = secret.ok_or_else(|| Refusal::internal(&"a reset without a secret"))?;
            unit.sql.execute(
                "UPDATE accounts SET secret = ?2 WHERE account = ?1",
                (account, secret),
            )?;
            log_out(unit, account)?;
            "account_reset"
        }
        AccountWish::Cards { cards } => {
            put_cards(unit, account, before.role, cards)?;
            "account_cards"
        }
    };
    note(unit, actor, account, word)
}

fn log_out(unit: &Unit<'_>, account: i64) -> Answer<()> {
    unit.sql
        .execute("DELETE FROM sessions WHERE account = ?1", [account])?;
    Ok(())
}

fn note(unit: &Unit<'_>, actor: &Actor, account: i64, what: &str) -> Answer<()> {
    let about = super::storage::by_account(unit.sql, account)?.words();
    let subject = format!("account {account}");
    let act = Act {
        what,
        subject: &subject,
        note: Some(&about),
        ..Act::default()
    };
    audit::note(unit.sql, unit.now, actor, &act)
}

/// The name of what somebody belongs to.
const OF: &str = "coalesce((SELECT name FROM stores x WHERE x.store = a.store), (SELECT name FROM organizers x WHERE x.organizer = a.organizer),
    (SELECT name FROM sellers x WHERE x.seller = a.seller), (SELECT name FROM venues x WHERE x.venue = a.venue))";

fn view(sql: &Sql, account: i64) -> Answer<AccountInView> {
    views(sql, "WHERE a.account = ?1", &account)?
        .pop()
        .ok_or_else(|| Refusal::not_found("account"))
}

fn views(sql: &Sql, rest: &str, parameter: &dyn ToValue) -> Answer<Vec<AccountInView>> {
    let most = ROWS_MAX + 1;
    let mut statement = sql.prepare_cached(&format!(
        "SELECT a.account, a.role, a.number, a.name, {OF}, a.disabled, (SELECT count(*) FROM sessions s WHERE s.account = a.account),
            (SELECT max(at) FROM audit l WHERE l.account = a.account AND what = 'login')
         FROM accounts a {rest} LIMIT {most}"
    ))?;
    let rows = statement.query_map([parameter], row)?;
    let mut found: Vec<AccountInView> = rows.collect::<Result<_, _>>()?;
    for account in &mut found {
        account.cards = cards_of(sql, account.account)?;
    }
    Ok(found)
}

fn row(row: &Row<'_>) -> Result<AccountInView, SqlError> {
    Ok(AccountInView {
        account: row.get(0)?,
        role: from_word(row, 1)?,
        number: row.get(2)?,
        name: row.get(3)?,
        of: row.get(4)?,
        cards: Vec::new(),
        disabled: row.get(5)?,
        sessions: row.get(6)?,
        last_login: row.get(7)?,
    })
}
