//! The rows an event is made of.

use kippu_api::problem::LimitOf;
use kippu_seatplan::{Plan, best::Places};
use kippu_ticket::ids::EventId;

use super::rules::{BlockWay, EventFacts, NewEvent, Price};
use crate::storage::sql::{Optional as _, Sql};
use crate::{
    refunds::rules::RefundRule,
    refusal::{Answer, Refusal},
    sales::limits::{self, PurchaseLimits},
    storage::words::{from_word, optional_word, word},
};

/// Writes an event with prices, entrances, ways and its stock, allocated to nobody.
pub fn insert(sql: &Sql, event: &NewEvent, plan: &Plan) -> Answer<()> {
    let organizer: i64 = sql
        .query_row(
            "SELECT organizer FROM organizers WHERE code = ?1",
            [&event.organizer],
            |row| row.get(0),
        )
        .optional()?
        .ok_or_else(|| Refusal::not_found("organizer"))?;
    let id = event.event.0;
    sql.execute(
        "INSERT INTO events (event, organizer, layout, name, performers, doors_open, starts, sales_end, currency,
                             tax_basis_points, limit_per_order)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        (
            id,
            organizer,
            event.layout,
            &event.name,
            &event.performers,
            event.doors_open,
            event.starts,
            event.sales_end,
            &event.currency,
            event.tax_basis_points,
            event.limit_per_order,
        ),
    )?;
    for (class, price) in event.prices.iter().enumerate() {
        let name = &plan.classes[class].name;
        sql.execute(
            "INSERT INTO prices (event, class, name, price) VALUES (?1, ?2, ?3, ?4)",
            (id, class, name, price),
        )?;
    }
    for (of, most) in event.limits.stated() {
        sql.execute(
            "INSERT INTO purchase_limits (event, per, most) VALUES (?1, ?2, ?3)",
            (id, limits::column(of), most),
        )?;
    }
    if let Some(rule) = event.refunds {
        sql.execute(
            "INSERT INTO refund_rules (event, until, fee) VALUES (?1, ?2, ?3)",
            (id, rule.until, rule.fee),
        )?;
    }
    for (entrance, name) in event.entrances.iter().enumerate() {
        sql.execute(
            "INSERT INTO doors (event, door, name) VALUES (?1, ?2, ?3)",
            (id, entrance, name),
        )?;
    }
    for (block, way) in event.ways.iter().enumerate() {
        let step_free = way.step_free.as_ref().map(word).transpose()?;
        sql.execute(
            "INSERT INTO block_doors (event, block, door, hall_door, direction, step_free) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            (id, block, way.entrance, &way.hall_door, word(&way.direction)?, step_free),
        )?;
    }
    let mut stock =
        sql.prepare_cached("INSERT INTO stock (event, seat, class) VALUES (?1, ?2, ?3)")?;
    for (seat, place) in plan.seats.iter().enumerate() {
        stock.execute((id, seat, place.class))?;
    }
    Ok(())
}

/// Reads an event's facts.
pub fn facts(sql: &Sql, event: EventId) -> Answer<Option<EventFacts>> {
    let mut statement = sql.prepare_cached(
        "SELECT e.name, performers, v.name, v.zone, doors_open, starts, sales_end, currency, limit_per_order, l.plan, l.tag,
                e.revision, e.cancelled
         FROM events e JOIN layouts l USING (layout) JOIN venues v USING (venue) WHERE event = ?1",
    )?;
    let mut rows = statement.query([event.0])?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    let plan_bytes: Vec<u8> = row.get(9)?;
    let plan = Plan::decode(&plan_bytes).map_err(|error| Refusal::internal(&error))?;
    Ok(Some(EventFacts {
        event,
        revision: row.get(11)?,
        cancelled: row.get(12)?,
        name: row.get(0)?,
        performers: row.get(1)?,
        venue: row.get(2)?,
        zone: row.get(3)?,
        doors_open: row.get(4)?,
        starts: row.get(5)?,
        sales_end: row.get(6)?,
        currency: row.get(7)?,
        limit_per_order: row.get(8)?,
        prices: prices(sql, event)?,
        entrances: entrances(sql, event)?,
        ways: ways(sql, event)?,
        places: Places::of(&plan),
        plan,
        plan_bytes,
        plan_tag: row.get(10)?,
    }))
}

fn prices(sql: &Sql, event: EventId) -> Answer<Vec<Price>> {
    let mut statement =
        sql.prepare_cached("SELECT name, price FROM prices WHERE event = ?1 ORDER BY class")?;
    let rows = statement.query_map([event.0], |row| {
        Ok(Price {
            name: row.get(0)?,
            price: row.get(1)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn entrances(sql: &Sql, event: EventId) -> Answer<Vec<String>> {
    let mut statement =
        sql.prepare_cached("SELECT name FROM doors WHERE event = ?1 ORDER BY door")?;
    Ok(statement
        .query_map([event.0], |row| row.get(0))?
        .collect::<Result<_, _>>()?)
}

fn ways(sql: &Sql, event: EventId) -> Answer<Vec<BlockWay>> {
    let mut statement =
        sql.prepare_cached("SELECT door, hall_door, direction, step_free FROM block_doors WHERE event = ?1 ORDER BY block")?;
    let rows = statement.query_map([event.0], |row| {
        Ok(BlockWay {
            entrance: row.get(0)?,
            hall_door: row.get(1)?,
            direction: from_word(row, 2)?,
            step_free: optional_word(row, 3)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// An event's limits on purchases.
pub fn limits(sql: &Sql, event: EventId) -> Answer<PurchaseLimits> {
    let mut statement =
        sql.prepare_cached("SELECT per, most FROM purchase_limits WHERE event = ?1")?;
    let mut rows = statement.query([event.0])?;
    let mut found = PurchaseLimits::default();
    while let Some(row) = rows.next()? {
        let per: String = row.get(0)?;
        let most = Some(row.get(1)?);
        for (of, place) in [
            (LimitOf::Card, &mut found.per_card),
            (LimitOf::Person, &mut found.per_person),
            (LimitOf::Payment, &mut found.per_payment),
        ] {
            if limits::column(of) == per {
                *place = most;
            }
        }
    }
    Ok(found)
}

/// By which rule an event takes tickets back.
pub fn refunds(sql: &Sql, event: EventId) -> Answer<Option<RefundRule>> {
    Ok(sql
        .prepare_cached("SELECT until, fee FROM refund_rules WHERE event = ?1")?
        .query_row([event.0], |row| {
            Ok(RefundRule {
                until: row.get(0)?,
                fee: row.get(1)?,
            })
        })
        .optional()?)
}
