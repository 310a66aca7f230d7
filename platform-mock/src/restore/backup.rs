//! Files: a copy of the database while it is in use, and putting one back as a new life of the platform.
//!
//! Restoring writes in this order, so that a crash anywhere leaves the old database, or none that would be opened, or the new one:
//! the copy beside the database is made a new life · the mark of that life · the old database set aside · the copy takes its place.

use std::{
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use rusqlite::{Connection, OpenFlags, backup::Backup};

use super::life::{EPOCHS, HighWater, Life, sync_folder};
use crate::{
    journal::{Entry, JournalHead},
    private::{make_private, restrict},
    refusal::Answer,
    storage::{FILE_NODE, migrate, sql::Sql},
    tickets::record::pass_over_lost_numbers,
};

const DATABASE: &str = "platform.db";
/// Secrets without which a restored platform would be another one.
const KEYS: [&str; 4] = ["issuer.key", "cards.key", "binding.key", "codes.key"];

/// Says, as long as it lives, that this process is the platform of a data folder.
pub struct Serving {
    _locked: File,
}

impl Serving {
    /// Takes the place.
    ///
    /// # Errors
    /// When another process has it.
    pub fn begin(data: &Path) -> anyhow::Result<Self> {
        let path = data.join("serving.lock");
        make_private(&path)?;
        let file = File::options().append(true).open(&path)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _locked: file }),
            Err(TryLockError::WouldBlock) => {
                bail!("a platform is serving {}: stop it first", data.display())
            }
            Err(TryLockError::Error(error)) => {
                Err(error).with_context(|| format!("cannot lock {}", path.display()))
            }
        }
    }
}

/// Copies the database of a data folder into a new file, whether the platform is serving or not.
///
/// # Errors
/// When there is no database, the file exists already, or the copy is not sound.
pub fn backup(data: &Path, to: &Path) -> anyhow::Result<()> {
    if to.exists() {
        bail!("{} exists already", to.display());
    }
    let source = Connection::open_with_flags(
        data.join(DATABASE),
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )
    .with_context(|| format!("{} has no database", data.display()))?;
    let part = beside(to, ".part");
    remove(&part)?;
    make_private(&part)?;
    let mut copy = Connection::open(&part)?;
    // All pages in one step are one reading transaction: the copy is of one moment, and the platform goes on writing meanwhile.
    Backup::new(&source, &mut copy)?.step(-1)?;
    finish(Sql::Sqlite(copy), &part)?;
    fs::rename(&part, to).with_context(|| format!("cannot write {}", to.display()))?;
    sync_folder(
        to.parent()
            .filter(|folder| folder.is_dir())
            .unwrap_or(Path::new(".")),
    )
}

/// What a restore has done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// The life that begins.
    pub life: Life,
    /// Kiosks that have to send their rows again.
    pub due: u32,
    /// Where the old database is now, if there was one.
    pub set_aside: Option<PathBuf>,
    /// Whether the folder remembered the lives so far; otherwise only the backup did.
    pub marked: bool,
}

/// Puts a backup in place of a data folder's database and begins a new life of the platform. `epochs_above` states what is known of epochs
/// given where neither backup nor folder remember it.
///
/// # Errors
/// When a platform is serving the folder, its keys are missing, or the file is no sound backup; the folder is then as it was.
pub fn restore(data: &Path, from: &Path, epochs_above: u16, now: i64) -> anyhow::Result<Restored> {
    let _place = Serving::begin(data)?;
    check_keys(data)?;
    let fresh = data.join("platform.db.restoring");
    for left in [&fresh, &beside(&fresh, "-wal"), &beside(&fresh, "-shm")] {
        remove(left)?;
    }
    make_private(&fresh)?;
    fs::copy(from, &fresh).with_context(|| format!("cannot read {}", from.display()))?;
    restrict(&fresh, 0o600)?;
    let sql = Sql::Sqlite(Connection::open(&fresh)?);
    check(&sql).with_context(|| format!("{} is no backup of a platform", from.display()))?;
    migrate(&sql).with_context(|| format!("cannot use {}", from.display()))?;
    let known = HighWater::read(data)?;
    let mark = HighWater {
        incarnation: known.map_or(0, |mark| mark.incarnation),
        epoch_base: known.map_or(0, |mark| mark.epoch_base).max(epochs_above),
    };
    let life = Life::read(&sql)?.next(mark, now)?;
    let due = begin(&sql, life, FILE_NODE)?;
    finish(sql, &fresh)?;
    let begun = HighWater {
        incarnation: life.incarnation,
        epoch_base: life.epoch_base,
    };
    begun.write(data)?;
    let set_aside = set_aside(data, life)?;
    fs::rename(&fresh, data.join(DATABASE))?;
    sync_folder(data)?;
    Ok(Restored {
        life,
        due,
        set_aside,
        marked: known.is_some(),
    })
}

/// Whether the platform's keys are in its folder.
pub(super) fn check_keys(data: &Path) -> anyhow::Result<()> {
    for key in KEYS {
        let key = data.join("keys").join(key);
        if !key.exists() {
            bail!(
                "{} is missing: put the platform's keys there first, tickets are worth nothing without them",
                key.display()
            );
        }
    }
    Ok(())
}

/// Whether a file is a sound database of this platform.
fn check(sql: &Sql) -> anyhow::Result<()> {
    let verdict: String = sql.query_row("PRAGMA quick_check", [], |row| row.get(0))?;
    if verdict != "ok" {
        bail!("it is damaged: {verdict}");
    }
    let tables =
        "SELECT count(*) FROM sqlite_schema WHERE name IN ('terminals', 'tickets', 'journal')";
    let known: u32 = sql.query_row(tables, [], |row| row.get(0))?;
    if known != 3 {
        bail!("it is another program's database");
    }
    Ok(())
}

/// Makes a database a new life: all kiosks owe their rows, and nobody is logged in. `node`: who writes that down.
pub(super) fn begin(sql: &Sql, life: Life, node: i64) -> anyhow::Result<u32> {
    let due = sql.in_transaction(|sql| -> Answer<usize> {
        sql.execute(
            "UPDATE platform_life SET incarnation = ?1, epoch_base = ?2, began = ?3",
            (life.incarnation, life.epoch_base, life.began),
        )?;
        let due = sql.execute(
            "UPDATE terminals SET resend_due = 1, resent = NULL WHERE role = 'kiosk' AND written_off IS NULL",
            [],
        )?;
        // Once a restore: two restores of one backup begin with different numbers.
        for _ in 0..life.epoch_base / EPOCHS {
            pass_over_lost_numbers(sql)?;
        }
        sql.execute("DELETE FROM sessions", [])?;
        let note = life.incarnation.to_string();
        JournalHead::read(sql, node)?.append(
            sql,
            life.began,
            &Entry {
                kind: "restored",
                note: Some(&note),
                ..Entry::default()
            },
        )?;
        Ok(due)
    })?;
    Ok(u32::try_from(due)?)
}

/// Leaves a connection's file whole: no log beside it, on disk, sound.
fn finish(sql: Sql, path: &Path) -> anyhow::Result<()> {
    let mode: String = sql.query_row("PRAGMA journal_mode = DELETE", [], |row| row.get(0))?;
    if mode != "delete" {
        bail!("{} is in use", path.display());
    }
    check(&sql)?;
    if let Sql::Sqlite(sql) = sql {
        sql.close().map_err(|(_, error)| error)?;
    }
    File::open(path)?.sync_all()?;
    Ok(())
}

/// Gives the old database and its log other names. Without its log it would be an older database; the mark keeps it from being opened then.
fn set_aside(data: &Path, life: Life) -> anyhow::Result<Option<PathBuf>> {
    let old = data.join(DATABASE);
    let aside = data.join(format!("platform.db.before-{}", life.incarnation));
    for end in ["-shm", "-wal", ""] {
        let from = beside(&old, end);
        if from.exists() {
            fs::rename(&from, beside(&aside, end))
                .with_context(|| format!("cannot set {} aside", from.display()))?;
        }
    }
    Ok(aside.exists().then_some(aside))
}

fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}

fn remove(path: &Path) -> anyhow::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", path.display()))
        }
        _ => Ok(()),
    }
}
