//! Tills over HTTP.

use axum::{
    Json,
    extract::State,
    routing::{get, post},
};
use kippu_api::{
    problem::Problem,
    till::{CloseTill, ClosedTill, Till},
};

use crate::{
    app::App,
    auth::{AsClerk, CLERK, Scope},
    refusal::Answer,
    request::KeyedJson,
    routes::Routes,
};

/// This noun's routes.
pub fn routes(routes: Routes) -> Routes {
    routes
        .on(
            "/api/v1/clerk/till",
            "get",
            CLERK.of(Scope::Store),
            get(till),
        )
        .on(
            "/api/v1/clerk/till/close",
            "post",
            CLERK.of(Scope::Store),
            post(close),
        )
}

/// What the till of the clerk's store has to hold since it was closed last, one a currency, and what is still under way.
#[utoipa::path(get, path = "/api/v1/clerk/till", tag = "till", responses((status = 200, body = Vec<Till>), (status = "default", body = Problem)))]
pub async fn till(State(app): State<App>, AsClerk(clerk, _): AsClerk) -> Answer<Json<Vec<Till>>> {
    Ok(Json(app.storage().tills(clerk.store, app.now()).await?))
}

/// The till was counted. Refused where money moved since.
#[utoipa::path(post, path = "/api/v1/clerk/till/close", tag = "till", params(("Idempotency-Key" = String, Header)),
    request_body = CloseTill, responses((status = 200, body = ClosedTill), (status = "default", body = Problem)))]
pub async fn close(
    State(app): State<App>,
    AsClerk(clerk, _): AsClerk,
    KeyedJson(key, wish): KeyedJson<CloseTill>,
) -> Answer<Json<ClosedTill>> {
    Ok(Json(app.storage().close_till(key, clerk, wish).await?))
}
