//! Connections: as many as there is room for, each with a time by which it has to ask, and an end that lets no request fall.

use std::{convert::Infallible, future::Future, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{HeaderValue, Request, header},
    response::{IntoResponse as _, Response},
    serve::Listener,
};
use hyper::{
    body::Incoming,
    server::conn::http1,
    service::{Service as _, service_fn},
};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task::JoinSet,
};

use super::limits::Limits;
use crate::{app::App, refusal::Refusal};

/// Headers of a request at most.
const HEADERS_MAX: usize = 64;
/// Bytes of a request's line and headers at most; also what is read of a body at a time.
const HEAD_BYTES: usize = 16 * 1024;
/// Connections beyond the limit that are still told so; what comes on top of these is closed without a word.
const TOLD: usize = 256;
/// How long one that is told so may take to ask.
const TOLD_WITHIN: Duration = Duration::from_secs(2);

/// Serves connections, each request with the [`ConnectInfo`] of its connection's other end, until `stop` is done, and then the requests that are under way until all are answered or `within` is over; how many
/// connections had to be cut off then.
pub async fn serve<L>(
    app: App,
    router: Router,
    mut listener: L,
    stop: impl Future<Output = ()>,
    within: Duration,
) -> usize
where
    L: Listener,
    L::Addr: Clone + Sync + 'static,
{
    let limits = app.front().limits();
    let places = Arc::new(Semaphore::new(limits.connections));
    let told = Arc::new(Semaphore::new(TOLD));
    let graceful = GracefulShutdown::new();
    let mut connections = JoinSet::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let (io, peer) = tokio::select! {
            biased;
            () = &mut stop => break,
            Some(_) = connections.join_next(), if !connections.is_empty() => continue,
            (io, peer) = listener.accept() => (TokioIo::new(io), peer),
        };
        if let Ok(place) = Arc::clone(&places).try_acquire_owned() {
            let routes = TowerToHyperService::new(router.clone());
            let service = service_fn(move |mut request: Request<Incoming>| {
                request.extensions_mut().insert(ConnectInfo(peer.clone()));
                routes.call(request)
            });
            let connection = http(limits).serve_connection(io, service);
            let guard = Place::new(&app, place);
            connections.spawn(run(graceful.watch(connection), guard));
        } else {
            app.front().metrics().turned_away.inc();
            let Ok(place) = Arc::clone(&told).try_acquire_owned() else {
                continue;
            };
            let service = service_fn(full);
            let mut http = http(limits);
            let connection = http
                .header_read_timeout(TOLD_WITHIN)
                .serve_connection(io, service);
            connections.spawn(run(graceful.watch(connection), place));
        }
    }
    drop(listener);
    if tokio::time::timeout(within, graceful.shutdown())
        .await
        .is_err()
    {
        while connections.try_join_next().is_some() {}
        let left = connections.len();
        connections.shutdown().await;
        return left;
    }
    0
}

fn http(limits: &Limits) -> http1::Builder {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(limits.head_within)
        .max_headers(HEADERS_MAX)
        .max_buf_size(HEAD_BYTES);
    http
}

async fn run<G>(connection: impl Future<Output = hyper::Result<()>>, _place: G) {
    if let Err(error) = connection.await {
        tracing::debug!(%error, "a connection ended");
    }
}

/// A place among the connections.
struct Place {
    app: App,
    _permit: OwnedSemaphorePermit,
}

impl Place {
    fn new(app: &App, permit: OwnedSemaphorePermit) -> Self {
        app.front().metrics().connections.inc();
        Self {
            app: app.clone(),
            _permit: permit,
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.app.front().metrics().connections.dec();
    }
}

/// The answer to whoever finds the node full.
async fn full(_: Request<Incoming>) -> Result<Response<Body>, Infallible> {
    let mut answer = Refusal::busy().into_response();
    let close = HeaderValue::from_static("close");
    answer.headers_mut().insert(header::CONNECTION, close);
    Ok(answer)
}
