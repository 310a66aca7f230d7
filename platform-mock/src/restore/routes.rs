//! A terminal tells a restored platform that everything was sent again.

use axum::{extract::State, http::StatusCode, routing::post};
use kippu_api::{problem::Problem, terminals::Resent};

use crate::{
    app::App,
    auth::{AsTerminal, KIOSK, Scope},
    refusal::Answer,
    request::Body,
    routes::Routes,
};

/// This noun's routes.
pub fn routes(routes: Routes) -> Routes {
    routes.on(
        "/api/v1/terminal/resent",
        "post",
        KIOSK.of(Scope::Terminal),
        post(resent),
    )
}

/// Every row of this terminal's journal was sent to this life of the platform. Repeating it is harmless.
#[utoipa::path(post, path = "/api/v1/terminal/resent", tag = "terminals", request_body = Resent,
    responses((status = 204), (status = "default", body = Problem)))]
pub async fn resent(
    State(app): State<App>,
    AsTerminal(terminal): AsTerminal,
    Body(to): Body<Resent>,
) -> Answer<StatusCode> {
    app.storage().resent(terminal.id, to.incarnation).await?;
    Ok(StatusCode::NO_CONTENT)
}
