//! What survives without power: applications, keys, files. Everything here is committed state.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::memory::CardSize;
use super::status::Status;

/// Number of an application; zero is the card itself.
pub type Aid = [u8; 3];

/// The card level: no application selected.
pub const PICC: Aid = [0; 3];

/// The chip's memory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chip {
    /// Seven-byte card number.
    #[serde(with = "hex::serde")]
    pub uid: [u8; 7],
    /// Variant.
    pub size: CardSize,
    /// Key settings of the card level.
    pub key_settings: u8,
    /// The card's master key.
    pub master: Key,
    /// Applications in the order of their creation.
    pub applications: Vec<Application>,
}

/// A key with its version and kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    /// What it is used with.
    pub kind: KeyKind,
    /// 16 bytes; a single-length DES key is stored twice.
    #[serde(with = "hex::serde")]
    pub value: [u8; 16],
    /// As GetKeyVersion tells it.
    pub version: u8,
}

/// Cipher of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyKind {
    /// DES or two-key 3DES, as a chip's card key is when it leaves the factory.
    Des,
    /// AES-128.
    Aes,
}

impl Key {
    /// Sixteen zero bytes, version 0: how keys begin their life.
    pub fn zero(kind: KeyKind) -> Self {
        Self {
            kind,
            value: [0; 16],
            version: 0,
        }
    }
}

/// An application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Application {
    /// Number.
    #[serde(with = "hex::serde")]
    pub aid: Aid,
    /// ISO 7816-4 file id.
    pub iso_id: Option<u16>,
    /// ISO 7816-4 DF name, 1 to 16 bytes.
    #[serde(with = "optional_hex")]
    pub df_name: Option<Vec<u8>>,
    /// Whether its files carry ISO file ids.
    pub iso_files: bool,
    /// Key settings, first byte.
    pub key_settings: u8,
    /// Keys 0 to 13.
    pub keys: Vec<Key>,
    /// Files by number.
    pub files: BTreeMap<u8, File>,
}

/// A file with its settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    /// File option byte: communication mode in bits 1..0, additional access rights enabled in bit 7.
    pub option: u8,
    /// Access rights as sent: `ReadWrite << 4 | Change`, `Read << 4 | Write`.
    pub rights: [u8; 2],
    /// Additional access right sets.
    pub additional_rights: Vec<[u8; 2]>,
    /// ISO 7816-4 file id.
    pub iso_id: Option<u16>,
    /// Content.
    pub body: Body,
}

/// Content of a file by its type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Body {
    /// Written in place.
    Standard {
        /// Content.
        #[serde(with = "hex::serde")]
        data: Vec<u8>,
    },
    /// Written to a mirror, swapped by a commit.
    Backup {
        /// Committed content.
        #[serde(with = "hex::serde")]
        data: Vec<u8>,
    },
    /// Linear or cyclic records, oldest first.
    Records {
        /// Whether the oldest is overwritten when full.
        cyclic: bool,
        /// Bytes of one record.
        record_size: u32,
        /// Most records (a cyclic file keeps one fewer).
        max_records: u32,
        /// Committed records.
        records: Vec<Record>,
    },
    /// Transaction MAC.
    TransactionMac {
        /// Application transaction MAC key and its version.
        key: Key,
        /// Commits counted.
        counter: u32,
        /// MAC of the last counted commit.
        #[serde(with = "hex::serde")]
        value: [u8; 8],
    },
}

/// One record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record(#[serde(with = "hex::serde")] pub Vec<u8>);

impl Chip {
    /// A chip with nothing on it.
    pub fn blank(uid: [u8; 7], size: CardSize, master: KeyKind) -> Self {
        Self {
            uid,
            size,
            key_settings: 0x0F,
            master: Key::zero(master),
            applications: Vec::new(),
        }
    }

    /// The application, if it exists.
    pub fn application(&self, aid: Aid) -> Result<&Application, Status> {
        self.applications
            .iter()
            .find(|app| app.aid == aid)
            .ok_or(Status::ApplicationNotFound)
    }

    /// The application, to be changed.
    pub fn application_mut(&mut self, aid: Aid) -> Result<&mut Application, Status> {
        self.applications
            .iter_mut()
            .find(|app| app.aid == aid)
            .ok_or(Status::ApplicationNotFound)
    }

    /// Key settings of the card level or of an application.
    pub fn key_settings(&self, aid: Aid) -> Result<u8, Status> {
        if aid == PICC {
            Ok(self.key_settings)
        } else {
            Ok(self.application(aid)?.key_settings)
        }
    }

    /// The key of this number.
    pub fn key(&self, aid: Aid, number: u8) -> Result<&Key, Status> {
        if aid == PICC {
            return if number == 0 {
                Ok(&self.master)
            } else {
                Err(Status::NoSuchKey)
            };
        }
        self.application(aid)?
            .keys
            .get(usize::from(number))
            .ok_or(Status::NoSuchKey)
    }

    /// The key of this number, to be changed.
    pub fn key_mut(&mut self, aid: Aid, number: u8) -> Result<&mut Key, Status> {
        if aid == PICC {
            return if number == 0 {
                Ok(&mut self.master)
            } else {
                Err(Status::NoSuchKey)
            };
        }
        self.application_mut(aid)?
            .keys
            .get_mut(usize::from(number))
            .ok_or(Status::NoSuchKey)
    }

    /// A file of an application. There are none at card level.
    pub fn file(&self, aid: Aid, number: u8) -> Result<&File, Status> {
        if aid == PICC {
            return Err(Status::PermissionDenied);
        }
        self.application(aid)?
            .files
            .get(&number)
            .ok_or(Status::FileNotFound)
    }

    /// A file of an application, to be changed.
    pub fn file_mut(&mut self, aid: Aid, number: u8) -> Result<&mut File, Status> {
        if aid == PICC {
            return Err(Status::PermissionDenied);
        }
        self.application_mut(aid)?
            .files
            .get_mut(&number)
            .ok_or(Status::FileNotFound)
    }
}

impl Application {
    /// The transaction MAC file, if there is one.
    pub fn transaction_mac(&self) -> Option<(u8, &File)> {
        self.files
            .iter()
            .find(|(_, file)| matches!(file.body, Body::TransactionMac { .. }))
            .map(|(number, file)| (*number, file))
    }
}

/// Hexadecimal form of optional bytes in the image file.
mod optional_hex {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(
        bytes: &Option<Vec<u8>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match bytes {
            Some(bytes) => serializer.serialize_some(&hex::encode(bytes)),
            None => serializer.serialize_none(),
        }
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Vec<u8>>, D::Error> {
        Option::<String>::deserialize(deserializer)?
            .map(|text| hex::decode(text).map_err(D::Error::custom))
            .transpose()
    }
}
