//! The bytes of docs/formats.md are the bytes of this crate: the document's hex is the fixture.

use kippu_card::{
    capability::{CardContents, CardEvent, CardTicket, Directory, DirectorySlot, SlotState},
    desfire::crypto::Key,
    keys::{MasterKeys, Role},
    layout::{
        Layout,
        directory::{self, Header},
        event, file,
        guest::{self, Guest, Needs},
        summary,
    },
    transaction_mac,
    virtual_card::CardSize,
};
use kippu_ticket::ids::{CardUid, EventId, Generation, HandoverId, OperationId, Step};

use crate::cards;

/// Bytes of the document's block `hex NAME`; whatever follows `#` in a line is for people.
fn fixture(name: &str) -> Vec<u8> {
    let path = "../../docs/formats.md";
    let document = std::fs::read_to_string(path).unwrap();
    let (_, rest) = document
        .split_once(&format!("```hex {name}\n"))
        .unwrap_or_else(|| panic!("no block {name}"));
    let (block, _) = rest.split_once("```").unwrap();
    let digits: String = block
        .lines()
        .flat_map(|line| line.split('#').next())
        .flat_map(str::split_whitespace)
        .collect();
    hex::decode(digits).unwrap()
}

fn assert_written(bytes: &[u8], name: &str) {
    assert_eq!(hex::encode(bytes), hex::encode(fixture(name)), "{name}");
}

fn directory() -> Directory {
    let slot = |state, event, epoch, hop, check| DirectorySlot {
        state,
        event: EventId(event),
        generation: Generation { epoch, hop },
        check,
    };
    let free = slot(SlotState::Free, 0, 0, 0, [0; 2]);
    let mut slots = vec![free; 8];
    slots[0] = slot(SlotState::Nullified, 42, 1, 1, [0xA1, 0xA2]);
    slots[1] = slot(SlotState::Live, 42, 1, 2, [0xB1, 0xB2]);
    slots[2] = slot(SlotState::Live, 43, 2, 1, [0xC1, 0xC2]);
    let operation = |byte, step| OperationId {
        handover: HandoverId([byte; 16]),
        step,
        attempt: 1,
    };
    Directory {
        sequence: 2,
        ring: vec![operation(0x22, Step::Take), operation(0x11, Step::Give)],
        slots,
    }
}

fn event() -> CardEvent {
    CardEvent {
        event: EventId(42),
        name: "冬の旅 Winterreise".into(),
        venue: "Great Hall".into(),
        doors_open: 1_800_000_000,
        starts: 1_800_001_800,
        utc_offset_minutes: 540,
    }
}

#[test]
fn the_directory_is_as_written() {
    assert_written(&directory::to_bytes(&directory()), "directory");
    let bytes = fixture("directory");
    assert_eq!(directory::from_bytes(&bytes), Ok(directory()));
    let header = Header::from_bytes(&bytes).unwrap();
    assert_eq!(
        (header.live_start, header.live_end, header.sequence),
        (1, 3, 2)
    );
}

#[test]
fn an_event_row_is_as_written() {
    assert_written(&event::to_bytes(&event()), "event");
    assert_eq!(event::from_bytes(&fixture("event")), Some(event()));
}

#[test]
fn the_guest_is_as_written() {
    let guest = Guest {
        membership: 1_000_001,
        name: "山田".into(),
        needs: Needs::STEP_FREE.with(Needs::STAFF_HELP),
    };
    assert_written(&guest::to_bytes(Some(&guest), 32), "guest");
    assert_eq!(guest::from_bytes(&fixture("guest")), Some(guest));
}

#[test]
fn the_summary_is_as_written() {
    let layout = Layout::with_slots(20).unwrap();
    assert_written(
        &summary::capabilities(layout.summary_len),
        "capability-container",
    );
    let ticket = CardTicket {
        slot: 1,
        state: SlotState::Live,
        record: fixture("ticket-record"),
        entered: 0,
        generation: Generation { epoch: 1, hop: 1 },
    };
    let uid = CardUid(fixture("card-number").try_into().unwrap());
    let contents = CardContents {
        uid,
        directory: directory(),
        events: vec![event()],
        tickets: vec![ticket],
    };
    assert_written(&summary::to_bytes(&contents, layout.summary_len), "summary");
}

#[test]
fn keys_and_transaction_mac_are_as_written() {
    let keys = MasterKeys {
        master: Key([1; 16]),
        write: Key([2; 16]),
        gate: Key([3; 16]),
        transaction_mac: Key([4; 16]),
    };
    let card = CardUid(fixture("card-number").try_into().unwrap());
    assert_written(&keys.for_card(card, Role::Write).0, "card-write-key");
    let key = keys.transaction_mac_for_card(card);
    assert_written(&key.0, "card-transaction-mac-key");
    let mac = transaction_mac::compute(&key, card, 1, &fixture("transaction-mac-input"));
    assert_written(&mac, "transaction-mac");
}

/// The table of sizes, from the layouts and from what the virtual card accounts for.
#[test]
fn the_table_of_sizes_is_as_written() {
    let document = std::fs::read_to_string("../../docs/formats.md").unwrap();
    for size in [CardSize::K2, CardSize::K4, CardSize::K8] {
        let card = cards::formatted(size);
        let layout = Layout::for_memory(size.nominal_bytes() as u32).unwrap();
        let free = kippu_card::virtual_card::memory::free_bytes(card.chip());
        let row = format!(
            "| {} | {} | {} × {} | {} | {} | {} | {} | {} | {} |",
            size.to_string().to_uppercase(),
            layout.slots,
            layout.events,
            event::ROW_LEN,
            layout.directory_len(),
            layout.entries_len(),
            layout.slots_len(),
            layout.guest_len,
            layout.summary_len,
            free,
        );
        assert!(document.contains(&row), "missing: {row}");
    }
    assert_eq!(file::SUMMARY, 7);
}
