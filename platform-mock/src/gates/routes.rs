//! Gates over HTTP.

use axum::{Json, extract::State, routing::post};
use kippu_api::{
    entrance::{EntranceAccepted, EntranceBatch},
    problem::Problem,
};

use crate::{
    app::App,
    auth::{AsTerminal, GATE},
    refusal::Answer,
    request::Body,
    routes::Routes,
};

/// This noun's routes.
pub fn routes(routes: Routes) -> Routes {
    routes.on(
        "/api/v1/entrance-records",
        "post",
        GATE,
        post(entrance_records),
    )
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
