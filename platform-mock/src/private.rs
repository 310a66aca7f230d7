//! Files only their owner can read: keys, tokens, the database.

use std::{
    fs::{self, File, OpenOptions},
    io::Write as _,
    path::Path,
};

use anyhow::Context as _;

/// Writes a new file only its owner can read.
///
/// # Errors
/// When it exists already or cannot be written.
pub fn write_private(path: &Path, text: &str) -> anyhow::Result<()> {
    let mut file = open(path, OpenOptions::new().write(true).create_new(true))?;
    file.write_all(text.as_bytes())
        .and_then(|()| file.sync_all())
        .with_context(|| format!("cannot write {}", path.display()))
}

/// Makes an empty file only its owner can read; one that exists keeps its content and becomes private.
///
/// # Errors
/// When it cannot be made or belongs to somebody else.
pub fn make_private(path: &Path) -> anyhow::Result<()> {
    open(path, OpenOptions::new().append(true).create(true))?;
    restrict(path, 0o600)
}

fn open(path: &Path, options: &mut OpenOptions) -> anyhow::Result<File> {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
        .open(path)
        .with_context(|| format!("cannot make {}", path.display()))
}

/// Sets the mode of something that exists.
///
/// # Errors
/// When it is not there or belongs to somebody else.
#[cfg(unix)]
pub fn restrict(path: &Path, mode: u32) -> anyhow::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
        .with_context(|| format!("cannot protect {}", path.display()))
}

/// Does nothing: this system has no modes.
///
/// # Errors
/// Never.
#[cfg(not(unix))]
pub fn restrict(_: &Path, _: u32) -> anyhow::Result<()> {
    Ok(())
}
