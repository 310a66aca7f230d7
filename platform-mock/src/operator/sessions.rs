//! Logging operators in and out, by JSON; pages use the same session in a cookie.

use axum::{Json, extract::State, http::StatusCode, routing::post};
use kippu_api::{
    operator::{OperatorLogin, OperatorSession},
    people::PersonLogin,
    problem::Problem,
};

use crate::{
    app::App,
    auth::{Allow, AsOperator, OPERATOR, Scope},
    people::{
        routes::with_password,
        rules::Role,
        sessions::{Opened, Source},
    },
    refusal::Answer,
    request::Body,
    routes::Routes,
};

/// Routes for logging in and out.
pub fn routes(routes: Routes) -> Routes {
    routes
        .on(
            "/api/v1/operator/login",
            "post",
            Allow::Anyone.of(Scope::Account),
            post(log_in),
        )
        .on(
            "/api/v1/operator/logout",
            "post",
            OPERATOR.of(Scope::Account),
            post(log_out),
        )
}

/// Opens a session.
#[utoipa::path(post, path = "/api/v1/operator/login", tag = "operator", request_body = OperatorLogin,
    responses((status = 200, body = OperatorSession), (status = "default", body = Problem)))]
pub async fn log_in(
    State(app): State<App>,
    Source(source): Source,
    Body(login): Body<OperatorLogin>,
) -> Answer<Json<OperatorSession>> {
    let opened = open(&app, login, source).await?;
    Ok(Json(OperatorSession {
        token: opened.token,
        name: opened.person.name,
        expires: opened.expires,
    }))
}

/// Ends the session.
#[utoipa::path(post, path = "/api/v1/operator/logout", tag = "operator", responses((status = 204), (status = "default", body = Problem)))]
pub async fn log_out(
    State(app): State<App>,
    AsOperator(_, session): AsOperator,
) -> Answer<StatusCode> {
    app.storage().close_session(session).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Checks an operator's password and opens a session.
///
/// # Errors
/// 401 for a wrong pair, 429 after too many.
pub async fn open(app: &App, login: OperatorLogin, source: String) -> Answer<Opened> {
    let login = PersonLogin {
        number: login.operator,
        password: login.password,
    };
    with_password(app, login, source, |person| person.role == Role::Operator).await
}
