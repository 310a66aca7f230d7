//! `platform-center`: serves the platform, and prepares its data from the command line.
#![forbid(unsafe_code)]

mod commands;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    match commands::Arguments::parse().run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            commands::say::problem(format_args!("platform-center: {error:#}"));
            ExitCode::FAILURE
        }
    }
}
