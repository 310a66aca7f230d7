//! An event's row: enough to show a ticket with no network. A row torn in writing is noticed by its checksum and counts as empty.

use kippu_ticket::ids::EventId;

use crate::capability::CardEvent;

/// Bytes of a row.
pub const ROW_LEN: usize = 64;

const HEAD_LEN: usize = 12;
const CHECKSUM_LEN: usize = 2;
const MINUTE: i64 = 60;
const QUARTER_HOUR: i16 = 15;

/// The row. Name and venue are cut at character boundaries; of the room for both the venue leaves the name at least three fifths.
pub fn to_bytes(event: &CardEvent) -> Vec<u8> {
    let room = ROW_LEN - HEAD_LEN - CHECKSUM_LEN;
    let venue = cut(
        &event.venue,
        (room * 2 / 5).max(room.saturating_sub(event.name.len())),
    );
    let name = cut(&event.name, room - venue.len());
    let doors = event
        .doors_open
        .div_euclid(MINUTE)
        .clamp(0, u32::MAX.into());
    let wait = (event.starts.div_euclid(MINUTE) - doors).clamp(i16::MIN.into(), i16::MAX.into());

    let mut bytes = event.event.0.to_le_bytes().to_vec();
    bytes.extend((doors as u32).to_le_bytes());
    bytes.extend((wait as i16).to_le_bytes());
    bytes.push(
        (event.utc_offset_minutes / QUARTER_HOUR).clamp(i8::MIN.into(), i8::MAX.into()) as i8 as u8,
    );
    bytes.push(name.len() as u8);
    bytes.extend(name.bytes().chain(venue.bytes()));
    bytes.resize(ROW_LEN - CHECKSUM_LEN, 0);
    bytes.extend(checksum(&bytes).to_le_bytes());
    bytes
}

/// Reads a row; `None` for an empty or torn one, and for what is no row by its length.
pub fn from_bytes(bytes: &[u8]) -> Option<CardEvent> {
    let bytes: &[u8; ROW_LEN] = bytes.try_into().ok()?;
    let (row, stored) = bytes.split_last_chunk::<CHECKSUM_LEN>()?;
    let ([e0, e1, e2, e3, d0, d1, d2, d3, w0, w1, offset, name_len], text) =
        row.split_first_chunk::<HEAD_LEN>()?;
    let event = u32::from_le_bytes([*e0, *e1, *e2, *e3]);
    if event == 0 || checksum(row).to_le_bytes() != *stored {
        return None;
    }
    let (name, venue) = text.split_at_checked((*name_len).into())?;
    let venue = &venue[..venue
        .iter()
        .position(|byte| *byte == 0)
        .unwrap_or(venue.len())];
    let doors = i64::from(u32::from_le_bytes([*d0, *d1, *d2, *d3]));
    let starts = doors + i64::from(i16::from_le_bytes([*w0, *w1]));
    Some(CardEvent {
        event: EventId(event),
        name: String::from_utf8(name.to_vec()).ok()?,
        venue: String::from_utf8(venue.to_vec()).ok()?,
        doors_open: doors * MINUTE,
        starts: starts * MINUTE,
        utc_offset_minutes: i16::from(*offset as i8) * QUARTER_HOUR,
    })
}

/// Reads the events file; torn and empty rows are left out.
pub fn all_from_bytes(bytes: &[u8]) -> Vec<Option<CardEvent>> {
    bytes.chunks_exact(ROW_LEN).map(from_bytes).collect()
}

/// The longest start of a text that fits, in whole characters.
pub(super) fn cut(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}

/// CRC-16 of ISO/IEC 13239 (polynomial 8408 reflected, start FFFF, inverted), as the cards' own air interface uses it.
fn checksum(bytes: &[u8]) -> u16 {
    !bytes.iter().fold(0xFFFF_u16, |crc, byte| {
        (0..8).fold(crc ^ u16::from(*byte), |crc, _| {
            if crc & 1 == 1 {
                crc >> 1 ^ 0x8408
            } else {
                crc >> 1
            }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(name: &str, venue: &str) -> CardEvent {
        CardEvent {
            event: EventId(7),
            name: name.into(),
            venue: venue.into(),
            doors_open: 1_800_000_000,
            starts: 1_800_003_600,
            utc_offset_minutes: 9 * 60,
        }
    }

    #[test]
    fn what_fits_comes_back() {
        let event = event("Parsifal", "Teatro Real");
        assert_eq!(from_bytes(&to_bytes(&event)), Some(event));
    }

    #[test]
    fn long_names_are_cut_between_characters() {
        let read = from_bytes(&to_bytes(&event(
            "冬の旅　リサイタル第二夜アンコール公演",
            "東京文化会館小ホール",
        )))
        .unwrap();
        assert_eq!(
            (read.name.as_str(), read.venue.as_str()),
            ("冬の旅　リサイタル第", "東京文化会館")
        );
        let read = from_bytes(&to_bytes(&event("短い", "東京文化会館小ホール"))).unwrap();
        assert_eq!(
            (read.name.as_str(), read.venue.as_str()),
            ("短い", "東京文化会館小ホール")
        );
    }

    /// Found by the fuzz target `card_files`: such a row's venue is longer than a row can hold.
    #[test]
    fn a_row_of_another_length_is_none() {
        let mut long = to_bytes(&event("Parsifal", "Teatro Real"));
        long.truncate(ROW_LEN - CHECKSUM_LEN);
        long.extend([b'a'; ROW_LEN]);
        long.extend(checksum(&long).to_le_bytes());
        assert_eq!(from_bytes(&long), None);
    }

    #[test]
    fn a_torn_or_empty_row_counts_as_none() {
        let (old, new) = (
            to_bytes(&event("Parsifal", "Teatro Real")),
            to_bytes(&event("Tannhäuser", "Liceu")),
        );
        assert_eq!(from_bytes(&[0; 64]), None);
        assert_eq!(from_bytes(&[0xFF; 64]), None);
        for torn in 13..62 {
            let row = [&new[..torn], &old[torn..]].concat();
            let read = from_bytes(&row);
            assert!(
                read.is_none() || row == new || row == old,
                "torn at {torn}: {read:?}"
            );
        }
    }

    /// CRC-16/IBM-SDLC of "123456789", the usual check value.
    #[test]
    fn the_checksum_is_the_published_one() {
        assert_eq!(checksum(b"123456789"), 0x906E);
    }
}
