//! Availability: every seat of an event in one small answer.

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse as _, Response},
    routing::get,
};
use kippu_api::{client::STOCK_VERSION, problem::Problem};
use kippu_ticket::ids::EventId;

use crate::{
    app::App,
    auth::{AsTerminal, KIOSK, Scope},
    refusal::Answer,
    request::Path,
    routes::Routes,
};

/// This noun's routes.
pub fn routes(routes: Routes) -> Routes {
    routes.on(
        "/api/v1/events/{event}/availability",
        "get",
        KIOSK.of(Scope::Seller),
        get(availability),
    )
}

/// Which seats the terminal's seller can sell now: zstd of one byte a seat in plan order.
#[utoipa::path(get, path = "/api/v1/events/{event}/availability", tag = "events", params(("event" = u32, Path)),
    responses((status = 200, content_type = "application/vnd.kippu.availability", body = Vec<u8>,
        headers(("Kippu-Stock-Version" = u64, description = "the stock's version"))), (status = "default", body = Problem)))]
pub async fn availability(
    State(app): State<App>,
    AsTerminal(terminal): AsTerminal,
    Path(event): Path<EventId>,
) -> Answer<Response> {
    let shop = terminal.shop()?;
    app.storage().expire_due().await?;
    let packed = app.storage().availability(event, shop.seller)?;
    let headers = [
        (
            header::CONTENT_TYPE.as_str(),
            "application/vnd.kippu.availability".to_owned(),
        ),
        (header::CACHE_CONTROL.as_str(), "no-store".to_owned()),
        (STOCK_VERSION, packed.version.to_string()),
    ];
    Ok((headers, packed.bytes.to_vec()).into_response())
}
