//! Events as they can be changed, and what changed about them, as the database keeps it.

use kippu_api::changes::{Changeable, Concerned, EventStanding, PastChange};
use kippu_ticket::ids::EventId;

use crate::{
    own::storage::SOLD,
    refusal::{Answer, Refusal},
    storage::sql::{Optional as _, Sql},
};

/// An event with what can be changed about it.
pub(super) struct Row {
    pub(super) revision: u32,
    pub(super) cancelled: Option<i64>,
    refunds_until: Option<i64>,
    currency: String,
    /// IANA zone of its venue.
    pub(super) zone: String,
    pub(super) now: Changeable,
}

/// The row of an event.
///
/// # Errors
/// 404.
pub(super) fn row(sql: &Sql, event: EventId) -> Answer<Row> {
    sql.prepare_cached(
        "SELECT e.revision, cancelled, refunds_until, currency, v.zone, e.name, performers, doors_open, starts, sales_end, limit_per_order
         FROM events e JOIN layouts l USING (layout) JOIN venues v USING (venue) WHERE event = ?1",
    )?
    .query_row([event.0], |row| {
        Ok(Row {
            revision: row.get(0)?,
            cancelled: row.get(1)?,
            refunds_until: row.get(2)?,
            currency: row.get(3)?,
            zone: row.get(4)?,
            now: Changeable {
                name: row.get(5)?,
                performers: row.get(6)?,
                doors_open: row.get(7)?,
                starts: row.get(8)?,
                sales_end: row.get(9)?,
                limit_per_order: row.get(10)?,
            },
        })
    })
    .optional()?
    .ok_or_else(|| Refusal::not_found("event"))
}

/// How an event stands.
///
/// # Errors
/// 404.
pub(super) fn standing(sql: &Sql, event: EventId) -> Answer<EventStanding> {
    let row = row(sql, event)?;
    Ok(EventStanding {
        event,
        revision: row.revision,
        now: row.now,
        cancelled: row.cancelled,
        refunds_until: row.refunds_until,
        concerned: concerned(sql, event, row.currency)?,
        changes: changes(sql, event)?,
    })
}

fn concerned(sql: &Sql, event: EventId, currency: String) -> Answer<Concerned> {
    let (sold, on_cards, on_paper, paid) = sql
        .prepare_cached(&format!(
            "SELECT count(*), count(CASE WHEN t.holder = 'card' THEN 1 END), count(CASE WHEN t.holder = 'paper' THEN 1 END),
                    CAST(coalesce(sum(t.price), 0) AS BIGINT)
             FROM tickets t JOIN orders o ON o.id = t.order_id WHERE t.event = ?1 AND {SOLD}"
        ))?
        .query_row([event.0], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })?;
    let unpaid: u32 = sql
        .prepare_cached(
            "SELECT count(*) FROM tickets t JOIN orders o ON o.id = t.order_id
             WHERE t.event = ?1 AND t.void = 0 AND o.state = 'awaiting_payment'",
        )?
        .query_row([event.0], |row| row.get(0))?;
    let held = sql
        .prepare_cached(
            "SELECT count(*) FROM stock s JOIN holds h ON h.hold = s.claim WHERE s.event = ?1",
        )?
        .query_row([event.0], |row| row.get(0))?;
    Ok(Concerned {
        held,
        unpaid,
        sold,
        on_cards,
        on_paper,
        paid,
        currency,
    })
}

fn changes(sql: &Sql, event: EventId) -> Answer<Vec<PastChange>> {
    let mut statement = sql.prepare_cached(
        "SELECT c.at, a.name, c.kind, c.note, c.was, c.became FROM event_changes c JOIN accounts a USING (account)
         WHERE c.event = ?1 ORDER BY c.change DESC",
    )?;
    let mut rows = statement.query([event.0])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(PastChange {
            at: row.get(0)?,
            who: row.get(1)?,
            cancelled: row.get::<String>(2)? == CANCELLED,
            note: row.get(3)?,
            was: serde_json::from_str(&row.get::<String>(4)?)?,
            became: serde_json::from_str(&row.get::<String>(5)?)?,
        });
    }
    Ok(found)
}

/// A change as a row: its kind.
pub(super) const CHANGED: &str = "changed";
/// The other kind.
pub(super) const CANCELLED: &str = "cancelled";
