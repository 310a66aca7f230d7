//! `platform-center serve`.

use anyhow::Context as _;
use platform_center::restore::backup::Serving;
use tokio::{net::TcpListener, signal};

use super::{data::Data, say};

/// Serves a data folder and prints `listening on http://…` once it can be reached.
pub async fn serve(data: &Data, listen: &str) -> anyhow::Result<()> {
    std::fs::create_dir_all(&data.folder)
        .with_context(|| format!("cannot make the folder {}", data.folder.display()))?;
    let _place = Serving::begin(&data.folder)?;
    let app = data.app()?;
    let listener = TcpListener::bind(listen)
        .await
        .with_context(|| format!("cannot listen on {listen}"))?;
    let stop = stop()?;
    say::line(format_args!(
        "listening on http://{}",
        listener.local_addr()?
    ));
    app.serve(listener, stop).await?;
    tracing::info!("stopped");
    Ok(())
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
