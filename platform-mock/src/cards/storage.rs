//! The log of key uses, and the journal by card.

use std::collections::HashMap;

use async_trait::async_trait;
use kippu_ticket::{
    ids::{CardUid, EventId, TerminalId, TicketId},
    record::SignedTicket,
};

use super::history::LifeEntry;
use crate::{
    keys::CARD_KEYS,
    refusal::{Answer, Refusal},
    storage::{
        Database, Unit,
        sql::{Optional as _, Sql},
    },
};

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

/// A ticket that is or was on a card, with its rows of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketLife {
    /// The ticket.
    pub ticket: TicketId,
    /// Its event.
    pub event: EventId,
    /// Seat index in the plan, where it was sold here.
    pub seat: Option<u32>,
    /// Price class index.
    pub class: u8,
    /// The signed ticket, where somebody brought it.
    pub signed: Option<SignedTicket>,
    /// Its life, oldest first.
    pub entries: Vec<LifeEntry>,
}

/// Cards.
#[async_trait]
pub trait CardStorage: Send + Sync {
    /// Writes a key use down that answers a handshake, good until `expires`; `false`, and nothing written, where it was answered already.
    async fn log_answer(&self, used: KeyUse, handshake: [u8; 24], expires: i64) -> Answer<bool>;
    /// The version of the master keys a card was formatted with.
    async fn card_version(&self, card: CardUid) -> Answer<u8>;
    /// Remembers it.
    async fn card_formatted(&self, card: CardUid, version: u8) -> Answer<()>;
    /// Writes a key use down.
    async fn log_key_use(&self, used: KeyUse) -> Answer<()>;
    /// How often a card's keys were used, for whom and how it ended, oldest first.
    async fn key_uses(&self, card: CardUid) -> Answer<Vec<(TerminalId, String, String)>>;
    /// The tickets that are or were on a card.
    async fn tickets_of_card(&self, card: CardUid) -> Answer<Vec<TicketLife>>;
    /// Names of terminals, gates included.
    async fn terminal_names(&self) -> Answer<HashMap<u32, String>>;
}

fn log(unit: &Unit<'_>, used: &KeyUse) -> Answer<()> {
    unit.sql
        .prepare_cached(
            "INSERT INTO card_log (card, terminal, role, outcome, at) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute((
            used.card.to_string(),
            used.terminal.0,
            used.role,
            used.outcome,
            unit.now,
        ))?;
    Ok(())
}

#[async_trait]
impl CardStorage for Database {
    async fn log_answer(&self, used: KeyUse, handshake: [u8; 24], expires: i64) -> Answer<bool> {
        self.write(move |unit| {
            let first = unit
                .sql
                .prepare_cached("INSERT INTO used_handshakes (handshake, expires) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?
                .execute((handshake, expires))?;
            if first == 0 {
                return Ok(false);
            }
            unit.sql
                .prepare_cached("DELETE FROM used_handshakes WHERE expires < ?1")?
                .execute([unit.now])?;
            log(unit, &used)?;
            Ok(true)
        })
        .await
    }

    async fn card_version(&self, card: CardUid) -> Answer<u8> {
        self.read(move |sql| {
            let known: Option<u8> = sql
                .prepare_cached("SELECT version FROM card_keys WHERE card = ?1")?
                .query_row([card.to_string()], |row| row.get(0))
                .optional()?;
            Ok(known.unwrap_or(CARD_KEYS))
        })
        .await
    }

    async fn card_formatted(&self, card: CardUid, version: u8) -> Answer<()> {
        self.write(move |unit| {
            unit.sql.execute(
                "INSERT INTO card_keys (card, version) VALUES (?1, ?2) ON CONFLICT (card) DO UPDATE SET version = excluded.version",
                (card.to_string(), version),
            )?;
            Ok(())
        })
        .await
    }

    async fn log_key_use(&self, used: KeyUse) -> Answer<()> {
        self.write(move |unit| log(unit, &used)).await
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

    async fn tickets_of_card(&self, card: CardUid) -> Answer<Vec<TicketLife>> {
        self.read(move |sql| {
            let mut statement = sql.prepare_cached(
                "SELECT ticket, event, seat, class, signed FROM tickets WHERE ticket IN (
                     SELECT ticket FROM tickets WHERE holder_card = ?1
                     UNION SELECT ticket FROM reports JOIN reported_tickets USING (terminal, incarnation, row) WHERE card = ?1
                     UNION SELECT ticket FROM handovers JOIN handover_tickets USING (handover) WHERE giver = ?1)",
            )?;
            let mut rows = statement.query([card.to_string()])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                let ticket = TicketId(row.get(0)?);
                let signed: Option<[u8; SignedTicket::LEN]> = row.get(4)?;
                found.push(TicketLife {
                    ticket,
                    event: EventId(row.get(1)?),
                    seat: row.get(2)?,
                    class: row.get(3)?,
                    signed: signed
                        .map(|bytes| SignedTicket::from_bytes(&bytes))
                        .transpose()
                        .map_err(|error| Refusal::internal(&error))?,
                    entries: life(sql, ticket)?,
                });
            }
            Ok(found)
        })
        .await
    }

    async fn terminal_names(&self) -> Answer<HashMap<u32, String>> {
        self.read(|sql| {
            let mut statement = sql.prepare_cached("SELECT terminal, name FROM terminals")?;
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }
}

fn life(sql: &Sql, ticket: TicketId) -> Answer<Vec<LifeEntry>> {
    let mut statement = sql.prepare_cached(
        "SELECT entry FROM journal JOIN journal_tickets USING (row) WHERE ticket = ?1 ORDER BY row",
    )?;
    let mut rows = statement.query([ticket.0])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(serde_json::from_str(&row.get::<String>(0)?)?);
    }
    Ok(found)
}
