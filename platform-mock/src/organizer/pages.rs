//! The pages: an organizer's events, their sales, and the desk where seats are given to sellers.

use askama::Template;
use axum::{extract::State, response::Response, routing::get};
use jiff::{Timestamp, tz::TimeZone};
use kippu_api::{
    allocation::{AllocatedRun, AllocatedSeller, AllocationMove},
    own::{EventFigures, EventSales},
};
use kippu_ticket::ids::EventId;

use super::{
    amount::{grouped, money},
    dates, halls, registering,
    sales::{report, status},
    sheet::{self, SheetBlock},
    table::{cell, csv},
    words::{Words, words},
};
use crate::{
    allocation::runs,
    app::App,
    auth::{Allow, ORGANIZER, OwnOrganizer, Scope},
    masters::rules::EventFacts,
    own::{event::OwnEvent, routes::sales},
    pages::{Page, asset, respond, respond_with_scripts},
    refusal::Answer,
    routes::Routes,
};

/// What kind of file a script is.
pub(crate) const SCRIPT: &str = "text/javascript; charset=utf-8";

/// The pages and their scripts.
pub fn routes(routes: Routes) -> Routes {
    let own = ORGANIZER.of(Scope::Organizer);
    let anyone = Allow::Anyone.of(Scope::Common);
    let script = |text| asset(SCRIPT, text);
    let routes = dates::routes(registering::routes(halls::routes(routes)));
    routes
        .on("/organizer", "get", own, get(events))
        .on("/organizer/events/{event}", "get", own, get(event))
        .on(
            "/organizer/events/{event}/allocation",
            "get",
            own,
            get(allocation),
        )
        .on("/organizer/events/{event}/sheet", "get", own, get(printed))
        .on("/organizer/events/{event}/moves", "get", own, get(moves))
        .on(
            "/organizer/events/{event}/sales",
            "get",
            own,
            get(status::status),
        )
        .on("/organizer/report", "get", own, get(report::report))
        .on("/organizer/report.csv", "get", own, get(report::report_csv))
        .on(
            "/organizer/events/{event}/sales.csv",
            "get",
            own,
            get(sales_csv),
        )
        .on(
            "/assets/allocation.js",
            "get",
            anyone,
            script(include_str!("../../assets/allocation.js")),
        )
        .on(
            "/assets/sales-status.js",
            "get",
            anyone,
            script(include_str!("../../assets/sales-status.js")),
        )
        .on(
            "/assets/seat-desk.js",
            "get",
            anyone,
            script(include_str!("../../assets/seat-desk.js")),
        )
        .on(
            "/assets/seat-picture.js",
            "get",
            anyone,
            script(include_str!("../../assets/seat-picture.js")),
        )
        .on(
            "/assets/seat-marks.js",
            "get",
            anyone,
            script(include_str!("../../assets/seat-marks.js")),
        )
}

/// What every page of an event says of it.
pub(crate) struct Head {
    /// The event.
    pub(crate) facts: std::sync::Arc<EventFacts>,
    /// The zone of its venue.
    pub(crate) zone: TimeZone,
}

impl Head {
    /// Of an event that is there.
    pub(crate) async fn of(app: &App, event: EventId) -> Answer<Self> {
        let facts = app.event(event).await?;
        let zone = TimeZone::get(&facts.zone).unwrap_or(TimeZone::UTC);
        Ok(Self { facts, zone })
    }

    /// A time by the clock of the venue.
    pub(crate) fn time(&self, at: &i64) -> String {
        let words = |at: Timestamp| at.to_zoned(self.zone.clone()).strftime("%Y-%m-%d %H:%M");
        Timestamp::from_microsecond(*at).map_or_else(|_| "–".into(), |at| words(at).to_string())
    }

    /// A count with its thousands apart.
    pub(crate) fn count(&self, count: &u32) -> String {
        grouped((*count).into())
    }

    /// An amount in the event's currency.
    pub(crate) fn money(&self, amount: &i64) -> String {
        money(*amount, &self.facts.currency)
    }
}

#[derive(Template)]
#[template(path = "organizer/events.html")]
struct EventsPage<'a> {
    page: &'a Page,
    t: &'a Words,
    rows: &'a [(Head, EventFigures)],
    /// Whether there is any hall to put an event in.
    halls: bool,
}

#[derive(Template)]
#[template(path = "organizer/event.html")]
struct EventPage<'a> {
    page: &'a Page,
    t: &'a Words,
    head: &'a Head,
    sales: &'a EventSales,
}

impl EventsPage<'_> {
    /// Which of the first steps is next.
    fn step(&self) -> u8 {
        if self.halls { 2 } else { 1 }
    }
}

impl EventPage<'_> {
    /// The same for an event there is.
    fn step(&self) -> u8 {
        3
    }
}

#[derive(Template)]
#[template(path = "organizer/allocation.html")]
struct AllocationPage<'a> {
    page: &'a Page,
    t: &'a Words,
    head: &'a Head,
    sellers: &'a [AllocatedSeller],
}

#[derive(Template)]
#[template(path = "organizer/sheet.html")]
struct SheetPage<'a> {
    page: &'a Page,
    t: &'a Words,
    head: &'a Head,
    now: i64,
    blocks: &'a [SheetBlock],
}

#[derive(Template)]
#[template(path = "organizer/moves.html")]
struct MovesPage<'a> {
    page: &'a Page,
    t: &'a Words,
    head: &'a Head,
    rows: &'a [AllocationMove],
}

impl MovesPage<'_> {
    fn count(&self, row: &AllocationMove) -> u32 {
        runs::count(&row.seats).unwrap_or(0)
    }

    /// Rows and numbers of the seats, as the sheet names them.
    fn seats(&self, row: &AllocationMove) -> String {
        sheet::words(&self.head.facts.plan, &row.seats)
    }
}

/// The organizer's events.
pub async fn events(
    State(app): State<App>,
    page: Page,
    OwnOrganizer(organizer): OwnOrganizer,
) -> Answer<Response> {
    let mut rows = Vec::new();
    for event in app.storage().events_of_organizer(organizer).await? {
        let head = Head::of(&app, event).await?;
        rows.push((head, sales(&app, event, None).await?.event));
    }
    let template = EventsPage {
        page: &page,
        t: words(page.language),
        rows: &rows,
        halls: !app.storage().layouts().await?.is_empty(),
    };
    respond(&template)
}

/// An event with its sales.
pub async fn event(
    State(app): State<App>,
    page: Page,
    OwnEvent(event): OwnEvent,
) -> Answer<Response> {
    let template = EventPage {
        page: &page,
        t: words(page.language),
        head: &Head::of(&app, event).await?,
        sales: &sales(&app, event, None).await?,
    };
    respond(&template)
}

/// The desk.
pub async fn allocation(
    State(app): State<App>,
    page: Page,
    OwnEvent(event): OwnEvent,
) -> Answer<Response> {
    let template = AllocationPage {
        page: &page,
        t: words(page.language),
        head: &Head::of(&app, event).await?,
        sellers: &app.storage().allocated(event).await?,
    };
    respond_with_scripts(&template)
}

/// The allocation on paper.
pub async fn printed(
    State(app): State<App>,
    page: Page,
    OwnEvent(event): OwnEvent,
) -> Answer<Response> {
    let head = Head::of(&app, event).await?;
    let owners: Vec<AllocatedRun> = app.storage().owners(event).await?;
    let sellers = app.storage().allocated(event).await?;
    let template = SheetPage {
        page: &page,
        t: words(page.language),
        now: app.now(),
        blocks: &sheet::blocks(&head.facts.plan, &owners, &sellers),
        head: &head,
    };
    respond(&template)
}

/// When seats changed hands.
pub async fn moves(
    State(app): State<App>,
    page: Page,
    OwnEvent(event): OwnEvent,
) -> Answer<Response> {
    let template = MovesPage {
        page: &page,
        t: words(page.language),
        head: &Head::of(&app, event).await?,
        rows: &app.storage().moves(event).await?,
    };
    respond(&template)
}

/// Sales as a table for other programs.
pub async fn sales_csv(State(app): State<App>, OwnEvent(event): OwnEvent) -> Answer<Response> {
    let EventSales { event, parts } = sales(&app, event, None).await?;
    let mut text = String::from("class,seller,seats,free,held,sold,revenue,currency\r\n");
    for part in parts {
        let seller = part.seller.unwrap_or_default();
        let counts = part.counts;
        text += &format!(
            "{},{},{},{},{},{},{},{}\r\n",
            cell(&part.class),
            cell(&seller),
            counts.seats,
            counts.free,
            counts.held,
            counts.sold,
            part.revenue,
            event.currency
        );
    }
    Ok(csv(&format!("sales-{}", event.event), text))
}
