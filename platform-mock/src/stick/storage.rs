//! What is known of reports before a file is taken.

use async_trait::async_trait;
use kippu_ticket::ids::TerminalId;

use crate::{refusal::Answer, storage::Database};

/// Stick files.
#[async_trait]
pub trait StickStorage: Send + Sync {
    /// Whether a row of a journal was reported already.
    async fn knows_report(
        &self,
        terminal: TerminalId,
        incarnation: String,
        row: u64,
    ) -> Answer<bool>;
}

#[async_trait]
impl StickStorage for Database {
    async fn knows_report(
        &self,
        terminal: TerminalId,
        incarnation: String,
        row: u64,
    ) -> Answer<bool> {
        self.read(move |sql| {
            Ok(sql
                .prepare_cached(
                    "SELECT EXISTS (SELECT 1 FROM reports WHERE terminal = ?1 AND incarnation = ?2 AND row = ?3)",
                )?
                .query_row((terminal.0, incarnation, row), |row| row.get(0))?)
        })
        .await
    }
}
