//! Memory accounting.
//!
//! The chip hands out memory in blocks of 32 bytes and holds backup files twice: NXP says so. What is known of the rest are reports of
//! physical EV1 chips: formatted they state 2304, 4864 and 7936 bytes free, and an application with two AES keys and an ISO file id
//! takes 160 bytes (proxmark3 `doc/desfire.md` and users' notes). The **model** made of that, compared with no EV2 or EV3: those
//! totals; three blocks for an application and one for each key; one block for a DF name; one block for the settings of a file.

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
            CardSize::K2 => 2304,
            CardSize::K4 => 4864,
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
    let own = (3 + app.keys.len()) * BLOCK + name;
    own + app.files.values().map(file_bytes).sum::<usize>()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::virtual_card::chip::{Key, KeyKind};

    /// The one published before and after: an EV1 of 2 KB goes from 2304 to 2144 free bytes.
    #[test]
    fn an_application_with_two_keys_takes_what_a_chip_reports() {
        let mut chip = Chip::blank([4; 7], CardSize::K2, KeyKind::Des);
        assert_eq!(free_bytes(&chip), 2304);
        chip.applications.push(Application {
            aid: [0x12, 0x34, 0x56],
            iso_id: Some(0x3456),
            df_name: None,
            iso_files: true,
            key_settings: 0x0B,
            keys: vec![Key::zero(KeyKind::Aes); 2],
            files: Default::default(),
        });
        assert_eq!(free_bytes(&chip), 2144);
    }
}
