//! Why a request has no result, and whether anything can have happened.

use crate::problem::{self, Problem};

/// Why a request has no result.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The platform answered no; nothing was done.
    #[error("{}", .0.detail.as_deref().unwrap_or(&.0.title))]
    Refused(Box<Problem>),
    /// The platform was not reached: nothing was sent, so nothing was done.
    #[error("the platform cannot be reached: {0}")]
    Unreachable(String),
    /// The request was sent and no proper answer came back: it may have been done. Repeat it under the same key.
    #[error("the platform did not answer: {why}{}", reference_words(.reference))]
    Unknown {
        /// What is known of the reason.
        why: String,
        /// Reference of the request, which is in the platform's log if it arrived.
        reference: Option<String>,
    },
}

fn reference_words(reference: &Option<String>) -> String {
    reference
        .as_ref()
        .map_or_else(String::new, |reference| format!(", request {reference}"))
}

impl ClientError {
    /// The refusal, if it is one.
    pub fn problem(&self) -> Option<&Problem> {
        match self {
            Self::Refused(problem) => Some(problem),
            Self::Unreachable(_) | Self::Unknown { .. } => None,
        }
    }

    /// The beginning of the request's reference in the platform's log, short enough to be read to somebody on the telephone.
    pub fn reference(&self) -> Option<&str> {
        match self {
            Self::Refused(problem) => problem.reference(),
            Self::Unknown { reference, .. } => reference.as_deref().map(problem::short),
            Self::Unreachable(_) => None,
        }
    }

    /// Whether the thing asked for is known not to have been done.
    pub fn not_done(&self) -> bool {
        !matches!(self, Self::Unknown { .. })
    }
}

/// An answer began and did not come whole, or is not what was asked for.
pub(super) fn broken_off(error: &reqwest::Error, reference: Option<String>) -> ClientError {
    ClientError::Unknown {
        why: chain(error),
        reference,
    }
}

/// An answer came and makes no sense.
pub(super) fn without_reference(why: String) -> ClientError {
    ClientError::Unknown {
        why,
        reference: None,
    }
}

/// An error with its causes, which is where reqwest keeps the reason.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}
