//! Logging operators in and out, by JSON; pages use the same session in a cookie.

use std::sync::LazyLock;

use axum::{Json, extract::State, http::StatusCode, routing::post};
use kippu_api::{
    operator::{OperatorLogin, OperatorSession},
    problem::{Problem, ProblemCode},
};

use super::rules;
use crate::{
    app::App,
    auth::{Allow, AsOperator, OPERATOR, hash_token},
    clerks::rules::pin_matches,
    refusal::{Answer, Refusal},
    request::Body,
    routes::Routes,
};

/// Where operators are counted among wrong tries; no store has this code.
const THROTTLE: &str = "\0operator";
/// Somebody else's password to check against where there is no such operator, so that both take as long.
static NOBODY: LazyLock<String> =
    LazyLock::new(|| rules::hash_password("nobody at all").unwrap_or_default());

/// Routes for logging in and out.
pub fn routes(routes: Routes) -> Routes {
    routes
        .on(
            "/api/v1/operator/login",
            "post",
            Allow::Anyone,
            post(log_in),
        )
        .on("/api/v1/operator/logout", "post", OPERATOR, post(log_out))
}

/// Opens a session.
#[utoipa::path(post, path = "/api/v1/operator/login", tag = "operator", request_body = OperatorLogin,
    responses((status = 200, body = OperatorSession), (status = "default", body = Problem)))]
pub async fn log_in(
    State(app): State<App>,
    Body(login): Body<OperatorLogin>,
) -> Answer<Json<OperatorSession>> {
    open(&app, login).await.map(Json)
}

/// Ends the session.
#[utoipa::path(post, path = "/api/v1/operator/logout", tag = "operator", responses((status = 204), (status = "default", body = Problem)))]
pub async fn log_out(
    State(app): State<App>,
    AsOperator(_, session): AsOperator,
) -> Answer<StatusCode> {
    app.storage().close_operator_session(session).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Checks a password and opens a session.
///
/// # Errors
/// 401 for a wrong pair, 429 after too many.
pub async fn open(app: &App, login: OperatorLogin) -> Answer<OperatorSession> {
    let wrong = || {
        Refusal::new(ProblemCode::Unauthenticated, "Number or password is wrong.")
            .hint("Enter both again.")
    };
    app.throttle()
        .admit(THROTTLE, &login.operator, app.now())
        .map_err(|refusal| Refusal {
            detail: "There were too many wrong passwords for this operator.".into(),
            hint: Some("Wait five minutes."),
            ..refusal
        })?;
    let known = app.storage().operator(&login.operator).await?;
    let (operator, hash) = known.map_or((None, NOBODY.clone()), |(operator, hash)| {
        (Some(operator), hash)
    });
    let password = login.password.clone();
    let right = tokio::task::spawn_blocking(move || pin_matches(&password, &hash))
        .await
        .map_err(|error| Refusal::internal(&error))?;
    let operator = operator.filter(|_| right).ok_or_else(wrong)?;
    app.throttle().forget(THROTTLE, &login.operator);
    let token = hex::encode(rand::random::<[u8; 32]>());
    let expires = app
        .storage()
        .open_operator_session(hash_token(&token), operator.id)
        .await?;
    Ok(OperatorSession {
        token,
        name: operator.name,
        expires,
    })
}
