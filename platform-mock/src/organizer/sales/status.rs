//! How an event's sales stand (figures 32 and 33): its seats as a picture, counts by seller, seat type and block, and the dates to come.

use std::collections::BTreeMap;

use askama::Template;
use axum::{extract::State, response::Response};
use kippu_api::{
    allocation::{AllocatedRun, SeatState},
    own::{EventSales, SalesPart, SeatCounts},
};
use kippu_seatplan::Plan;

use super::words::{Words, words};
use crate::{
    app::App,
    organizer::pages::Head,
    own::{event::OwnEvent, routes::sales},
    pages::{Page, respond_with_scripts},
    refusal::Answer,
};

/// Seats with something in common.
struct Row {
    name: String,
    counts: SeatCounts,
    revenue: i64,
}

impl Row {
    /// How much of it is sold, in whole percent: all of it only where nothing is left.
    fn percent(&self) -> u32 {
        self.counts.sold * 100 / self.counts.seats.max(1)
    }
}

/// A date of the event.
struct Date {
    at: i64,
    what: &'static str,
    over: bool,
    next: bool,
}

#[derive(Template)]
#[template(path = "organizer/status.html")]
struct StatusPage<'a> {
    page: &'a Page,
    t: &'a Words,
    head: &'a Head,
    sales: &'a EventSales,
    now: i64,
    dates: &'a [Date],
    by_seller: &'a [Row],
    by_class: &'a [Row],
    by_block: &'a [Row],
}

/// The page.
pub async fn status(
    State(app): State<App>,
    page: Page,
    OwnEvent(event): OwnEvent,
) -> Answer<Response> {
    let head = Head::of(&app, event).await?;
    let t = words(page.language);
    let sales = sales(&app, event, None).await?;
    let nobody = |part: &SalesPart| part.seller.clone().unwrap_or_else(|| t.unallocated.into());
    let mut by_seller = by(&sales.parts, nobody);
    by_seller.sort_by_key(|row| row.counts.unallocated > 0);
    let rule = app.storage().refund_rule(event).await?;
    let template = StatusPage {
        page: &page,
        t,
        now: app.now(),
        dates: &dates(&head, rule.map(|rule| rule.until), app.now(), t),
        by_seller: &by_seller,
        by_class: &by(&sales.parts, |part| part.class.clone()),
        by_block: &by_block(&head.facts.plan, &app.storage().owners(event).await?),
        sales: &sales,
        head: &head,
    };
    respond_with_scripts(&template)
}

/// Parts with the same name together, in the order in which the names come first.
fn by(parts: &[SalesPart], name: impl Fn(&SalesPart) -> String) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for part in parts {
        let name = name(part);
        let at = rows.iter().position(|row| row.name == name);
        let at = at.unwrap_or_else(|| {
            rows.push(Row {
                name,
                counts: SeatCounts::default(),
                revenue: 0,
            });
            rows.len() - 1
        });
        rows[at].counts.add(&part.counts);
        rows[at].revenue += part.revenue;
    }
    rows
}

fn by_block(plan: &Plan, owners: &[AllocatedRun]) -> Vec<Row> {
    let mut counts: BTreeMap<u16, SeatCounts> = BTreeMap::new();
    let states = owners
        .iter()
        .flat_map(|run| (0..run.seats).map(move |_| run));
    for (seat, run) in plan.seats.iter().zip(states) {
        let block = plan.rows.get(seat.row as usize).map_or(0, |row| row.block);
        let counts = counts.entry(block).or_default();
        counts.seats += 1;
        match (run.state, run.seller) {
            (SeatState::Sold, _) => counts.sold += 1,
            (SeatState::Held, _) => counts.held += 1,
            (SeatState::Free, Some(_)) => counts.free += 1,
            (SeatState::Free, None) => counts.unallocated += 1,
        }
    }
    let name = |block: u16| {
        let block = plan.blocks.get(usize::from(block));
        block.map(|block| block.name.clone()).unwrap_or_default()
    };
    counts
        .into_iter()
        .map(|(block, counts)| Row {
            name: name(block),
            counts,
            revenue: 0,
        })
        .collect()
}

fn dates(head: &Head, refunds_end: Option<i64>, now: i64, t: &Words) -> Vec<Date> {
    let facts = &head.facts;
    let known = [
        (Some(facts.sales_end), t.sales_end),
        (refunds_end, t.refunds_end),
        (Some(facts.doors_open), t.doors_open),
        (Some(facts.starts), t.starts),
    ];
    let mut dates: Vec<Date> = known
        .into_iter()
        .filter_map(|(at, what)| {
            at.map(|at| Date {
                at,
                what,
                over: at <= now,
                next: false,
            })
        })
        .collect();
    dates.sort_by_key(|date| date.at);
    if let Some(next) = dates.iter_mut().find(|date| !date.over) {
        next.next = true;
    }
    dates
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hall_with_one_seat_left_is_not_sold_out() {
        let row = |sold, seats| Row {
            name: String::new(),
            counts: SeatCounts {
                seats,
                sold,
                ..SeatCounts::default()
            },
            revenue: 0,
        };
        assert_eq!(row(39_416, 39_417).percent(), 99);
        assert_eq!(row(39_417, 39_417).percent(), 100);
        assert_eq!(row(0, 0).percent(), 0);
    }
}
