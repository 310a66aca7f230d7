//! Turnover of a day or a month, on screen, on paper, and as a table for other programs.

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
};
use kippu_api::reports::{ReportLine, SalesReport, Turnover};
use serde::Deserialize;

use super::words::{Words, words};
use crate::{
    app::App,
    auth::OwnOrganizer,
    organizer::{
        amount::{grouped, money},
        table::{cell, csv},
    },
    pages::{Page, respond},
    refusal::Answer,
    reports::{period::Period, routes::added_up},
    request::Query,
};

/// Which day or month; the present month where none is named.
#[derive(Debug, Deserialize)]
pub struct Asked {
    #[serde(default)]
    period: String,
}

impl Asked {
    fn read(&self, app: &App, page: &Page) -> Answer<Period> {
        if self.period.trim().is_empty() {
            Ok(Period::month_of(app.now(), page.zone()))
        } else {
            Period::parse(&self.period)
        }
    }
}

#[derive(Template)]
#[template(path = "organizer/report.html")]
struct ReportPage<'a> {
    page: &'a Page,
    t: &'a Words,
    period: Period,
    report: &'a SalesReport,
    sums: &'a [(String, Turnover)],
    now: i64,
}

impl ReportPage<'_> {
    fn money(&self, amount: &i64, currency: &str) -> String {
        money(*amount, currency)
    }

    fn grouped(&self, count: &u32) -> String {
        grouped((*count).into())
    }
}

/// The report.
pub async fn report(
    State(app): State<App>,
    page: Page,
    OwnOrganizer(organizer): OwnOrganizer,
    Query(asked): Query<Asked>,
) -> Answer<Response> {
    let period = asked.read(&app, &page)?;
    let report = added_up(&app, organizer, period).await?;
    let template = ReportPage {
        page: &page,
        t: words(page.language),
        period,
        sums: &sums(&report.lines),
        report: &report,
        now: app.now(),
    };
    respond(&template)
}

/// The same as a table for other programs.
pub async fn report_csv(
    State(app): State<App>,
    page: Page,
    OwnOrganizer(organizer): OwnOrganizer,
    Query(asked): Query<Asked>,
) -> Answer<Response> {
    let period = asked.read(&app, &page)?;
    let report = added_up(&app, organizer, period).await?;
    let mut text =
        String::from("event,name,seller,class,sold,revenue,returned,paid_back,currency\r\n");
    for line in report.lines {
        let Turnover {
            sold,
            revenue,
            returned,
            paid_back,
        } = line.turnover;
        let (name, seller, class) = (cell(&line.name), cell(&line.seller), cell(&line.class));
        text += &format!(
            "{},{name},{seller},{class},{sold},{revenue},{returned},{paid_back},{}\r\n",
            line.event, line.currency
        );
    }
    Ok(csv(&format!("report-{period}"), text).into_response())
}

/// All lines together, by currency.
fn sums(lines: &[ReportLine]) -> Vec<(String, Turnover)> {
    let mut sums: Vec<(String, Turnover)> = Vec::new();
    for line in lines {
        match sums
            .iter_mut()
            .find(|(currency, _)| *currency == line.currency)
        {
            Some((_, sum)) => sum.add(&line.turnover),
            None => sums.push((line.currency.clone(), line.turnover)),
        }
    }
    sums
}
