//! Changing and cancelling as commands.

use async_trait::async_trait;
use jiff::tz::TimeZone;
use kippu_api::{
    changes::{Changeable, EventCancellation, EventChange, EventStanding},
    problem::ProblemCode,
};
use kippu_ticket::ids::EventId;

use super::record::{self, CANCELLED, CHANGED, Row, standing};
use crate::{
    allocation::storage::{Desk, check_own},
    audit::{self, Act},
    masters::{organized::text, wall_clock::moment},
    notes,
    refusal::{Answer, Refusal},
    storage::{
        Database, Unit,
        idempotency::{RequestKey, once},
    },
};

/// Changes of events.
#[async_trait]
pub trait ChangeStorage: Send + Sync {
    /// How one of the organizer's events stands.
    async fn event_standing(&self, event: EventId) -> Answer<EventStanding>;
    /// Changes an event that has not begun.
    async fn change_event(
        &self,
        key: RequestKey,
        desk: Desk,
        event: EventId,
        change: EventChange,
    ) -> Answer<EventStanding>;
    /// Cancels an event: nothing is sold any more, no gate lets in, tickets bring back what was paid.
    async fn cancel_event(
        &self,
        key: RequestKey,
        desk: Desk,
        event: EventId,
        cancellation: EventCancellation,
    ) -> Answer<EventStanding>;
}

#[async_trait]
impl ChangeStorage for Database {
    async fn event_standing(&self, event: EventId) -> Answer<EventStanding> {
        self.read(move |sql| standing(sql, event)).await
    }

    async fn change_event(
        &self,
        key: RequestKey,
        desk: Desk,
        event: EventId,
        change: EventChange,
    ) -> Answer<EventStanding> {
        self.write(move |unit| {
            once(unit, &key, |unit| {
                let row = believed(unit, &desk, event, change.revision)?;
                let became = read(&change, &row, unit.now)?;
                apply(unit, event, &row, &became, change.take_back)?;
                let note = notes::checked(&change.note)?;
                kept(unit, &desk, event, CHANGED, &note, (&row.now, &became))?;
                standing(unit.sql, event)
            })
        })
        .await
    }

    async fn cancel_event(
        &self,
        key: RequestKey,
        desk: Desk,
        event: EventId,
        cancellation: EventCancellation,
    ) -> Answer<EventStanding> {
        self.write(move |unit| {
            once(unit, &key, |unit| {
                let row = believed(unit, &desk, event, cancellation.revision)?;
                let until = moment(&cancellation.refunds_until, &zone(&row)?)?;
                let note = notes::checked(&cancellation.note)?;
                if until <= unit.now {
                    return Err(Refusal::bad_request(
                        "People need time to give their tickets back: name a later moment.",
                    ));
                }
                if note.is_empty() {
                    return Err(Refusal::bad_request("Say why it is cancelled."));
                }
                unit.sql.execute(
                    "UPDATE events SET cancelled = ?2, refunds_until = ?3, revision = revision + 1 WHERE event = ?1",
                    (event.0, unit.now, until),
                )?;
                // Their time is over: they end as any that nobody paid, and who pays all the same gets the money back at the till.
                unit.sql.execute(
                    "UPDATE holds SET expires = ?2 WHERE event = ?1 AND expires > ?2",
                    (event.0, unit.now),
                )?;
                unit.sql.execute(
                    "UPDATE orders SET pay_until = ?2 WHERE event = ?1 AND state = 'awaiting_payment' AND pay_until > ?2",
                    (event.0, unit.now),
                )?;
                kept(unit, &desk, event, CANCELLED, &note, (&row.now, &row.now))?;
                standing(unit.sql, event)
            })
        })
        .await
    }
}

/// The organizer's event as it was believed to be when somebody decided.
fn believed(unit: &Unit<'_>, desk: &Desk, event: EventId, revision: u32) -> Answer<Row> {
    check_own(unit, desk, event)?;
    let row = record::row(unit.sql, event)?;
    if row.cancelled.is_some() {
        return Err(Refusal::new(
            ProblemCode::WrongState,
            "The event is cancelled. Nothing was changed.",
        ));
    }
    if row.revision != revision {
        return Err(Refusal::new(
            ProblemCode::WrongState,
            "Somebody else changed the event since you looked. Nothing was changed.",
        )
        .hint("Look at it as it is now, and decide again."));
    }
    Ok(row)
}

fn zone(row: &Row) -> Answer<TimeZone> {
    TimeZone::get(&row.zone).map_err(|error| Refusal::internal(&error))
}

/// What was typed, if it makes an event and differs from what is.
fn read(change: &EventChange, row: &Row, now: i64) -> Answer<Changeable> {
    let bad = |what: &str| Err(Refusal::bad_request(what));
    let zone = zone(row)?;
    let became = Changeable {
        name: text(&change.name)?,
        performers: text(&change.performers)?,
        doors_open: moment(&change.doors_open, &zone)?,
        starts: moment(&change.starts, &zone)?,
        sales_end: moment(&change.sales_end, &zone)?,
        limit_per_order: change.limit_per_order,
    };
    if row.now.starts <= now {
        return bad("The event has begun: it can be cancelled, not changed.");
    }
    if became.starts <= now {
        return bad("An event cannot be moved into the past.");
    }
    if became.doors_open > became.starts {
        return bad("The doors open after the start.");
    }
    if became.limit_per_order == 0 {
        return bad("An order has at least one ticket.");
    }
    if became == row.now && !change.take_back {
        return bad("Nothing is different.");
    }
    Ok(became)
}

fn apply(
    unit: &Unit<'_>,
    event: EventId,
    row: &Row,
    became: &Changeable,
    take_back: bool,
) -> Answer<()> {
    unit.sql.execute(
        "UPDATE events SET name = ?2, performers = ?3, doors_open = ?4, starts = ?5, sales_end = ?6, limit_per_order = ?7,
                revision = revision + 1 WHERE event = ?1",
        (
            event.0,
            &became.name,
            &became.performers,
            became.doors_open,
            became.starts,
            became.sales_end,
            became.limit_per_order,
        ),
    )?;
    if take_back {
        unit.sql.execute(
            "INSERT INTO refund_rules (event, until, fee) VALUES (?1, ?2, 0)
             ON CONFLICT (event) DO UPDATE SET until = excluded.until, fee = 0",
            (event.0, became.doors_open),
        )?;
    } else {
        // The time for giving tickets back keeps its distance to the doors.
        unit.sql.execute(
            "UPDATE refund_rules SET until = until + ?2 WHERE event = ?1",
            (event.0, became.doors_open - row.now.doors_open),
        )?;
    }
    Ok(())
}

/// Keeps a change with who made it.
fn kept(
    unit: &Unit<'_>,
    desk: &Desk,
    event: EventId,
    kind: &'static str,
    note: &str,
    (was, became): (&Changeable, &Changeable),
) -> Answer<()> {
    unit.sql.execute(
        "INSERT INTO event_changes (event, kind, at, account, note, was, became) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        (
            event.0,
            kind,
            unit.now,
            desk.person.account,
            note,
            serde_json::to_string(was)?,
            serde_json::to_string(became)?,
        ),
    )?;
    let subject = format!("event {event}");
    let act = Act {
        what: if kind == CANCELLED {
            "event_cancelled"
        } else {
            "event_changed"
        },
        subject: &subject,
        note: Some(note),
        ..Act::default()
    };
    audit::note(unit.sql, unit.now, &(&desk.person).into(), &act)
}
