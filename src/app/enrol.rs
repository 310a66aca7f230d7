//! `kippu enrol`: makes this machine a terminal.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use kippu_api::{
    client::enrolling::{NewTerminal, enrol},
    enrolment::EnrolmentCode,
    identity,
};
use serde::Serialize;
use tokio::runtime::Runtime;

use crate::devices::files;

/// What the terminal reads when it starts ([`super::config::TerminalFile`]).
#[derive(Serialize)]
struct Written<'a> {
    name: &'a str,
    terminal: u32,
    role: &'a str,
    store: &'a str,
    store_name: &'a str,
    device_key: String,
    platform_key: &'a str,
}

/// Where a terminal's identity lies: beside its configuration.
pub fn identity_of(terminal: &Path) -> PathBuf {
    terminal.with_extension("identity.json")
}

/// Enrols this machine with an operator's code and writes its configuration and identity.
///
/// # Errors
/// The platform cannot be reached or refuses the code, or the files cannot be written.
pub fn run(code: &EnrolmentCode, platform: &str, terminal: &Path) -> Result<()> {
    ensure!(
        !terminal.exists(),
        "{} is there already: this machine is a terminal. Remove it to enrol anew",
        terminal.display()
    );
    let folder = terminal.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).context("the folder of the configuration")?;
    let runtime = Runtime::new().context("threads")?;
    let new = runtime.block_on(enrol(platform, code))?;
    write(&new, terminal)?;
    println!(
        "This machine is {} ({}) now. Start it with: kippu {} --platform {platform} --terminal {} --data DIR",
        new.enrolled.name,
        new.enrolled.role,
        new.enrolled.role,
        terminal.display()
    );
    Ok(())
}

fn write(new: &NewTerminal, terminal: &Path) -> Result<()> {
    identity::write(&identity_of(terminal), &new.identity)?;
    let text = toml::to_string(&Written {
        name: &new.enrolled.name,
        terminal: new.enrolled.terminal.0,
        role: &new.enrolled.role,
        store: new.enrolled.store.as_deref().unwrap_or_default(),
        store_name: new.enrolled.store_name.as_deref().unwrap_or_default(),
        device_key: hex::encode(new.device_key),
        platform_key: &new.enrolled.platform_key,
    })?;
    // The configuration last: with it the machine is a terminal.
    files::replace(terminal, text.as_bytes()).context("the terminal's configuration")
}
