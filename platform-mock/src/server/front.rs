//! What stands before every route: the request's reference, its turn among all requests, its measures and its line in the log.

use std::{
    sync::{
        OnceLock,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Instant,
};

use axum::{
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use kippu_api::client::REQUEST_ID;
use tracing::Instrument as _;

use super::{heard::Heard, limits::Limits, metrics::Metrics, rate::Rates, request_id::RequestId};
use crate::{
    app::App,
    refusal::{Answer, Refusal, Refused},
    storage::gauges::Gauges,
};

/// Routes that are answered however busy the platform is.
const ALWAYS: [&str; 2] = ["/healthz", "/readyz"];

/// The platform's state towards the network.
pub struct Front {
    limits: OnceLock<Limits>,
    rates: Rates,
    heard: Heard,
    metrics: Metrics,
    under_way: AtomicUsize,
    stopping: AtomicBool,
}

impl Front {
    /// For a storage with these gauges.
    pub fn new(gauges: &Gauges) -> Self {
        Self {
            limits: OnceLock::new(),
            rates: Rates::default(),
            heard: Heard::default(),
            metrics: Metrics::new(gauges),
            under_way: AtomicUsize::new(0),
            stopping: AtomicBool::new(false),
        }
    }

    /// Sets the limits. They hold from the first request on, so later ones change nothing.
    pub fn limit(&self, limits: Limits) {
        if self.limits.set(limits).is_err() {
            tracing::error!("the limits were set twice; the first ones stay");
        }
    }

    /// The limits.
    pub fn limits(&self) -> &Limits {
        self.limits.get_or_init(Limits::default)
    }

    /// How often callers ask.
    pub fn rates(&self) -> &Rates {
        &self.rates
    }

    /// Terminals that called.
    pub fn heard(&self) -> &Heard {
        &self.heard
    }

    /// What is counted.
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// From here on the node says that it is not ready.
    pub fn begin_to_stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    /// Whether it was told to stop.
    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    /// A turn among the requests worked on.
    ///
    /// # Errors
    /// 503 when there are too many already.
    fn turn(&self) -> Answer<Turn<'_>> {
        let turn = Turn(self);
        self.metrics.requests_under_way.inc();
        if self.under_way.fetch_add(1, Ordering::Relaxed) < self.limits().requests {
            Ok(turn)
        } else {
            Err(Refusal::busy())
        }
    }
}

/// One of the requests worked on, also when its caller goes away in between.
struct Turn<'a>(&'a Front);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, Ordering::Relaxed);
        self.0.metrics.requests_under_way.dec();
    }
}

/// Answers a request under its reference, in its turn.
pub async fn front(State(app): State<App>, request: Request, next: Next) -> Response {
    let id = RequestId::of(request.headers());
    // The pattern and not the path: paths name cards and slips.
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("none", MatchedPath::as_str)
        .to_owned();
    let method = request.method().clone();
    let span = tracing::info_span!("request", %id, %method, route);
    let begun = Instant::now();
    let work = id.clone().scope(async {
        match app.front().turn() {
            Ok(_turn) => next.run(request).await,
            Err(_) if ALWAYS.contains(&route.as_str()) => next.run(request).await,
            Err(refusal) => refusal.into_response(),
        }
    });
    let mut answer = work.instrument(span.clone()).await;
    let took = begun.elapsed();
    let status = answer.status();
    span.in_scope(|| {
        if status.is_server_error() {
            tracing::warn!(status = status.as_u16(), ?took, "answered");
        } else {
            tracing::debug!(status = status.as_u16(), ?took, "answered");
        }
    });
    let refused = answer.extensions_mut().remove::<Refused>();
    let metrics = app.front().metrics();
    metrics.answered(&method, &route, status, took);
    if let Some(Refused(refusal)) = refused {
        metrics.refused(refusal.code);
    }
    if let Some(id) = id.header() {
        answer.headers_mut().insert(REQUEST_ID, id);
    }
    answer
}
