//! Where papers are laid: a folder with a PNG, the bytes and any text of each, numbered on.

use std::path::{Path, PathBuf};

use super::machine::Paper;
use crate::printer::{highest_number, write_whole};

/// The folder.
#[derive(Debug)]
pub struct Shelf {
    folder: PathBuf,
    next: u32,
}

impl Shelf {
    /// Opens or makes the folder; numbering goes on after the highest there.
    pub fn open(folder: &Path) -> std::io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        Ok(Self {
            folder: folder.to_owned(),
            next: highest_number(folder)? + 1,
        })
    }

    /// Saves a paper as `paper-0001.png`, a part of one as `paper-0002-part.png`; bytes and text beside it.
    ///
    /// The picture comes last, so whoever sees it finds the rest as well.
    pub fn lay(&mut self, paper: &Paper) -> std::io::Result<PathBuf> {
        let part = if paper.whole { "" } else { "-part" };
        let path = self
            .folder
            .join(format!("paper-{:04}{part}.png", self.next));
        self.next += 1;
        write_whole(&path.with_extension("bin"), &paper.bytes)?;
        if !paper.text.is_empty() {
            write_whole(&path.with_extension("txt"), paper.text.as_bytes())?;
        }
        let png = paper
            .raster
            .preview()
            .to_png()
            .map_err(std::io::Error::other)?;
        write_whole(&path, &png)?;
        Ok(path)
    }
}
