//! Gates over HTTP.

use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use kippu_api::{
    entrance::{EntranceAccepted, EntranceBatch},
    problem::Problem,
};

use super::bundles;
use crate::{
    app::App,
    auth::{AsTerminal, GATE, Scope},
    refusal::Answer,
    request::Body,
    routes::Routes,
};

/// This noun's routes.
pub fn routes(routes: Routes) -> Routes {
    routes
        .on(
            "/api/v1/gates/bundle",
            "get",
            GATE.of(Scope::Terminal),
            get(bundle),
        )
        .on(
            "/api/v1/entrance-records",
            "post",
            GATE.of(Scope::Terminal),
            post(entrance_records),
        )
}

/// The next bundle for the asking gate, signed by the platform and encrypted to that gate.
#[utoipa::path(get, path = "/api/v1/gates/bundle", tag = "gates",
    responses((status = 200, content_type = "application/vnd.kippu.bundle", body = Vec<u8>), (status = "default", body = Problem)))]
pub async fn bundle(State(app): State<App>, AsTerminal(gate): AsTerminal) -> Answer<Response> {
    let sealed = bundles::next(&app, &gate).await?;
    let headers = [
        (header::CONTENT_TYPE, "application/vnd.kippu.bundle"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, sealed).into_response())
}

/// What happened at a gate. Repeating it is harmless.
#[utoipa::path(post, path = "/api/v1/entrance-records", tag = "gates", request_body = EntranceBatch,
    responses((status = 200, body = EntranceAccepted), (status = "default", body = Problem)))]
pub async fn entrance_records(
    State(app): State<App>,
    AsTerminal(gate): AsTerminal,
    Body(batch): Body<EntranceBatch>,
) -> Answer<Json<EntranceAccepted>> {
    Ok(Json(EntranceAccepted {
        new: app
            .storage()
            .record_entrances(gate.id, batch.records)
            .await?,
    }))
}
