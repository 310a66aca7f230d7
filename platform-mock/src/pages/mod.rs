//! What all pages share: their sites, their look, logging in, and forms that carry a token of their session. Answers forbid framing.

pub mod login;
pub mod place;
pub mod site;
pub mod words;

use askama::Template;
use axum::{
    extract::{FromRequestParts, Request},
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    response::{Html, IntoResponse as _, Response},
    routing::{MethodRouter, get, post},
};
use jiff::{Timestamp, tz::TimeZone};
use kippu_api::problem::ProblemCode;
use sha2::{Digest as _, Sha256};

use self::{
    place::Place,
    site::Site,
    words::{Words, words},
};
use crate::{
    app::App,
    auth::{Allow, Caller, OPERATOR, ORGANIZER, Scope},
    refusal::{Answer, Refusal},
    routes::Routes,
};

const PLAIN: &str = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
const SCRIPTED: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
const STYLE: &str = include_str!("../../assets/pages.css");

/// Logging in and out on every site, and what the pages use.
pub fn routes(routes: Routes) -> Routes {
    let anyone = Allow::Anyone.of(Scope::Common);
    let stranger = Allow::Anyone.of(Scope::Account);
    routes
        .on(
            "/assets/pages.css",
            "get",
            anyone,
            asset("text/css; charset=utf-8", STYLE),
        )
        .on("/operator/login", "get", anyone, get(login::form))
        .on("/operator/login", "post", stranger, post(login::log_in))
        .on(
            "/operator/logout",
            "post",
            OPERATOR.of(Scope::Account),
            post(login::log_out),
        )
        .on("/organizer/login", "get", anyone, get(login::form))
        .on("/organizer/login", "post", stranger, post(login::log_in))
        .on(
            "/organizer/logout",
            "post",
            ORGANIZER.of(Scope::Account),
            post(login::log_out),
        )
}

/// A page somebody may not see: the log-in form, or why not.
pub fn refused(request: &Request, refusal: Refusal) -> Response {
    let page = Page::of(request.uri().path(), request.headers(), None);
    if refusal.code == ProblemCode::Unauthenticated {
        let to = request.uri().path().to_owned();
        let to = if request.method() == axum::http::Method::GET {
            to
        } else {
            String::new()
        };
        let text = page.w.session_over;
        return login::page(page, to, Some(text), StatusCode::UNAUTHORIZED);
    }
    page.trouble(refusal)
}

/// What every page needs: its language, who looks at it, and the token of its forms.
#[derive(Debug)]
pub struct Page {
    pub(crate) w: &'static Words,
    pub(crate) site: Site,
    pub(crate) name: Option<String>,
    pub(crate) form: String,
    pub(crate) place: Place,
    zone: TimeZone,
}

impl Page {
    fn of(path: &str, headers: &HeaderMap, caller: Option<&Caller>) -> Self {
        let (name, form) = match caller {
            Some(Caller::Person(person, session)) => {
                (Some(person.name.clone()), form_token(session))
            }
            _ => (None, String::new()),
        };
        Self {
            w: words(headers),
            site: Site::of(path).unwrap_or(Site::Operator),
            name,
            form,
            place: Place::Nowhere,
            zone: TimeZone::system(),
        }
    }

    /// The page of a place in the navigation.
    pub(crate) fn at(self, place: Place) -> Self {
        Self { place, ..self }
    }

    /// The site's name.
    pub(crate) fn product(&self) -> &'static str {
        self.site.product(self.w)
    }

    /// The navigation: place, path and text.
    pub(crate) fn places(&self) -> Vec<(Place, &'static str, &'static str)> {
        place::of(self.site, self.w)
    }

    /// A time, UTC microseconds, by the clock of the place where the platform stands.
    pub(crate) fn time(&self, at: &i64) -> String {
        Timestamp::from_microsecond(*at).map_or_else(
            |_| "–".into(),
            |at| {
                at.to_zoned(self.zone.clone())
                    .strftime("%Y-%m-%d %H:%M %Z")
                    .to_string()
            },
        )
    }

    /// Checks that a form came from a page of this very session.
    pub(crate) fn check_form(&self, form: &str) -> Answer<()> {
        if self.form.is_empty() || form != self.form {
            return Err(Refusal::bad_request(self.w.form_old));
        }
        Ok(())
    }

    /// The page that says why something was not done.
    pub(crate) fn trouble(self, refusal: Refusal) -> Response {
        let status = refusal.status();
        let template = Trouble {
            detail: &refusal.detail,
            hint: refusal.hint,
            page: &self,
        };
        respond(&template, status)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Page {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self::of(
            parts.uri.path(),
            &parts.headers,
            parts.extensions.get(),
        ))
    }
}

#[derive(Template)]
#[template(path = "pages/trouble.html")]
struct Trouble<'a> {
    page: &'a Page,
    detail: &'a str,
    hint: Option<&'a str>,
}

/// The token forms of a session carry. Another site cannot know it, as it cannot read the session's cookie.
fn form_token(session: &[u8; 32]) -> String {
    let digest = Sha256::new()
        .chain_update(b"kippu operator form\0")
        .chain_update(session)
        .finalize();
    hex::encode(&digest[..16])
}

/// Shows a page, or why not.
pub(crate) fn shown(page: Page, answer: Answer<Response>) -> Response {
    answer.unwrap_or_else(|refusal| page.trouble(refusal))
}

/// A page without scripts.
pub(crate) fn respond(template: &impl Template, status: StatusCode) -> Response {
    with_policy(template, status, PLAIN)
}

/// A page with the product's own scripts, which talk to pages of the same site.
pub(crate) fn respond_with_scripts(template: &impl Template, status: StatusCode) -> Response {
    with_policy(template, status, SCRIPTED)
}

fn with_policy(template: &impl Template, status: StatusCode, policy: &'static str) -> Response {
    match template.render() {
        Ok(text) => {
            let mut response = (status, Html(text)).into_response();
            let headers = response.headers_mut();
            for (name, value) in [
                (header::CONTENT_SECURITY_POLICY, policy),
                (header::REFERRER_POLICY, "same-origin"),
                (header::VARY, "Accept-Language, Cookie"),
            ] {
                headers.insert(name, HeaderValue::from_static(value));
            }
            response
        }
        Err(error) => Refusal::internal(&error).into_response(),
    }
}

/// A file the pages use.
pub(crate) fn asset(kind: &'static str, text: &'static str) -> MethodRouter<App> {
    get(move || async move {
        let headers = [
            (header::CONTENT_TYPE, kind),
            (header::CACHE_CONTROL, "max-age=3600"),
        ];
        (headers, text)
    })
}
