//! `platform-center`: serves the platform, and prepares its data from the command line.
#![forbid(unsafe_code)]

mod commands;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    let filter =
        tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into());
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        // A log that nobody reads any more is no reason to stop.
        .log_internal_errors(false)
        .init();
    match commands::Arguments::parse().run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            commands::say::problem(format_args!("platform-center: {error:#}"));
            ExitCode::FAILURE
        }
    }
}
