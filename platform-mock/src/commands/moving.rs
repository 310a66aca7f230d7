//! `platform-center migrate`, `copy-storage` and `restored`.

use std::fs;

use anyhow::{Context as _, bail};
use platform_center::{
    clock::{Clock as _, SystemClock},
    restore::{
        backup::Serving,
        life::{HighWater, Life},
        server,
    },
    storage::{Place, copy, migrate as bring_up, sql::off_runtime},
};

use super::{data::Data, say};

/// Brings the database to this program's version.
pub fn migrate(data: &Data) -> anyhow::Result<()> {
    let place = data.place()?;
    off_runtime(|| -> anyhow::Result<()> {
        bring_up(&place.connect()?).with_context(|| format!("cannot use {place}"))
    })?;
    say::line(format_args!("{place} has this program's version"));
    Ok(())
}

/// Copies the database file into a PostgreSQL database, row by row.
pub fn copy_storage(data: &Data, to: &str) -> anyhow::Result<()> {
    if data.database()?.is_some() {
        bail!(
            "{} uses a PostgreSQL database already",
            data.folder.display()
        );
    }
    let _place = Serving::begin(&data.folder)?;
    let file = data.folder.join("platform.db");
    if !file.exists() {
        bail!("{} has no database", data.folder.display());
    }
    let target = Place::server(to)?;
    let copied = off_runtime(|| -> anyhow::Result<_> {
        let from = Place::file_in(&data.folder)?.connect()?;
        bring_up(&from)?;
        HighWater::check(&data.folder, Life::read(&from)?)?;
        let to = target.connect()?;
        bring_up(&to)?;
        copy::copy(&from, &to)
    })?;
    for table in &copied {
        say::line(format_args!(
            "{:>10} {:<18} {}",
            table.rows, table.name, table.hash
        ));
    }
    data.remember(to)?;
    let aside = data.folder.join("platform.db.copied");
    fs::rename(&file, &aside)?;
    for end in ["-wal", "-shm"] {
        let left = data.folder.join(format!("platform.db{end}"));
        if left.exists() {
            fs::rename(&left, data.folder.join(format!("platform.db.copied{end}")))?;
        }
    }
    say::line(format_args!(
        "All rows are in {target}, and were read back and compared. {} uses it from now on; the file is now {}.",
        data.folder.display(),
        aside.display()
    ));
    Ok(())
}

/// Begins a new life on a database that was put back from a backup.
pub fn restored(data: &Data, epochs_above: u16) -> anyhow::Result<()> {
    let Some(address) = data.database()? else {
        bail!("only for a PostgreSQL database; `platform-center restore` puts back a file");
    };
    let _place = Serving::begin(&data.folder)?;
    let done =
        off_runtime(|| server::restored(&address, &data.folder, epochs_above, SystemClock.now()))?;
    say::line(format_args!(
        "The platform begins life {}. {} kiosks have to send their records again; /operator/restore shows which have. Until all have, tickets \
         sold before are neither given out nor issued anew. Start the nodes now.",
        done.life.incarnation, done.due
    ));
    Ok(())
}
