//! Reading the journal and proving that nobody changed it.

use async_trait::async_trait;
use kippu_ticket::ids::TicketId;

use super::chain;
use crate::{
    refusal::{Answer, Refusal},
    storage::Sqlite,
};

/// The journal's rows.
#[async_trait]
pub trait JournalStorage: Send + Sync {
    /// Recomputes the chain; how many rows it has.
    ///
    /// # Errors
    /// Names the first row that is missing or not what was written.
    async fn verify_journal(&self) -> Answer<u64>;

    /// A ticket's whole life: its rows in order, as JSON.
    async fn life_of(&self, ticket: TicketId) -> Answer<Vec<String>>;
}

#[async_trait]
impl JournalStorage for Sqlite {
    async fn verify_journal(&self) -> Answer<u64> {
        self.read(|sql| {
            let mut statement = sql.prepare("SELECT row, entry, hash FROM journal ORDER BY row")?;
            let mut rows = statement.query([])?;
            let (mut last, mut before) = (0, [0; 32]);
            while let Some(row) = rows.next()? {
                let (number, entry, hash): (u64, String, [u8; 32]) =
                    (row.get(0)?, row.get(1)?, row.get(2)?);
                if number != last + 1 || chain(&before, number, entry.as_bytes()) != hash {
                    return Err(Refusal::internal(&format!(
                        "the journal was changed at row {}",
                        last + 1
                    )));
                }
                (last, before) = (number, hash);
            }
            Ok(last)
        })
        .await
    }

    async fn life_of(&self, ticket: TicketId) -> Answer<Vec<String>> {
        self.read(move |sql| {
            let mut statement = sql.prepare_cached(
                "SELECT entry FROM journal JOIN journal_tickets USING (row) WHERE ticket = ?1 ORDER BY row",
            )?;
            let rows = statement.query_map([ticket.0], |row| row.get(0))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }
}
