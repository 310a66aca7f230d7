//! What a phone shows: the capability container and an NDEF text record (NFC Forum Type 4 Tag, mapping version 2.0). A courtesy
//! written after the commit; nothing is decided by it.

use kippu_ticket::record::BoundTicket;

use super::event::cut;
use crate::capability::{CardContents, SlotState};

/// ISO file id of the capability container.
pub const ISO_CAPABILITIES: u16 = 0xE103;
/// ISO file id of the NDEF file.
pub const ISO_SUMMARY: u16 = 0xE104;
/// Bytes of the capability container.
pub const CAPABILITIES_LEN: usize = 15;

/// Length, record header, type length, payload length, type, language length, "en".
const HEAD_LEN: usize = 9;
const NO_TICKETS: &str = "No tickets";

/// The capability container for a summary file of this many bytes: read 59, write 52 bytes at a time, free reading, no writing.
pub fn capabilities(summary_len: usize) -> [u8; CAPABILITIES_LEN] {
    let [high, low] = (summary_len as u16).to_be_bytes();
    let [id_high, id_low] = ISO_SUMMARY.to_be_bytes();
    [
        0x00, 0x0F, 0x20, 0x00, 0x3B, 0x00, 0x34, 0x04, 0x06, id_high, id_low, high, low, 0x00,
        0xFF,
    ]
}

/// The NDEF file's bytes up to the end of the message; the rest of the file need not be written.
pub fn to_bytes(contents: &CardContents, len: usize) -> Vec<u8> {
    message(cut(&text(contents), len - HEAD_LEN))
}

/// The message of a card without tickets.
pub fn no_tickets() -> Vec<u8> {
    message(NO_TICKETS)
}

fn message(text: &str) -> Vec<u8> {
    // A short record's payload is at most 255 bytes; no layout's file is longer.
    let payload = (3 + text.len()) as u8;
    let mut bytes = vec![
        0x00,
        4 + payload,
        0xD1,
        0x01,
        payload,
        b'T',
        0x02,
        b'e',
        b'n',
    ];
    bytes.extend(text.bytes());
    bytes
}

/// Live tickets by event, the soonest first: `Parsifal: stalls 7-12, stalls 7-13`.
fn text(contents: &CardContents) -> String {
    let live = contents
        .tickets
        .iter()
        .filter(|ticket| ticket.state == SlotState::Live);
    let tickets: Vec<_> = live
        .filter_map(|ticket| BoundTicket::from_bytes(&ticket.record).ok())
        .map(|bound| bound.signed.body)
        .collect();
    let mut events: Vec<_> = contents.events.iter().collect();
    events.sort_by_key(|event| event.starts);
    let lines = events.into_iter().filter_map(|event| {
        let seats: Vec<_> = tickets
            .iter()
            .filter(|body| body.event == event.event)
            .map(|body| body.seat.to_string())
            .collect();
        (!seats.is_empty()).then(|| format!("{}: {}", event.name, seats.join(", ")))
    });
    let text = lines.collect::<Vec<_>>().join("\n");
    if text.is_empty() {
        NO_TICKETS.into()
    } else {
        text
    }
}
