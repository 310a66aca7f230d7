//! Memory accounting.
//!
//! The chip hands out memory in blocks of 32 bytes and holds backup files twice. Both are documented by NXP. How many blocks an
//! application or a file's settings take is not public for EV2 and EV3; the figures here are a **model** that nobody has compared
//! with a chip: one block for an application and one more for a DF name, one block for every two keys, one block for the settings of
//! a file. The totals are the lower of the nominal size and what EV1 chips of that size report (7936 of 8192 bytes).

use serde::{Deserialize, Serialize};

use super::chip::{Application, Body, Chip, File};

/// Allocation unit in bytes.
pub const BLOCK: usize = 32;

/// Variant of the chip by its memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum CardSize {
    /// 2048 bytes.
    #[serde(rename = "2k")]
    K2,
    /// 4096 bytes.
    #[serde(rename = "4k")]
    K4,
    /// 8192 bytes.
    #[serde(rename = "8k")]
    K8,
}

impl CardSize {
    /// Bytes as the chip's version states them.
    pub const fn nominal_bytes(self) -> usize {
        match self {
            CardSize::K2 => 2048,
            CardSize::K4 => 4096,
            CardSize::K8 => 8192,
        }
    }

    /// Bytes that applications can use on an empty chip (modelled, see the module's head).
    pub const fn usable_bytes(self) -> usize {
        match self {
            CardSize::K2 => 2048,
            CardSize::K4 => 4096,
            CardSize::K8 => 7936,
        }
    }

    /// Storage byte of GetVersion: twice the binary logarithm of the size; a cleared low bit says the size is exact.
    pub const fn version_byte(self) -> u8 {
        match self {
            CardSize::K2 => 0x16,
            CardSize::K4 => 0x18,
            CardSize::K8 => 0x1A,
        }
    }
}

impl std::str::FromStr for CardSize {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.to_ascii_lowercase().as_str() {
            "2k" => Ok(CardSize::K2),
            "4k" => Ok(CardSize::K4),
            "8k" => Ok(CardSize::K8),
            _ => Err(format!(
                "\"{text}\" is no card size; known are 2k, 4k and 8k"
            )),
        }
    }
}

impl std::fmt::Display for CardSize {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            CardSize::K2 => "2k",
            CardSize::K4 => "4k",
            CardSize::K8 => "8k",
        })
    }
}

/// Free bytes of the chip.
pub fn free_bytes(chip: &Chip) -> usize {
    let used: usize = chip.applications.iter().map(application_bytes).sum();
    chip.size.usable_bytes().saturating_sub(used)
}

/// Bytes an application takes with all its files.
pub fn application_bytes(app: &Application) -> usize {
    let name = if app.df_name.is_some() { BLOCK } else { 0 };
    let keys = app.keys.len().div_ceil(2) * BLOCK;
    BLOCK + name + keys + app.files.values().map(file_bytes).sum::<usize>()
}

/// Bytes a file takes: settings and content, backup content twice.
pub fn file_bytes(file: &File) -> usize {
    let blocks = |bytes: usize| bytes.div_ceil(BLOCK) * BLOCK;
    let content = match &file.body {
        Body::Standard { data } => blocks(data.len()),
        Body::Backup { data } => 2 * blocks(data.len()),
        // A cyclic file's spare record is part of its stated number of records.
        Body::Records {
            record_size,
            max_records,
            ..
        } => blocks(*record_size as usize * *max_records as usize),
        // Key 16, counter 4, MAC 8, version 1.
        Body::TransactionMac { .. } => blocks(29),
    };
    BLOCK + content
}
