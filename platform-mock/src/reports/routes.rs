//! The report over HTTP, and what it is added up from.

use std::collections::BTreeMap;

use axum::{Json, extract::State, routing::get};
use jiff::tz::TimeZone;
use kippu_api::{
    problem::Problem,
    reports::{ReportDay, ReportLine, SalesReport, Turnover},
};
use kippu_ticket::ids::EventId;
use serde::Deserialize;

use super::{
    period::{Period, day},
    storage::Booked,
};
use crate::{
    app::App,
    auth::{ORGANIZER, OwnOrganizer, Scope},
    refusal::Answer,
    request::Query,
    routes::Routes,
};

/// This noun's routes.
pub fn routes(routes: Routes) -> Routes {
    routes.on(
        "/api/v1/organizer/report",
        "get",
        ORGANIZER.of(Scope::Organizer),
        get(report),
    )
}

/// Which day or month.
#[derive(Debug, Deserialize)]
pub struct Asked {
    period: String,
}

/// What the organizer turned over in a day or a month.
#[utoipa::path(get, path = "/api/v1/organizer/report", tag = "own", params(("period" = String, Query)),
    responses((status = 200, body = SalesReport), (status = "default", body = Problem)))]
pub async fn report(
    State(app): State<App>,
    OwnOrganizer(organizer): OwnOrganizer,
    Query(Asked { period }): Query<Asked>,
) -> Answer<Json<SalesReport>> {
    let period = Period::parse(&period)?;
    Ok(Json(added_up(&app, organizer, period).await?))
}

/// The same for pages.
pub(crate) async fn added_up(app: &App, organizer: i64, period: Period) -> Answer<SalesReport> {
    let (mut days, mut lines) = (BTreeMap::new(), BTreeMap::new());
    for event in app.storage().events_of_organizer(organizer).await? {
        let facts = app.event(event).await?;
        let zone = TimeZone::get(&facts.zone).unwrap_or(TimeZone::UTC);
        let booked = app.storage().booked(event, period.bounds(&zone)?).await?;
        for row in booked {
            let turnover = turnover(&row);
            let day: &mut Turnover = days
                .entry((day(row.at, &zone), facts.currency.clone()))
                .or_default();
            day.add(&turnover);
            let line: &mut Turnover = lines.entry((event, row.seller, row.class)).or_default();
            line.add(&turnover);
        }
    }
    let days = days
        .into_iter()
        .map(|((day, currency), turnover)| ReportDay {
            day,
            currency,
            turnover,
        });
    let mut named = Vec::with_capacity(lines.len());
    for ((event, seller, class), turnover) in lines {
        named.push(line(app, (event, seller, class), turnover).await?);
    }
    Ok(SalesReport {
        period: period.to_string(),
        days: days.collect(),
        lines: named,
    })
}

async fn line(
    app: &App,
    (event, seller, class): (EventId, String, u8),
    turnover: Turnover,
) -> Answer<ReportLine> {
    let facts = app.event(event).await?;
    let price = facts.prices.get(usize::from(class));
    Ok(ReportLine {
        event,
        name: facts.name.clone(),
        seller,
        class: price.map(|price| price.name.clone()).unwrap_or_default(),
        currency: facts.currency.clone(),
        turnover,
    })
}

fn turnover(row: &Booked) -> Turnover {
    if row.back {
        Turnover {
            returned: row.tickets,
            paid_back: row.amount,
            ..Turnover::default()
        }
    } else {
        Turnover {
            sold: row.tickets,
            revenue: row.amount,
            ..Turnover::default()
        }
    }
}
