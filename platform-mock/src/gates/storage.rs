//! What a gate's bundle is made of, and entrance records.

use async_trait::async_trait;
use kippu_api::entrance::EntranceRecord;
use kippu_ticket::ids::{EventId, TerminalId, TicketId};

use crate::{journal::Entry, refusal::Answer, storage::Sqlite};

/// Gates.
#[async_trait]
pub trait GateStorage: Send + Sync {
    /// Events a gate serves, with the doors it stands at, in order of their start.
    async fn doors_of(&self, gate: TerminalId) -> Answer<Vec<(EventId, Vec<u8>)>>;
    /// Tickets of an event that were issued anew: whatever has a lower epoch than stated is worth nothing.
    async fn recalls(&self, event: EventId) -> Answer<Vec<(TicketId, u16)>>;
    /// Keeps entrance records; how many were new.
    async fn record_entrances(&self, gate: TerminalId, records: Vec<EntranceRecord>)
    -> Answer<u32>;
}

#[async_trait]
impl GateStorage for Sqlite {
    async fn doors_of(&self, gate: TerminalId) -> Answer<Vec<(EventId, Vec<u8>)>> {
        self.read(move |sql| {
            let mut statement = sql.prepare_cached(
                "SELECT event, door FROM gate_doors JOIN events USING (event) WHERE terminal = ?1 ORDER BY starts, event, door",
            )?;
            let rows = statement.query_map([gate.0], |row| Ok((EventId(row.get(0)?), row.get(1)?)))?;
            let mut served: Vec<(EventId, Vec<u8>)> = Vec::new();
            for row in rows {
                let (event, door) = row?;
                match served.last_mut() {
                    Some((last, doors)) if *last == event => doors.push(door),
                    _ => served.push((event, vec![door])),
                }
            }
            Ok(served)
        })
        .await
    }

    async fn recalls(&self, event: EventId) -> Answer<Vec<(TicketId, u16)>> {
        self.read(move |sql| {
            let mut statement = sql.prepare_cached(
                "SELECT ticket, epoch FROM recalls WHERE event = ?1 ORDER BY ticket",
            )?;
            let rows =
                statement.query_map([event.0], |row| Ok((TicketId(row.get(0)?), row.get(1)?)))?;
            Ok(rows.collect::<Result<_, _>>()?)
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
