//! Comparing a file with the allocation, over HTTP.

use axum::{
    Json,
    extract::{DefaultBodyLimit, State},
    routing::post,
};
use kippu_api::{
    allocation::{AllocationDifference, AllocationFile},
    problem::Problem,
};
use kippu_ticket::ids::EventId;

use super::compare::{self, Known};
use crate::{
    app::App,
    auth::{ORGANIZER, Scope},
    own::event::OwnEvent,
    refusal::{Answer, Refusal},
    request::Body,
    routes::Routes,
    server::limits::STOCK_FILE_BYTES,
};

/// This noun's routes.
pub fn routes(routes: Routes) -> Routes {
    routes.on(
        "/api/v1/organizer/events/{event}/allocation/compare",
        "post",
        ORGANIZER.of(Scope::Organizer),
        post(compare).layer(DefaultBodyLimit::max(STOCK_FILE_BYTES)),
    )
}

/// Says what a file has otherwise than the allocation; changes nothing.
#[utoipa::path(post, path = "/api/v1/organizer/events/{event}/allocation/compare", tag = "allocation", params(("event" = u32, Path)),
    request_body = AllocationFile, responses((status = 200, body = AllocationDifference), (status = "default", body = Problem)))]
pub async fn compare(
    State(app): State<App>,
    OwnEvent(event): OwnEvent,
    Body(file): Body<AllocationFile>,
) -> Answer<Json<AllocationDifference>> {
    Ok(Json(difference(&app, event, file.text).await?))
}

/// The same for the page.
pub(super) async fn difference(
    app: &App,
    event: EventId,
    text: String,
) -> Answer<AllocationDifference> {
    app.storage().expire_due().await?;
    let facts = app.event(event).await?;
    let sellers = app.storage().allocated(event).await?;
    let owners = app.storage().owners(event).await?;
    // A stadium is some hundred thousand cells: not on a thread that serves others.
    let compared = tokio::task::spawn_blocking(move || {
        let known = Known {
            plan: &facts.plan,
            sellers: &sellers,
            owners: &owners,
        };
        compare::compare(&text, &known)
    });
    compared.await.map_err(|error| Refusal::internal(&error))?
}
