//! What is on sale: the list of events, and their seat plans.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::get,
};
use kippu_api::{events::EventSummary, problem::Problem};
use kippu_ticket::ids::EventId;

use crate::{
    app::App,
    auth::{AsTerminal, KIOSK, Scope},
    refusal::{Answer, Refusal},
    request::Path,
    routes::Routes,
};

/// This noun's routes.
pub fn routes(routes: Routes) -> Routes {
    routes
        .on(
            "/api/v1/events",
            "get",
            KIOSK.of(Scope::Seller),
            get(events),
        )
        .on(
            "/api/v1/events/{event}/plan",
            "get",
            KIOSK.of(Scope::Common),
            get(plan),
        )
}

/// Events on sale for the terminal's seller, in order of their start.
#[utoipa::path(get, path = "/api/v1/events", tag = "events", responses((status = 200, body = Vec<EventSummary>), (status = "default", body = Problem)))]
pub async fn events(
    State(app): State<App>,
    AsTerminal(terminal): AsTerminal,
) -> Answer<Json<Vec<EventSummary>>> {
    let shop = terminal.shop()?;
    app.storage().expire_due().await?;
    let mut list = Vec::new();
    for facts in app.events().await? {
        if facts.cancelled.is_some() || facts.sales_end <= app.now() {
            continue;
        }
        let left = app.storage().left(facts.event, shop.seller)?;
        list.push(facts.summary(shop, &left));
    }
    Ok(Json(list))
}

/// The seat plan of an event; it never changes.
#[utoipa::path(get, path = "/api/v1/events/{event}/plan", tag = "events", params(("event" = u32, Path)),
    responses((status = 200, content_type = "application/vnd.kippu.plan", body = Vec<u8>), (status = 304), (status = "default", body = Problem)))]
pub async fn plan(
    State(app): State<App>,
    Path(event): Path<EventId>,
    headers: HeaderMap,
) -> Answer<Response> {
    let facts = app.event(event).await?;
    let tag = format!("\"{}\"", facts.plan_tag);
    if headers
        .get(header::IF_NONE_MATCH)
        .is_some_and(|known| known.as_bytes() == tag.as_bytes())
    {
        return Ok(StatusCode::NOT_MODIFIED.into_response());
    }
    let tag = header::HeaderValue::from_str(&tag).map_err(|error| Refusal::internal(&error))?;
    let headers = [
        (
            header::CONTENT_TYPE,
            header::HeaderValue::from_static("application/vnd.kippu.plan"),
        ),
        (
            header::CACHE_CONTROL,
            header::HeaderValue::from_static("private, max-age=31536000, immutable"),
        ),
        (header::ETAG, tag),
    ];
    Ok((headers, facts.plan_bytes.clone()).into_response())
}
