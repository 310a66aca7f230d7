//! Logging in and out by form.

use askama::Template;
use axum::{
    extract::{Form, Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Redirect, Response},
};
use kippu_api::{people::PersonLogin, problem::ProblemCode};
use serde::Deserialize;

use super::{Page, respond, shown, site::Site};
use crate::{
    app::App,
    auth::AsPerson,
    headers::is_loopback,
    people::{
        routes::with_password,
        sessions::{Opened, Source},
    },
    refusal::Answer,
};

#[derive(Template)]
#[template(path = "pages/login.html")]
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
    number: String,
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
pub(super) fn page(page: Page, to: String, trouble: Option<&str>, status: StatusCode) -> Response {
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
    Source(source): Source,
    headers: HeaderMap,
    Form(typed): Form<Typed>,
) -> Response {
    let login = PersonLogin {
        number: typed.number,
        password: typed.password,
    };
    match open(&app, at.site, login, source, &headers).await {
        Ok(opened) => {
            let lasts = (opened.expires - app.now()) / 1_000_000;
            let cookie = cookie(at.site, &headers, &opened.token, lasts);
            with_cookie(
                Redirect::to(inside(at.site, &typed.to)).into_response(),
                &cookie,
            )
        }
        Err(refusal) => {
            let text = match (refusal.code, refusal.retry_after) {
                (ProblemCode::Unauthenticated, _) => at.w.wrong_login.to_owned(),
                (ProblemCode::TooMany, Some(seconds)) => {
                    at.w.too_many
                        .replace("{}", &seconds.div_ceil(60).to_string())
                }
                _ => return at.trouble(refusal),
            };
            let (status, wait) = (refusal.status(), refusal.retry_after);
            let mut response = page(at, typed.to, Some(&text), status);
            if let Some(seconds) = wait {
                let headers = response.headers_mut();
                headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            }
            response
        }
    }
}

/// Ends the session.
pub async fn log_out(
    State(app): State<App>,
    at: Page,
    AsPerson(_, session): AsPerson,
    headers: HeaderMap,
    Form(Signed { form }): Form<Signed>,
) -> Response {
    let done = async {
        at.check_form(&form)?;
        app.storage().close_session(session).await?;
        let cookie = cookie(at.site, &headers, "", 0);
        let back = format!("{}/login", at.site.below());
        Answer::Ok(with_cookie(Redirect::to(&back).into_response(), &cookie))
    }
    .await;
    shown(at, done)
}

/// A page of this site, whatever was asked for.
fn inside(site: Site, to: &str) -> &str {
    let login = to.strip_prefix(site.below()) == Some("/login");
    if Site::of(to) == Some(site) && !to.contains(['\\', '\r', '\n']) && !login {
        to
    } else {
        site.home()
    }
}

/// Opens a session; the one the browser still had ends.
async fn open(
    app: &App,
    site: Site,
    login: PersonLogin,
    source: String,
    headers: &HeaderMap,
) -> Answer<Opened> {
    let opened = with_password(app, login, source, |person| person.role == site.role()).await?;
    if let Some(before) = site.session(headers) {
        app.storage().close_session(before).await?;
    }
    Ok(opened)
}

/// The session's cookie: no script reads it, no other site sends it, and it goes over TLS alone wherever there is a network.
fn cookie(site: Site, headers: &HeaderMap, token: &str, seconds: i64) -> String {
    let secure = if is_loopback(headers) { "" } else { "; Secure" };
    let (name, below) = (site.cookie(), site.below());
    format!("{name}={token}; Path={below}; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}")
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
        let inside = |to| super::inside(Site::Operator, to);
        assert_eq!(inside("/operator/terminals"), "/operator/terminals");
        for elsewhere in [
            "",
            "https://example.org",
            "//example.org/operator",
            "/operator.example.org",
            "/operator/\r\nx",
            "/operator/login",
            "/organizer",
        ] {
            assert_eq!(inside(elsewhere), "/operator/handovers");
        }
    }
}
