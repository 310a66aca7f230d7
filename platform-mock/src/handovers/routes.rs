//! Reports and status over HTTP.

use axum::{
    Json,
    extract::{Path, State},
    routing::{get, post},
};
use kippu_api::{
    handovers::{HandoverStatus, Report, ReportAccepted},
    problem::Problem,
};
use kippu_card::transaction_mac;
use kippu_ticket::ids::HandoverId;

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
    routes
        .on(
            "/api/v1/handovers/{handover}/reports",
            "post",
            KIOSK,
            post(report),
        )
        .on("/api/v1/handovers/{handover}", "get", KIOSK, get(handover))
}

/// How an operation ended, or that nobody knows yet. Repeating it is harmless.
#[utoipa::path(post, path = "/api/v1/handovers/{handover}/reports", tag = "handovers", params(("handover" = String, Path)),
    request_body = Report, responses((status = 200, body = ReportAccepted), (status = "default", body = Problem)))]
pub async fn report(
    State(app): State<App>,
    AsTerminal(terminal): AsTerminal,
    Path(handover): Path<HandoverId>,
    Body(report): Body<Report>,
) -> Answer<Json<ReportAccepted>> {
    let proof = rules::proof(&report)?;
    let proved =
        proof.map(|proof| transaction_mac::verify(&app.keys().cards, report.card, &proof).is_ok());
    if proved == Some(false) {
        tracing::warn!(card = %report.card, terminal = %terminal.id, "a card's proof of a commit does not fit");
    }
    Ok(Json(
        app.storage()
            .report(terminal.id, handover, report, proved)
            .await?,
    ))
}

/// What the platform knows of a handover of this terminal.
#[utoipa::path(get, path = "/api/v1/handovers/{handover}", tag = "handovers", params(("handover" = String, Path)),
    responses((status = 200, body = HandoverStatus), (status = "default", body = Problem)))]
pub async fn handover(
    State(app): State<App>,
    AsTerminal(terminal): AsTerminal,
    Path(handover): Path<HandoverId>,
) -> Answer<Json<HandoverStatus>> {
    Ok(Json(app.storage().handover(terminal.id, handover).await?))
}
