//! Keeping clerks and their sessions.

use async_trait::async_trait;
use kippu_ticket::ids::TerminalId;

use super::rules::{Clerk, SESSION_MICROS};
use crate::{
    refusal::{Answer, Refusal},
    storage::{
        Database,
        sql::{Optional as _, Row, SqlError},
    },
};

/// Clerks.
#[async_trait]
pub trait ClerkStorage: Send + Sync {
    /// Registers a clerk, or changes name and PIN; `pin` is the hash.
    async fn put_clerk(&self, store: &str, number: &str, name: &str, pin: String) -> Answer<()>;
    /// A clerk with the hash of the PIN.
    async fn clerk(&self, store: &str, number: &str) -> Answer<Option<(Clerk, String)>>;
    /// Opens a session; when it ends.
    async fn open_session(&self, token: [u8; 32], clerk: i64, terminal: TerminalId) -> Answer<i64>;
    /// Ends a session.
    async fn close_session(&self, token: [u8; 32]) -> Answer<()>;
    /// The clerk of a session that has not ended.
    async fn clerk_by_session(&self, token: [u8; 32], now: i64) -> Answer<Option<Clerk>>;
}

const CLERK: &str = "SELECT c.clerk, c.store, c.number, c.name, st.name, c.pin FROM clerks c JOIN stores st USING (store)";

#[async_trait]
impl ClerkStorage for Database {
    async fn put_clerk(&self, store: &str, number: &str, name: &str, pin: String) -> Answer<()> {
        let (store, number, name) = (store.to_owned(), number.to_owned(), name.to_owned());
        self.write(move |unit| {
            let row: i64 = unit
                .sql
                .query_row("SELECT store FROM stores WHERE code = ?1", [store], |row| row.get(0))
                .optional()?
                .ok_or_else(|| Refusal::not_found("store"))?;
            unit.sql.execute(
                "INSERT INTO clerks (store, number, name, pin) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (store, number) DO UPDATE SET name = excluded.name, pin = excluded.pin",
                (row, number, name, pin),
            )?;
            Ok(())
        })
        .await
    }

    async fn clerk(&self, store: &str, number: &str) -> Answer<Option<(Clerk, String)>> {
        let (store, number) = (store.to_owned(), number.to_owned());
        self.read(move |sql| {
            let mut statement =
                sql.prepare_cached(&format!("{CLERK} WHERE st.code = ?1 AND c.number = ?2"))?;
            Ok(statement
                .query_row((store, number), |row| Ok((clerk(row)?, row.get(5)?)))
                .optional()?)
        })
        .await
    }

    async fn open_session(&self, token: [u8; 32], clerk: i64, terminal: TerminalId) -> Answer<i64> {
        self.write(move |unit| {
            let expires = unit.now + SESSION_MICROS;
            unit.sql.execute("DELETE FROM clerk_sessions WHERE expires <= ?1", [unit.now])?;
            unit.sql.execute(
                "INSERT INTO clerk_sessions (token, clerk, terminal, expires) VALUES (?1, ?2, ?3, ?4)",
                (token, clerk, terminal.0, expires),
            )?;
            Ok(expires)
        })
        .await
    }

    async fn close_session(&self, token: [u8; 32]) -> Answer<()> {
        self.write(move |unit| {
            unit.sql
                .execute("DELETE FROM clerk_sessions WHERE token = ?1", [token])?;
            Ok(())
        })
        .await
    }

    async fn clerk_by_session(&self, token: [u8; 32], now: i64) -> Answer<Option<Clerk>> {
        self.read(move |sql| {
            let text = format!(
                "{CLERK} JOIN clerk_sessions s USING (clerk) WHERE s.token = ?1 AND s.expires > ?2"
            );
            Ok(sql
                .prepare_cached(&text)?
                .query_row((token, now), clerk)
                .optional()?)
        })
        .await
    }
}

fn clerk(row: &Row<'_>) -> Result<Clerk, SqlError> {
    Ok(Clerk {
        id: row.get(0)?,
        store: row.get(1)?,
        number: row.get(2)?,
        name: row.get(3)?,
        store_name: row.get(4)?,
    })
}
