//! Registering an event: in which hall, then one form; what is wrong is said beside what was typed.

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use jiff::{Span, Timestamp, tz::TimeZone};
use kippu_api::{organizing::LayoutInList, problem::ProblemCode};
use kippu_ticket::ids::EventId;
use serde::Deserialize;

use super::{
    event_form::{self, read},
    halls::layout,
    words::registering::{Words, words},
};
use crate::{
    allocation::storage::Desk,
    app::App,
    auth::{AsOrganizer, ORGANIZER, Scope},
    masters::wall_clock::shown,
    pages::{
        Page,
        form_key::fresh_key,
        respond,
        typed::{Troubles, Typed, nth, unprocessable},
    },
    refusal::{Answer, Refusal},
    request::Query,
    routes::Routes,
};

/// The pages.
pub fn routes(routes: Routes) -> Routes {
    let own = ORGANIZER.of(Scope::Organizer);
    routes
        .on("/organizer/events/new", "get", own, get(form))
        .on("/organizer/events", "post", own, post(register))
}

#[derive(Template)]
#[template(path = "organizer/choose_hall.html")]
struct ChoosePage<'a> {
    page: &'a Page,
    t: &'a Words,
    layouts: &'a [LayoutInList],
}

#[derive(Template)]
#[template(path = "organizer/new_event.html")]
struct FormPage<'a> {
    page: &'a Page,
    t: &'a Words,
    layout: &'a LayoutInList,
    typed: &'a Typed,
    troubles: &'a Troubles,
    /// What is wrong with the whole.
    refused: Option<&'a str>,
    key: String,
}

/// In which hall, and whether a sample is filled in.
#[derive(Debug, Deserialize)]
pub struct Wished {
    layout: Option<i64>,
    #[serde(default)]
    sample: bool,
}

/// Asks in which hall, then shows the form.
pub async fn form(
    State(app): State<App>,
    page: Page,
    AsOrganizer(_, organizer): AsOrganizer,
    Query(Wished { layout, sample }): Query<Wished>,
) -> Answer<Response> {
    let t = words(page.language);
    let Some(number) = layout else {
        let template = ChoosePage {
            page: &page,
            t,
            layouts: &app.storage().layouts().await?,
        };
        return respond(&template);
    };
    let (layout, _) = self::layout(&app, number).await?;
    let last = app.storage().events_of_organizer(organizer).await?;
    let mut fields = usual(&app, t, &layout, last.into_iter().max()).await?;
    if sample {
        fields.extend(sampled(&app, t, &layout)?);
    }
    show(
        &page,
        &layout,
        &Typed::filled(fields),
        &Troubles::default(),
        None,
    )
}

fn show(
    page: &Page,
    layout: &LayoutInList,
    typed: &Typed,
    troubles: &Troubles,
    refused: Option<&str>,
) -> Answer<Response> {
    let template = FormPage {
        t: words(page.language),
        page,
        layout,
        typed,
        troubles,
        refused,
        key: fresh_key(),
    };
    respond(&template)
}

/// Registers it and goes to its page.
pub async fn register(
    State(app): State<App>,
    page: Page,
    AsOrganizer(person, organizer): AsOrganizer,
    typed: Typed,
) -> Answer<Response> {
    typed.check(&page)?;
    let t = words(page.language);
    let key = typed.key(person.account)?;
    let number = typed.get("layout").parse().unwrap_or_default();
    let (layout, _) = layout(&app, number).await?;
    let (new, troubles) = read(&typed, &layout, t, app.now());
    let Some(new) = new else {
        return unprocessable(show(&page, &layout, &typed, &troubles, None));
    };
    let desk = Desk { person, organizer };
    let refused = match app.storage().organize(key, desk, new).await {
        Ok(done) => {
            let event = done.events.first().copied().unwrap_or(EventId(0));
            return Ok(Redirect::to(&format!("/organizer/events/{event}")).into_response());
        }
        Err(refusal) if refusal.code == ProblemCode::KeyReused => t.sent_before.to_owned(),
        Err(refusal) if refusal.code == ProblemCode::BadRequest => refusal.detail,
        Err(refusal) => return Err(refusal),
    };
    unprocessable(show(&page, &layout, &typed, &troubles, Some(&refused)))
}

/// What is most often meant: as in the organizer's last event.
async fn usual(
    app: &App,
    t: &Words,
    layout: &LayoutInList,
    last: Option<EventId>,
) -> Answer<Vec<(String, String)>> {
    let (currency, limit) = match last {
        Some(last) => {
            let facts = app.event(last).await?;
            (facts.currency.clone(), facts.limit_per_order)
        }
        None => (event_form::currency_of(&layout.zone).to_owned(), 6),
    };
    let tax = if currency == "JPY" { "10" } else { "" };
    let field = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    Ok(vec![
        field("currency", &currency),
        field("tax", tax),
        field("limit", &limit.to_string()),
        field("entrances", t.entrance),
    ])
}

/// An evening in four weeks.
fn sampled(app: &App, t: &Words, layout: &LayoutInList) -> Answer<Vec<(String, String)>> {
    let zone = TimeZone::get(&layout.zone).map_err(|error| Refusal::internal(&error))?;
    let evening = |hour| -> Result<i64, jiff::Error> {
        let day = Timestamp::from_microsecond(app.now())?
            .to_zoned(zone.clone())
            .checked_add(Span::new().weeks(4))?;
        let at = day.date().at(hour, 0, 0, 0).to_zoned(zone.clone())?;
        Ok(at.timestamp().as_microsecond())
    };
    let at = |hour| {
        let moment = evening(hour).map_err(|error| Refusal::internal(&error))?;
        Ok::<_, Refusal>(shown(moment, &zone))
    };
    let mut fields = vec![
        ("name".to_owned(), t.sample_name.to_owned()),
        ("performers".to_owned(), t.sample_performers.to_owned()),
        ("doors".to_owned(), at(18)?),
        ("starts".to_owned(), at(19)?),
    ];
    // The first class is most often the dearest.
    let prices = (0..layout.classes.len()).map(|class| {
        let price = 8_000_usize.saturating_sub(1_500 * class).max(1_000);
        (nth("price", class), price.to_string())
    });
    fields.extend(prices);
    Ok(fields)
}
