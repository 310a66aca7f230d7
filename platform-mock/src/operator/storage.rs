//! Keeping operators and their sessions.

use async_trait::async_trait;

use super::rules::Operator;
use crate::storage::sql::{Optional as _, Row, SqlError};
use crate::{clerks::rules::SESSION_MICROS, refusal::Answer, storage::Database};

/// Operators.
#[async_trait]
pub trait OperatorStorage: Send + Sync {
    /// Registers an operator, or changes name and password; `password` is the hash.
    async fn put_operator(&self, number: &str, name: &str, password: String) -> Answer<()>;
    /// An operator with the hash of the password.
    async fn operator(&self, number: &str) -> Answer<Option<(Operator, String)>>;
    /// Opens a session; when it ends.
    async fn open_operator_session(&self, token: [u8; 32], operator: i64) -> Answer<i64>;
    /// Ends a session.
    async fn close_operator_session(&self, token: [u8; 32]) -> Answer<()>;
    /// The operator of a session that has not ended.
    async fn operator_by_session(&self, token: [u8; 32], now: i64) -> Answer<Option<Operator>>;
}

#[async_trait]
impl OperatorStorage for Database {
    async fn put_operator(&self, number: &str, name: &str, password: String) -> Answer<()> {
        let (number, name) = (number.to_owned(), name.to_owned());
        self.write(move |unit| {
            unit.sql.execute(
                "INSERT INTO operators (number, name, password) VALUES (?1, ?2, ?3)
                 ON CONFLICT (number) DO UPDATE SET name = excluded.name, password = excluded.password",
                (number, name, password),
            )?;
            Ok(())
        })
        .await
    }

    async fn operator(&self, number: &str) -> Answer<Option<(Operator, String)>> {
        let number = number.to_owned();
        self.read(move |sql| {
            Ok(sql
                .prepare_cached(
                    "SELECT operator, number, name, password FROM operators WHERE number = ?1",
                )?
                .query_row([number], |row| Ok((operator(row)?, row.get(3)?)))
                .optional()?)
        })
        .await
    }

    async fn open_operator_session(&self, token: [u8; 32], operator: i64) -> Answer<i64> {
        self.write(move |unit| {
            let expires = unit.now + SESSION_MICROS;
            unit.sql.execute(
                "DELETE FROM operator_sessions WHERE expires <= ?1",
                [unit.now],
            )?;
            unit.sql.execute(
                "INSERT INTO operator_sessions (token, operator, expires) VALUES (?1, ?2, ?3)",
                (token, operator, expires),
            )?;
            Ok(expires)
        })
        .await
    }

    async fn close_operator_session(&self, token: [u8; 32]) -> Answer<()> {
        self.write(move |unit| {
            unit.sql
                .execute("DELETE FROM operator_sessions WHERE token = ?1", [token])?;
            Ok(())
        })
        .await
    }

    async fn operator_by_session(&self, token: [u8; 32], now: i64) -> Answer<Option<Operator>> {
        self.read(move |sql| {
            Ok(sql
                .prepare_cached(
                    "SELECT operator, number, name FROM operators JOIN operator_sessions USING (operator)
                     WHERE token = ?1 AND expires > ?2",
                )?
                .query_row((token, now), operator)
                .optional()?)
        })
        .await
    }
}

fn operator(row: &Row<'_>) -> Result<Operator, SqlError> {
    Ok(Operator {
        id: row.get(0)?,
        number: row.get(1)?,
        name: row.get(2)?,
    })
}
