//! Logging in and out by form.

use askama::Template;
use axum::{
    extract::{Form, Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Redirect, Response},
};
use kippu_api::{operator::OperatorLogin, problem::ProblemCode};
use serde::Deserialize;

use super::{COOKIE, Page, is_page, respond, shown};
use crate::{
    app::App,
    auth::AsOperator,
    clerks::rules::SESSION_MICROS,
    operator::sessions,
    refusal::{Answer, Refusal},
};

#[derive(Template)]
#[template(path = "operator/login.html")]
struct LoginPage<'a> {
    page: &'a Page,
    to: &'a str,
    trouble: Option<&'a str>,
}

/// Where somebody wanted to go.
#[derive(Debug, Default, Deserialize)]
pub struct Wanted {
    #[serde(default)]
    to: String,
}

/// What is typed into the form.
#[derive(Deserialize)]
pub struct Typed {
    #[serde(default)]
    operator: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    to: String,
}

/// A form of somebody who is logged in.
#[derive(Debug, Deserialize)]
pub struct Signed {
    #[serde(default)]
    form: String,
}

/// The form.
pub(super) fn page(
    page: Page,
    to: String,
    trouble: Option<&'static str>,
    status: StatusCode,
) -> Response {
    let template = LoginPage {
        page: &page,
        to: &to,
        trouble,
    };
    respond(&template, status)
}

/// Shows the form.
pub async fn form(at: Page, Query(Wanted { to }): Query<Wanted>) -> Response {
    page(at, to, None, StatusCode::OK)
}

/// Opens a session and goes where somebody wanted to go.
pub async fn log_in(
    State(app): State<App>,
    at: Page,
    headers: HeaderMap,
    Form(typed): Form<Typed>,
) -> Response {
    let login = OperatorLogin {
        operator: typed.operator,
        password: typed.password,
    };
    let opened = match from_elsewhere(&headers) {
        true => Err(Refusal::bad_request(at.w.form_old)),
        false => sessions::open(&app, login).await,
    };
    match opened {
        Ok(session) => {
            let cookie = format!(
                "{COOKIE}={}; Path=/operator; Max-Age={}; HttpOnly; SameSite=Strict",
                session.token,
                SESSION_MICROS / 1_000_000
            );
            with_cookie(Redirect::to(inside(&typed.to)).into_response(), &cookie)
        }
        Err(refusal) => {
            let text = match refusal.code {
                ProblemCode::Unauthenticated => at.w.wrong_login,
                ProblemCode::TooMany => at.w.too_many,
                _ => return at.trouble(refusal),
            };
            let status = refusal.status();
            page(at, typed.to, Some(text), status)
        }
    }
}

/// Ends the session.
pub async fn log_out(
    State(app): State<App>,
    at: Page,
    AsOperator(_, session): AsOperator,
    Form(Signed { form }): Form<Signed>,
) -> Response {
    let done = async {
        at.check_form(&form)?;
        app.storage().close_operator_session(session).await?;
        let cookie = format!("{COOKIE}=; Path=/operator; Max-Age=0; HttpOnly; SameSite=Strict");
        Answer::Ok(with_cookie(
            Redirect::to("/operator/login").into_response(),
            &cookie,
        ))
    }
    .await;
    shown(at, done)
}

/// A page of this site, whatever was asked for.
fn inside(to: &str) -> &str {
    if is_page(to) && !to.contains(['\\', '\r', '\n']) && to != "/operator/login" {
        to
    } else {
        "/operator/handovers"
    }
}

/// Whether a browser says that another site sent the form.
fn from_elsewhere(headers: &HeaderMap) -> bool {
    headers
        .get("sec-fetch-site")
        .is_some_and(|site| site != "same-origin" && site != "none")
}

fn with_cookie(mut response: Response, cookie: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().insert(header::SET_COOKIE, value);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_to_another_site() {
        assert_eq!(inside("/operator/terminals"), "/operator/terminals");
        for elsewhere in [
            "",
            "https://example.org",
            "//example.org/operator",
            "/operator.example.org",
            "/operator/\r\nx",
            "/operator/login",
        ] {
            assert_eq!(inside(elsewhere), "/operator/handovers");
        }
    }
}
