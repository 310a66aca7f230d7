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
pub(super) fn broken_off(error: reqwest::Error, reference: Option<String>) -> ClientError {
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

/// An error with its causes, which is where reqwest keeps the reason. Without its address: that has numbers of cards and codes of customers in
/// it, and these words go into logs.
pub(super) fn chain(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use std::{net::TcpListener, thread};

    use kippu_ticket::ids::CardUid;

    use super::*;
    use crate::client::Client;

    const CARD: CardUid = CardUid([4, 0xAB, 0xCD, 0xEF, 1, 2, 3]);

    /// Asks somebody who hangs up for the orders of the card.
    fn fault_of(platform: &str) -> ClientError {
        let client = Client::new(platform, "token").unwrap();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(client.card_orders(CARD)).unwrap_err()
    }

    #[test]
    fn what_went_wrong_names_no_card() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let hangs_up = thread::spawn(move || drop(listener.accept()));
        let broken = fault_of(&url);
        hangs_up.join().unwrap();
        assert!(matches!(broken, ClientError::Unknown { .. }), "{broken}");
        // Now nobody listens there any more.
        let away = fault_of(&url);
        assert!(matches!(away, ClientError::Unreachable(_)), "{away}");
        for fault in [broken, away] {
            assert!(!fault.to_string().contains(&CARD.to_string()), "{fault}");
            assert!(fault.to_string().contains("sending request"), "{fault}");
        }
    }
}
