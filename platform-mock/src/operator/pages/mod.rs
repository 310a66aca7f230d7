//! The operator's pages: HTML without scripts, under `/operator`. Forms carry a token of their session; answers forbid framing and scripts.

pub(crate) mod accounts;
mod handovers;
mod login;
mod reissue;
mod terminals;

use askama::Template;
use axum::{
    extract::{FromRequestParts, Request},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, request::Parts},
    response::{Html, IntoResponse as _, Response},
    routing::{get, post},
};
use jiff::{Timestamp, tz::TimeZone};
use kippu_api::{
    handovers::{Purpose, ReportedOutcome},
    operator::ToldInView,
    problem::ProblemCode,
};
use kippu_ticket::ids::{HandoverId, Step};
use sha2::{Digest as _, Sha256};

use super::words::{Words, words};
use crate::{
    auth::{Allow, Caller, OPERATOR, Scope, hash_token},
    refusal::{Answer, Refusal},
    routes::Routes,
};

/// Everything here is below this path.
const BELOW: &str = "/operator";
/// Cookie with the session's token.
const COOKIE: &str = "kippu_operator";
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const STYLE: &str = include_str!("../../../assets/operator.css");

/// The pages.
pub fn routes(routes: Routes) -> Routes {
    routes
        .on(
            "/operator",
            "get",
            OPERATOR.of(Scope::All),
            get(handovers::home),
        )
        .on(
            "/operator/style.css",
            "get",
            Allow::Anyone.of(Scope::Common),
            get(style),
        )
        .on(
            "/operator/login",
            "get",
            Allow::Anyone.of(Scope::Common),
            get(login::form),
        )
        .on(
            "/operator/login",
            "post",
            Allow::Anyone.of(Scope::Account),
            post(login::log_in),
        )
        .on(
            "/operator/logout",
            "post",
            OPERATOR.of(Scope::Account),
            post(login::log_out),
        )
        .on(
            "/operator/handovers",
            "get",
            OPERATOR.of(Scope::All),
            get(handovers::list),
        )
        .on(
            "/operator/handovers/{handover}",
            "get",
            OPERATOR.of(Scope::All),
            get(handovers::story),
        )
        .on(
            "/operator/unproved",
            "get",
            OPERATOR.of(Scope::All),
            get(handovers::unproved),
        )
        .on(
            "/operator/reissue",
            "get",
            OPERATOR.of(Scope::All),
            get(reissue::look),
        )
        .on(
            "/operator/reissue",
            "post",
            OPERATOR.of(Scope::All),
            post(reissue::order),
        )
        .on(
            "/operator/terminals",
            "get",
            OPERATOR.of(Scope::All),
            get(terminals::list),
        )
        .on(
            "/operator/terminals/{terminal}",
            "post",
            OPERATOR.of(Scope::All),
            post(terminals::wish),
        )
        .on(
            "/operator/terminals/{terminal}/enrolment-code",
            "post",
            OPERATOR.of(Scope::All),
            post(terminals::enrolment_code),
        )
        .on(
            "/operator/terminals/{terminal}/keys",
            "get",
            OPERATOR.of(Scope::All),
            get(terminals::keys),
        )
        .on(
            "/operator/reports",
            "post",
            OPERATOR.of(Scope::All),
            post(terminals::import).layer(terminals::upload_limit()),
        )
        .on(
            "/operator/accounts",
            "get",
            OPERATOR.of(Scope::All),
            get(accounts::list),
        )
        .on(
            "/operator/accounts",
            "post",
            OPERATOR.of(Scope::All),
            post(accounts::make),
        )
        .on(
            "/operator/accounts/{account}",
            "post",
            OPERATOR.of(Scope::All),
            post(accounts::wish),
        )
        .on(
            "/operator/audit",
            "get",
            OPERATOR.of(Scope::All),
            get(accounts::audit),
        )
        .on(
            "/operator/restore",
            "get",
            OPERATOR.of(Scope::All),
            get(terminals::restore),
        )
}

/// Whether a route is a page.
pub fn is_page(route: &str) -> bool {
    route
        .strip_prefix(BELOW)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The hash of the session's token in a page's cookie; routes of the API take none, so that no other site's page can use them.
pub fn cookie(route: &str, headers: &HeaderMap) -> Option<[u8; 32]> {
    if !is_page(route) {
        return None;
    }
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='))
        .map(hash_token)
}

/// Refuses a form that another site's page sent. A browser says where a form comes from by `Sec-Fetch-Site`, older ones by `Origin`; who sends
/// neither is no browser and has no cookie of one. Besides, the cookie is never sent from other sites (`SameSite=Strict`), and forms carry a
/// token of their session ([`Page::check_form`]): any one of the three would do.
///
/// # Errors
/// 403.
pub fn check_origin(headers: &HeaderMap) -> Answer<()> {
    let text = |name: &HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let own_site = match (text(&FETCH_SITE), text(&header::ORIGIN)) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => {
            let host = origin.split_once("://").map(|(_, host)| host);
            host.is_some() && host == text(&header::HOST)
        }
        (None, None) => true,
    };
    if own_site {
        return Ok(());
    }
    Err(Refusal::new(
        ProblemCode::Forbidden,
        "This form came from another site. Nothing was done.",
    )
    .hint("Open the page again and send the form from there."))
}

/// A page somebody may not see: the log-in form, or why not.
pub fn refused(request: &Request, refusal: Refusal) -> Response {
    let page = Page::of(request.headers(), None);
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

/// Places in the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// None of them.
    Nowhere,
    /// Handovers.
    Handovers,
    /// Unproved reports.
    Unproved,
    /// Re-issue.
    Reissue,
    /// Terminals.
    Terminals,
    /// Accounts.
    Accounts,
    /// Who did what.
    Audit,
    /// Restore.
    Restore,
}

/// What every page needs: its language, who looks at it, and the token of its forms.
#[derive(Debug)]
pub struct Page {
    w: &'static Words,
    name: Option<String>,
    form: String,
    place: Place,
    zone: TimeZone,
}

impl Page {
    fn of(headers: &HeaderMap, caller: Option<&Caller>) -> Self {
        let (name, form) = match caller {
            Some(Caller::Person(person, session)) => {
                (Some(person.name.clone()), form_token(session))
            }
            _ => (None, String::new()),
        };
        Self {
            w: words(headers),
            name,
            form,
            place: Place::Nowhere,
            zone: TimeZone::system(),
        }
    }

    fn at(self, place: Place) -> Self {
        Self { place, ..self }
    }

    fn places(&self) -> [(Place, &'static str, &'static str); 7] {
        [
            (Place::Handovers, "/operator/handovers", self.w.handovers),
            (Place::Unproved, "/operator/unproved", self.w.unproved),
            (Place::Reissue, "/operator/reissue", self.w.reissue),
            (Place::Terminals, "/operator/terminals", self.w.terminals),
            (Place::Accounts, "/operator/accounts", self.w.accounts),
            (Place::Audit, "/operator/audit", self.w.audit),
            (Place::Restore, "/operator/restore", self.w.restore),
        ]
    }

    /// A time, UTC microseconds, by the clock of the place where the platform stands.
    fn time(&self, at: &i64) -> String {
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
    fn check_form(&self, form: &str) -> Answer<()> {
        if self.form.is_empty() || form != self.form {
            return Err(Refusal::bad_request(self.w.form_old));
        }
        Ok(())
    }

    /// The page that says why something was not done.
    fn trouble(self, refusal: Refusal) -> Response {
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
        Ok(Self::of(&parts.headers, parts.extensions.get()))
    }
}

#[derive(Template)]
#[template(path = "operator/trouble.html")]
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
fn shown(page: Page, answer: Answer<Response>) -> Response {
    answer.unwrap_or_else(|refusal| page.trouble(refusal))
}

fn respond(template: &impl Template, status: StatusCode) -> Response {
    match template.render() {
        Ok(text) => {
            let mut response = (status, Html(text)).into_response();
            let headers = response.headers_mut();
            for (name, value) in [
                (
                    header::CONTENT_SECURITY_POLICY,
                    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
                ),
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

async fn style() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (header::CACHE_CONTROL, "max-age=3600"),
    ];
    (headers, STYLE).into_response()
}

/// The first digits of a handover's number, enough to tell it from its neighbours.
fn short(handover: &HandoverId) -> String {
    handover.to_string().chars().take(8).collect()
}

fn purpose(w: &Words, purpose: &Option<Purpose>) -> &'static str {
    match purpose {
        None => w.purchase,
        Some(Purpose::Assignment) => w.assignment,
        Some(Purpose::Paper) => w.to_paper,
        Some(Purpose::Parking) => w.parking,
    }
}

fn step(w: &Words, step: &Step) -> &'static str {
    match step {
        Step::Take => w.take,
        Step::Give => w.give,
        Step::GiveBack => w.give_back,
        Step::Park => w.park,
        Step::Print => w.print,
    }
}

fn outcome(w: &Words, outcome: &ReportedOutcome) -> &'static str {
    match outcome {
        ReportedOutcome::Done => w.done,
        ReportedOutcome::NotDone => w.not_done,
        ReportedOutcome::Unknown => w.unknown,
        ReportedOutcome::LeftAtPlatform => w.left,
        ReportedOutcome::PaperVoid => w.paper_void,
    }
}

fn role<'a>(w: &Words, role: &'a str) -> &'a str {
    match role {
        "kiosk" => w.kiosk,
        "gate" => w.gate,
        "register" => w.register,
        other => other,
    }
}

fn kind<'a>(w: &Words, kind: &'a str) -> &'a str {
    match kind {
        "seat" => w.seat,
        "free_seating" => w.free_seating,
        "voucher" => w.voucher,
        "membership" => w.membership,
        other => other,
    }
}

/// Whether a report says that a card was changed, so that the card can prove it.
fn wants_proof(told: &ToldInView) -> bool {
    told.outcome == ReportedOutcome::Done
        && matches!(told.step, Step::Take | Step::Give | Step::GiveBack)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_take_the_cookie() {
        let mut headers = HeaderMap::new();
        headers.insert(
            header::COOKIE,
            HeaderValue::from_static("other=1; kippu_operator=abc"),
        );
        assert_eq!(
            cookie("/operator/terminals", &headers),
            Some(hash_token("abc"))
        );
        assert_eq!(cookie("/operator", &headers), Some(hash_token("abc")));
        assert_eq!(cookie("/api/v1/operator/terminals", &headers), None);
        assert_eq!(cookie("/operators", &headers), None);
    }

    #[test]
    fn forms_of_other_sites_are_known_by_what_browsers_say() {
        let came = |pairs: &[(&'static str, &'static str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.insert(*name, HeaderValue::from_static(value));
            }
            check_origin(&headers).is_ok()
        };
        assert!(came(&[]));
        assert!(came(&[
            ("sec-fetch-site", "same-origin"),
            ("origin", "null")
        ]));
        assert!(came(&[
            ("host", "a.example:8080"),
            ("origin", "https://a.example:8080")
        ]));
        for site in ["cross-site", "same-site", "?"] {
            assert!(!came(&[("sec-fetch-site", site)]), "{site}");
        }
        for origin in ["null", "https://b.example", "https://a.example.b.example"] {
            assert!(
                !came(&[("host", "a.example"), ("origin", origin)]),
                "{origin}"
            );
        }
    }
}
