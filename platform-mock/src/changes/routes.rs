//! Changes of events over HTTP.

use axum::{
    Json,
    extract::State,
    routing::{get, post},
};
use kippu_api::{
    changes::{EventCancellation, EventChange, EventStanding},
    problem::Problem,
};
use kippu_ticket::ids::EventId;

use crate::{
    allocation::storage::Desk,
    app::App,
    auth::{AsOrganizer, ORGANIZER, Scope},
    own::event::OwnEvent,
    refusal::Answer,
    request::{KeyedJson, Path},
    routes::Routes,
};

/// This noun's routes.
pub fn routes(routes: Routes) -> Routes {
    let own = ORGANIZER.of(Scope::Organizer);
    routes
        .on(
            "/api/v1/organizer/events/{event}/changes",
            "get",
            own,
            get(standing),
        )
        .on(
            "/api/v1/organizer/events/{event}/changes",
            "post",
            own,
            post(change),
        )
        .on(
            "/api/v1/organizer/events/{event}/cancellation",
            "post",
            own,
            post(cancel),
        )
}

/// How one of the organizer's events stands, whom a change meets, and what was changed.
#[utoipa::path(get, path = "/api/v1/organizer/events/{event}/changes", tag = "changes", params(("event" = u32, Path)),
    responses((status = 200, body = EventStanding), (status = "default", body = Problem)))]
pub async fn standing(
    State(app): State<App>,
    OwnEvent(event): OwnEvent,
) -> Answer<Json<EventStanding>> {
    app.storage().expire_due().await?;
    Ok(Json(app.storage().event_standing(event).await?))
}

/// Changes an event that has not begun.
#[utoipa::path(post, path = "/api/v1/organizer/events/{event}/changes", tag = "changes",
    params(("event" = u32, Path), ("Idempotency-Key" = String, Header)),
    request_body = EventChange, responses((status = 200, body = EventStanding), (status = "default", body = Problem)))]
pub async fn change(
    State(app): State<App>,
    AsOrganizer(person, organizer): AsOrganizer,
    Path(event): Path<EventId>,
    KeyedJson(key, change): KeyedJson<EventChange>,
) -> Answer<Json<EventStanding>> {
    let desk = Desk { person, organizer };
    let storage = app.storage();
    Ok(Json(storage.change_event(key, desk, event, change).await?))
}

/// Cancels an event, for good.
#[utoipa::path(post, path = "/api/v1/organizer/events/{event}/cancellation", tag = "changes",
    params(("event" = u32, Path), ("Idempotency-Key" = String, Header)),
    request_body = EventCancellation, responses((status = 200, body = EventStanding), (status = "default", body = Problem)))]
pub async fn cancel(
    State(app): State<App>,
    AsOrganizer(person, organizer): AsOrganizer,
    Path(event): Path<EventId>,
    KeyedJson(key, cancellation): KeyedJson<EventCancellation>,
) -> Answer<Json<EventStanding>> {
    let desk = Desk { person, organizer };
    let storage = app.storage();
    let done = storage.cancel_event(key, desk, event, cancellation).await?;
    Ok(Json(done))
}
