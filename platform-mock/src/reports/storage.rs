//! What was paid for and given up in a time.

use async_trait::async_trait;
use kippu_ticket::ids::EventId;

use crate::{
    masters::event_rows, own::storage::SOLD, refunds::rules::RefundRule, refusal::Answer,
    storage::Database,
};

/// Tickets of one class that a seller sold, or took back, at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Booked {
    /// UTC microseconds.
    pub at: i64,
    /// Class index.
    pub class: u8,
    /// The seller's name.
    pub seller: String,
    /// Whether they were given up, and not sold.
    pub back: bool,
    /// How many.
    pub tickets: u32,
    /// Minor units: prices of what was sold, or what was paid back.
    pub amount: i64,
}

/// Questions about turnover.
#[async_trait]
pub trait ReportStorage: Send + Sync {
    /// What was booked for an event from one moment until before another, in order.
    async fn booked(&self, event: EventId, time: [i64; 2]) -> Answer<Vec<Booked>>;
    /// By which rule an event takes tickets back; `None` where it takes none.
    async fn refund_rule(&self, event: EventId) -> Answer<Option<RefundRule>>;
}

/// Tickets that are still worth something, tickets given up since, and the giving up. An order that is paid without a moment was paid in a time
/// that a restored platform has forgotten: its own begin is the nearest that is known.
const PARTS: [&str; 3] = [
    "SELECT coalesce(o.paid, o.created) AS moment, t.class AS class, o.seller AS seller, 0 AS back, t.price AS amount
        FROM tickets t JOIN orders o ON o.id = t.order_id WHERE t.event = ?1 AND ",
    "SELECT coalesce(o.paid, o.created), t.class, o.seller, 0, t.price
        FROM refunded_tickets r JOIN tickets t ON t.ticket = r.ticket JOIN orders o ON o.id = t.order_id WHERE t.event = ?1",
    "SELECT f.at, t.class, f.seller, 1, t.price - r.fee
        FROM refunded_tickets r JOIN refunds f ON f.refund = r.refund JOIN tickets t ON t.ticket = r.ticket WHERE t.event = ?1",
];

#[async_trait]
impl ReportStorage for Database {
    async fn booked(&self, event: EventId, [from, to]: [i64; 2]) -> Answer<Vec<Booked>> {
        self.read(move |sql| {
            let [sold, sold_before, back] = PARTS;
            let mut statement = sql.prepare_cached(&format!(
                "SELECT b.moment, b.class, se.name, b.back, count(*), CAST(sum(b.amount) AS BIGINT)
                 FROM ({sold}{SOLD} UNION ALL {sold_before} UNION ALL {back}) b JOIN sellers se ON se.seller = b.seller
                 WHERE b.moment >= ?2 AND b.moment < ?3
                 GROUP BY b.moment, b.class, se.name, b.back ORDER BY b.moment, b.class, se.name, b.back"
            ))?;
            let rows = statement.query_map((event.0, from, to), |row| {
                Ok(Booked {
                    at: row.get(0)?,
                    class: row.get(1)?,
                    seller: row.get(2)?,
                    back: row.get::<i64>(3)? == 1,
                    tickets: row.get(4)?,
                    amount: row.get(5)?,
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }

    async fn refund_rule(&self, event: EventId) -> Answer<Option<RefundRule>> {
        self.read(move |sql| event_rows::refunds(sql, event)).await
    }
}
