//! The tour: a scripted customer, clerk and gate on the real binaries with no display; every screen, paper and card is saved.
#![forbid(unsafe_code)]

mod album;
mod scenes;

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Parser;

use kippu_stage::theatre::Theatre;

/// Walks a scripted customer through kiosk, register and gate, and saves what can be seen.
#[derive(Parser)]
struct Arguments {
    /// Folder for pictures, papers and card contents; made where it does not exist.
    out: PathBuf,
}

fn main() -> Result<()> {
    let out = Arguments::parse().out;
    std::fs::create_dir_all(&out).with_context(|| format!("folder {}", out.display()))?;
    let world = tempfile::tempdir().context("folder for the tour's world")?;
    let mut theatre = Theatre::open(world.path())?;
    let mut album = album::Album::new(&out);
    scenes::walk(&mut theatre, &mut album)?;
    println!(
        "{} pictures, papers and cards in {}",
        album.count(),
        out.display()
    );
    Ok(())
}
