//! Printed papers.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};

use super::{LOOK, SOON};

/// The pictures of printed papers, oldest first; parts of papers have `-part` in their names.
pub fn pictures(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found: Vec<PathBuf> = fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    found.retain(|path| path.extension().is_some_and(|extension| extension == "png"));
    found.sort();
    Ok(found)
}

/// Waits until so many whole or part papers came out; their pictures.
pub fn wait_for(folder: &Path, count: usize) -> Result<Vec<PathBuf>> {
    let end = Instant::now() + Duration::from_secs(SOON);
    loop {
        let found = pictures(folder)?;
        if found.len() >= count {
            return Ok(found);
        }
        ensure!(Instant::now() < end, "{count} papers wanted: {found:?}");
        thread::sleep(LOOK);
    }
}

/// What a scanner reads on a paper: one line a code, `QR-Code:…` or `CODE-128:…`.
pub fn scan(paper: &Path) -> Result<Vec<String>> {
    let output = Command::new("zbarimg")
        .arg("--quiet")
        // It asks the desktop's bus for a camera light otherwise.
        .arg("--nodbus")
        .arg(paper)
        .output()
        .context("zbarimg (package zbar-tools) reads codes as a register's scanner would")?;
    ensure!(
        output.status.success(),
        "no code on {}: {}",
        paper.display(),
        String::from_utf8_lossy(&output.stderr)
    );
    let mut codes: Vec<String> = String::from_utf8(output.stdout)?
        .lines()
        .map(str::to_owned)
        .collect();
    codes.sort();
    Ok(codes)
}
