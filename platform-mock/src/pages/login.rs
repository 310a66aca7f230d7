//! Logging in and out by form.

use askama::Template;
use axum::{
    extract::{Form, Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Redirect, Response},
};
use kippu_api::{people::PersonLogin, problem::ProblemCode};
use serde::Deserialize;

use super::{
    Page, render_as,
    site::{Site, SiteFacts},
};
use crate::{
    app::App,
    auth::AsPerson,
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
pub(super) fn page(page: &Page, to: &str, trouble: Option<&str>, status: StatusCode) -> Response {
    render_as(&LoginPage { page, to, trouble }, status)
}

/// Shows the form.
pub async fn form(at: Page, Query(Wanted { to }): Query<Wanted>) -> Response {
    page(&at, &to, None, StatusCode::OK)
}

/// Opens a session and goes where somebody wanted to go.
pub async fn log_in(
    State(app): State<App>,
    at: Page,
    Source(source): Source,
    headers: HeaderMap,
    Form(typed): Form<Typed>,
) -> Answer<Response> {
    let login = PersonLogin {
        number: typed.number,
        password: typed.password,
    };
    let refusal = match open(&app, at.site, login, source, &headers).await {
        Ok(opened) => {
            let lasts = (opened.expires - app.now()) / 1_000_000;
            let cookie = at.site.cookie(&headers, &opened.token, lasts);
            let to = inside(at.site, &typed.to);
            return Ok(with_cookie(Redirect::to(to).into_response(), &cookie));
        }
        Err(refusal) => refusal,
    };
    let text = match (refusal.code, refusal.retry_after) {
        (ProblemCode::Unauthenticated, _) => at.w.wrong_login.to_owned(),
        (ProblemCode::TooMany, Some(seconds)) => {
            let minutes = seconds.div_ceil(60).to_string();
            at.w.too_many.replace("{}", &minutes)
        }
        _ => return Err(refusal),
    };
    let mut response = page(&at, &typed.to, Some(&text), refusal.status());
    if let Some(seconds) = refusal.retry_after {
        let headers = response.headers_mut();
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    Ok(response)
}

/// Ends the session.
pub async fn log_out(
    State(app): State<App>,
    at: Page,
    AsPerson(_, session): AsPerson,
    headers: HeaderMap,
    Form(Signed { form }): Form<Signed>,
) -> Answer<Response> {
    at.check_form(&form)?;
    app.storage().close_session(session).await?;
    let cookie = at.site.cookie(&headers, "", 0);
    let back = Redirect::to(at.site.login).into_response();
    Ok(with_cookie(back, &cookie))
}

/// A page of this site, whatever was asked for.
fn inside<'a>(site: &SiteFacts, to: &'a str) -> &'a str {
    let path = to.split('?').next().unwrap_or_default();
    let here = Site::of(path).is_some_and(|found| found.facts().below == site.below);
    if here && !to.contains(['\\', '\r', '\n']) && path != site.login {
        to
    } else {
        site.home
    }
}

/// Opens a session; the one the browser still had ends.
async fn open(
    app: &App,
    site: &SiteFacts,
    login: PersonLogin,
    source: String,
    headers: &HeaderMap,
) -> Answer<Opened> {
    let opened = with_password(app, login, source, |person| person.role == site.role).await?;
    if let Some(before) = site.session(headers) {
        app.storage().close_session(before).await?;
    }
    Ok(opened)
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
        let inside = |to| super::inside(Site::Operator.facts(), to);
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
