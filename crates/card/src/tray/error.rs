//! What can go wrong with a tray of cards.

use std::io;
use std::path::{Path, PathBuf};

use crate::virtual_card::image::ImageError;

/// What can go wrong with the tray.
#[derive(Debug, thiserror::Error)]
pub enum TrayError {
    /// A card lies on one reader at a time.
    #[error("the card \"{card}\" lies on {place}")]
    LiesElsewhere {
        /// Which card.
        card: String,
        /// On which reader.
        place: String,
    },
    /// Another card lies on this reader.
    #[error("the card \"{card}\" lies on this reader already")]
    ReaderTaken {
        /// Which card.
        card: String,
    },
    /// There is no card of this name.
    #[error("there is no card \"{card}\" on the tray")]
    Unknown {
        /// The name asked for.
        card: String,
    },
    /// A name is of letters, digits, `-` and `_`.
    #[error("\"{card}\" is no name for a card")]
    BadName {
        /// The name asked for.
        card: String,
    },
    /// There is a card of this name already.
    #[error("there is a card \"{card}\" already")]
    Exists {
        /// The name asked for.
        card: String,
    },
    /// The fault file makes no sense.
    #[error("{}: {source}", path.display())]
    BadFault {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
    /// The card's memory cannot be read or written.
    #[error(transparent)]
    Image(#[from] ImageError),
    /// The folder cannot be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// Which file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl TrayError {
    /// For `map_err` around something done with this file or folder.
    pub(super) fn io(path: &Path) -> impl Fn(io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::Io {
            path: path.clone(),
            source,
        }
    }
}
