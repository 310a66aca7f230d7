//! `platform-center serve`.

use std::{io::ErrorKind, sync::Arc, time::Duration};

use anyhow::{Context as _, bail};
use clap::Args;
use kippu_api::enrolment::fingerprint;
use kippu_service::{FEEDS_A_PERIOD, NotifyState, tell, watchdog_enabled};
use platform_center::{
    app::App,
    config::Config,
    devices::{
        authority::{self, names},
        door::Door,
    },
    keys::{ring, wrapping::Wrapping},
    restore::backup::Serving,
    server::admin,
};
use tokio::{
    net::TcpListener,
    signal,
    sync::watch::{self, Receiver},
    task::JoinHandle,
};

use super::{data::Data, say};

/// Where and how to listen.
#[derive(Args)]
pub struct Listening {
    /// Address to listen on; port 0 takes a free one. Also `listen` in platform.toml; without any, 127.0.0.1:8080.
    #[arg(long)]
    listen: Option<String>,
    /// Address for health and metrics, or `off`. Also `admin.listen` in platform.toml; without any, 127.0.0.1:9464.
    #[arg(long)]
    admin: Option<String>,
    /// Name or address under which terminals reach this machine, for its certificate; several may be given. Also `names` in platform.toml, with
    /// commas. Without any, the address itself.
    #[arg(long = "name", value_name = "HOST", value_delimiter = ',')]
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

impl Listening {
    /// What of it are settings.
    pub fn stated(&self) -> [(&'static str, Option<String>); 3] {
        let names = (!self.names.is_empty()).then(|| self.names.join(","));
        [
            ("listen", self.listen.clone()),
            ("admin.listen", self.admin.clone()),
            ("names", names),
        ]
    }
}

/// Serves a data folder and prints `listening on http://…` or `https://…` once it can be reached.
pub async fn serve(data: &Data, listening: &Listening, config: &Config) -> anyhow::Result<()> {
    std::fs::create_dir_all(&data.folder)
        .with_context(|| format!("cannot make the folder {}", data.folder.display()))?;
    let _place = Serving::begin(&data.folder)?;
    raise_open_files(config.limits().connections);
    let listen = config.listen();
    let listener = TcpListener::bind(listen)
        .await
        .with_context(|| format!("cannot listen on {listen}"))?;
    let address = listener.local_addr()?;
    let (app, door, scheme) = open(data, listening, config, listener).await?;
    app.front().limit(config.limits());
    let asked = stop()?;
    let (ended, end) = watch::channel(());
    say::line(format_args!("listening on {scheme}://{address}"));
    let beside = begin_beside(&app, config, &end).await?;
    drop(end);
    tell(&[NotifyState::Ready]);
    let stopping = async move {
        asked.await;
        tell(&[NotifyState::Stopping]);
        tracing::info!("told to stop");
    };
    app.serve_at(door, stopping).await?;
    drop(ended);
    for task in beside {
        task.await.context("a task beside the platform panicked")?;
    }
    tracing::info!("stopped");
    Ok(())
}

/// Opens the platform and its door, as safely as where it listens asks for.
async fn open(
    data: &Data,
    listening: &Listening,
    config: &Config,
    listener: TcpListener,
) -> anyhow::Result<(App, Door, &'static str)> {
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
    if !tls {
        return Ok((app, Door::Plain(listener), "http"));
    }
    let names = names(&config.names(), address.ip())?;
    let door = tls_door(&app, listener, names).await?;
    Ok((app, door, "https"))
}

/// What runs beside the requests until the node ends: health and metrics on their own listener, and the watchdog's food.
async fn begin_beside(
    app: &App,
    config: &Config,
    end: &Receiver<()>,
) -> anyhow::Result<Vec<JoinHandle<()>>> {
    let mut beside = Vec::new();
    if let Some(admin) = admin_listener(config).await? {
        say::line(format_args!("admin on http://{}", admin.local_addr()?));
        let (app, mut end) = (app.clone(), end.clone());
        beside.push(tokio::spawn(async move {
            let stop = async move {
                // An error says that the sender is gone, which is the end too.
                let _ = end.changed().await;
            };
            if let Err(error) = admin::serve(app, admin, stop).await {
                tracing::error!(%error, "the admin listener broke");
            }
        }));
    }
    if let Some(period) = watchdog_enabled() {
        beside.push(tokio::spawn(feed_watchdog(
            app.clone(),
            period,
            end.clone(),
        )));
    }
    Ok(beside)
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

/// Where health and metrics are. Where nobody stated a port and the usual one is taken, by another node on this machine perhaps, a free one.
async fn admin_listener(config: &Config) -> anyhow::Result<Option<TcpListener>> {
    let Some(address) = config.admin_listen() else {
        return Ok(None);
    };
    let bound = match TcpListener::bind(address).await {
        Err(error) if error.kind() == ErrorKind::AddrInUse && !config.admin_is_stated() => {
            tracing::warn!("{address} is taken; health and metrics get a free port");
            TcpListener::bind("127.0.0.1:0").await
        }
        bound => bound,
    };
    let listener =
        bound.with_context(|| format!("cannot listen on {address} for health and metrics"))?;
    Ok(Some(listener))
}

/// Tells systemd as long as the writer lives.
async fn feed_watchdog(app: App, period: Duration, mut end: Receiver<()>) {
    while tokio::time::timeout(period / FEEDS_A_PERIOD, end.changed())
        .await
        .is_err()
    {
        if app.storage().writer_lives().await {
            tell(&[NotifyState::Watchdog]);
        } else {
            tracing::error!("the writer does not answer");
        }
    }
}

/// Files a node has open beside its connections: databases, logs, keys.
#[cfg(unix)]
const OTHER_FILES: u64 = 128;

/// Lets the process open as many files as it takes connections, as far as the system allows.
#[cfg(unix)]
fn raise_open_files(connections: usize) {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let wanted = connections as u64 + OTHER_FILES;
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current.is_none_or(|current| current >= wanted) {
        return;
    }
    let allowed = maximum.map_or(wanted, |maximum| maximum.min(wanted));
    let raised = Rlimit {
        current: Some(allowed),
        maximum,
    };
    if let Err(error) = setrlimit(Resource::Nofile, raised) {
        tracing::warn!(%error, "the limit on open files stays");
    } else if allowed < wanted {
        tracing::warn!("only {allowed} files can be open; {connections} connections need {wanted}");
    }
}

#[cfg(not(unix))]
fn raise_open_files(_: usize) {}

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
