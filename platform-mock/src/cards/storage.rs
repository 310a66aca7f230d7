//! The log of key uses.

use async_trait::async_trait;
use kippu_ticket::ids::{CardUid, TerminalId};

use crate::{refusal::Answer, storage::Sqlite};

/// One use of a card's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyUse {
    /// The card.
    pub card: CardUid,
    /// Who asked.
    pub terminal: TerminalId,
    /// Which key: `write`, `gate`, `master`.
    pub role: &'static str,
    /// One word: `opened`, `wrong_key`, `formatted`.
    pub outcome: &'static str,
}

/// Cards.
#[async_trait]
pub trait CardStorage: Send + Sync {
    /// Writes a key use down.
    async fn log_key_use(&self, used: KeyUse) -> Answer<()>;
    /// How often a card's keys were used, for whom and how it ended, oldest first.
    async fn key_uses(&self, card: CardUid) -> Answer<Vec<(TerminalId, String, String)>>;
}

#[async_trait]
impl CardStorage for Sqlite {
    async fn log_key_use(&self, used: KeyUse) -> Answer<()> {
        self.write(move |unit| {
            unit.sql
                .prepare_cached("INSERT INTO card_log (card, terminal, role, outcome, at) VALUES (?1, ?2, ?3, ?4, ?5)")?
                .execute((used.card.to_string(), used.terminal.0, used.role, used.outcome, unit.now))?;
            Ok(())
        })
        .await
    }

    async fn key_uses(&self, card: CardUid) -> Answer<Vec<(TerminalId, String, String)>> {
        self.read(move |sql| {
            let mut statement = sql.prepare_cached(
                "SELECT terminal, role, outcome FROM card_log WHERE card = ?1 ORDER BY entry",
            )?;
            let rows = statement.query_map([card.to_string()], |row| {
                Ok((TerminalId(row.get(0)?), row.get(1)?, row.get(2)?))
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }
}
