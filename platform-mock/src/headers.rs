//! What every answer says to browsers and to whatever stands between: nothing of it is a script, a frame or worth keeping, unless its route
//! says otherwise.

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};

/// Policy of answers that are no pages: they are shown as nothing at all.
const NO_PAGE: &str = "default-src 'none'; frame-ancestors 'none'";
/// Sent where the answer does not state it itself.
const ALWAYS: [(HeaderName, &str); 7] = [
    (header::CONTENT_SECURITY_POLICY, NO_PAGE),
    (header::CACHE_CONTROL, "no-store"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
];
/// Browsers shall not come back without TLS; they heed it only where it came over TLS.
const TLS_ONLY: &str = "max-age=31536000";

/// Adds them to every answer, refusals and unknown paths included.
pub async fn guard(request: Request, next: Next) -> Response {
    let outside = !is_loopback(request.headers());
    let mut answer = next.run(request).await;
    let headers = answer.headers_mut();
    for (name, value) in ALWAYS {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    if outside {
        headers.insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static(TLS_ONLY),
        );
    }
    answer
}

/// Whether somebody calls the platform by a name of this very machine, so that nothing goes over a network.
pub fn is_loopback(headers: &HeaderMap) -> bool {
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .unwrap_or_default();
    let name = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, _)) => address,
        None => host.split(':').next().unwrap_or_default(),
    };
    let address: Option<std::net::IpAddr> = name.parse().ok();
    name.eq_ignore_ascii_case("localhost") || address.is_some_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_machine_are_loopback() {
        let host = |host: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_static(host));
            is_loopback(&headers)
        };
        for here in ["localhost", "LOCALHOST:8080", "127.0.0.1:8080", "[::1]:80"] {
            assert!(host(here), "{here}");
        }
        for elsewhere in [
            "",
            "example.org",
            "localhost.example.org",
            "192.0.2.1",
            "[2001:db8::1]:80",
        ] {
            assert!(!host(elsewhere), "{elsewhere}");
        }
        assert!(!is_loopback(&HeaderMap::new()));
    }
}
