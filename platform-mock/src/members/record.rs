//! Members and their accounts as the database keeps them.

use kippu_api::members::{Member, Posting};
use kippu_ticket::ids::{CardUid, SellerId};

use super::rules::Account;
use crate::{
    refusal::{Answer, Refusal},
    storage::{
        sql::{Optional as _, Params, Row, Sql, SqlError},
        words::from_word,
    },
};

/// Most rows of a list.
pub(crate) const ROWS_MAX: u32 = 200;

/// A member with its row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberRecord {
    /// The row.
    pub id: i64,
    /// As the seller sees it.
    pub member: Member,
}

impl MemberRecord {
    /// The account as the credit check sees it.
    pub fn account(&self) -> Account<'_> {
        Account {
            state: self.member.state,
            currency: &self.member.currency,
            limit: self.member.credit_limit,
            balance: self.member.balance,
        }
    }
}

const MEMBER: &str = "SELECT m.member, m.number, m.card, m.state, m.currency, m.credit_limit, m.registered,
    (SELECT CAST(coalesce(sum(p.amount), 0) AS BIGINT) FROM postings p WHERE p.member = m.member) FROM members m";

/// A seller's member by the number.
///
/// # Errors
/// 404.
pub fn by_number(sql: &Sql, seller: SellerId, number: &str) -> Answer<MemberRecord> {
    one(
        sql,
        "WHERE m.seller = ?1 AND m.number = ?2",
        (seller.0, number),
    )?
    .ok_or_else(|| Refusal::not_found("member"))
}

/// A seller's member by the card, if its holder is one.
pub fn by_card(sql: &Sql, seller: SellerId, card: CardUid) -> Answer<Option<MemberRecord>> {
    one(
        sql,
        "WHERE m.seller = ?1 AND m.card = ?2",
        (seller.0, card.to_string()),
    )
}

/// A seller's members in the order of their numbers, after one.
pub fn list(sql: &Sql, seller: SellerId, after: &str) -> Answer<Vec<Member>> {
    let mut statement = sql.prepare_cached(&format!(
        "{MEMBER} WHERE m.seller = ?1 AND m.number > ?2 ORDER BY m.number LIMIT {ROWS_MAX}"
    ))?;
    let rows = statement.query_map((seller.0, after), |row| Ok(member_row(row)?.member))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The rows of an account, newest first.
pub fn postings(sql: &Sql, member: i64) -> Answer<Vec<Posting>> {
    let mut statement = sql.prepare_cached(&format!(
        "SELECT p.kind, p.amount, o.slip, p.at FROM postings p LEFT JOIN orders o ON o.id = p.order_id
         WHERE p.member = ?1 ORDER BY p.posting DESC LIMIT {ROWS_MAX}"
    ))?;
    let rows = statement.query_map([member], |row| {
        Ok(Posting {
            kind: from_word(row, 0)?,
            amount: row.get(1)?,
            slip: row.get(2)?,
            at: row.get(3)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Whether a terminal opened a card with the write key since `since`, UTC microseconds: the card lay there.
pub fn was_read(sql: &Sql, terminal: u32, card: CardUid, since: i64) -> Answer<bool> {
    let mut statement = sql.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM card_log WHERE card = ?1 AND terminal = ?2 AND at >= ?3 AND outcome = 'opened')",
    )?;
    Ok(statement.query_row((card.to_string(), terminal, since), |row| row.get(0))?)
}

fn one(sql: &Sql, rest: &str, parameters: impl Params) -> Answer<Option<MemberRecord>> {
    let mut statement = sql.prepare_cached(&format!("{MEMBER} {rest}"))?;
    Ok(statement.query_row(parameters, member_row).optional()?)
}

fn member_row(row: &Row<'_>) -> Result<MemberRecord, SqlError> {
    Ok(MemberRecord {
        id: row.get(0)?,
        member: Member {
            number: row.get(1)?,
            card: from_word(row, 2)?,
            state: from_word(row, 3)?,
            currency: row.get(4)?,
            credit_limit: row.get(5)?,
            registered: row.get(6)?,
            balance: row.get(7)?,
        },
    })
}
