//! What the pages show and do, as JSON.

use axum::{
    Json,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::StatusCode,
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use kippu_api::{
    operator::{
        Found, HandoverStory, Imported, Listed, NewStoreTerminal, ReissueLook, ReissueOrder,
        ReissueWhat, Reissued, TerminalInView, TerminalWish, ToldInView,
    },
    problem::Problem,
    stick::BODY_MAX,
};
use kippu_ticket::ids::{HandoverId, TerminalId};
use serde::Deserialize;

use super::{
    reissue,
    views::{self, Sought},
};
use crate::{
    app::App,
    auth::{AsOperator, OPERATOR, Scope},
    refusal::{Answer, Refusal},
    request::{Body, KeyedJson, Path, Query},
    routes::Routes,
    stick::{keys, reports, routes::stick_headers},
};

/// This noun's JSON routes.
pub fn routes(routes: Routes) -> Routes {
    routes
        .on(
            "/api/v1/operator/handovers",
            "get",
            OPERATOR.of(Scope::All),
            get(handovers),
        )
        .on(
            "/api/v1/operator/handovers/{handover}",
            "get",
            OPERATOR.of(Scope::All),
            get(story),
        )
        .on(
            "/api/v1/operator/unproved",
            "get",
            OPERATOR.of(Scope::All),
            get(unproved),
        )
        .on(
            "/api/v1/operator/terminals",
            "get",
            OPERATOR.of(Scope::All),
            get(terminals),
        )
        .on(
            "/api/v1/operator/terminals",
            "post",
            OPERATOR.of(Scope::All),
            post(add_terminal),
        )
        .on(
            "/api/v1/operator/terminals/{terminal}",
            "post",
            OPERATOR.of(Scope::All),
            post(about_terminal),
        )
        .on(
            "/api/v1/operator/terminals/{terminal}/keys",
            "get",
            OPERATOR.of(Scope::All),
            get(terminal_keys),
        )
        .on(
            "/api/v1/operator/reissue/look",
            "post",
            OPERATOR.of(Scope::All),
            post(look),
        )
        .on(
            "/api/v1/operator/reissue",
            "post",
            OPERATOR.of(Scope::All),
            post(order),
        )
        .on(
            "/api/v1/operator/reports",
            "post",
            OPERATOR.of(Scope::All),
            post(import).layer(DefaultBodyLimit::max(BODY_MAX)),
        )
}

/// What is sought.
#[derive(Debug, Default, Deserialize)]
pub struct Find {
    /// As typed; empty for whatever is open.
    #[serde(default)]
    pub find: String,
}

/// Open handovers everywhere, or what is found of a ticket, card, order, slip or handover.
#[utoipa::path(get, path = "/api/v1/operator/handovers", tag = "operator", params(("find" = Option<String>, Query)),
    responses((status = 200, body = Found), (status = "default", body = Problem)))]
pub async fn handovers(
    State(app): State<App>,
    Query(Find { find }): Query<Find>,
) -> Answer<Json<Found>> {
    let sought = Sought::parse(&find).ok_or_else(|| {
        Refusal::bad_request("This is no number of a ticket, card, order, slip or handover.")
    })?;
    Ok(Json(views::find(&app, sought).await?))
}

/// One handover's whole story.
#[utoipa::path(get, path = "/api/v1/operator/handovers/{handover}", tag = "operator", params(("handover" = String, Path)),
    responses((status = 200, body = HandoverStory), (status = "default", body = Problem)))]
pub async fn story(
    State(app): State<App>,
    Path(handover): Path<HandoverId>,
) -> Answer<Json<HandoverStory>> {
    Ok(Json(views::story(&app, handover).await?))
}

/// Reports of changes whose card did not prove them.
#[utoipa::path(get, path = "/api/v1/operator/unproved", tag = "operator",
    responses((status = 200, body = Listed<ToldInView>), (status = "default", body = Problem)))]
pub async fn unproved(State(app): State<App>) -> Answer<Json<Listed<ToldInView>>> {
    Ok(Json(app.storage().unproved().await?))
}

/// Terminals; those that owe their rows to a restored platform first.
#[utoipa::path(get, path = "/api/v1/operator/terminals", tag = "operator", params(("find" = Option<String>, Query)),
    responses((status = 200, body = Listed<TerminalInView>), (status = "default", body = Problem)))]
pub async fn terminals(
    State(app): State<App>,
    Query(Find { find }): Query<Find>,
) -> Answer<Json<Listed<TerminalInView>>> {
    Ok(Json(app.storage().terminals_in_view(find).await?))
}

/// Registers a kiosk or a register of a store. It can do nothing until a machine is enrolled as it.
#[utoipa::path(post, path = "/api/v1/operator/terminals", tag = "operator", params(("Idempotency-Key" = String, Header)),
    request_body = NewStoreTerminal, responses((status = 201, body = TerminalInView), (status = "default", body = Problem)))]
pub async fn add_terminal(
    State(app): State<App>,
    AsOperator(operator, _): AsOperator,
    KeyedJson(key, new): KeyedJson<NewStoreTerminal>,
) -> Answer<(StatusCode, Json<TerminalInView>)> {
    let added = app.storage().add_terminal(key, operator, new).await?;
    Ok((StatusCode::CREATED, Json(added)))
}

/// Writes a terminal off, puts it back into service, or says whether it may have keys of its own. Repeating it is harmless.
#[utoipa::path(post, path = "/api/v1/operator/terminals/{terminal}", tag = "operator", params(("terminal" = u32, Path)),
    request_body = TerminalWish, responses((status = 200, body = TerminalInView), (status = "default", body = Problem)))]
pub async fn about_terminal(
    State(app): State<App>,
    AsOperator(operator, _): AsOperator,
    Path(terminal): Path<TerminalId>,
    Body(wish): Body<TerminalWish>,
) -> Answer<Json<TerminalInView>> {
    let storage = app.storage();
    let view = storage.do_about_terminal(operator, terminal, wish).await?;
    Ok(Json(view))
}

/// Keys for working without network, for a terminal that gets them by stick.
#[utoipa::path(get, path = "/api/v1/operator/terminals/{terminal}/keys", tag = "operator", params(("terminal" = u32, Path)),
    responses((status = 200, content_type = "application/vnd.kippu.stick", body = Vec<u8>), (status = "default", body = Problem)))]
pub async fn terminal_keys(
    State(app): State<App>,
    AsOperator(operator, _): AsOperator,
    Path(terminal): Path<TerminalId>,
) -> Answer<Response> {
    let file = keys::file(&app, terminal, Some(operator))
        .await
        .map_err(|refusal| Refusal {
            // The operator may ask; the terminal may not have them.
            code: kippu_api::problem::ProblemCode::WrongState,
            ..refusal
        })?;
    Ok((stick_headers(), file).into_response())
}

/// What issuing anew would do; changes nothing.
#[utoipa::path(post, path = "/api/v1/operator/reissue/look", tag = "operator", request_body = ReissueWhat,
    responses((status = 200, body = ReissueLook), (status = "default", body = Problem)))]
pub async fn look(
    State(app): State<App>,
    Body(what): Body<ReissueWhat>,
) -> Answer<Json<ReissueLook>> {
    Ok(Json(reissue::look(&app, what).await?))
}

/// Issues anew what was looked at. A repeated request gets the same answer without the codes.
#[utoipa::path(post, path = "/api/v1/operator/reissue", tag = "operator", params(("Idempotency-Key" = String, Header)),
    request_body = ReissueOrder, responses((status = 200, body = Reissued), (status = "default", body = Problem)))]
pub async fn order(
    State(app): State<App>,
    AsOperator(operator, _): AsOperator,
    KeyedJson(key, order): KeyedJson<ReissueOrder>,
) -> Answer<Json<Reissued>> {
    Ok(Json(reissue::order(&app, key, operator, order).await?))
}

/// Takes a stick file of reports. The same file again is harmless.
#[utoipa::path(post, path = "/api/v1/operator/reports", tag = "operator", request_body(content = Vec<u8>, content_type = "application/vnd.kippu.stick"),
    responses((status = 200, body = Imported), (status = "default", body = Problem)))]
pub async fn import(
    State(app): State<App>,
    AsOperator(operator, _): AsOperator,
    file: Bytes,
) -> Answer<Json<Imported>> {
    let done = reports::import(&app, &file, (&operator).into()).await?;
    Ok(Json(done))
}
