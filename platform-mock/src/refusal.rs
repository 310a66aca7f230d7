//! Why a request was not done: a code, what happened in this case, and the next step. Answered as problem details (RFC 9457).

use std::time::Duration;

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use kippu_api::problem::{LimitFacts, Problem, ProblemCode};

use crate::{server::request_id::RequestId, storage::sql::SqlError};

/// The result of everything that can be refused.
pub type Answer<T> = Result<T, Refusal>;

/// Nothing was done, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct Refusal {
    /// Stable code.
    pub code: ProblemCode,
    /// What happened in this very case.
    pub detail: String,
    /// The next step.
    pub hint: Option<&'static str>,
    /// It may have been done after all.
    pub unknown: bool,
    /// When to try again, in whole seconds.
    pub retry_after: Option<u64>,
    /// Which limit on purchases was reached.
    pub limit: Option<LimitFacts>,
}

/// Marks an answer that is a refusal, for counting, and for showing it as a page.
#[derive(Debug, Clone)]
pub struct Refused(pub Refusal);

impl Refusal {
    /// A refusal without a hint.
    pub fn new(code: ProblemCode, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: detail.into(),
            hint: None,
            unknown: false,
            retry_after: None,
            limit: None,
        }
    }

    /// Says after how long to try again; rounded up to whole seconds.
    pub fn retry_after(self, wait: Duration) -> Self {
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        Self {
            retry_after: Some(seconds.max(1)),
            ..self
        }
    }

    /// Adds which limit was reached.
    pub fn limit(self, limit: LimitFacts) -> Self {
        Self {
            limit: Some(limit),
            ..self
        }
    }

    /// Adds the next step.
    pub fn hint(self, hint: &'static str) -> Self {
        Self {
            hint: Some(hint),
            ..self
        }
    }

    /// 404 without telling whether it exists for somebody else.
    pub fn not_found(what: &str) -> Self {
        Self::new(
            ProblemCode::NotFound,
            format!("There is no such {what} here."),
        )
    }

    /// 400.
    pub fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(ProblemCode::BadRequest, detail)
    }

    /// 500; the cause goes to the log and not to the caller.
    pub fn internal(cause: &dyn std::fmt::Display) -> Self {
        tracing::error!(%cause, "a request failed");
        Self::new(
            ProblemCode::Internal,
            "The platform could not do this. Nothing was changed.",
        )
        .hint("Try again; tell the operator if it stays.")
    }

    /// 429: what `detail` says was tried too often. `wait`: microseconds after which it can be tried again.
    pub fn too_many(detail: &str, wait: i64) -> Self {
        let seconds = u64::try_from(wait).unwrap_or(0).div_ceil(1_000_000).max(1);
        let (minutes, rest) = (seconds / 60, seconds % 60);
        let time = match (minutes, rest) {
            (0, _) => format!("{rest} seconds"),
            (_, 0) => format!("{minutes} minutes"),
            _ => format!("{minutes} minutes {rest} seconds"),
        };
        Self::new(
            ProblemCode::TooMany,
            format!("{detail} Nothing was checked. Wait {time}."),
        )
        .retry_after(Duration::from_secs(seconds))
    }

    /// 503: more requests are waiting than the platform takes.
    pub fn busy() -> Self {
        Self::new(
            ProblemCode::Busy,
            "The platform has too much to do at the moment. Nothing was changed.",
        )
        .hint("Try again in a second.")
        .retry_after(Duration::from_secs(1))
    }

    /// 503: the database has no room. Nobody who tries again soon would fare better.
    pub fn no_room() -> Self {
        Self::new(
            ProblemCode::Busy,
            "The platform cannot store anything at the moment. Nothing was changed.",
        )
        .hint("Try again in a few minutes; the operator makes room.")
        .retry_after(Duration::from_secs(60))
    }

    /// 504: the database was lost while the change was being made durable, and could not be asked since. The answer is no problem document:
    /// those say that nothing was done, and clients believe them.
    pub fn unknown() -> Self {
        Self {
            unknown: true,
            ..Self::new(
                ProblemCode::Internal,
                "The database was lost while this was being finished. Send the same request with the same key again: it is done once.",
            )
        }
    }

    /// Its HTTP status.
    pub fn status(&self) -> StatusCode {
        if self.unknown {
            StatusCode::GATEWAY_TIMEOUT
        } else {
            describe(self.code).0
        }
    }

    fn problem(self) -> Problem {
        let (status, title) = describe(self.code);
        let word = serde_json::to_value(self.code)
            .ok()
            .and_then(|value| value.as_str().map(str::to_owned))
            .unwrap_or_default();
        Problem {
            kind: format!("/problems/{word}"),
            title: title.into(),
            status: status.as_u16(),
            code: self.code,
            detail: Some(self.detail),
            hint: self.hint.map(str::to_owned),
            request: RequestId::current(),
            limit: self.limit,
        }
    }
}

impl From<SqlError> for Refusal {
    fn from(error: SqlError) -> Self {
        if matches!(error, SqlError::Nul) {
            Self::bad_request("A text contains the character U+0000.")
        } else if matches!(error, SqlError::TooLarge) {
            Self::bad_request("A number is larger than anything here can be.")
        } else if error.is_full() {
            tracing::error!(%error, "the database cannot write: its disk is full, or worse");
            Self::no_room()
        } else if error.is_passing() {
            tracing::warn!(%error, "the database is busy or out of reach");
            Self::busy()
        } else {
            Self::internal(&error)
        }
    }
}

impl From<serde_json::Error> for Refusal {
    fn from(error: serde_json::Error) -> Self {
        Self::internal(&error)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let refused = Refused(self.clone());
        let (status, retry_after) = (self.status(), self.retry_after);
        let mut response = if self.unknown {
            (status, self.detail).into_response()
        } else {
            let mut response = (status, Json(self.problem())).into_response();
            response.headers_mut().insert(
                header::CONTENT_TYPE,
                HeaderValue::from_static("application/problem+json"),
            );
            response
        };
        if let Some(seconds) = retry_after {
            let headers = response.headers_mut();
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        response.extensions_mut().insert(refused);
        response
    }
}

/// Status and title of each code; what happened in the very case stands in the detail.
fn describe(code: ProblemCode) -> (StatusCode, &'static str) {
    match code {
        ProblemCode::BadRequest => (StatusCode::BAD_REQUEST, "The request is not understood"),
        ProblemCode::Unauthenticated => (
            StatusCode::UNAUTHORIZED,
            "Credentials are missing or unknown",
        ),
        ProblemCode::Forbidden => (StatusCode::FORBIDDEN, "This caller may not do that"),
        ProblemCode::NotFound => (StatusCode::NOT_FOUND, "Not found"),
        ProblemCode::SeatTaken => (StatusCode::CONFLICT, "A seat cannot be had"),
        ProblemCode::NoSeatsTogether => (StatusCode::CONFLICT, "Not enough seats"),
        ProblemCode::HoldExpired => (StatusCode::CONFLICT, "The hold has ended"),
        ProblemCode::LimitReached => (StatusCode::CONFLICT, "A limit is reached"),
        ProblemCode::CardTooFull => (StatusCode::CONFLICT, "The card has too little room"),
        ProblemCode::NoCredit => (
            StatusCode::CONFLICT,
            "The member account does not cover this",
        ),
        ProblemCode::WrongState => (StatusCode::CONFLICT, "The order is in another state"),
        ProblemCode::NotTransferable => (
            StatusCode::CONFLICT,
            "The organizer does not allow this with the ticket",
        ),
        ProblemCode::Recalled => (StatusCode::CONFLICT, "The ticket was issued anew"),
        ProblemCode::ResendFirst => (
            StatusCode::CONFLICT,
            "This terminal has to resend its records first",
        ),
        ProblemCode::NotOwner => (StatusCode::CONFLICT, "Another terminal has this handover"),
        ProblemCode::KeyReused => (
            StatusCode::CONFLICT,
            "The idempotency key belongs to another request",
        ),
        ProblemCode::SalesClosed => (StatusCode::GONE, "Sales are over"),
        ProblemCode::SlipNotPayable => {
            (StatusCode::UNPROCESSABLE_ENTITY, "The slip cannot be paid")
        }
        ProblemCode::TooSlow => (StatusCode::REQUEST_TIMEOUT, "The request came too slowly"),
        ProblemCode::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "The request is too large"),
        ProblemCode::TooMany => (StatusCode::TOO_MANY_REQUESTS, "Too many tries"),
        ProblemCode::Busy => (StatusCode::SERVICE_UNAVAILABLE, "Overloaded"),
        ProblemCode::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "Internal fault"),
    }
}
