//! Where the keys lie: each in a file of its own, or all in one locked file. A folder of plain keys becomes a locked one the first time it is
//! opened with something to lock it with.

use std::{
    collections::BTreeMap,
    fs::{self, File, OpenOptions},
    io::{ErrorKind, Write as _},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};

use super::wrapping::Wrapping;
use crate::private::{restrict, write_private};

const LOCKED: &str = "keys.locked";
const GUARD: &str = ".guard";
/// How the names of plain keys end.
const SUFFIXES: [&str; 3] = [".key", ".pem", ".current"];

/// An open folder of keys. Others wait until it is dropped.
pub struct Chest {
    folder: PathBuf,
    wrapping: Wrapping,
    /// Of a locked folder; plain ones are read file by file.
    entries: Option<BTreeMap<String, String>>,
    _guard: File,
}

impl Chest {
    /// Opens the folder `keys` of a data folder, and makes it where it is missing.
    ///
    /// # Errors
    /// When it cannot be written, or is locked by something else.
    pub fn open(data: &Path, wrapping: &Wrapping) -> anyhow::Result<Self> {
        let folder = data.join("keys");
        fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        restrict(&folder, 0o700)?;
        let guard = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(folder.join(GUARD))?;
        guard.lock().context("cannot wait for the folder of keys")?;
        let mut chest = Self {
            folder,
            wrapping: wrapping.clone(),
            entries: None,
            _guard: guard,
        };
        match fs::read(chest.folder.join(LOCKED)) {
            Ok(bytes) => {
                let text = wrapping.unlock(&bytes)?;
                chest.entries = Some(serde_json::from_slice(&text)?);
                // A crash while the folder was being locked leaves these.
                chest.remove_plain()?;
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {
                if *wrapping != Wrapping::Nothing {
                    chest.lock_plain()?;
                }
            }
            Err(error) => bail!("cannot read the locked keys: {error}"),
        }
        Ok(chest)
    }

    /// Whether the keys are locked.
    pub fn is_locked(&self) -> bool {
        self.entries.is_some()
    }

    /// A key's text.
    ///
    /// # Errors
    /// When it is there and cannot be read.
    pub fn get(&self, name: &str) -> anyhow::Result<Option<String>> {
        if let Some(entries) = &self.entries {
            return Ok(entries.get(name).cloned());
        }
        let path = self.folder.join(name);
        match fs::read_to_string(&path) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => bail!("cannot read {}: {error}", path.display()),
        }
    }

    /// Puts a key's text there, durably.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn put(&mut self, name: &str, text: String) -> anyhow::Result<()> {
        if let Some(entries) = &mut self.entries {
            entries.insert(name.to_owned(), text);
            return self.write_locked();
        }
        let path = self.folder.join(name);
        if path.exists() {
            return replace(&path, text.as_bytes());
        }
        write_private(&path, &text)
    }

    /// Locks the keys by something else, or leaves them plain.
    ///
    /// # Errors
    /// When it cannot be written; either the old lock or the new one holds.
    pub fn rewrap(&mut self, wrapping: Wrapping) -> anyhow::Result<()> {
        let entries = match self.entries.take() {
            Some(entries) => entries,
            None => self.read_plain()?,
        };
        self.wrapping = wrapping;
        if self.wrapping == Wrapping::Nothing {
            for (name, text) in &entries {
                replace(&self.folder.join(name), text.as_bytes())?;
            }
            let locked = self.folder.join(LOCKED);
            if locked.exists() {
                fs::remove_file(locked)?;
            }
            return sync(&self.folder);
        }
        self.entries = Some(entries);
        self.write_locked()?;
        self.remove_plain()
    }

    fn lock_plain(&mut self) -> anyhow::Result<()> {
        let plain = self.read_plain()?;
        let found = plain.len();
        self.entries = Some(plain);
        self.write_locked()?;
        self.remove_plain()?;
        if found > 0 {
            tracing::warn!(
                "{found} keys lay open in {} and are locked now, in {LOCKED}; copies made before, such as backups of that folder, are still open",
                self.folder.display()
            );
        }
        Ok(())
    }

    fn write_locked(&self) -> anyhow::Result<()> {
        let text = serde_json::to_vec(&self.entries)?;
        replace(&self.folder.join(LOCKED), &self.wrapping.lock(&text)?)
    }

    fn plain_files(&self) -> anyhow::Result<Vec<(String, PathBuf)>> {
        let mut found = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            if let Ok(name) = entry.file_name().into_string()
                && SUFFIXES.iter().any(|suffix| name.ends_with(suffix))
            {
                found.push((name, entry.path()));
            }
        }
        Ok(found)
    }

    fn read_plain(&self) -> anyhow::Result<BTreeMap<String, String>> {
        self.plain_files()?
            .into_iter()
            .map(|(name, path)| {
                let text = fs::read_to_string(&path)
                    .with_context(|| format!("cannot read {}", path.display()))?;
                Ok((name, text))
            })
            .collect()
    }

    fn remove_plain(&self) -> anyhow::Result<()> {
        for (_, path) in self.plain_files()? {
            fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
        }
        sync(&self.folder)
    }
}

/// The old content or the new one, on disk when the call returns.
fn replace(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let beside = path.with_extension("new");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(&beside).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&beside, path)
    });
    written.with_context(|| format!("cannot write {}", path.display()))?;
    path.parent().map_or(Ok(()), sync)
}

fn sync(folder: &Path) -> anyhow::Result<()> {
    Ok(File::open(folder)?.sync_all()?)
}
