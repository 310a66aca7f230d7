//! For whoever runs the platform, on a listener of its own that nobody else reaches: health, readiness with its reasons, metrics.

use std::future::Future;

use axum::{
    Json, Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::get,
};
use tokio::net::TcpListener;

use super::metrics::MEDIA_TYPE;
use crate::{
    app::App,
    clock::micros,
    refusal::{Answer, Refusal},
};

/// The admin interface.
pub fn router(app: App) -> Router {
    Router::new()
        .route("/healthz", get(|| async { StatusCode::NO_CONTENT }))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .fallback(|| async { Refusal::not_found("path") })
        .with_state(app)
}

/// Serves it until `stop` is done.
///
/// # Errors
/// When the listener breaks.
pub async fn serve(
    app: App,
    listener: TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    axum::serve(listener, router(app))
        .with_graceful_shutdown(stop)
        .await
}

async fn ready(State(app): State<App>) -> Response {
    let found = app.findings().look(&app).await;
    let status = if found.ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (status, Json(&*found)).into_response()
}

async fn metrics(State(app): State<App>) -> Answer<Response> {
    let silent_since = app.now() - micros(app.front().limits().silent_after);
    match app.storage().overview(silent_since).await {
        Ok(overview) => app.front().metrics().overview(overview),
        // The rest is as good as ever, and now it is needed most.
        Err(refusal) => tracing::warn!(%refusal, "what is open could not be counted"),
    }
    let text = app
        .front()
        .metrics()
        .text()
        .map_err(|error| Refusal::internal(&error))?;
    Ok(([(header::CONTENT_TYPE, MEDIA_TYPE)], text).into_response())
}
