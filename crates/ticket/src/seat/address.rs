//! A printed seat address in the 24 bytes the ticket record has for it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a seat address cannot be put into a record, or its bytes are not one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadSeat {
    /// Block, row and number together are longer than the record has room for.
    #[error(
        "seat address {text:?} has {bytes} bytes of text, {} fit",
        SeatAddress::TEXT_LEN
    )]
    TooLong {
        /// The three parts.
        text: String,
        /// UTF-8 bytes of the three parts together.
        bytes: usize,
    },
    /// Block or row alone is longer than a length nibble can say.
    #[error("{part:?} is longer than {} bytes", SeatAddress::PART_LEN)]
    PartTooLong {
        /// The part.
        part: String,
    },
    /// The bytes are not a seat address written by this format.
    #[error("these bytes are not a seat address")]
    Malformed,
}

/// A seat as a ticket names it. The block is the plan's short code; its full name is in the plan.
///
/// Free seating leaves row and number empty.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Parts", into = "Parts")]
pub struct SeatAddress {
    floor: u8,
    block: String,
    row: String,
    number: String,
}

impl SeatAddress {
    /// Length in the record in bytes.
    pub const LEN: usize = 24;
    /// UTF-8 bytes of block, row and number together.
    pub const TEXT_LEN: usize = 21;
    /// UTF-8 bytes of block, or of row.
    pub const PART_LEN: usize = 15;

    /// An address, if it fits. Floor 0 means that the plan states none.
    pub fn new(floor: u8, block: &str, row: &str, number: &str) -> Result<Self, BadSeat> {
        let bytes = block.len() + row.len() + number.len();
        if bytes > Self::TEXT_LEN {
            return Err(BadSeat::TooLong {
                text: format!("{block} {row} {number}"),
                bytes,
            });
        }
        if let Some(part) = [block, row]
            .into_iter()
            .find(|part| part.len() > Self::PART_LEN)
        {
            return Err(BadSeat::PartTooLong { part: part.into() });
        }
        Ok(Self {
            floor,
            block: block.into(),
            row: row.into(),
            number: number.into(),
        })
    }

    /// Floor; 0 where the plan states none.
    pub fn floor(&self) -> u8 {
        self.floor
    }

    /// Short code of the block.
    pub fn block(&self) -> &str {
        &self.block
    }

    /// Row as printed.
    pub fn row(&self) -> &str {
        &self.row
    }

    /// Number as printed.
    pub fn number(&self) -> &str {
        &self.number
    }

    /// The bytes in the record: floor, `len(block) << 4 | len(row)`, `len(number)`, the text, zeroes.
    pub fn to_bytes(&self) -> [u8; Self::LEN] {
        let mut bytes = [0; Self::LEN];
        bytes[0] = self.floor;
        // `new` bounds every length: block and row by a nibble, the sum by the text's room.
        bytes[1] = (self.block.len() as u8) << 4 | self.row.len() as u8;
        bytes[2] = self.number.len() as u8;
        let text = [&self.block, &self.row, &self.number]
            .map(|part| part.as_bytes())
            .concat();
        bytes[3..3 + text.len()].copy_from_slice(&text);
        bytes
    }

    /// Reads the bytes back; refuses whatever `to_bytes` would not have written.
    pub fn from_bytes(bytes: &[u8; Self::LEN]) -> Result<Self, BadSeat> {
        let (block, row, number) = (
            (bytes[1] >> 4) as usize,
            (bytes[1] & 0x0F) as usize,
            bytes[2] as usize,
        );
        let text = &bytes[3..];
        let part = |start: usize, len: usize| {
            let slice = text.get(start..start + len).ok_or(BadSeat::Malformed)?;
            std::str::from_utf8(slice).map_err(|_| BadSeat::Malformed)
        };
        let address = Self::new(
            bytes[0],
            part(0, block)?,
            part(block, row)?,
            part(block + row, number)?,
        )
        .map_err(|_| BadSeat::Malformed)?;
        match text[block + row + number..].iter().all(|byte| *byte == 0) {
            true => Ok(address),
            false => Err(BadSeat::Malformed),
        }
    }
}

/// `stalls 7-12`, with the floor in front where there is one: `2F stalls 7-12`.
impl fmt::Display for SeatAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.floor > 0 {
            write!(f, "{}F ", self.floor)?;
        }
        f.write_str(&self.block)?;
        match (self.row.is_empty(), self.number.is_empty()) {
            (true, true) => Ok(()),
            (true, false) => write!(f, " {}", self.number),
            (false, true) => write!(f, " {}", self.row),
            (false, false) => write!(f, " {}-{}", self.row, self.number),
        }
    }
}

/// What serde sees, so that a deserialized address keeps the bounds of [`SeatAddress::new`].
#[derive(Serialize, Deserialize)]
struct Parts {
    floor: u8,
    block: String,
    row: String,
    number: String,
}

impl TryFrom<Parts> for SeatAddress {
    type Error = BadSeat;

    fn try_from(parts: Parts) -> Result<Self, BadSeat> {
        Self::new(parts.floor, &parts.block, &parts.row, &parts.number)
    }
}

impl From<SeatAddress> for Parts {
    fn from(seat: SeatAddress) -> Self {
        Self {
            floor: seat.floor,
            block: seat.block,
            row: seat.row,
            number: seat.number,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn whatever_fits_comes_back(floor: u8, block in "\\PC{0,6}", row in "\\PC{0,4}", number in "\\PC{0,4}") {
            if let Ok(seat) = SeatAddress::new(floor, &block, &row, &number) {
                prop_assert_eq!(SeatAddress::from_bytes(&seat.to_bytes()), Ok(seat));
            } else {
                prop_assert!(block.len() + row.len() + number.len() > SeatAddress::TEXT_LEN || block.len() > 15 || row.len() > 15);
            }
        }

        #[test]
        fn foreign_bytes_are_refused_or_canonical(bytes: [u8; SeatAddress::LEN]) {
            if let Ok(seat) = SeatAddress::from_bytes(&bytes) {
                prop_assert_eq!(seat.to_bytes(), bytes);
            }
        }
    }

    #[test]
    fn the_longest_address_fits_and_one_more_byte_does_not() {
        assert!(SeatAddress::new(0, "fifteen-letters", "12", "3456").is_ok());
        assert!(matches!(
            SeatAddress::new(0, "fifteen-letters", "12", "34567"),
            Err(BadSeat::TooLong { bytes: 22, .. })
        ));
        assert!(matches!(
            SeatAddress::new(0, "sixteen-letters!", "1", "2"),
            Err(BadSeat::PartTooLong { .. })
        ));
    }

    #[test]
    fn a_length_beyond_the_text_is_malformed() {
        let mut bytes = SeatAddress::new(1, "west-12", "7", "12")
            .unwrap()
            .to_bytes();
        bytes[2] = 200;
        assert_eq!(SeatAddress::from_bytes(&bytes), Err(BadSeat::Malformed));
    }

    #[test]
    fn it_is_shown_without_empty_parts() {
        let shown = |floor, block, row, number| {
            SeatAddress::new(floor, block, row, number)
                .unwrap()
                .to_string()
        };
        assert_eq!(shown(2, "west-12", "7", "12"), "2F west-12 7-12");
        assert_eq!(shown(0, "arena", "", ""), "arena");
        assert_eq!(shown(0, "box", "", "4"), "box 4");
    }
}
