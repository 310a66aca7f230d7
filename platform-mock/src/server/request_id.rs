//! The reference of a request: in its answer, in the problem a person is shown, and in every line of the log that tells of it.

use std::{fmt, sync::Arc};

use axum::http::{HeaderMap, HeaderValue};
use kippu_api::client::REQUEST_ID;

/// Shortest and longest reference taken from a caller.
const LENGTHS: std::ops::RangeInclusive<usize> = 8..=64;

tokio::task_local! {
    static CURRENT: RequestId;
}

/// A reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(Arc<str>);

impl RequestId {
    /// The one the caller states, where it is harmless in a log; otherwise a fresh one.
    pub fn of(headers: &HeaderMap) -> Self {
        let harmless = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        let stated = headers.get(REQUEST_ID).and_then(|text| text.to_str().ok());
        match stated {
            Some(text) if LENGTHS.contains(&text.len()) && text.bytes().all(harmless) => {
                Self(text.into())
            }
            _ => Self(hex::encode(rand::random::<[u8; 8]>()).into()),
        }
    }

    /// The reference of the request that is being answered here; `None` outside of requests.
    pub fn current() -> Option<String> {
        CURRENT.try_with(|id| id.0.to_string()).ok()
    }

    /// Answers a request under this reference.
    pub async fn scope<F: Future>(self, work: F) -> F::Output {
        CURRENT.scope(self, work).await
    }

    /// As a header's value.
    pub fn header(&self) -> Option<HeaderValue> {
        HeaderValue::from_str(&self.0).ok()
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(stated: &'static str) -> String {
        let mut headers = HeaderMap::new();
        headers.insert(REQUEST_ID, HeaderValue::from_static(stated));
        RequestId::of(&headers).to_string()
    }

    #[test]
    fn a_callers_reference_is_kept_unless_it_could_forge_a_log() {
        assert_eq!(of("kiosk-11_0042"), "kiosk-11_0042");
        for bad in ["", "short", "id=1 level=ERROR", "a/../../../b"] {
            assert_ne!(of(bad), bad);
        }
        assert_ne!(of(""), of(""), "fresh ones differ");
    }
}
