//! A tray of virtual cards: a folder of image files, from which a card is taken and laid on a reader of this process.
//!
//! Kiosk, gate and register share one folder. While a card lies on a reader, its file `NAME.lock` is locked and says where the card
//! lies; the lock ends with the process whatever happens to it. A file `NAME.fault.json` makes the card fail once (see
//! [`Fault`](crate::virtual_card::Fault)); it is read when the card is laid down and removed when the fault strikes.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use kippu_ticket::ids::CardUid;

use crate::capability::CardFault;
use crate::reader::{CardToken, Reader, ReaderInfo, ReaderState};
use crate::transport::{Transport, TransportFault};
use crate::virtual_card::image::{Image, ImageError};
use crate::virtual_card::{CardSize, Chip, Exchange, Fault, KeyKind, Timing, VirtualCard};

/// Longest wait for somebody who only looks whether a card is free.
const LOCK_WAIT: Duration = Duration::from_millis(200);

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
    readers: Mutex<HashMap<String, Arc<Place>>>,
}

/// A virtual reader: where a card lies or does not.
struct Place {
    name: String,
    lying: Mutex<Lying>,
    changed: Condvar,
}

#[derive(Default)]
struct Lying {
    /// Raised with every laying down.
    token: u64,
    card: Option<LyingCard>,
}

struct LyingCard {
    name: String,
    card: VirtualCard,
    fault_file: PathBuf,
    /// Locked for as long as this lives.
    lock: File,
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
        fs::create_dir_all(folder).map_err(|source| TrayError::Io {
            path: folder.to_path_buf(),
            source,
        })?;
        let shared = Shared {
            folder: folder.to_path_buf(),
            timing,
            readers: Mutex::default(),
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
        let io = |source| TrayError::Io {
            path: folder.clone(),
            source,
        };
        let mut cards = Vec::new();
        for entry in fs::read_dir(folder).map_err(io)? {
            let path = entry.map_err(io)?.path();
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
            let lies_on = self.where_it_lies(name)?;
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

    /// The reader of this name, made the first time it is asked for.
    pub fn reader(&self, name: &str) -> TrayReader {
        TrayReader {
            place: self.place(name),
            seen: None,
        }
    }

    /// Lays a card on a reader of this process.
    ///
    /// # Errors
    /// The card lies elsewhere, another card lies there, or the card or its fault cannot be read.
    pub fn lay(&self, name: &str, reader: &str) -> Result<(), TrayError> {
        let image = self.path(name, "card")?;
        let fault_file = self.path(name, "fault.json")?;
        let place = self.place(reader);
        let mut lying = lock(&place.lying);
        if let Some(other) = &lying.card {
            return Err(TrayError::ReaderTaken {
                card: other.name.clone(),
            });
        }
        let unknown = || TrayError::Unknown {
            card: name.to_owned(),
        };
        if !image.exists() {
            return Err(unknown());
        }
        let lock = self.take(name, reader)?;
        let chip = Image::at(&image).load()?.ok_or_else(unknown)?;
        let mut card = VirtualCard::open(&image, || chip)?;
        card.set_fault(read_fault(&fault_file)?);
        card.set_timing(self.shared.timing);
        card.power_on();
        lying.token += 1;
        lying.card = Some(LyingCard {
            name: name.to_owned(),
            card,
            fault_file,
            lock,
        });
        place.changed.notify_all();
        Ok(())
    }

    /// Lifts whatever lies on the reader; nothing happens where nothing does.
    pub fn lift(&self, reader: &str) {
        let place = self.place(reader);
        lock(&place.lying).lift();
        place.changed.notify_all();
    }

    /// Name of the card on a reader of this process.
    pub fn lying_on(&self, reader: &str) -> Option<String> {
        lock(&self.place(reader).lying)
            .card
            .as_ref()
            .map(|card| card.name.clone())
    }

    fn place(&self, name: &str) -> Arc<Place> {
        let mut readers = lock(&self.shared.readers);
        let place = readers.entry(name.to_owned()).or_insert_with(|| {
            Arc::new(Place {
                name: name.to_owned(),
                lying: Mutex::default(),
                changed: Condvar::new(),
            })
        });
        Arc::clone(place)
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

    fn lock_file(&self, name: &str) -> Result<(PathBuf, File), TrayError> {
        let path = self.path(name, "lock")?;
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path);
        let file = file.map_err(|source| TrayError::Io {
            path: path.clone(),
            source,
        })?;
        Ok((path, file))
    }

    /// Locks a card and writes down where it lies.
    fn take(&self, name: &str, reader: &str) -> Result<File, TrayError> {
        let (path, mut file) = self.lock_file(name)?;
        let io = |source| TrayError::Io {
            path: path.clone(),
            source,
        };
        let deadline = Instant::now() + LOCK_WAIT;
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::Error(source)) => return Err(io(source)),
                // Somebody who only looks holds it for an instant.
                Err(TryLockError::WouldBlock) if Instant::now() < deadline => {
                    std::thread::sleep(Duration::from_millis(2))
                }
                Err(TryLockError::WouldBlock) => {
                    let mut place = String::new();
                    file.read_to_string(&mut place).map_err(io)?;
                    return Err(TrayError::LiesElsewhere {
                        card: name.to_owned(),
                        place,
                    });
                }
            }
        }
        let write = |file: &mut File| {
            file.set_len(0)?;
            file.rewind()?;
            file.write_all(reader.as_bytes())
        };
        write(&mut file).map_err(io)?;
        Ok(file)
    }

    fn where_it_lies(&self, name: &str) -> Result<Option<String>, TrayError> {
        let (path, mut file) = self.lock_file(name)?;
        let io = |source| TrayError::Io {
            path: path.clone(),
            source,
        };
        match file.try_lock_shared() {
            Ok(()) => Ok(None),
            Err(TryLockError::Error(source)) => Err(io(source)),
            Err(TryLockError::WouldBlock) => {
                let mut place = String::new();
                file.read_to_string(&mut place).map_err(io)?;
                Ok(Some(place))
            }
        }
    }
}

impl Lying {
    fn lift(&mut self) {
        if let Some(LyingCard { mut card, lock, .. }) = self.card.take() {
            card.power_off();
            // The lock ends with the file; that the place is still written there misleads nobody.
            drop(lock);
        }
    }

    fn state(&self) -> ReaderState {
        if self.card.is_some() {
            ReaderState::Present(CardToken(self.token))
        } else {
            ReaderState::Absent
        }
    }
}

/// A virtual reader of this process.
pub struct TrayReader {
    place: Arc<Place>,
    seen: Option<ReaderState>,
}

impl Reader for TrayReader {
    fn poll(&mut self, timeout: Duration) -> ReaderState {
        let lying = lock(&self.place.lying);
        let seen = self.seen;
        let waited = self
            .place
            .changed
            .wait_timeout_while(lying, timeout, |lying| Some(lying.state()) == seen);
        let (lying, _) = waited.unwrap_or_else(PoisonError::into_inner);
        let state = lying.state();
        drop(lying);
        self.seen = Some(state);
        state
    }

    fn connect(&mut self) -> Result<Box<dyn Transport>, CardFault> {
        let mut lying = lock(&self.place.lying);
        let token = lying.token;
        let card = lying.card.as_mut().ok_or(CardFault::Torn)?;
        card.card.reset();
        Ok(Box::new(TrayTransport {
            place: Arc::clone(&self.place),
            token,
        }))
    }

    fn describe(&self) -> ReaderInfo {
        ReaderInfo {
            name: self.place.name.clone(),
            simulated: true,
        }
    }
}

/// The way to the card of one laying down.
struct TrayTransport {
    place: Arc<Place>,
    token: u64,
}

impl Transport for TrayTransport {
    fn transmit(&mut self, apdu: &[u8]) -> Result<Vec<u8>, TransportFault> {
        let mut lying = lock(&self.place.lying);
        if lying.token != self.token {
            return Err(TransportFault::Torn);
        }
        let Some(lying_card) = &mut lying.card else {
            return Err(TransportFault::Torn);
        };
        let fault_before = lying_card.card.fault();
        let exchange = lying_card.card.transmit(apdu);
        let mute = exchange == Exchange::Mute;
        if fault_before.is_some() && (lying_card.card.fault().is_none() || mute) {
            remove_fault(&lying_card.fault_file);
        }
        match exchange {
            Exchange::Answer(answer) => Ok(answer),
            Exchange::Mute => Err(TransportFault::Mute),
            Exchange::Torn(_) | Exchange::Gone => {
                lying.lift();
                self.place.changed.notify_all();
                Err(TransportFault::Torn)
            }
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
        Err(source) => Err(TrayError::Io {
            path: path.to_path_buf(),
            source,
        }),
    }
}

/// A fault strikes once. One that cannot be removed would strike again, which the log says.
fn remove_fault(path: &Path) {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            tracing::warn!(path = %path.display(), %error, "the fault of a virtual card could not be removed");
        }
        _ => {}
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || c == '-' || c == '_')
}

/// A panic elsewhere leaves nothing half done behind these locks.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
