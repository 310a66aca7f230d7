//! Printed papers.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};

/// The pictures of printed papers, oldest first; parts of papers have `-part` in their names.
pub fn pictures(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found: Vec<PathBuf> = fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    found.retain(|path| path.extension().is_some_and(|extension| extension == "png"));
    found.sort();
    Ok(found)
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
