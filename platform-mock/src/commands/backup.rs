//! `platform-center backup`, `restore`, `import-reports` and `local-keys`.

use std::{fs, path::Path};

use anyhow::{Context as _, bail};
use platform_center::{
    audit::Actor,
    clock::{Clock as _, SystemClock},
    operator::terminals::TerminalStorage as _,
    restore::backup::{self, Serving},
    stick::reports,
};

use super::{data::Data, say};

/// Copies the database into a new file.
pub fn backup(data: &Data, to: &Path) -> anyhow::Result<()> {
    let data = file_of(data)?;
    backup::backup(data, to)?;
    say::line(format_args!(
        "{} holds the database as it is now. The keys in {} are not in it: keep a copy of them elsewhere; they never change.",
        to.display(),
        data.join("keys").display()
    ));
    Ok(())
}

/// The data folder, where its database is a file.
fn file_of(data: &Data) -> anyhow::Result<&Path> {
    if data.database()?.is_some() {
        bail!(
            "the database is on a PostgreSQL server: its own tools back it up and put it back (pg_dump, pg_restore, point-in-time recovery), \
             then `platform-center restored` begins a new life"
        );
    }
    Ok(&data.folder)
}

/// Puts a backup in place and begins a new life.
pub fn restore(data: &Data, from: &Path, epochs_above: u16) -> anyhow::Result<()> {
    let data = file_of(data)?;
    let done = backup::restore(data, from, epochs_above, SystemClock.now())?;
    if let Some(old) = &done.set_aside {
        say::line(format_args!("the database before is now {}", old.display()));
    }
    if !done.marked && epochs_above == 0 {
        say::line(
            "This folder remembers no earlier life. If this backup was restored before, somewhere else, stop and restore it again with \
             --epochs-above and the highest epoch known from there.",
        );
    }
    say::line(format_args!(
        "The platform begins life {}. {} kiosks have to send their records again; /operator/restore shows which have. Until all have, tickets \
         sold before are neither given out nor issued anew.",
        done.life.incarnation, done.due
    ));
    Ok(())
}

/// Imports a stick file of reports.
pub async fn import_reports(data: &Data, file: &Path) -> anyhow::Result<()> {
    let bytes = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let _place =
        Serving::begin(&data.folder).context("or upload the file at /operator/terminals")?;
    let app = data.app()?;
    let done = reports::import(&app, &bytes, Actor::CommandLine)
        .await
        .with_context(|| format!("{} was not imported", file.display()))?;
    let new = done.reports - done.known - u32::try_from(done.refused.len())?;
    if done.known == done.reports {
        say::line(format_args!(
            "All {} reports of terminal {} were imported before; nothing was changed",
            done.reports, done.terminal
        ));
    } else {
        say::line(format_args!(
            "terminal {}: {new} new reports, {} known already",
            done.terminal, done.known
        ));
    }
    for refused in &done.refused {
        say::problem(format_args!("row {refused}"));
    }
    if !done.refused.is_empty() {
        bail!("{} reports were refused", done.refused.len());
    }
    Ok(())
}

/// Allows or forbids a kiosk the keys for working without network.
pub async fn local_keys(data: &Data, terminal: &str, allow: bool) -> anyhow::Result<()> {
    let storage = data.storage()?;
    storage
        .allow_local_keys(terminal.to_owned(), allow)
        .await
        .with_context(|| format!("there is no kiosk {terminal}"))?;
    say::line(format_args!(
        "{terminal} {} have keys of its own{}",
        if allow { "may" } else { "may not" },
        if allow {
            ""
        } else {
            " any more; those it has already end within 7 days"
        }
    ));
    Ok(())
}
