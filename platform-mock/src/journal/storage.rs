//! Reading the journal and proving that nobody changed it.

use async_trait::async_trait;
use kippu_ticket::ids::TicketId;

use super::{
    anchors::Witness,
    verify::{JournalFault, Verified, verify},
};
use crate::{refusal::Answer, storage::Database};

/// The journal's rows.
#[async_trait]
pub trait JournalStorage: Send + Sync {
    /// Recomputes the chains and compares them with the anchors, and these with what a data folder remembers.
    ///
    /// # Errors
    /// The inner one says what was changed and where.
    async fn verify_journal(
        &self,
        witness: Option<Witness>,
    ) -> Answer<Result<Verified, JournalFault>>;

    /// A ticket's whole life: its rows in order, as JSON.
    async fn life_of(&self, ticket: TicketId) -> Answer<Vec<String>>;
}

#[async_trait]
impl JournalStorage for Database {
    async fn verify_journal(
        &self,
        witness: Option<Witness>,
    ) -> Answer<Result<Verified, JournalFault>> {
        self.read(move |sql| Ok(verify(sql, witness.as_ref())))
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
