//! The lock that says where a card lies, over all processes that share the folder.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use super::TrayError;

/// Longest wait for somebody who only looks whether a card is free.
const LOCK_WAIT: Duration = Duration::from_millis(200);

/// A card taken from the tray; free again when this is dropped, or its process ends.
pub(super) struct Claim {
    _locked: File,
}

impl Claim {
    /// Takes the card for a reader, whose name is written into the lock file.
    ///
    /// # Errors
    /// It is taken already, or the file cannot be used.
    pub fn take(path: &Path, card: &str, reader: &str) -> Result<Self, TrayError> {
        let mut file = open(path).map_err(TrayError::io(path))?;
        let deadline = Instant::now() + LOCK_WAIT;
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::Error(source)) => return Err(TrayError::io(path)(source)),
                // Somebody who only looks holds it for an instant.
                Err(TryLockError::WouldBlock) if Instant::now() < deadline => {
                    std::thread::sleep(Duration::from_millis(2));
                }
                Err(TryLockError::WouldBlock) => {
                    let place = read(&mut file).map_err(TrayError::io(path))?;
                    return Err(TrayError::LiesElsewhere {
                        card: card.to_owned(),
                        place,
                    });
                }
            }
        }
        write(&mut file, reader).map_err(TrayError::io(path))?;
        Ok(Self { _locked: file })
    }

    /// The reader the card is taken for.
    ///
    /// # Errors
    /// The file cannot be used.
    pub fn holder(path: &Path) -> Result<Option<String>, TrayError> {
        let mut file = open(path).map_err(TrayError::io(path))?;
        match file.try_lock_shared() {
            // A name left in the file is that of an earlier reader.
            Ok(()) => Ok(None),
            Err(TryLockError::Error(source)) => Err(TrayError::io(path)(source)),
            Err(TryLockError::WouldBlock) => read(&mut file).map(Some).map_err(TrayError::io(path)),
        }
    }
}

fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
}

fn read(file: &mut File) -> io::Result<String> {
    let mut reader = String::new();
    file.read_to_string(&mut reader)?;
    Ok(reader)
}

fn write(file: &mut File, reader: &str) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    file.write_all(reader.as_bytes())
}
