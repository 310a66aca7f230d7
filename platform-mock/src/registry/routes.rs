//! Masters over HTTP, for operators.

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    routing::{get, post},
};
use kippu_api::{
    operator::Listed,
    problem::Problem,
    registry::{Master, MasterChange, MasterFacts, MasterKind, MasterService},
};

use crate::{
    app::App,
    auth::{AsOperator, OPERATOR, Scope},
    operator::routes::Find,
    refusal::Answer,
    request::{Body, KeyedJson, Path, Query},
    routes::Routes,
};

/// This noun's routes.
pub fn routes(routes: Routes) -> Routes {
    let all = OPERATOR.of(Scope::All);
    let (of_kind, one) = (
        "/api/v1/operator/masters/{kind}",
        "/api/v1/operator/masters/{kind}/{number}",
    );
    routes
        .on(of_kind, "get", all, get(list))
        .on(of_kind, "post", all, post(make))
        .on(one, "get", all, get(show))
        .on(one, "post", all, post(change))
        .on(
            "/api/v1/operator/masters/{kind}/{number}/service",
            "post",
            all,
            post(service),
        )
}

/// Masters of a kind; those in use first.
#[utoipa::path(get, path = "/api/v1/operator/masters/{kind}", tag = "masters", params(("kind" = MasterKind, Path), ("find" = Option<String>, Query)),
    responses((status = 200, body = Listed<Master>), (status = "default", body = Problem)))]
pub async fn list(
    State(app): State<App>,
    Path(kind): Path<MasterKind>,
    Query(Find { find }): Query<Find>,
) -> Answer<Json<Listed<Master>>> {
    Ok(Json(app.storage().masters(kind, find).await?))
}

/// Registers one.
#[utoipa::path(post, path = "/api/v1/operator/masters/{kind}", tag = "masters",
    params(("kind" = MasterKind, Path), ("Idempotency-Key" = String, Header)),
    request_body = MasterFacts, responses((status = 201, body = Master), (status = "default", body = Problem)))]
pub async fn make(
    State(app): State<App>,
    AsOperator(operator, _): AsOperator,
    Path(kind): Path<MasterKind>,
    KeyedJson(key, facts): KeyedJson<MasterFacts>,
) -> Answer<(StatusCode, Json<Master>)> {
    let made = app
        .storage()
        .make_master(key, operator, kind, facts)
        .await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// One of them, with what there is of it.
#[utoipa::path(get, path = "/api/v1/operator/masters/{kind}/{number}", tag = "masters",
    params(("kind" = MasterKind, Path), ("number" = i64, Path)),
    responses((status = 200, body = Master), (status = "default", body = Problem)))]
pub async fn show(
    State(app): State<App>,
    Path((kind, number)): Path<(MasterKind, i64)>,
) -> Answer<Json<Master>> {
    Ok(Json(app.storage().master(kind, number).await?))
}

/// Changes what is known of one.
#[utoipa::path(post, path = "/api/v1/operator/masters/{kind}/{number}", tag = "masters",
    params(("kind" = MasterKind, Path), ("number" = i64, Path)),
    request_body = MasterChange, responses((status = 200, body = Master), (status = "default", body = Problem)))]
pub async fn change(
    State(app): State<App>,
    AsOperator(operator, _): AsOperator,
    Path((kind, number)): Path<(MasterKind, i64)>,
    Body(change): Body<MasterChange>,
) -> Answer<Json<Master>> {
    let storage = app.storage();
    let changed = storage
        .change_master(operator, kind, number, change)
        .await?;
    Ok(Json(changed))
}

/// Retires one that nobody's tickets depend on, or takes it back into use. Repeating it is harmless.
#[utoipa::path(post, path = "/api/v1/operator/masters/{kind}/{number}/service", tag = "masters",
    params(("kind" = MasterKind, Path), ("number" = i64, Path)),
    request_body = MasterService, responses((status = 200, body = Master), (status = "default", body = Problem)))]
pub async fn service(
    State(app): State<App>,
    AsOperator(operator, _): AsOperator,
    Path((kind, number)): Path<(MasterKind, i64)>,
    Body(service): Body<MasterService>,
) -> Answer<Json<Master>> {
    let storage = app.storage();
    let master = storage
        .master_service(operator, kind, number, service)
        .await?;
    Ok(Json(master))
}
