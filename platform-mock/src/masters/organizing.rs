//! Registering layouts and events over HTTP, for organizers.

use axum::{
    Json,
    extract::{DefaultBodyLimit, State},
    http::StatusCode,
    routing::{get, post},
};
use kippu_api::{
    organizing::{
        EventCopies, LayoutInList, NewLayout, NewOrganizedEvent, PlanFormat, ReadLayout,
        RegisteredEvents,
    },
    problem::Problem,
};
use kippu_seatplan::{Plan, import};
use kippu_ticket::ids::EventId;

use crate::{
    allocation::storage::Desk,
    app::App,
    auth::{AsOrganizer, ORGANIZER, Scope},
    masters::organized::text,
    refusal::{Answer, Refusal},
    request::{Body, KeyedJson, Path},
    routes::Routes,
    server::limits::PLAN_BYTES,
};

/// Problems of a file that are named at once.
const PROBLEMS_NAMED: usize = 20;

/// This noun's routes.
pub fn routes(routes: Routes) -> Routes {
    let own = ORGANIZER.of(Scope::Organizer);
    let common = ORGANIZER.of(Scope::Common);
    routes
        .on("/api/v1/organizer/layouts", "get", common, get(layouts))
        .on(
            "/api/v1/organizer/layouts",
            "post",
            common,
            post(import_layout).layer(DefaultBodyLimit::max(PLAN_BYTES)),
        )
        .on("/api/v1/organizer/events", "post", own, post(organize))
        .on(
            "/api/v1/organizer/events/{event}/copies",
            "post",
            own,
            post(copy),
        )
}

/// Seat plans of all venues, which organizers share.
#[utoipa::path(get, path = "/api/v1/organizer/layouts", tag = "masters",
    responses((status = 200, body = Vec<LayoutInList>), (status = "default", body = Problem)))]
pub async fn layouts(State(app): State<App>) -> Answer<Json<Vec<LayoutInList>>> {
    Ok(Json(app.storage().layouts().await?))
}

/// Reads a seat plan from a file, and keeps it. The same plan again is the same layout.
#[utoipa::path(post, path = "/api/v1/organizer/layouts", tag = "masters", request_body = NewLayout,
    responses((status = 200, body = ReadLayout), (status = "default", body = Problem)))]
pub async fn import_layout(
    State(app): State<App>,
    Body(new): Body<NewLayout>,
) -> Answer<Json<ReadLayout>> {
    Ok(Json(read_layout(&app, new).await?))
}

async fn read_layout(app: &App, new: NewLayout) -> Answer<ReadLayout> {
    let (format, text, plan_name) = (new.format, new.text, new.name.clone());
    let imported = tokio::task::spawn_blocking(move || match format {
        PlanFormat::Pretix => import::pretix::import(text.as_bytes()),
        PlanFormat::Csv => import::csv::import(text.as_bytes(), &plan_name),
    });
    let imported = imported.await.map_err(|error| Refusal::internal(&error))?;
    let (plan, odd) = imported.map_err(|problems| {
        let named: Vec<String> = problems
            .iter()
            .take(PROBLEMS_NAMED)
            .map(ToString::to_string)
            .collect();
        let more = problems.len().saturating_sub(PROBLEMS_NAMED);
        let more = if more > 0 {
            format!("; and {more} more")
        } else {
            String::new()
        };
        Refusal::bad_request(format!(
            "The file was not taken: {}{more}.",
            named.join("; ")
        ))
        .hint("Correct these lines and send the file again. Nothing was stored.")
    })?;
    let place = LayoutPlace::checked(&new.venue, &new.zone, &new.name)?;
    let layout = if new.look_only {
        None
    } else {
        Some(keep(app, &place, &plan).await?)
    };
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    Ok(ReadLayout {
        layout,
        seats: count(plan.seats.len()),
        rows: count(plan.rows.len()),
        blocks: plan.blocks.into_iter().map(|block| block.name).collect(),
        classes: plan.classes.into_iter().map(|class| class.name).collect(),
        odd: odd.iter().map(ToString::to_string).collect(),
    })
}

/// Where a layout belongs, and what it is called there.
pub struct LayoutPlace {
    venue: String,
    zone: String,
    name: String,
}

impl LayoutPlace {
    /// From what somebody typed.
    ///
    /// # Errors
    /// 400 for a zone that does not exist, and for names that are none.
    pub fn checked(venue: &str, zone: &str, name: &str) -> Answer<Self> {
        let zone = zone.trim().to_owned();
        if jiff::tz::TimeZone::get(&zone).is_err() {
            return Err(Refusal::bad_request(format!(
                "{zone:?} is no time zone like Asia/Tokyo."
            )));
        }
        Ok(Self {
            venue: text(venue)?,
            name: text(name)?,
            zone,
        })
    }
}

/// Keeps a plan; the same plan again is the same layout.
///
/// # Errors
/// 400 when the venue has another layout of that name.
pub async fn keep(app: &App, place: &LayoutPlace, plan: &Plan) -> Answer<i64> {
    let LayoutPlace { venue, zone, name } = place;
    let stored = app.storage().put_layout(venue, zone, name, plan).await?;
    Ok(stored.layout)
}

/// Registers an event, its seats with nobody.
#[utoipa::path(post, path = "/api/v1/organizer/events", tag = "masters", params(("Idempotency-Key" = String, Header)),
    request_body = NewOrganizedEvent, responses((status = 201, body = RegisteredEvents), (status = "default", body = Problem)))]
pub async fn organize(
    State(app): State<App>,
    AsOrganizer(person, organizer): AsOrganizer,
    KeyedJson(key, new): KeyedJson<NewOrganizedEvent>,
) -> Answer<(StatusCode, Json<RegisteredEvents>)> {
    let desk = Desk { person, organizer };
    let done = app.storage().organize(key, desk, new).await?;
    Ok((StatusCode::CREATED, Json(done)))
}

/// Registers an event on other dates as well.
#[utoipa::path(post, path = "/api/v1/organizer/events/{event}/copies", tag = "masters",
    params(("event" = u32, Path), ("Idempotency-Key" = String, Header)),
    request_body = EventCopies, responses((status = 201, body = RegisteredEvents), (status = "default", body = Problem)))]
pub async fn copy(
    State(app): State<App>,
    AsOrganizer(person, organizer): AsOrganizer,
    Path(event): Path<EventId>,
    KeyedJson(key, copies): KeyedJson<EventCopies>,
) -> Answer<(StatusCode, Json<RegisteredEvents>)> {
    let desk = Desk { person, organizer };
    let done = app.storage().copy_event(key, desk, event, copies).await?;
    Ok((StatusCode::CREATED, Json(done)))
}
