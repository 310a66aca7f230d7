//! What all pages share: their sites, their look, logging in, and forms that carry a token of their session. Answers forbid framing.

pub(crate) mod form_key;
pub mod login;
pub mod place;
pub mod site;
pub(crate) mod typed;
pub(crate) mod upload;
pub mod words;

use askama::Template;
use axum::{
    extract::{FromRequestParts, Request},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts},
    response::{Html, IntoResponse as _, Response},
    routing::{MethodRouter, get, post},
};
use jiff::{Timestamp, tz::TimeZone};
use kippu_api::problem::ProblemCode;
use sha2::{Digest as _, Sha256};

use self::{
    place::Place,
    site::{Site, SiteFacts},
    words::{Language, Words, words},
};
use crate::{
    app::App,
    auth::{Allow, Caller, Scope},
    refusal::{Answer, Refusal, Refused},
    routes::Routes,
};

const PLAIN: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
const SCRIPTED: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
const STYLE: &str = include_str!("../../assets/pages.css");

/// Logging in and out on every site, and what the pages use.
pub fn routes(routes: Routes) -> Routes {
    let anyone = Allow::Anyone.of(Scope::Common);
    let stranger = Allow::Anyone.of(Scope::Account);
    let style = asset("text/css; charset=utf-8", STYLE);
    let routes = routes.on("/assets/pages.css", "get", anyone, style);
    Site::ALL.into_iter().fold(routes, |routes, site| {
        let site = site.facts();
        let own = site.allow.of(Scope::Account);
        routes
            .on(site.login, "get", anyone, get(login::form))
            .on(site.login, "post", stranger, post(login::log_in))
            .on(site.logout, "post", own, post(login::log_out))
    })
}

/// What was asked for, kept until it is known whether it is refused.
pub struct Asked {
    page: Page,
    /// Where to go after logging in: to what was asked for, if that was a page.
    to: String,
}

impl Asked {
    /// By somebody, if anybody who may.
    pub fn of(request: &Request, caller: Option<&Option<Caller>>) -> Self {
        let path = request.uri().path();
        let caller = caller.and_then(Option::as_ref);
        Self {
            page: Page::of(path, request.headers(), caller),
            to: if request.method() == Method::GET {
                request.uri().to_string()
            } else {
                String::new()
            },
        }
    }

    /// Shows what was answered: a refusal as the page that says why, or as the form to log in by.
    pub fn shown(self, mut answer: Response) -> Response {
        let Some(refused) = answer.extensions_mut().remove::<Refused>() else {
            return answer;
        };
        let refusal = &refused.0;
        let mut shown = if refusal.code == ProblemCode::Unauthenticated {
            let text = self.page.w.session_over;
            login::page(&self.page, &self.to, Some(text), refusal.status())
        } else {
            self.page.trouble(refusal)
        };
        if let Some(seconds) = refusal.retry_after {
            let headers = shown.headers_mut();
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        shown.extensions_mut().insert(refused);
        shown
    }
}

/// What every page needs: its language, who looks at it, and the token of its forms.
#[derive(Debug)]
pub struct Page {
    pub(crate) language: Language,
    pub(crate) w: &'static Words,
    pub(crate) site: &'static SiteFacts,
    pub(crate) product: &'static str,
    pub(crate) name: Option<String>,
    pub(crate) form: String,
    pub(crate) places: Vec<Place>,
    pub(crate) place: Option<&'static str>,
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
        let language = words::language(headers);
        let w = words(language);
        let site = Site::of(path).unwrap_or(Site::Operator);
        let places = place::of(site, w);
        Self {
            language,
            w,
            site: site.facts(),
            product: site.product(w),
            name,
            form,
            place: place::around(&places, path),
            places,
            zone: TimeZone::system(),
        }
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

    /// The clock of the place where the platform stands.
    pub(crate) fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// Checks that a form came from a page of this very session.
    pub(crate) fn check_form(&self, form: &str) -> Answer<()> {
        if self.form.is_empty() || form != self.form {
            return Err(Refusal::bad_request(self.w.form_old));
        }
        Ok(())
    }

    /// The page that says why something was not done.
    fn trouble(&self, refusal: &Refusal) -> Response {
        let template = Trouble {
            page: self,
            refusal,
        };
        render_as(&template, refusal.status())
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
    refusal: &'a Refusal,
}

/// The token forms of a session carry. Another site cannot know it, as it cannot read the session's cookie.
fn form_token(session: &[u8; 32]) -> String {
    let digest = Sha256::new()
        .chain_update(b"kippu form\0")
        .chain_update(session)
        .finalize();
    hex::encode(&digest[..16])
}

/// A page without scripts.
pub(crate) fn respond(template: &impl Template) -> Answer<Response> {
    rendered(template, PLAIN)
}

/// A page with the product's own scripts, which talk to pages of the same site.
pub(crate) fn respond_with_scripts(template: &impl Template) -> Answer<Response> {
    rendered(template, SCRIPTED)
}

fn rendered(template: &impl Template, policy: &'static str) -> Answer<Response> {
    let text = template
        .render()
        .map_err(|error| Refusal::internal(&error))?;
    let mut response = Html(text).into_response();
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::REFERRER_POLICY, "same-origin"),
        (header::VARY, "Accept-Language, Cookie"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    Ok(response)
}

/// A page that says something else than what was asked for.
fn render_as(template: &impl Template, status: StatusCode) -> Response {
    let mut response = respond(template).into_response();
    if response.status() == StatusCode::OK {
        *response.status_mut() = status;
    }
    response
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
