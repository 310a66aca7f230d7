//! Serving from start to end: requests, what has to be done now and then, and an end after which everything that was acknowledged is there.
//!
//! Told to stop: it says that it is not ready · for a while, so that load balancers notice · takes no more connections · answers what is under
//! way · writes an anchor over all that was sold.

use std::{future::Future, time::Duration};

use axum::serve::Listener;
use tokio::{net::TcpStream, sync::watch, task::JoinHandle};

use super::connections;
use crate::app::App;

/// How often holds and slips are looked through although nobody asks, about: nodes that began together shall not go on together.
const SWEEP: Duration = Duration::from_secs(5);
/// How often is written down who called.
const HEARD: Duration = Duration::from_secs(60);
/// How long the kernel tries to bring an answer to somebody who takes none of it.
const STUCK: Duration = Duration::from_secs(30);
/// How long the last anchor may take.
const SEAL_WITHIN: Duration = Duration::from_secs(10);

/// Serves until `stop` is done, then ends in good order.
pub async fn serve<L>(app: App, listener: L, stop: impl Future<Output = ()> + Send)
where
    L: Listener,
    L::Addr: Clone + Sync + 'static,
{
    let (ended, end) = watch::channel(());
    let chores = [
        every(SWEEP, end.clone(), app.clone(), sweep),
        every(HEARD, end, app.clone(), write_heard),
    ];
    let noticed = async {
        stop.await;
        app.front().begin_to_stop();
        let notice = app.front().limits().stop_notice;
        if !notice.is_zero() {
            tracing::info!(?notice, "told to stop; not ready from here on");
            tokio::time::sleep(notice).await;
        }
    };
    let within = app.front().limits().stop_within;
    let cut_off = connections::serve(app.clone(), app.router(), listener, noticed, within).await;
    if cut_off > 0 {
        tracing::warn!(
            cut_off,
            "connections were still busy when the time to stop was over"
        );
    }
    drop(ended);
    for chore in chores {
        if let Err(error) = chore.await {
            tracing::error!(%error, "a chore panicked");
        }
    }
    write_heard(app.clone()).await;
    match tokio::time::timeout(SEAL_WITHIN, app.storage().seal()).await {
        Ok(Ok(())) => {}
        Ok(Err(refusal)) => tracing::warn!(%refusal, "no last anchor was written"),
        Err(_) => tracing::warn!("no last anchor was written: the database does not answer"),
    }
}

/// Prepares a connection: answers are one small write each, so waiting to fill a packet would only delay them; and one whose other end takes
/// nothing is given up.
pub fn prepared(stream: TcpStream) -> TcpStream {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection keeps its delay");
    }
    give_up_on_stuck(&stream);
    stream
}

/// Does something about every so often, by half of that earlier or later, until the node ends.
fn every<F>(
    often: Duration,
    mut end: watch::Receiver<()>,
    app: App,
    chore: impl Fn(App) -> F + Send + 'static,
) -> JoinHandle<()>
where
    F: Future<Output = ()> + Send,
{
    tokio::spawn(async move {
        loop {
            let pause = often.mul_f64(rand::random_range(0.5..1.5));
            if tokio::time::timeout(pause, end.changed()).await.is_ok() {
                return;
            }
            chore(app.clone()).await;
        }
    })
}

async fn sweep(app: App) {
    if let Err(refusal) = app.storage().expire_due().await {
        tracing::warn!(%refusal, "holds and slips could not be looked through");
    }
}

async fn write_heard(app: App) {
    let heard = app.front().heard().take();
    if heard.is_empty() {
        return;
    }
    if let Err(refusal) = app.storage().write_heard(&heard).await {
        tracing::warn!(%refusal, "who called could not be written down");
        app.front().heard().give_back(heard);
    }
}

#[cfg(target_os = "linux")]
fn give_up_on_stuck(stream: &TcpStream) {
    let millis = u32::try_from(STUCK.as_millis()).unwrap_or(u32::MAX);
    if let Err(error) = rustix::net::sockopt::set_tcp_user_timeout(stream, millis) {
        tracing::debug!(%error, "a connection may get stuck");
    }
}

#[cfg(not(target_os = "linux"))]
fn give_up_on_stuck(_: &TcpStream) {}
