//! The program's log.

use anyhow::Context as _;
use platform_center::config::{Config, LogFormat};
use tracing_subscriber::EnvFilter;

/// Logs from here on: as the settings say, and for commands without settings as RUST_LOG does.
pub fn begin(config: Option<&Config>) -> anyhow::Result<()> {
    let filter = match config {
        Some(config) => EnvFilter::try_new(config.log_filter())
            .with_context(|| format!("log.filter is not understood: {}", config.log_filter()))?,
        None => EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into()),
    };
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        // A log that nobody reads any more is no reason to stop.
        .log_internal_errors(false);
    match config.map(Config::log_format) {
        Some(LogFormat::Json) => log.json().flatten_event(true).init(),
        _ => log.init(),
    }
    Ok(())
}
