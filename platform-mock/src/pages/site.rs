//! Which pages belong together: the operator's, the organizers', and the sellers'. Each site has a cookie of its own, so that somebody who is several
//! of these can be logged in to each.

use axum::http::{HeaderMap, HeaderName, header};
use kippu_api::{people::PersonRole, problem::ProblemCode};

use super::words::Words;
use crate::{
    auth::{Allow, OPERATOR, ORGANIZER, SELLER, hash_token},
    headers::is_loopback,
    refusal::{Answer, Refusal},
};

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Pages for one kind of people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Site {
    /// Of those who run the platform.
    Operator,
    /// Of those who put on events.
    Organizer,
    /// Of those who sell seats.
    Seller,
}

/// What is one way at one site and another way at the others.
#[derive(Debug)]
pub struct SiteFacts {
    /// Everything of it is below this path.
    pub below: &'static str,
    /// The first page of somebody who has logged in.
    pub home: &'static str,
    /// Where people log in.
    pub login: &'static str,
    /// Where people log out.
    pub logout: &'static str,
    /// Who logs in here.
    pub role: PersonRole,
    /// The same for routes.
    pub allow: Allow,
    /// Cookie with the session's token.
    cookie: &'static str,
}

const OPERATORS: SiteFacts = SiteFacts {
    below: "/operator",
    home: "/operator/handovers",
    login: "/operator/login",
    logout: "/operator/logout",
    role: PersonRole::Operator,
    allow: OPERATOR,
    cookie: "kippu_operator",
};

const ORGANIZERS: SiteFacts = SiteFacts {
    below: "/organizer",
    home: "/organizer",
    login: "/organizer/login",
    logout: "/organizer/logout",
    role: PersonRole::Organizer,
    allow: ORGANIZER,
    cookie: "kippu_organizer",
};

const SELLERS: SiteFacts = SiteFacts {
    below: "/seller",
    home: "/seller",
    login: "/seller/login",
    logout: "/seller/logout",
    role: PersonRole::Seller,
    allow: SELLER,
    cookie: "kippu_seller",
};

impl Site {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Operator, Self::Organizer, Self::Seller];

    /// The site a path belongs to; `None` for what is no page.
    pub fn of(path: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|site| {
            path.strip_prefix(site.facts().below)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }

    /// What is its own way.
    pub fn facts(self) -> &'static SiteFacts {
        match self {
            Self::Operator => &OPERATORS,
            Self::Organizer => &ORGANIZERS,
            Self::Seller => &SELLERS,
        }
    }

    /// Its name on every page.
    pub fn product(self, w: &Words) -> &'static str {
        match self {
            Self::Operator => w.product_operator,
            Self::Organizer => w.product_organizer,
            Self::Seller => w.product_seller,
        }
    }
}

impl SiteFacts {
    /// The hash of the session's token in this site's cookie.
    pub fn session(&self, headers: &HeaderMap) -> Option<[u8; 32]> {
        headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .find_map(|pair| pair.trim().strip_prefix(self.cookie)?.strip_prefix('='))
            .map(hash_token)
    }

    /// The session's cookie: no script reads it, no other site sends it, and it goes over TLS alone wherever there is a network.
    pub(super) fn cookie(&self, headers: &HeaderMap, token: &str, seconds: i64) -> String {
        let secure = if is_loopback(headers) { "" } else { "; Secure" };
        let (name, below) = (self.cookie, self.below);
        format!(
            "{name}={token}; Path={below}; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}"
        )
    }
}

/// Whether a route is for pages: they, and the data their scripts ask for.
pub fn is_page(route: &str) -> bool {
    Site::of(route).is_some()
}

/// Whether somebody looks at what a route answers.
pub fn is_shown(route: &str) -> bool {
    is_page(route) && !route.contains("/data/")
}

/// The hash of the session's token in a page's cookie; routes of the API take none, so that no other site's page can use them.
pub fn cookie(route: &str, headers: &HeaderMap) -> Option<[u8; 32]> {
    Site::of(route)?.facts().session(headers)
}

/// Refuses a form that another site's page sent. A browser says where a form comes from by `Sec-Fetch-Site`, older ones by `Origin`; who sends
/// neither is no browser and has no cookie of one. Besides, the cookie is never sent from other sites (`SameSite=Strict`), and forms carry a
/// token of their session ([`super::Page::check_form`]): any one of the three would do.
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

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

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
        assert_eq!(cookie("/organizer", &headers), None, "another site's");
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
