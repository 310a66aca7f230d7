//! What an authenticated request has to pass before its route sees it: the caller's rate, and a body that is whole, not too large, not too
//! slow and not too deep. Whoever has no credentials never gets as far as sending a body.

use std::{error::Error, time::Instant};

use axum::{
    body::{Body, Bytes, HttpBody as _, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use futures_util::{FutureExt as _, StreamExt as _};
use kippu_api::problem::ProblemCode;

use super::{
    json_depth::{DEPTH_MAX, too_deep},
    limits::{body_max, is_sealed},
};
use crate::{
    app::App,
    auth::Caller,
    refusal::{Answer, Refusal},
    routes::RouteEntry,
};

/// Bytes of a body that is too large which are still read, so that its sender hears why it is refused.
const PASSED_OVER_MAX: usize = 4 * 1024 * 1024;

/// Lets a request through to its route.
pub async fn intake(
    State((app, entry)): State<(App, RouteEntry)>,
    request: Request,
    next: Next,
) -> Response {
    let (parts, body) = request.into_parts();
    let taken = match checked_caller(&app, parts.extensions.get::<Caller>()) {
        Ok(()) => whole(&app, entry.path, &parts.headers, body).await,
        Err(refusal) => Err(refusal),
    };
    match taken {
        Ok(body) => next.run(Request::from_parts(parts, body)).await,
        Err(refusal) => refusal.into_response(),
    }
}

fn checked_caller(app: &App, caller: Option<&Caller>) -> Answer<()> {
    let Some(caller) = caller else {
        return Ok(());
    };
    let front = app.front();
    if let Caller::Terminal(terminal) = caller {
        front.heard().note(terminal.id, app.now());
    }
    let limits = front.limits();
    if limits.caller_per_second == 0 {
        return Ok(());
    }
    front
        .rates()
        .take(
            &caller.label(),
            limits.caller_per_second,
            limits.caller_burst,
            Instant::now(),
        )
        .map_err(|wait| {
            Refusal::new(
                ProblemCode::TooMany,
                "This caller asks more often than the platform lets anybody. Nothing was changed.",
            )
            .hint("Wait a moment and try again.")
            .retry_after(wait)
        })
}

/// The body, read to its end.
async fn whole(app: &App, path: &str, headers: &HeaderMap, body: Body) -> Answer<Body> {
    if body.is_end_stream() {
        return Ok(body);
    }
    let most = body_max(path);
    if let Some(stated) = stated_length(headers).filter(|stated| *stated > most) {
        if stated <= PASSED_OVER_MAX {
            pass_over(app, body, stated).await;
        }
        return Err(too_large(most));
    }
    let reading = to_bytes(body, most);
    let mut reading = std::pin::pin!(reading);
    // A body that came with its head needs no clock.
    let read = match (&mut reading).now_or_never() {
        Some(read) => read,
        None => {
            let deadline = app.front().limits().body_deadline(most);
            tokio::time::timeout(deadline, reading)
                .await
                .map_err(|_| too_slow())?
        }
    };
    let bytes = read.map_err(|error| cut_off(&error, most))?;
    if !is_sealed(path) && is_json(headers, &bytes) && too_deep(&bytes) {
        return Err(Refusal::bad_request(format!(
            "The body nests deeper than {DEPTH_MAX} levels. Nothing was changed."
        )));
    }
    Ok(Body::from(bytes))
}

/// Reads a body and keeps nothing of it: who is answered in the middle of sending meets a closed connection and never sees the answer.
async fn pass_over(app: &App, body: Body, stated: usize) {
    let deadline = app.front().limits().body_within;
    let mut parts = body.into_data_stream();
    let to_the_end = async { while parts.next().await.is_some_and(|part| part.is_ok()) {} };
    if tokio::time::timeout(deadline, to_the_end).await.is_err() {
        tracing::debug!(stated, "a body that is too large came too slowly as well");
    }
}

fn stated_length(headers: &HeaderMap) -> Option<usize> {
    headers
        .get(header::CONTENT_LENGTH)?
        .to_str()
        .ok()?
        .parse()
        .ok()
}

/// Whatever it says it is, what begins like JSON is looked at as JSON.
fn is_json(headers: &HeaderMap, bytes: &Bytes) -> bool {
    let begins = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    let says = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    says.is_some_and(|kind| kind.contains("json")) || matches!(begins, Some(b'{' | b'['))
}

fn cut_off(error: &axum::Error, most: usize) -> Refusal {
    let mut cause: Option<&dyn Error> = Some(error);
    while let Some(inner) = cause {
        // The limit's own error type is in a crate that is not needed otherwise; its words are what axum itself shows.
        if inner.to_string().contains("length limit exceeded") {
            return too_large(most);
        }
        cause = inner.source();
    }
    Refusal::bad_request("The body ended before its end. Nothing was changed.")
}

fn too_large(most: usize) -> Refusal {
    Refusal::new(
        ProblemCode::TooLarge,
        format!("The body is larger than the {most} bytes taken here. Nothing was changed."),
    )
    .hint("Send less at a time.")
}

fn too_slow() -> Refusal {
    Refusal::new(
        ProblemCode::TooSlow,
        "The body came too slowly. Nothing was changed.",
    )
    .hint("Send it again, over a better line.")
}
