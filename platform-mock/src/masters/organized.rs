//! What organizers register themselves.

use async_trait::async_trait;
use jiff::tz::TimeZone;
use kippu_api::{
    organizing::{EventCopies, LayoutInList, NewOrganizedEvent, RegisteredEvents},
    problem::ProblemCode,
};
use kippu_gate::bundle::Direction;
use kippu_seatplan::Plan;
use kippu_ticket::ids::EventId;

use super::{
    event_rows,
    rules::{BlockWay, NewEvent},
    wall_clock::moment,
};
use crate::{
    allocation::storage::{Desk, check_own, copy_allocation},
    audit::{self, Act},
    refunds::rules::RefundRule,
    refusal::{Answer, Refusal},
    sales::limits::PurchaseLimits,
    storage::{
        Database, Unit,
        idempotency::{RequestKey, once},
        sql::{Optional as _, Row, Sql},
    },
};

/// Most dates one request makes.
const DATES_MAX: usize = 100;
/// Longest title, list of performers and name of an entrance, in characters.
const TEXT_MAX: usize = 120;

/// What organizers register.
#[async_trait]
pub trait OrganizedStorage: Send + Sync {
    /// Layouts of the venues in use, by venue and name; venues are shared by all organizers.
    async fn layouts(&self) -> Answer<Vec<LayoutInList>>;
    /// A layout with its plan.
    async fn layout(&self, layout: i64) -> Answer<Option<(LayoutInList, Plan)>>;
    /// Registers an event of the organizer's.
    async fn organize(
        &self,
        key: RequestKey,
        desk: Desk,
        new: NewOrganizedEvent,
    ) -> Answer<RegisteredEvents>;
    /// Registers an event of the organizer's on other dates.
    async fn copy_event(
        &self,
        key: RequestKey,
        desk: Desk,
        event: EventId,
        copies: EventCopies,
    ) -> Answer<RegisteredEvents>;
}

#[async_trait]
impl OrganizedStorage for Database {
    async fn layouts(&self) -> Answer<Vec<LayoutInList>> {
        self.read(|sql| {
            let mut statement = sql.prepare_cached(&format!(
                "{LAYOUT} WHERE v.retired IS NULL ORDER BY v.name, l.name"
            ))?;
            let mut rows = statement.query([])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                found.push(listed(&row)?.0);
            }
            Ok(found)
        })
        .await
    }

    async fn layout(&self, layout: i64) -> Answer<Option<(LayoutInList, Plan)>> {
        self.read(move |sql| {
            let mut statement = sql.prepare_cached(&format!("{LAYOUT} WHERE l.layout = ?1"))?;
            let mut rows = statement.query([layout])?;
            rows.next()?.as_ref().map(listed).transpose()
        })
        .await
    }

    async fn organize(
        &self,
        key: RequestKey,
        desk: Desk,
        new: NewOrganizedEvent,
    ) -> Answer<RegisteredEvents> {
        self.write(move |unit| {
            once(unit, &key, |unit| {
                let (plan, zone) = hall(unit.sql, new.layout)?;
                let event = read(unit.sql, &desk, &new, &plan, &zone)?;
                let event = register(unit, &desk, event, &plan)?;
                Ok(RegisteredEvents {
                    events: vec![event],
                })
            })
        })
        .await
    }

    async fn copy_event(
        &self,
        key: RequestKey,
        desk: Desk,
        event: EventId,
        copies: EventCopies,
    ) -> Answer<RegisteredEvents> {
        self.write(move |unit| {
            once(unit, &key, |unit| {
                check_own(unit, &desk, event)?;
                if copies.starts.is_empty() || copies.starts.len() > DATES_MAX {
                    return Err(Refusal::bad_request(format!(
                        "Name 1 to {DATES_MAX} dates."
                    )));
                }
                let (first, plan, zone) = original(unit.sql, &desk, event)?;
                let mut events = Vec::with_capacity(copies.starts.len());
                for starts in &copies.starts {
                    let later = moment(starts, &zone)? - first.starts;
                    let copy = register(unit, &desk, shifted(&first, later), &plan)?;
                    if copies.with_allocation {
                        copy_allocation(unit, &desk, event, copy)?;
                    }
                    events.push(copy);
                }
                Ok(RegisteredEvents { events })
            })
        })
        .await
    }
}

/// Layouts with their venues, for [`listed`].
const LAYOUT: &str = "SELECT l.layout, v.name, v.zone, l.name, l.plan, v.address, v.link FROM layouts l JOIN venues v USING (venue)";

fn listed(row: &Row<'_>) -> Answer<(LayoutInList, Plan)> {
    let plan = decoded(&row.get::<Vec<u8>>(4)?)?;
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let layout = LayoutInList {
        layout: row.get(0)?,
        venue: row.get(1)?,
        zone: row.get(2)?,
        address: row.get(5)?,
        link: row.get(6)?,
        name: row.get(3)?,
        seats: count(plan.seats.len()),
        rows: count(plan.rows.len()),
        classes: plan
            .classes
            .iter()
            .map(|class| class.name.clone())
            .collect(),
    };
    Ok((layout, plan))
}

fn decoded(bytes: &[u8]) -> Answer<Plan> {
    Plan::decode(bytes).map_err(|error| Refusal::internal(&error))
}

/// A layout's plan, and the zone of its venue.
fn hall(sql: &Sql, layout: i64) -> Answer<(Plan, TimeZone)> {
    let found: Option<(Vec<u8>, String)> = sql
        .query_row(
            "SELECT l.plan, v.zone FROM layouts l JOIN venues v USING (venue) WHERE layout = ?1",
            [layout],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    let (plan, zone) = found.ok_or_else(|| Refusal::not_found("layout"))?;
    let zone = TimeZone::get(&zone).map_err(|error| Refusal::internal(&error))?;
    Ok((decoded(&plan)?, zone))
}

fn organizer_code(sql: &Sql, desk: &Desk) -> Answer<String> {
    Ok(sql.query_row(
        "SELECT code FROM organizers WHERE organizer = ?1",
        [desk.organizer],
        |row| row.get(0),
    )?)
}

/// What somebody typed, as an event that has no number yet.
fn read(
    sql: &Sql,
    desk: &Desk,
    new: &NewOrganizedEvent,
    plan: &Plan,
    zone: &TimeZone,
) -> Answer<NewEvent> {
    let doors_open = moment(&new.doors_open, zone)?;
    let currency = new.currency.trim().to_uppercase();
    if currency.len() != 3 || !currency.bytes().all(|letter| letter.is_ascii_uppercase()) {
        return Err(Refusal::bad_request(
            "A currency has three letters, like JPY.",
        ));
    }
    if new.tax_basis_points > 10_000 || new.limit_per_order == 0 {
        return Err(Refusal::bad_request(
            "The tax is 0 to 100 percent, and an order has at least one ticket.",
        ));
    }
    let entrances: Answer<Vec<String>> = new.entrances.iter().map(|name| text(name)).collect();
    Ok(NewEvent {
        event: EventId(0),
        organizer: organizer_code(sql, desk)?,
        layout: new.layout,
        name: text(&new.name)?,
        performers: text(&new.performers)?,
        doors_open,
        starts: moment(&new.starts, zone)?,
        sales_end: moment(&new.sales_end, zone)?,
        currency,
        tax_basis_points: new.tax_basis_points,
        limit_per_order: new.limit_per_order,
        limits: PurchaseLimits::default(),
        refunds: new.refund_fee.map(|fee| RefundRule {
            until: doors_open,
            fee,
        }),
        prices: new.prices.clone(),
        entrances: entrances?,
        ways: plan
            .blocks
            .iter()
            .map(|_| BlockWay {
                entrance: 0,
                hall_door: "–".into(),
                direction: Direction::Ahead,
                step_free: None,
            })
            .collect(),
    })
}

/// A text of an event: something, and not longer than a ticket's lines.
///
/// # Errors
/// 400 for anything else.
pub(crate) fn text(typed: &str) -> Answer<String> {
    let text = typed.trim();
    let fits = !text.is_empty() && text.chars().count() <= TEXT_MAX;
    let printable = !text.chars().any(char::is_control);
    (fits && printable).then(|| text.to_owned()).ok_or_else(|| {
        Refusal::bad_request(format!(
            "A name has 1 to {TEXT_MAX} characters on one line."
        ))
    })
}

/// An event as it was registered, with its plan and the zone of its venue.
fn original(sql: &Sql, desk: &Desk, event: EventId) -> Answer<(NewEvent, Plan, TimeZone)> {
    let facts = event_rows::facts(sql, event)?.ok_or_else(|| Refusal::not_found("event"))?;
    let (layout, tax_basis_points): (i64, u16) = sql.query_row(
        "SELECT layout, tax_basis_points FROM events WHERE event = ?1",
        [event.0],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    let zone = TimeZone::get(&facts.zone).map_err(|error| Refusal::internal(&error))?;
    let new = NewEvent {
        event,
        organizer: organizer_code(sql, desk)?,
        layout,
        name: facts.name,
        performers: facts.performers,
        doors_open: facts.doors_open,
        starts: facts.starts,
        sales_end: facts.sales_end,
        currency: facts.currency,
        tax_basis_points,
        limit_per_order: facts.limit_per_order,
        limits: event_rows::limits(sql, event)?,
        refunds: event_rows::refunds(sql, event)?,
        prices: facts.prices.iter().map(|price| price.price).collect(),
        entrances: facts.entrances,
        ways: facts.ways,
    };
    Ok((new, facts.plan, zone))
}

/// The same event so much later, microseconds.
fn shifted(event: &NewEvent, later: i64) -> NewEvent {
    NewEvent {
        doors_open: event.doors_open + later,
        starts: event.starts + later,
        sales_end: event.sales_end + later,
        refunds: event.refunds.map(|rule| RefundRule {
            until: rule.until + later,
            ..rule
        }),
        ..event.clone()
    }
}

/// Why nothing new begins at a venue that is out of use.
pub(super) fn retired_venue() -> Refusal {
    Refusal::new(
        ProblemCode::WrongState,
        "This venue is out of use. Nothing was registered.",
    )
    .hint("Choose another venue, or ask the operator to take it back into use.")
}

/// Gives an event the next number and writes it.
fn register(unit: &mut Unit<'_>, desk: &Desk, event: NewEvent, plan: &Plan) -> Answer<EventId> {
    event.check(plan)?;
    let retired: Option<i64> = unit.sql.query_row(
        "SELECT v.retired FROM layouts l JOIN venues v USING (venue) WHERE layout = ?1",
        [event.layout],
        |row| row.get(0),
    )?;
    if retired.is_some() {
        return Err(retired_venue());
    }
    let next: u32 = unit.sql.query_row(
        "SELECT coalesce(max(event), 0) + 1 FROM events",
        [],
        |row| row.get(0),
    )?;
    let event = NewEvent {
        event: EventId(next),
        ..event
    };
    event_rows::insert(unit.sql, &event, plan)?;
    unit.stock_replaced(event.event);
    let subject = format!("event {next}");
    let act = Act {
        what: "event_registered",
        subject: &subject,
        note: Some(&event.name),
        ..Act::default()
    };
    audit::note(unit.sql, unit.now, &(&desk.person).into(), &act)?;
    Ok(event.event)
}
