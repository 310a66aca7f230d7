//! The right to issue over HTTP.

use std::{collections::HashMap, sync::Arc};

use axum::{Json, extract::State, routing::post};
use kippu_api::{
    orders::{Claim, Grant, GrantRequest},
    problem::Problem,
};
use kippu_ticket::ids::EventId;

use super::rules;
use crate::{
    app::App,
    auth::{AsTerminal, KIOSK, Scope},
    masters::rules::{EventFacts, Terminal},
    refusal::Answer,
    request::{Body, Path},
    routes::Routes,
};

/// This noun's routes.
pub fn routes(routes: Routes) -> Routes {
    routes.on(
        "/api/v1/orders/{order}/grant",
        "post",
        KIOSK.of(Scope::Seller),
        post(grant),
    )
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
    let grant = grant_of(&app, terminal, Claim::Order(order), wish).await?;
    Ok(Json(grant))
}

/// The tickets of a claim: the same for orders and parcels.
pub(crate) async fn grant_of(
    app: &App,
    terminal: Terminal,
    claim: Claim,
    wish: GrantRequest,
) -> Answer<Grant> {
    let code = wish.code.map(|code| app.keys().code_hash(code));
    let grant = app.storage().grant(terminal, claim, wish, code).await?;
    let mut events: HashMap<EventId, Arc<EventFacts>> = HashMap::new();
    for granted in &grant.tickets {
        if let Some(facts) = app.known_event(granted.event).await? {
            events.insert(granted.event, facts);
        }
    }
    let known = |event: EventId| events.get(&event).map(|facts| &**facts);
    rules::sign(&grant, known, app.keys())
}
