//! The directory's bytes: header, one row a slot, ring of operation ids.

use kippu_ticket::ids::{EventId, Generation, OperationId};

use super::{Layout, VERSION};
use crate::capability::{CardFault, Directory, DirectorySlot, SlotState};

/// Version, number of slots, first and past-last live slot, sequence.
pub const HEADER_LEN: usize = 8;
/// Event and state, epoch, hop, check.
pub const ROW_LEN: usize = 10;
/// Operation ids in the ring (R4).
pub const RING: usize = 4;
/// Bytes of the ring.
pub const RING_LEN: usize = RING * OperationId::LEN;
/// Event numbers share their four bytes with the slot's state.
pub const EVENT_MAX: u32 = (1 << 30) - 1;

/// What stands in front of the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// Which layout.
    pub layout: Layout,
    /// First live slot.
    pub live_start: u8,
    /// Slot after the last live one; equal to `live_start` where none is live.
    pub live_end: u8,
    /// Raised by every commit of a terminal.
    pub sequence: u32,
}

impl Header {
    /// Reads the first [`HEADER_LEN`] bytes.
    ///
    /// # Errors
    /// [`CardFault::OlderLayout`] or [`CardFault::NewerLayout`] for another version, [`CardFault::Blank`] for a card whose formatting never
    /// came to its end, [`CardFault::Unreadable`] for an impossible number.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CardFault> {
        let header = *bytes
            .first_chunk::<HEADER_LEN>()
            .ok_or(CardFault::Unreadable)?;
        // A new file is full of zeros, and the directory is written after all others are made.
        if header == [0; HEADER_LEN] {
            return Err(CardFault::Blank);
        }
        let [version, slots, live_start, live_end, sequence @ ..] = header;
        match version {
            ..VERSION => return Err(CardFault::OlderLayout),
            VERSION => {}
            _ => return Err(CardFault::NewerLayout),
        }
        let layout = Layout::with_slots(slots).ok_or(CardFault::Unreadable)?;
        match live_start <= live_end && live_end <= slots {
            true => Ok(Self {
                layout,
                live_start,
                live_end,
                sequence: u32::from_le_bytes(sequence),
            }),
            false => Err(CardFault::Unreadable),
        }
    }
}

/// A row's bytes.
pub fn row_to_bytes(row: &DirectorySlot) -> [u8; ROW_LEN] {
    let state = match row.state {
        SlotState::Free => 0,
        SlotState::Live => 1,
        SlotState::Nullified => 2,
    };
    let mut bytes = [0; ROW_LEN];
    bytes[..4].copy_from_slice(&(row.event.0 & EVENT_MAX | state << 30).to_le_bytes());
    bytes[4..6].copy_from_slice(&row.generation.epoch.to_le_bytes());
    bytes[6..8].copy_from_slice(&row.generation.hop.to_le_bytes());
    bytes[8..].copy_from_slice(&row.check);
    bytes
}

/// Reads a row.
///
/// # Errors
/// [`CardFault::Unreadable`] for a state this layout does not know.
pub fn row_from_bytes(bytes: &[u8; ROW_LEN]) -> Result<DirectorySlot, CardFault> {
    let [e0, e1, e2, e3, p0, p1, h0, h1, c0, c1] = *bytes;
    let event = u32::from_le_bytes([e0, e1, e2, e3]);
    let state = match event >> 30 {
        0 => SlotState::Free,
        1 => SlotState::Live,
        2 => SlotState::Nullified,
        _ => return Err(CardFault::Unreadable),
    };
    Ok(DirectorySlot {
        state,
        event: EventId(event & EVENT_MAX),
        generation: Generation {
            epoch: u16::from_le_bytes([p0, p1]),
            hop: u16::from_le_bytes([h0, h1]),
        },
        check: [c0, c1],
    })
}

/// Reads rows that follow one another.
///
/// # Errors
/// [`CardFault::Unreadable`] where a row makes no sense.
pub fn rows_from_bytes(bytes: &[u8]) -> Result<Vec<DirectorySlot>, CardFault> {
    bytes
        .as_chunks::<ROW_LEN>()
        .0
        .iter()
        .map(row_from_bytes)
        .collect()
}

/// The whole file of a card nobody has written to.
pub fn empty(layout: Layout) -> Vec<u8> {
    let free = DirectorySlot {
        state: SlotState::Free,
        event: EventId(0),
        generation: Generation { epoch: 0, hop: 0 },
        check: [0; 2],
    };
    to_bytes(&Directory {
        sequence: 0,
        ring: Vec::new(),
        slots: vec![free; layout.slots.into()],
    })
}

/// The whole file. An operation has its place in the ring by the sequence its commit gave, so that a commit moves no other entry.
pub fn to_bytes(directory: &Directory) -> Vec<u8> {
    let live = |slot: &DirectorySlot| slot.state == SlotState::Live;
    let live_start = directory.slots.iter().position(live).unwrap_or(0);
    let live_end = directory
        .slots
        .iter()
        .rposition(live)
        .map_or(0, |last| last + 1);
    // Slots are counted in a byte by every layout.
    let mut bytes = vec![
        VERSION,
        directory.slots.len() as u8,
        live_start as u8,
        live_end as u8,
    ];
    bytes.extend(directory.sequence.to_le_bytes());
    directory
        .slots
        .iter()
        .for_each(|slot| bytes.extend(row_to_bytes(slot)));
    let mut ring = [[0; OperationId::LEN]; RING];
    for (age, operation) in (0..).zip(directory.ring.iter().take(RING)) {
        ring[place(directory.sequence.wrapping_sub(age))] = operation.to_bytes();
    }
    bytes.extend(ring.concat());
    bytes
}

/// Reads the whole file.
///
/// # Errors
/// As [`Header::from_bytes`]; [`CardFault::Unreadable`] for rows that make no sense.
pub fn from_bytes(bytes: &[u8]) -> Result<Directory, CardFault> {
    let Header {
        layout, sequence, ..
    } = Header::from_bytes(bytes)?;
    if bytes.len() != layout.directory_len() {
        return Err(CardFault::Unreadable);
    }
    let (rows, ring) = bytes[HEADER_LEN..].split_at(usize::from(layout.slots) * ROW_LEN);
    let (ring, _) = ring.as_chunks::<{ OperationId::LEN }>();
    let commits = (RING as u32).min(sequence);
    // The first entry that is none ends the list: what follows could not be told apart from another commit's.
    let ring = (0..commits)
        .map_while(|age| OperationId::from_bytes(&ring[place(sequence - age)]))
        .collect();
    Ok(Directory {
        sequence,
        ring,
        slots: rows_from_bytes(rows)?,
    })
}

fn place(sequence: u32) -> usize {
    sequence as usize % RING
}
