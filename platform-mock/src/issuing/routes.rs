//! The right to issue over HTTP.

use axum::{
    Json,
    extract::{Path, State},
    routing::post,
};
use kippu_api::{
    orders::{Grant, GrantRequest},
    problem::Problem,
};

use super::rules;
use crate::{
    app::App,
    auth::{AsTerminal, KIOSK},
    refusal::Answer,
    request::Body,
    routes::Routes,
};

/// This noun's routes.
pub fn routes(routes: Routes) -> Routes {
    routes.on("/api/v1/orders/{order}/grant", "post", KIOSK, post(grant))
}

/// The signed and bound tickets of a paid order, for this terminal, journal, card and handover only. Repeating it gives the same bytes.
#[utoipa::path(post, path = "/api/v1/orders/{order}/grant", tag = "issuing", params(("order" = String, Path)),
    request_body = GrantRequest, responses((status = 200, body = Grant), (status = "default", body = Problem)))]
pub async fn grant(
    State(app): State<App>,
    AsTerminal(terminal): AsTerminal,
    Path(order): Path<String>,
    Body(wish): Body<GrantRequest>,
) -> Answer<Json<Grant>> {
    let (grant, order) = app.storage().grant(terminal, order, wish).await?;
    let event = app.event(order.event).await?;
    Ok(Json(rules::sign(&grant, &event, order.seller, app.keys())?))
}
