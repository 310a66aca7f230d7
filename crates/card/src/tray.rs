//! A tray of virtual cards: a folder of image files, from which a card is taken and laid on a reader of this process.
//!
//! Kiosk, gate and register share one folder. While a card lies on a reader, its file `NAME.lock` is locked and says where the card
//! lies; the lock ends with the process whatever happens to it. A file `NAME.fault.json` makes the card fail once (see
//! [`Fault`]); it is read when the card is laid down and removed when the fault strikes.

mod claim;
mod error;
mod place;

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use kippu_ticket::ids::CardUid;

pub use error::TrayError;
pub use place::TrayReader;

use crate::virtual_card::image::Image;
use crate::virtual_card::{CardSize, Chip, Fault, KeyKind, Timing, VirtualCard};
use claim::Claim;
use place::{LyingCard, Place};

/// A card on the tray or on a reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrayCard {
    /// Name, after the file.
    pub name: String,
    /// Card number.
    pub uid: CardUid,
    /// Memory.
    pub size: CardSize,
    /// The reader it lies on, in this process or another.
    pub lies_on: Option<String>,
}

/// The folder with its cards, and the readers of this process that cards can be laid on. Clones are the same tray.
#[derive(Clone)]
pub struct Tray {
    shared: Arc<Shared>,
}

struct Shared {
    folder: PathBuf,
    timing: Timing,
    places: Mutex<HashMap<String, Arc<Place>>>,
}

impl Tray {
    /// A tray in this folder, which is made where it does not exist.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub fn open(folder: &Path) -> Result<Self, TrayError> {
        Self::with_timing(folder, Timing::Off)
    }

    /// A tray whose cards take the time that air and chip would take.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub fn with_timing(folder: &Path, timing: Timing) -> Result<Self, TrayError> {
        fs::create_dir_all(folder).map_err(TrayError::io(folder))?;
        let shared = Shared {
            folder: folder.to_path_buf(),
            timing,
            places: Mutex::default(),
        };
        Ok(Self {
            shared: Arc::new(shared),
        })
    }

    /// Makes a blank card, its card key sixteen zero bytes of the given kind.
    ///
    /// # Errors
    /// The name is taken or no name, or the image cannot be written.
    pub fn add(
        &self,
        name: &str,
        uid: CardUid,
        size: CardSize,
        master: KeyKind,
    ) -> Result<(), TrayError> {
        let path = self.path(name, "card")?;
        if path.exists() {
            return Err(TrayError::Exists {
                card: name.to_owned(),
            });
        }
        Ok(Image::at(&path).save(&Chip::blank(uid.0, size, master))?)
    }

    /// All cards by name.
    ///
    /// # Errors
    /// The folder cannot be read, or an image in it makes no sense.
    pub fn cards(&self) -> Result<Vec<TrayCard>, TrayError> {
        let folder = &self.shared.folder;
        let mut cards = Vec::new();
        for entry in fs::read_dir(folder).map_err(TrayError::io(folder))? {
            let path = entry.map_err(TrayError::io(folder))?.path();
            let Some(name) = path.file_stem().and_then(|name| name.to_str()) else {
                continue;
            };
            if path.extension().is_none_or(|extension| extension != "card") || !is_name(name) {
                continue;
            }
            // Gone since the folder was listed.
            let Some(chip) = Image::at(&path).load()? else {
                continue;
            };
            let lies_on = Claim::holder(&self.path(name, "lock")?)?;
            cards.push(TrayCard {
                name: name.to_owned(),
                uid: CardUid(chip.uid),
                size: chip.size,
                lies_on,
            });
        }
        cards.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(cards)
    }

    /// The reader of this name. Several readers of one name see the same card.
    pub fn reader(&self, name: &str) -> TrayReader {
        TrayReader::new(self.place(name))
    }

    /// Lays a card on a reader of this process.
    ///
    /// # Errors
    /// The card lies elsewhere, another card lies there, or the card or its fault cannot be read.
    pub fn lay(&self, name: &str, reader: &str) -> Result<(), TrayError> {
        let path = self.path(name, "card")?;
        let fault_file = self.path(name, "fault.json")?;
        let lock_file = self.path(name, "lock")?;
        let unknown = || TrayError::Unknown {
            card: name.to_owned(),
        };
        if !path.exists() {
            return Err(unknown());
        }
        self.place(reader).lay(|| {
            let claim = Claim::take(&lock_file, name, reader)?;
            let chip = Image::at(&path).load()?.ok_or_else(unknown)?;
            let mut card = VirtualCard::open(&path, || chip)?;
            card.set_fault(read_fault(&fault_file)?);
            card.set_timing(self.shared.timing);
            Ok(LyingCard {
                name: name.to_owned(),
                card,
                fault_file,
                claim,
            })
        })
    }

    /// Lifts whatever lies on the reader; nothing happens where nothing does.
    pub fn lift(&self, reader: &str) {
        self.place(reader).lift();
    }

    /// Name of the card on a reader of this process.
    pub fn lying_on(&self, reader: &str) -> Option<String> {
        self.place(reader).lying()
    }

    fn place(&self, name: &str) -> Arc<Place> {
        let mut places = self
            .shared
            .places
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        Arc::clone(
            places
                .entry(name.to_owned())
                .or_insert_with(|| Arc::new(Place::new(name))),
        )
    }

    fn path(&self, name: &str, extension: &str) -> Result<PathBuf, TrayError> {
        if is_name(name) {
            Ok(self.shared.folder.join(format!("{name}.{extension}")))
        } else {
            Err(TrayError::BadName {
                card: name.to_owned(),
            })
        }
    }
}

fn read_fault(path: &Path) -> Result<Option<Fault>, TrayError> {
    match fs::read(path) {
        Ok(text) => serde_json::from_slice(&text)
            .map(Some)
            .map_err(|source| TrayError::BadFault {
                path: path.to_path_buf(),
                source,
            }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(TrayError::io(path)(error)),
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || c == '-' || c == '_')
}
