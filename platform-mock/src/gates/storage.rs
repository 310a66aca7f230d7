//! What a gate's bundle is made of, and entrance records.

use async_trait::async_trait;
use kippu_api::entrance::EntranceRecord;
use kippu_gate::bundle::{Passage, Recall, VoidSerial};
use kippu_ticket::ids::{EventId, TerminalId, TicketId};

use crate::{
    journal::Entry,
    masters::storage::GateDoor,
    refusal::Answer,
    storage::{
        Database,
        sql::{Optional as _, Sql},
        words::from_word,
    },
};

/// What a bundle is made of, besides the events' facts and keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BundleParts {
    /// Rises with every bundle for the gate.
    pub number: u64,
    /// The gate's number among the venue's gates.
    pub mark: u8,
    /// Which way people pass it.
    pub passage: Passage,
    /// Entrances of the events it serves, in order of the events' start.
    pub doors: Vec<GateDoor>,
    /// Tickets that were issued anew, with the last epoch that is not good.
    pub recalls: Vec<Recall>,
    /// Prints that are no tickets any more.
    pub void_serials: Vec<VoidSerial>,
}

/// Gates.
#[async_trait]
pub trait GateStorage: Send + Sync {
    /// What a gate's next bundle is made of, its number raised; `None` for a terminal that is no gate.
    async fn next_bundle(&self, gate: TerminalId) -> Answer<Option<BundleParts>>;
    /// Keeps entrance records; how many were new.
    async fn record_entrances(&self, gate: TerminalId, records: Vec<EntranceRecord>)
    -> Answer<u32>;
}

#[async_trait]
impl GateStorage for Database {
    async fn next_bundle(&self, gate: TerminalId) -> Answer<Option<BundleParts>> {
        self.write(move |unit| {
            let found = unit
                .sql
                .prepare_cached("UPDATE gates SET bundles = bundles + 1 WHERE terminal = ?1 RETURNING bundles, mark, passage")?
                .query_row([gate.0], |row| Ok((row.get(0)?, row.get(1)?, from_word(row, 2)?)))
                .optional()?;
            let Some((number, mark, passage)) = found else { return Ok(None) };
            Ok(Some(BundleParts {
                number,
                mark,
                passage,
                doors: doors(unit.sql, gate)?,
                recalls: recalls(unit.sql, gate)?,
                void_serials: void_serials(unit.sql, gate)?,
            }))
        })
        .await
    }

    async fn record_entrances(
        &self,
        gate: TerminalId,
        records: Vec<EntranceRecord>,
    ) -> Answer<u32> {
        self.write(move |unit| {
            let mut new = 0;
            for record in &records {
                let card = record.card.map(|card| card.to_string());
                let inserted = unit
                    .sql
                    .prepare_cached(
                        "INSERT INTO entrance_records (terminal, row, at, event, card, ticket, outcome)
                         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING",
                    )?
                    .execute((
                        gate.0,
                        record.row,
                        record.at,
                        record.event.0,
                        &card,
                        record.ticket.map(|ticket| ticket.0),
                        &record.outcome,
                    ))?;
                if inserted == 0 {
                    continue;
                }
                new += 1;
                unit.journal(&Entry {
                    kind: "tapped",
                    event: Some(record.event.0),
                    tickets: record.ticket.as_slice(),
                    terminal: Some(gate.0),
                    card: card.as_deref(),
                    note: Some(&record.outcome),
                    ..Entry::default()
                })?;
            }
            Ok(new)
        })
        .await
    }
}

fn doors(sql: &Sql, gate: TerminalId) -> Answer<Vec<GateDoor>> {
    let mut statement = sql.prepare_cached(
        "SELECT event, door, here, direction FROM gate_doors JOIN events USING (event)
         WHERE terminal = ?1 ORDER BY starts, event, door",
    )?;
    let rows = statement.query_map([gate.0], |row| {
        Ok(GateDoor {
            event: EventId(row.get(0)?),
            entrance: row.get(1)?,
            here: row.get(2)?,
            direction: from_word(row, 3)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn recalls(sql: &Sql, gate: TerminalId) -> Answer<Vec<Recall>> {
    let mut statement = sql.prepare_cached(
        "SELECT ticket, epoch - 1 FROM recalls WHERE event IN (SELECT event FROM gate_doors WHERE terminal = ?1) ORDER BY ticket",
    )?;
    let rows = statement.query_map([gate.0], |row| {
        Ok(Recall {
            ticket: TicketId(row.get(0)?),
            epoch: row.get(1)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn void_serials(sql: &Sql, gate: TerminalId) -> Answer<Vec<VoidSerial>> {
    let mut statement = sql.prepare_cached(
        "SELECT ticket, serial FROM papers WHERE void = 1 AND event IN (SELECT event FROM gate_doors WHERE terminal = ?1) ORDER BY ticket, serial",
    )?;
    let rows = statement.query_map([gate.0], |row| {
        Ok(VoidSerial {
            ticket: TicketId(row.get(0)?),
            serial: row.get::<i64>(1)?.cast_unsigned(),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
