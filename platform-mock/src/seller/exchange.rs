//! A seller's stock as a file in its own columns, and a file compared with the stock.

use askama::Template;
use axum::{
    extract::{DefaultBodyLimit, Form, Multipart, State, multipart::MultipartRejection},
    http::header,
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use kippu_api::{allocation::FileLines, returns::StockState};

use super::{
    format::{Column, NamedColumn, Separator, StockFormat},
    report::{self, Report},
    stock,
    words::{Words, words},
};
use crate::{
    allocation::runs,
    app::App,
    auth::{AsSeller, OwnSeller, SELLER, Scope},
    masters::rules::EventFacts,
    organizer::{pages::Head, sheet, table::cell},
    own::event::OwnEvent,
    pages::{Page, form_key::fresh_key, respond, upload},
    refusal::{Answer, Refusal},
    returns::routes::own_stock,
    routes::Routes,
    server::limits::STOCK_FILE_BYTES,
};

/// Lines of the example beside the columns.
const EXAMPLE_LINES: usize = 4;

/// The pages.
pub(super) fn routes(routes: Routes) -> Routes {
    let own = SELLER.of(Scope::Seller);
    routes
        .on("/seller/columns", "get", own, get(columns))
        .on("/seller/columns", "post", own, post(save_columns))
        .on("/seller/events/{event}/stock.csv", "get", own, get(as_csv))
        .on(
            "/seller/events/{event}/stock.json",
            "get",
            own,
            get(as_json),
        )
        .on(
            "/seller/events/{event}/compare",
            "get",
            own,
            get(compare_form),
        )
        .on(
            "/seller/events/{event}/compare",
            "post",
            own,
            post(compare).layer(DefaultBodyLimit::max(STOCK_FILE_BYTES)),
        )
}

#[derive(Template)]
#[template(path = "seller/columns.html")]
struct ColumnsPage<'a> {
    page: &'a Page,
    s: &'a Words,
    format: &'a StockFormat,
    saved: bool,
    example: String,
}

impl ColumnsPage<'_> {
    /// One line of the form for each column there can be.
    fn places(&self) -> impl Iterator<Item = (usize, Option<&NamedColumn>)> {
        (1..=Column::ALL.len()).map(|at| (at, self.format.columns.get(at - 1)))
    }
}

#[derive(Template)]
#[template(path = "seller/compare.html")]
struct ComparePage<'a> {
    page: &'a Page,
    s: &'a Words,
    head: &'a Head,
    format: &'a StockFormat,
    report: Option<&'a Report>,
    own: u32,
    key: String,
}

impl ComparePage<'_> {
    /// What differs about seats.
    fn about_seats<'r>(&self, report: &'r Report) -> [(&'static str, &'r [u32]); 4] {
        let s = self.s;
        [
            (s.r_not_yours, &report.not_yours),
            (s.r_missing, &report.missing),
            (s.r_twice, &report.twice),
            (s.r_return, &report.marked),
        ]
    }

    /// What differs about lines.
    fn about_lines<'r>(&self, report: &'r Report) -> [(&'static str, &'r FileLines); 3] {
        let s = self.s;
        [
            (s.r_unknown, &report.unknown),
            (s.r_unreadable, &report.unreadable),
            (s.r_other_event, &report.other_event),
        ]
    }

    fn seats(&self, seats: &[u32]) -> String {
        sheet::words(&self.head.facts.plan, &runs::of(seats.iter().copied()))
    }

    fn runs(&self, seats: &[u32]) -> String {
        runs::text(&runs::of(seats.iter().copied()))
    }

    fn state(&self, said: &str, is: &str) -> String {
        self.s.r_state.replace("{said}", said).replace("{is}", is)
    }
}

/// The columns there are now.
pub async fn columns(
    State(app): State<App>,
    page: Page,
    OwnSeller(seller): OwnSeller,
) -> Answer<Response> {
    show_columns(&page, &app.storage().stock_format(seller).await?, false)
}

fn show_columns(page: &Page, format: &StockFormat, saved: bool) -> Answer<Response> {
    let s = words(page.language);
    let lines: Vec<String> = (0..EXAMPLE_LINES)
        .map(|line| {
            let cells = format.columns.iter().map(|one| match line {
                0 => cell(&one.header),
                _ => cell(example(one.column, line)),
            });
            joined(cells, format)
        })
        .collect();
    let template = ColumnsPage {
        page,
        s,
        format,
        saved,
        example: lines.join("\n"),
    };
    respond(&template)
}

/// What could stand in a column of the n-th line.
fn example(column: Column, line: usize) -> &'static str {
    match column {
        Column::Event => "1",
        Column::EventName => "Evening concert",
        Column::Starts => "2026-12-12 19:00",
        Column::Venue => "Great hall",
        Column::Floor => "1",
        Column::Block => "L",
        Column::BlockName => "Stalls left",
        Column::Row => "C",
        Column::Number => ["", "1", "2", "3"][line % EXAMPLE_LINES],
        Column::Class => "S",
        Column::Price => "8800",
        Column::Currency => "JPY",
        Column::State => ["", "free", "free", "sold"][line % EXAMPLE_LINES],
    }
}

/// Keeps the columns and shows them.
pub async fn save_columns(
    State(app): State<App>,
    page: Page,
    AsSeller(person, seller): AsSeller,
    Form(sent): Form<Vec<(String, String)>>,
) -> Answer<Response> {
    let text = |name: &str| {
        let found = sent.iter().find(|(key, _)| key == name);
        found.map_or("", |(_, value)| value.trim())
    };
    page.check_form(text("form"))?;
    let old = || Refusal::bad_request(page.w.form_old);
    let separator = Separator::ALL
        .into_iter()
        .find(|separator| separator.word() == text("separator"))
        .ok_or_else(old)?;
    let mut columns = Vec::new();
    for at in 1..=Column::ALL.len() {
        let word = text(&format!("column-{at}"));
        if word.is_empty() {
            continue;
        }
        let column = Column::of(word).ok_or_else(old)?;
        let header = match text(&format!("header-{at}")) {
            "" => column.word(),
            header => header,
        };
        columns.push(NamedColumn {
            column,
            header: header.to_owned(),
        });
    }
    let format = StockFormat { separator, columns };
    let storage = app.storage();
    storage.set_stock_format(person, seller, format).await?;
    show_columns(&page, &storage.stock_format(seller).await?, true)
}

/// Each of the seller's seats as texts, in the order of the columns.
fn rows<'a>(
    facts: &'a EventFacts,
    head: &'a Head,
    states: &'a [StockState],
    format: &'a StockFormat,
) -> impl Iterator<Item = Vec<String>> + 'a {
    let own = states.iter().copied().enumerate();
    own.filter(|(_, state)| *state != StockState::Other)
        .map(move |(seat, state)| {
            let text = |one: &NamedColumn| text_of(facts, head, (seat, state), one.column);
            format.columns.iter().map(text).collect()
        })
}

fn text_of(
    facts: &EventFacts,
    head: &Head,
    (at, state): (usize, StockState),
    column: Column,
) -> String {
    let plan = &facts.plan;
    let (seat, block) = (&plan.seats[at], plan.block_of(at));
    let price = facts.prices.get(usize::from(seat.class));
    match column {
        Column::Event => facts.event.to_string(),
        Column::EventName => facts.name.clone(),
        Column::Starts => head.time(&facts.starts),
        Column::Venue => facts.venue.clone(),
        Column::Floor => block.floor.to_string(),
        Column::Block => block.code.clone(),
        Column::BlockName => block.name.clone(),
        Column::Row => plan.row_of(at).label.clone(),
        Column::Number => seat.number.clone(),
        Column::Class => price.map(|price| price.name.clone()).unwrap_or_default(),
        Column::Price => price
            .map(|price| price.price.to_string())
            .unwrap_or_default(),
        Column::Currency => facts.currency.clone(),
        Column::State => stock::word(state).to_owned(),
    }
}

fn joined(cells: impl Iterator<Item = String>, format: &StockFormat) -> String {
    let separator = format.separator.letter().to_string();
    cells.collect::<Vec<_>>().join(&separator)
}

/// The stock for spreadsheets and most systems.
pub async fn as_csv(
    State(app): State<App>,
    OwnSeller(seller): OwnSeller,
    OwnEvent(event): OwnEvent,
) -> Answer<Response> {
    let head = Head::of(&app, event).await?;
    let states = stock::states(&own_stock(&app, event, seller).await?);
    let format = app.storage().stock_format(seller).await?;
    let headers = format.columns.iter().map(|one| cell(&one.header));
    let mut text = joined(headers, &format) + "\r\n";
    for row in rows(&head.facts, &head, &states, &format) {
        text += &joined(row.iter().map(|text| cell(text)), &format);
        text += "\r\n";
    }
    let name = format!("stock-{event}.csv");
    Ok(file("text/csv; charset=utf-8", &name, text))
}

/// The stock as a list of objects with the seller's own names.
pub async fn as_json(
    State(app): State<App>,
    OwnSeller(seller): OwnSeller,
    OwnEvent(event): OwnEvent,
) -> Answer<Response> {
    let head = Head::of(&app, event).await?;
    let states = stock::states(&own_stock(&app, event, seller).await?);
    let format = app.storage().stock_format(seller).await?;
    let mut lines = Vec::new();
    for row in rows(&head.facts, &head, &states, &format) {
        let mut parts = Vec::with_capacity(row.len());
        // Written by hand: the order of the columns is the seller's.
        for (one, text) in format.columns.iter().zip(&row) {
            let (name, text) = (
                serde_json::to_string(&one.header)?,
                serde_json::to_string(text)?,
            );
            parts.push(format!("{name}:{text}"));
        }
        lines.push(format!("{{{}}}", parts.join(",")));
    }
    let text = format!("[{}]\n", lines.join(",\n"));
    let name = format!("stock-{event}.json");
    Ok(file("application/json", &name, text))
}

fn file(kind: &'static str, name: &str, text: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ),
    ];
    (headers, text).into_response()
}

/// Where a file is chosen.
pub async fn compare_form(
    State(app): State<App>,
    page: Page,
    OwnSeller(seller): OwnSeller,
    OwnEvent(event): OwnEvent,
) -> Answer<Response> {
    let template = ComparePage {
        page: &page,
        s: words(page.language),
        head: &Head::of(&app, event).await?,
        format: &app.storage().stock_format(seller).await?,
        report: None,
        own: 0,
        key: fresh_key(),
    };
    respond(&template)
}

/// Says what differs.
pub async fn compare(
    State(app): State<App>,
    page: Page,
    OwnSeller(seller): OwnSeller,
    OwnEvent(event): OwnEvent,
    sent: Result<Multipart, MultipartRejection>,
) -> Answer<Response> {
    let sent = upload::read(sent).await?;
    page.check_form(&sent.form)?;
    let head = Head::of(&app, event).await?;
    let states = stock::states(&own_stock(&app, event, seller).await?);
    let format = app.storage().stock_format(seller).await?;
    let (facts, kept) = (head.facts.clone(), format.clone());
    let own = states.iter().filter(|state| **state != StockState::Other);
    let own = u32::try_from(own.count()).unwrap_or(u32::MAX);
    // A stadium is some hundred thousand cells: not on a thread that serves others.
    let compared = tokio::task::spawn_blocking(move || {
        report::compare(&sent.file, &kept, (event, &facts.plan), &states)
    });
    let report = compared
        .await
        .map_err(|error| Refusal::internal(&error))??;
    let template = ComparePage {
        page: &page,
        s: words(page.language),
        head: &head,
        format: &format,
        report: Some(&report),
        own,
        key: fresh_key(),
    };
    respond(&template)
}
