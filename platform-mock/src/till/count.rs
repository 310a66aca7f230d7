//! What a till has to hold.

use kippu_api::till::{ClerkTurnover, Till, Turnover};

use super::open::open_matters;
use crate::{
    refusal::Answer,
    storage::sql::{Params, Sql},
};

/// One for each of its currencies.
pub(super) fn tills(sql: &Sql, store: i64, now: i64) -> Answer<Vec<Till>> {
    currencies(sql, store)?
        .into_iter()
        .map(|currency| till(sql, store, currency, now))
        .collect()
}

/// Every currency that moved since the till was closed last, and every one that was counted before, in the order of the alphabet.
pub(super) fn currencies(sql: &Sql, store: i64) -> Answer<Vec<String>> {
    let mut statement = sql.prepare_cached(
        "SELECT o.currency FROM orders o WHERE o.store = ?1
         UNION SELECT r.currency FROM refunds r JOIN accounts a ON a.account = r.clerk WHERE a.store = ?1
         UNION SELECT c.currency FROM till_closings c WHERE c.store = ?1 ORDER BY 1",
    )?;
    let rows = statement.query_map([store], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What has to be in it, minor units.
pub(super) fn expected(sql: &Sql, store: i64, currency: &str) -> Answer<i64> {
    Ok(balance(&clerks(sql, store, currency)?))
}

fn balance(clerks: &[ClerkTurnover]) -> i64 {
    clerks
        .iter()
        .map(|clerk| clerk.taken.amount - clerk.paid_out.amount)
        .sum()
}

/// One currency's: every payment and every pay-out that no closing has counted.
fn till(sql: &Sql, store: i64, currency: String, now: i64) -> Answer<Till> {
    let since = sql
        .prepare_cached("SELECT max(at) FROM till_closings WHERE store = ?1 AND currency = ?2")?
        .query_row((store, &currency), |row| row.get(0))?;
    let clerks = clerks(sql, store, &currency)?;
    let sum = |of: fn(&ClerkTurnover) -> Turnover| {
        clerks
            .iter()
            .map(of)
            .fold(Turnover::default(), |sum, one| Turnover {
                count: sum.count + one.count,
                amount: sum.amount + one.amount,
            })
    };
    let (taken, paid_out) = (sum(|clerk| clerk.taken), sum(|clerk| clerk.paid_out));
    let handed_back = turnover(
        sql,
        "FROM payments p JOIN orders o ON o.id = p.order_id
         WHERE o.store = ?1 AND p.currency = ?2 AND p.closing IS NULL AND p.outcome = 'refunded'",
        (store, &currency),
    )?;
    Ok(Till {
        since,
        taken,
        handed_back,
        paid_out,
        expected: balance(&clerks),
        clerks,
        open: open_matters(sql, store, &currency)?,
        currency,
        now,
    })
}

fn clerks(sql: &Sql, store: i64, currency: &str) -> Answer<Vec<ClerkTurnover>> {
    let mut statement = sql.prepare_cached(
        "SELECT account, number, name FROM accounts WHERE role = 'clerk' AND store = ?1 ORDER BY number, account",
    )?;
    let known: Vec<(i64, String, String)> = statement
        .query_map([store], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<Result<_, _>>()?;
    let mut found = Vec::new();
    for (account, clerk, name) in known {
        let turnover = ClerkTurnover {
            clerk,
            name,
            taken: turnover(
                sql,
                "FROM payments p WHERE p.clerk = ?1 AND p.currency = ?2 AND p.closing IS NULL AND p.outcome <> 'refunded'",
                (account, currency),
            )?,
            paid_out: turnover(
                sql,
                "FROM (SELECT clerk, currency, closing, amount - to_account AS amount FROM refunds) p
                 WHERE p.clerk = ?1 AND p.currency = ?2 AND p.closing IS NULL",
                (account, currency),
            )?,
        };
        if turnover.taken.count + turnover.paid_out.count > 0 {
            found.push(turnover);
        }
    }
    Ok(found)
}

/// How many rows `p` there are, and their amounts together.
pub(super) fn turnover(sql: &Sql, from: &str, parameters: impl Params) -> Answer<Turnover> {
    let text = format!("SELECT count(*), CAST(coalesce(sum(p.amount), 0) AS BIGINT) {from}");
    Ok(sql.prepare_cached(&text)?.query_row(parameters, |row| {
        Ok(Turnover {
            count: row.get(0)?,
            amount: row.get(1)?,
        })
    })?)
}
