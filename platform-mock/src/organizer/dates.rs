//! The same event on other dates, several at once.

use askama::Template;
use axum::{
    extract::State,
    response::Response,
    routing::{get, post},
};
use kippu_api::{organizing::EventCopies, problem::ProblemCode};
use kippu_ticket::ids::EventId;

use super::{
    event_form::not_a_moment,
    pages::Head,
    words::registering::{Words, words},
};
use crate::{
    allocation::storage::Desk,
    app::App,
    auth::{AsOrganizer, ORGANIZER, Scope},
    masters::wall_clock,
    own::event::OwnEvent,
    pages::{
        Page,
        form_key::fresh_key,
        respond,
        typed::{Troubles, Typed, nth, unprocessable},
    },
    refusal::Answer,
    routes::Routes,
};

/// Lines there are at first, and as many more each time they are asked for.
const LINES: usize = 6;
/// Most lines: as many dates as are registered at once.
const LINES_MAX: usize = 96;

/// The pages.
pub fn routes(routes: Routes) -> Routes {
    let own = ORGANIZER.of(Scope::Organizer);
    routes
        .on("/organizer/events/{event}/dates", "get", own, get(form))
        .on("/organizer/events/{event}/dates", "post", own, post(copy))
}

#[derive(Template)]
#[template(path = "organizer/dates.html")]
struct FormPage<'a> {
    page: &'a Page,
    t: &'a Words,
    head: &'a Head,
    typed: &'a Typed,
    troubles: &'a Troubles,
    refused: Option<&'a str>,
    lines: usize,
    key: String,
}

#[derive(Template)]
#[template(path = "organizer/dates_done.html")]
struct DonePage<'a> {
    page: &'a Page,
    t: &'a Words,
    head: &'a Head,
    /// Each with how many of its seats are nobody's.
    rows: &'a [(Head, u32)],
}

/// Asks for the dates.
pub async fn form(
    State(app): State<App>,
    page: Page,
    OwnEvent(event): OwnEvent,
) -> Answer<Response> {
    let head = Head::of(&app, event).await?;
    let typed = Typed::filled([("with_allocation".to_owned(), "on".to_owned())]);
    show(&page, &head, &typed, &Troubles::default(), None, LINES)
}

fn show(
    page: &Page,
    head: &Head,
    typed: &Typed,
    troubles: &Troubles,
    refused: Option<&str>,
    lines: usize,
) -> Answer<Response> {
    let template = FormPage {
        t: words(page.language),
        page,
        head,
        typed,
        troubles,
        refused,
        lines,
        key: fresh_key(),
    };
    respond(&template)
}

/// Registers them, and lists what was registered.
pub async fn copy(
    State(app): State<App>,
    page: Page,
    AsOrganizer(person, organizer): AsOrganizer,
    OwnEvent(event): OwnEvent,
    typed: Typed,
) -> Answer<Response> {
    typed.check(&page)?;
    let t = words(page.language);
    let head = Head::of(&app, event).await?;
    let lines = typed.get("lines").parse().unwrap_or(LINES).min(LINES_MAX);
    if typed.has("more") {
        let more = (lines + LINES).min(LINES_MAX);
        return show(&page, &head, &typed, &Troubles::default(), None, more);
    }
    let key = typed.key(person.account)?;
    let (starts, troubles) = read(&typed, &head, t, app.now(), lines);
    if !troubles.is_empty() {
        return unprocessable(show(&page, &head, &typed, &troubles, None, lines));
    }
    let copies = EventCopies {
        starts,
        with_allocation: typed.has("with_allocation"),
    };
    let desk = Desk { person, organizer };
    let refused = match app.storage().copy_event(key, desk, event, copies).await {
        Ok(done) => return listed(&app, &page, &head, &done.events).await,
        Err(refusal) if refusal.code == ProblemCode::KeyReused => t.sent_before.to_owned(),
        Err(refusal) if refusal.code == ProblemCode::BadRequest => refusal.detail,
        Err(refusal) => return Err(refusal),
    };
    unprocessable(show(&page, &head, &typed, &troubles, Some(&refused), lines))
}

async fn listed(app: &App, page: &Page, head: &Head, events: &[EventId]) -> Answer<Response> {
    let mut rows = Vec::with_capacity(events.len());
    for event in events {
        let figures = crate::own::routes::sales(app, *event, None).await?.event;
        rows.push((Head::of(app, *event).await?, figures.counts.unallocated));
    }
    let template = DonePage {
        t: words(page.language),
        page,
        head,
        rows: &rows,
    };
    respond(&template)
}

/// The dates that were typed, and what is wrong with them.
fn read(typed: &Typed, head: &Head, t: &Words, now: i64, lines: usize) -> (Vec<String>, Troubles) {
    let mut troubles = Troubles::default();
    let (mut starts, mut moments) = (Vec::new(), vec![head.facts.starts]);
    for line in 0..lines {
        let field = nth("date", line);
        let text = typed.get(&field);
        if text.is_empty() {
            continue;
        }
        let read = wall_clock::read(text, &head.zone);
        let Some(moment) = troubles.take(&field, read, |why| not_a_moment(why, t)) else {
            continue;
        };
        if moment <= now {
            troubles.add(&field, t.past_time);
        } else if moments.contains(&moment) {
            troubles.add(&field, t.same_date);
        }
        moments.push(moment);
        starts.push(text.to_owned());
    }
    if starts.is_empty() && troubles.is_empty() {
        troubles.add(nth("date", 0), t.no_date);
    }
    (starts, troubles)
}
