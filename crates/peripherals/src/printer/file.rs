//! A printer that saves each paper as a PNG in a folder, for looking at without a printer.

use std::path::{Path, PathBuf};

use super::{PrintOutcome, Printer, PrinterCondition, PrinterFault, PrinterInfo};
use crate::raster::Raster;

/// Saves papers as `paper-0001.png` and on, after the highest number already there.
#[derive(Debug)]
pub struct FilePrinter {
    folder: PathBuf,
    next: u32,
}

impl FilePrinter {
    /// Prints into this folder, which is made when missing.
    ///
    /// # Errors
    /// The folder cannot be made or read.
    pub fn open(folder: &Path) -> std::io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        Ok(Self {
            folder: folder.to_owned(),
            next: highest_number(folder)? + 1,
        })
    }

    fn save(&self, paper: &Raster) -> std::io::Result<PathBuf> {
        let png = paper.preview().to_png().map_err(std::io::Error::other)?;
        let path = self.folder.join(format!("paper-{:04}.png", self.next));
        write_whole(&path, &png)?;
        Ok(path)
    }
}

impl Printer for FilePrinter {
    fn info(&mut self) -> PrinterInfo {
        PrinterInfo {
            name: format!("folder:{}", self.folder.display()),
            simulated: true,
        }
    }

    fn status(&mut self) -> PrinterCondition {
        if self.folder.is_dir() {
            PrinterCondition::Ready
        } else {
            PrinterCondition::Off
        }
    }

    fn print(&mut self, paper: &Raster) -> PrintOutcome {
        match self.save(paper) {
            Ok(path) => {
                tracing::info!(path = %path.display(), "saved a paper");
                self.next += 1;
                PrintOutcome::Printed
            }
            Err(error) => {
                tracing::warn!(%error, folder = %self.folder.display(), "cannot save a paper");
                // A paper is written whole or not at all, so a failed save is certain.
                PrintOutcome::NotPrinted(match self.status() {
                    PrinterCondition::Ready => PrinterCondition::Fault(PrinterFault::Other),
                    gone => gone,
                })
            }
        }
    }
}

/// The highest `paper-NNNN…` in a folder, 0 when there is none.
pub(crate) fn highest_number(folder: &Path) -> std::io::Result<u32> {
    let mut highest = 0;
    for entry in std::fs::read_dir(folder)? {
        let name = entry?.file_name();
        let number = name
            .to_string_lossy()
            .strip_prefix("paper-")
            .and_then(|rest| {
                rest.split(|c: char| !c.is_ascii_digit())
                    .next()?
                    .parse()
                    .ok()
            });
        highest = highest.max(number.unwrap_or(0));
    }
    Ok(highest)
}

/// Writes a file so that whoever looks sees all of it or none.
pub(crate) fn write_whole(path: &Path, content: &[u8]) -> std::io::Result<()> {
    let half = path.with_extension("part");
    std::fs::write(&half, content)?;
    std::fs::rename(&half, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn papers_are_numbered_on_across_restarts() {
        let folder = tempfile::tempdir().unwrap();
        let paper = Raster::new(16, 4);
        for _ in 0..2 {
            let mut printer = FilePrinter::open(folder.path()).unwrap();
            assert_eq!(printer.print(&paper), PrintOutcome::Printed);
        }
        assert!(folder.path().join("paper-0001.png").is_file());
        assert!(folder.path().join("paper-0002.png").is_file());
    }

    #[test]
    fn a_folder_that_went_away_prints_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("papers");
        let mut printer = FilePrinter::open(&inner).unwrap();
        std::fs::remove_dir(&inner).unwrap();
        assert_eq!(
            printer.print(&Raster::new(8, 8)),
            PrintOutcome::NotPrinted(PrinterCondition::Off)
        );
    }
}
