//! Layout v1: what lies where in the ticket application, for each size of card. Described byte by byte in docs/formats.md.

pub mod directory;
pub mod event;
pub mod guest;
pub mod summary;

/// Application number, in the order it goes over the air.
pub const AID: [u8; 3] = *b"KP\x01";
/// Selects no application but the card itself.
pub const CARD_LEVEL: [u8; 3] = [0; 3];
/// ISO 7816-4 name of the application: that of an NFC Forum Type 4 tag, so that a phone finds the summary.
pub const DF_NAME: [u8; 7] = [0xD2, 0x76, 0x00, 0x00, 0x85, 0x01, 0x01];
/// ISO 7816-4 file id of the application.
pub const ISO_APPLICATION: u16 = 0xE110;

/// Version in the directory's first byte.
pub const VERSION: u8 = 1;
/// Bytes between the starts of two slots; a ticket record takes 126 of them.
pub const SLOT_LEN: usize = 128;

/// The files by number.
pub mod file {
    /// What is live; backup.
    pub const DIRECTORY: u8 = 0;
    /// One entered counter a slot; backup.
    pub const ENTRIES: u8 = 1;
    /// Ticket records; standard.
    pub const SLOTS: u8 = 2;
    /// Names and times of the events on the card; standard.
    pub const EVENTS: u8 = 3;
    /// Name, membership and needs of the guest; standard, enciphered.
    pub const GUEST: u8 = 4;
    /// Transaction MAC.
    pub const TRANSACTION_MAC: u8 = 5;
    /// NFC Forum capability container; standard.
    pub const CAPABILITIES: u8 = 6;
    /// NDEF message for phones; standard.
    pub const SUMMARY: u8 = 7;
}

/// Sizes of everything on one size of card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// User memory this is for, as the chip's version states it.
    pub memory_bytes: u32,
    /// Tickets.
    pub slots: u8,
    /// Events.
    pub events: u8,
    /// Bytes of the guest file.
    pub guest_len: usize,
    /// Bytes of the summary file.
    pub summary_len: usize,
}

/// Every layout; the number of slots tells them apart on a card.
///
/// The budget: memory comes in blocks of 32 bytes, backup files count twice, formatted EV1 chips report 2304, 4864 and 7936 bytes. The
/// numbers leave a margin beyond an assumed 480 bytes of overhead (application, name, three keys, settings of eight files); what an
/// EV2 or EV3 really takes is not published.
pub const LAYOUTS: [Layout; 3] = [
    Layout {
        memory_bytes: 2048,
        slots: 8,
        events: 3,
        guest_len: 32,
        summary_len: 64,
    },
    Layout {
        memory_bytes: 4096,
        slots: 20,
        events: 10,
        guest_len: 64,
        summary_len: 128,
    },
    Layout {
        memory_bytes: 8192,
        slots: 40,
        events: 12,
        guest_len: 64,
        summary_len: 192,
    },
];

impl Layout {
    /// The layout for a chip of this size; larger chips get the largest one.
    pub fn for_memory(bytes: u32) -> Option<Self> {
        LAYOUTS
            .into_iter()
            .rev()
            .find(|layout| layout.memory_bytes <= bytes)
    }

    /// The layout a directory with this many slots belongs to.
    pub fn with_slots(slots: u8) -> Option<Self> {
        LAYOUTS.into_iter().find(|layout| layout.slots == slots)
    }

    /// Bytes of the directory file.
    pub fn directory_len(self) -> usize {
        directory::HEADER_LEN + usize::from(self.slots) * directory::ROW_LEN + directory::RING_LEN
    }

    /// Bytes of the entries file.
    pub fn entries_len(self) -> usize {
        self.slots.into()
    }

    /// Bytes of the slots file.
    pub fn slots_len(self) -> usize {
        usize::from(self.slots) * SLOT_LEN
    }

    /// Bytes of the events file.
    pub fn events_len(self) -> usize {
        usize::from(self.events) * event::ROW_LEN
    }

    /// Tickets that fit on a chip of this size, for people who buy cards.
    pub fn capacity(memory_bytes: u32) -> usize {
        Self::for_memory(memory_bytes).map_or(0, |layout| layout.slots.into())
    }
}

/// Comm modes and rights of a file, as the creating commands take them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileRights {
    /// Low bits of the file option: 0 plain, 1 MACed, 3 enciphered.
    pub comm: u8,
    /// `ReadWrite << 4 | Change`, `Read << 4 | Write`; key numbers, E free, F never.
    pub rights: [u8; 2],
    /// An additional set that lets everybody read without a key (EV2 and later). A key's right comes first, so that whoever has
    /// authenticated still reads with a MAC.
    pub free_read: bool,
}

impl FileRights {
    /// Of one of the files of [`file`].
    pub const fn of(number: u8) -> Self {
        match number {
            // Write key both; gate key reads.
            file::DIRECTORY | file::SLOTS | file::EVENTS => Self {
                comm: 1,
                rights: [0x10, 0x2F],
                free_read: true,
            },
            // Gate key both; write key both by the single rights.
            file::ENTRIES => Self {
                comm: 1,
                rights: [0x20, 0x11],
                free_read: true,
            },
            // Gate key reads, write key writes and cannot read.
            file::GUEST => Self {
                comm: 3,
                rights: [0xF0, 0x21],
                free_read: false,
            },
            // Everybody reads; no reader ids.
            file::TRANSACTION_MAC => Self {
                comm: 0,
                rights: [0xF0, 0xEF],
                free_read: false,
            },
            // Write key writes, everybody reads.
            file::SUMMARY => Self {
                comm: 1,
                rights: [0x10, 0xEF],
                free_read: false,
            },
            // The capability container: everybody reads, master writes.
            _ => Self {
                comm: 0,
                rights: [0x00, 0xEF],
                free_read: false,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes the files take in blocks of 32, backup files twice.
    fn content_bytes(layout: Layout) -> usize {
        let blocks = |bytes: usize| bytes.next_multiple_of(32);
        2 * blocks(layout.directory_len())
            + 2 * blocks(layout.entries_len())
            + blocks(layout.slots_len())
            + blocks(layout.events_len())
            + blocks(layout.guest_len)
            + blocks(layout.summary_len)
            + blocks(29)
            + blocks(summary::CAPABILITIES_LEN)
    }

    #[test]
    fn every_layout_leaves_room_for_the_overhead() {
        for (layout, reported) in LAYOUTS.into_iter().zip([2304, 4864, 7936]) {
            assert!(
                content_bytes(layout) + 480 <= reported,
                "{layout:?} takes {}",
                content_bytes(layout)
            );
        }
    }

    #[test]
    fn the_promised_numbers_fit() {
        assert_eq!([2048, 4096, 8192].map(Layout::capacity), [8, 20, 40]);
        assert_eq!(Layout::for_memory(1024), None);
        assert_eq!(Layout::for_memory(16384), Layout::with_slots(40));
    }

    #[test]
    fn a_summary_fits_into_one_command() {
        assert!(LAYOUTS.iter().all(|layout| layout.summary_len <= 223));
    }
}
