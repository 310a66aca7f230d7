//! Parcels over HTTP.

use axum::{Json, extract::State, routing::post};
use kippu_api::{
    handovers::{ParkRequest, Parked},
    orders::{Claim, Grant, GrantRequest},
    parcels::{FindWaiting, Waiting},
    problem::Problem,
};
use kippu_ticket::ids::HandoverId;

use super::{storage::LookFor, waiting::WaitingRecord};
use crate::{
    app::App,
    auth::{AsTerminal, KIOSK, Scope},
    handovers::rules::read_all,
    issuing::routes::grant_of,
    people::tries::Attempt,
    refusal::{Answer, Refusal},
    request::{Body, Path},
    routes::Routes,
};

/// This noun's routes.
pub fn routes(routes: Routes) -> Routes {
    routes
        .on(
            "/api/v1/handovers/{handover}/park",
            "post",
            KIOSK.of(Scope::Terminal),
            post(park),
        )
        .on(
            "/api/v1/waiting",
            "post",
            KIOSK.of(Scope::Bearer),
            post(waiting),
        )
        .on(
            "/api/v1/parcels/{parcel}/grant",
            "post",
            KIOSK.of(Scope::Bearer),
            post(grant),
        )
}

/// Keeps taken tickets until somebody fetches them. The same attempt again gets the same answer, a refusal included.
#[utoipa::path(post, path = "/api/v1/handovers/{handover}/park", tag = "parcels", params(("handover" = String, Path)),
    request_body = ParkRequest, responses((status = 200, body = Parked), (status = "default", body = Problem)))]
pub async fn park(
    State(app): State<App>,
    AsTerminal(terminal): AsTerminal,
    Path(handover): Path<HandoverId>,
    Body(wish): Body<ParkRequest>,
) -> Answer<Json<Parked>> {
    let brought = read_all(&wish.tickets, app.keys())?;
    let code = app.keys().code_hash(wish.code);
    let parcel = app
        .storage()
        .park(terminal.id, handover, wish, brought, code)
        .await?;
    Ok(Json(Parked { parcel }))
}

/// What waits for the bearer of a code, or of a card this terminal has authenticated. Codes that belong to nothing are counted.
#[utoipa::path(post, path = "/api/v1/waiting", tag = "parcels", request_body = FindWaiting,
    responses((status = 200, body = Vec<Waiting>), (status = "default", body = Problem)))]
pub async fn waiting(
    State(app): State<App>,
    AsTerminal(terminal): AsTerminal,
    Body(what): Body<FindWaiting>,
) -> Answer<Json<Vec<Waiting>>> {
    let by_code = what.code.is_some();
    let look_for = match (what.code, what.card) {
        (Some(code), None) => {
            app.storage().admit(Attempt::code(terminal.id)).await?;
            LookFor::Code(app.keys().code_hash(code))
        }
        (None, Some(card)) => LookFor::Card(card),
        _ => return Err(Refusal::bad_request("State a code or a card, not both.")),
    };
    let found = app.storage().waiting(terminal.id, look_for).await?;
    if by_code && !found.is_empty() {
        app.storage().succeeded(Attempt::code(terminal.id)).await?;
    }
    let mut list = Vec::with_capacity(found.len());
    for record in found {
        list.push(show(&app, record).await?);
    }
    Ok(Json(list))
}

/// The tickets of a parcel, for the giver's card, the named receiver's, or any card with the code. Like an order's.
#[utoipa::path(post, path = "/api/v1/parcels/{parcel}/grant", tag = "parcels", params(("parcel" = String, Path)),
    request_body = GrantRequest, responses((status = 200, body = Grant), (status = "default", body = Problem)))]
pub async fn grant(
    State(app): State<App>,
    AsTerminal(terminal): AsTerminal,
    Path(parcel): Path<String>,
    Body(wish): Body<GrantRequest>,
) -> Answer<Json<Grant>> {
    if wish.code.is_some() {
        app.storage().admit(Attempt::code(terminal.id)).await?;
    }
    let grant = grant_of(&app, terminal, Claim::Parcel(parcel), wish).await?;
    Ok(Json(grant))
}

async fn show(app: &App, record: WaitingRecord) -> Answer<Waiting> {
    let event = match record.event {
        Some(event) => app.known_event(event).await?,
        None => None,
    };
    Ok(Waiting {
        handover: record.handover,
        place: record.place,
        tickets: record.tickets,
        event_name: event.map(|event| event.name.clone()).unwrap_or_default(),
        giver: record.giver,
        receiver: record.receiver,
        since: record.since,
    })
}
