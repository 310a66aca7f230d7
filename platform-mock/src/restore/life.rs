//! Which life of the platform a database belongs to, and the file beside it that no restored database can turn back.

use std::{
    fs::{self, File},
    io::{ErrorKind, Write as _},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use serde::{Deserialize, Serialize};

use crate::private::{make_private, restrict};
use crate::storage::sql::{Sql, SqlError};

/// Epochs a life may give to one ticket: its re-issues get `epoch_base + 1` to `epoch_base + EPOCHS`, the next life begins above. So no
/// epoch given after a restore was ever given before, although nobody knows what the lost time issued.
pub const EPOCHS: u16 = 256;

/// One life of the platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Life {
    /// Rises with every restore.
    pub incarnation: u32,
    /// Tickets issued anew get epochs above.
    pub epoch_base: u16,
    /// When it was restored, UTC microseconds; 0 in the first life.
    pub began: i64,
}

impl Life {
    /// The life a database says it belongs to.
    pub fn read(sql: &Sql) -> Result<Self, SqlError> {
        let text = "SELECT incarnation, epoch_base, began FROM platform_life";
        sql.prepare_cached(text)?.query_row([], |row| {
            Ok(Self {
                incarnation: row.get(0)?,
                epoch_base: row.get(1)?,
                began: row.get(2)?,
            })
        })
    }

    /// The life after this one and after all the mark knows of. Its number is the time in seconds where that is higher, so that even where
    /// the mark is lost with the machine, two restores of one backup differ.
    ///
    /// # Errors
    /// When all epochs are used up: after 255 restores.
    pub fn next(self, mark: HighWater, now: i64) -> anyhow::Result<Self> {
        let seconds = u32::try_from(now / 1_000_000).unwrap_or(0);
        let last = self.incarnation.max(mark.incarnation);
        let base = self.epoch_base.max(mark.epoch_base);
        Ok(Self {
            incarnation: last.saturating_add(1).max(seconds),
            epoch_base: base
                .checked_add(EPOCHS)
                .context("this platform was restored too often: no epochs are left")?,
            began: now,
        })
    }
}

/// What the last life was, outside the database: restoring an older database does not turn it back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct HighWater {
    /// Highest incarnation begun.
    pub incarnation: u32,
    /// Its epochs' base.
    pub epoch_base: u16,
}

impl HighWater {
    fn path(data: &Path) -> PathBuf {
        data.join("high-water.toml")
    }

    /// Reads it; `None` where there is none.
    ///
    /// # Errors
    /// When it cannot be read or makes no sense.
    pub fn read(data: &Path) -> anyhow::Result<Option<Self>> {
        let path = Self::path(data);
        match fs::read_to_string(&path) {
            Ok(text) => {
                Ok(Some(toml::from_str(&text).with_context(|| {
                    format!("{} makes no sense", path.display())
                })?))
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
        }
    }

    /// Writes it, durably, before anything of the new life exists.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(self, data: &Path) -> anyhow::Result<()> {
        let path = Self::path(data);
        let fresh = path.with_extension("toml.part");
        let text = toml::to_string(&self)?;
        make_private(&fresh)?;
        let write = || -> std::io::Result<()> {
            let mut file = File::create(&fresh)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            fs::rename(&fresh, &path)
        };
        write().with_context(|| format!("cannot write {}", path.display()))?;
        restrict(&path, 0o600)?;
        sync_folder(data)
    }

    /// Checks a database against the mark when it is opened, and makes the mark where there is none.
    ///
    /// # Errors
    /// When a later life than the database's was begun: a restore was not finished, or somebody copied an old database into place.
    pub fn check(data: &Path, life: Life) -> anyhow::Result<()> {
        let own = Self {
            incarnation: life.incarnation,
            epoch_base: life.epoch_base,
        };
        match Self::read(data)? {
            Some(mark) if mark.incarnation > own.incarnation => bail!(
                "the database is of an earlier life of this platform than {} says: a restore was not finished, or an old copy was put here. \
                 Run `platform-center restore` with the latest backup.",
                Self::path(data).display()
            ),
            Some(mark) if mark == own => Ok(()),
            Some(_) | None => own.write(data),
        }
    }
}

/// Makes renames in a folder durable.
///
/// # Errors
/// When the folder cannot be opened.
pub fn sync_folder(folder: &Path) -> anyhow::Result<()> {
    #[cfg(unix)]
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .with_context(|| format!("cannot sync {}", folder.display()))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIFE: Life = Life {
        incarnation: 1,
        epoch_base: 0,
        began: 0,
    };

    #[test]
    fn the_next_life_is_above_database_mark_and_time() {
        let mark = HighWater {
            incarnation: 9,
            epoch_base: 512,
        };
        let next = LIFE.next(mark, 5_000_000).unwrap();
        assert_eq!((next.incarnation, next.epoch_base), (10, 768));
        let next = LIFE.next(mark, 50_000_000).unwrap();
        assert_eq!((next.incarnation, next.began), (50, 50_000_000));
        let worn = Life {
            epoch_base: u16::MAX - 5,
            ..LIFE
        };
        assert!(worn.next(mark, 0).is_err());
    }

    #[test]
    fn a_database_of_an_earlier_life_is_not_opened() {
        let data = tempfile::tempdir().unwrap();
        HighWater::check(data.path(), LIFE).unwrap();
        HighWater::check(data.path(), LIFE).unwrap();
        let next = LIFE
            .next(HighWater::read(data.path()).unwrap().unwrap(), 0)
            .unwrap();
        HighWater::check(data.path(), next).unwrap();
        let refused = HighWater::check(data.path(), LIFE).unwrap_err();
        assert!(refused.to_string().contains("restore"), "{refused}");
    }
}
