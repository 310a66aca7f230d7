//! `platform-center serve`.

use std::sync::Arc;

use anyhow::{Context as _, bail};
use clap::Args;
use kippu_api::enrolment::fingerprint;
use platform_center::{
    app::App,
    devices::{
        authority::{self, names},
        door::Door,
    },
    keys::{ring, wrapping::Wrapping},
    restore::backup::Serving,
};
use tokio::{net::TcpListener, signal};

use super::{data::Data, say};

/// Where and how to listen.
#[derive(Args)]
pub struct Listening {
    /// Address to listen on; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: String,
    /// Name or address under which terminals reach this machine, for its certificate; several may be given. Without it, the address itself.
    #[arg(long = "name", value_name = "HOST")]
    names: Vec<String>,
    /// By TLS on loopback too.
    #[arg(long, conflicts_with = "plain_http_outside_loopback")]
    tls: bool,
    /// In the clear although others can listen: terminals' tokens and tickets can be read on the way. Only behind something that does TLS.
    #[arg(long)]
    plain_http_outside_loopback: bool,
    /// Outside loopback although the keys lie open in the data folder.
    #[arg(long)]
    open_keys_outside_loopback: bool,
}

/// Serves a data folder and prints `listening on http://…` or `https://…` once it can be reached.
pub async fn serve(data: &Data, listening: &Listening) -> anyhow::Result<()> {
    std::fs::create_dir_all(&data.folder)
        .with_context(|| format!("cannot make the folder {}", data.folder.display()))?;
    let _place = Serving::begin(&data.folder)?;
    let listener = TcpListener::bind(&listening.listen)
        .await
        .with_context(|| format!("cannot listen on {}", listening.listen))?;
    let address = listener.local_addr()?;
    let outside = !address.ip().is_loopback();
    let tls = listening.tls || outside && !listening.plain_http_outside_loopback;
    if tls {
        let wrapping = Wrapping::from_environment()?;
        ring::ensure_authority(&data.folder, &wrapping)?;
    }
    let app = data.app()?;
    if outside && !app.keys().are_locked() && !listening.open_keys_outside_loopback {
        bail!(
            "the keys lie open in {}/keys. Lock them before others can reach this machine (docs/operations.md, Keys), or say --open-keys-outside-loopback",
            data.folder.display()
        );
    }
    let (door, scheme) = if tls {
        let names = names(&listening.names, address.ip())?;
        (tls_door(&app, listener, names).await?, "https")
    } else {
        (Door::Plain(listener), "http")
    };
    let stop = stop()?;
    say::line(format_args!("listening on {scheme}://{address}"));
    app.serve_at(door, stop).await?;
    tracing::info!("stopped");
    Ok(())
}

async fn tls_door(app: &App, listener: TcpListener, names: Vec<String>) -> anyhow::Result<Door> {
    let authority = app.authority().context("there is no authority")?;
    let own = fingerprint(&[authority.der().as_ref(), &app.keys().agreement()].concat());
    if !app.storage().adopt_authority(own).await? {
        bail!(
            "this node has other keys than the platform whose database it uses: copy the folder of keys from a node that serves"
        );
    }
    let config = authority::server(Arc::clone(authority), names)?;
    Ok(Door::tls(listener, Arc::new(config))?)
}

/// Done when the process is asked to end.
fn stop() -> anyhow::Result<impl Future<Output = ()> + Send + 'static> {
    #[cfg(unix)]
    let mut terminate = signal::unix::signal(signal::unix::SignalKind::terminate())?;
    Ok(async move {
        #[cfg(unix)]
        tokio::select! {
            _ = terminate.recv() => {}
            _ = signal::ctrl_c() => {}
        }
        #[cfg(not(unix))]
        let _ = signal::ctrl_c().await;
    })
}
