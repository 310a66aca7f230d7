//! The image file: committed memory as JSON under a version, replaced in one step.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::chip::Chip;

/// Version of the image format.
const VERSION: u32 = 1;

/// What can be wrong with an image file.
#[derive(Debug, thiserror::Error)]
pub enum ImageError {
    /// The file or its folder cannot be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The content is no image.
    #[error("{} is no virtual card image: {source}", path.display())]
    Format {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
    /// The image was written by a newer program.
    #[error("{} has image version {version}, this program knows {VERSION}", path.display())]
    Version {
        /// Which file.
        path: PathBuf,
        /// Version found.
        version: u32,
    },
}

/// Content of the file.
#[derive(Serialize, Deserialize)]
struct Content<C> {
    virtual_card_image: u32,
    chip: C,
}

#[derive(Deserialize)]
struct Head {
    virtual_card_image: u32,
}

/// Where a card's memory is kept.
#[derive(Debug, Clone)]
pub struct Image {
    path: PathBuf,
}

impl Image {
    /// An image in this file, which need not exist yet.
    pub fn at(path: &Path) -> Self {
        Self {
            path: path.to_path_buf(),
        }
    }

    /// Reads the memory; `None` where there is no file.
    ///
    /// # Errors
    /// The file cannot be read, or makes no sense, or is of a newer version.
    pub fn load(&self) -> Result<Option<Chip>, ImageError> {
        let text = match fs::read(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.io(error)),
        };
        let format = |source| ImageError::Format {
            path: self.path.clone(),
            source,
        };
        let head: Head = serde_json::from_slice(&text).map_err(format)?;
        if head.virtual_card_image != VERSION {
            return Err(ImageError::Version {
                path: self.path.clone(),
                version: head.virtual_card_image,
            });
        }
        let content: Content<Chip> = serde_json::from_slice(&text).map_err(format)?;
        Ok(Some(content.chip))
    }

    /// Replaces the memory: a temporary file, synced, renamed over the old one, the folder synced.
    ///
    /// # Errors
    /// The folder cannot be written; the old content is then still there.
    pub fn save(&self, chip: &Chip) -> Result<(), ImageError> {
        self.write(chip).map_err(|error| self.io(error))
    }

    fn write(&self, chip: &Chip) -> io::Result<()> {
        let text = serde_json::to_vec_pretty(&Content {
            virtual_card_image: VERSION,
            chip,
        })?;
        let mut temporary = self.path.clone().into_os_string();
        temporary.push(".new");
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .open(&temporary)?;
        file.write_all(&text)?;
        file.sync_all()?;
        fs::rename(&temporary, &self.path)?;
        let folder = self
            .path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()
    }

    fn io(&self, source: io::Error) -> ImageError {
        ImageError::Io {
            path: self.path.clone(),
            source,
        }
    }
}
