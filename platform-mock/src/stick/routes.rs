//! Keys for terminals over HTTP.

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse as _, Response},
    routing::get,
};
use kippu_api::problem::Problem;

use super::keys;
use crate::{
    app::App,
    auth::{AsTerminal, KIOSK, Scope},
    refusal::Answer,
    routes::Routes,
};

/// What a stick file is called on the way.
pub const STICK: &str = "application/vnd.kippu.stick";

/// This noun's routes.
pub fn routes(routes: Routes) -> Routes {
    routes.on(
        "/api/v1/terminal/keys",
        "get",
        KIOSK.of(Scope::Terminal),
        get(terminal_keys),
    )
}

/// Keys for working without network, sealed to the asking kiosk; only where the operator allows it.
#[utoipa::path(get, path = "/api/v1/terminal/keys", tag = "terminals",
    responses((status = 200, content_type = "application/vnd.kippu.stick", body = Vec<u8>), (status = "default", body = Problem)))]
pub async fn terminal_keys(
    State(app): State<App>,
    AsTerminal(terminal): AsTerminal,
) -> Answer<Response> {
    let file = keys::file(&app, terminal.id, None).await?;
    Ok((stick_headers(), file).into_response())
}

/// Headers of a stick file.
pub fn stick_headers() -> [(header::HeaderName, &'static str); 2] {
    [
        (header::CONTENT_TYPE, STICK),
        (header::CACHE_CONTROL, "no-store"),
    ]
}
