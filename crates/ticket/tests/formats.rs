//! The bytes of docs/formats.md are the bytes of this crate: the document's hex is the fixture.

use kippu_ticket::{
    binding::EventBindingKey,
    ids::{CardUid, EventId, IssuerId, SellerId, TerminalId, TicketId},
    record::{BadRecord, BoundTicket, SignedTicket, TicketBody, TicketFlags, TicketKind},
    seat::SeatAddress,
    sign::SigningKey,
};

/// Bytes of the document's block `hex NAME`; whatever follows `#` in a line is for people.
fn fixture(name: &str) -> Vec<u8> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/formats.md");
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

fn array<const N: usize>(name: &str) -> [u8; N] {
    fixture(name).try_into().unwrap()
}

fn body() -> TicketBody {
    TicketBody {
        issuer_key: 1,
        ticket: TicketId(0x0102_0304_0506_0708),
        event: EventId(42),
        issuer: IssuerId(3),
        seller: SellerId(7),
        epoch: 1,
        entrance: 2,
        kind: TicketKind::Seat,
        price_class: 1,
        flags: TicketFlags::NOT_TRANSFERABLE.with(TicketFlags::NO_PAPER),
        seat: SeatAddress::new(2, "west-12", "7", "12").unwrap(),
    }
}

#[test]
fn the_signed_part_is_as_written() {
    assert_eq!(
        hex::encode(body().to_bytes()),
        hex::encode(fixture("ticket-body"))
    );
    assert_eq!(TicketBody::from_bytes(&array("ticket-body")), Ok(body()));
}

#[test]
fn the_signature_is_as_written() {
    let key = SigningKey::from_bytes(&array("signing-key-seed"));
    assert_eq!(
        hex::encode(key.public().to_bytes()),
        hex::encode(fixture("signing-key-public"))
    );
    let signed = body().sign(&key);
    assert_eq!(
        hex::encode(signed.signature),
        hex::encode(fixture("ticket-signature"))
    );
    assert_eq!(signed.verify(&key.public()), Ok(()));
    assert_eq!(SignedTicket::from_bytes(&signed.to_bytes()), Ok(signed));
}

#[test]
fn the_bound_record_is_as_written() {
    let event_key = EventBindingKey::from_bytes(array("event-binding-key"));
    let terminal_key = event_key.for_terminal(TerminalId(101));
    assert_eq!(
        hex::encode(terminal_key.to_bytes()),
        hex::encode(fixture("terminal-binding-key"))
    );
    let card = CardUid(array("card-number"));
    let signed = body().sign(&SigningKey::from_bytes(&array("signing-key-seed")));
    let bound = terminal_key.bind(signed, card, 1);
    assert_eq!(
        hex::encode(bound.to_bytes()),
        hex::encode(fixture("ticket-record"))
    );
    assert_eq!(
        BoundTicket::from_bytes(&fixture("ticket-record")),
        Ok(bound.clone())
    );
    assert_eq!(event_key.verify(&bound, card), Ok(()));
}

#[test]
fn every_changed_bit_of_a_record_is_noticed() {
    let record = fixture("ticket-record");
    let public = SigningKey::from_bytes(&array("signing-key-seed")).public();
    let event_key = EventBindingKey::from_bytes(array("event-binding-key"));
    let card = CardUid(array("card-number"));
    let genuine = |bytes: &[u8]| {
        BoundTicket::from_bytes(bytes).is_ok_and(|bound| {
            bound.signed.verify(&public).is_ok() && event_key.verify(&bound, card).is_ok()
        })
    };
    assert!(genuine(&record));
    for bit in 0..8 * record.len() {
        let mut changed = record.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        assert!(!genuine(&changed), "bit {bit}");
    }
}

#[test]
fn what_is_no_record_is_refused_with_the_reason() {
    let record = fixture("ticket-record");
    let with = |place: usize, byte: u8| {
        let mut bytes = record.clone();
        bytes[place] = byte;
        BoundTicket::from_bytes(&bytes)
    };
    assert_eq!(
        BoundTicket::from_bytes(&record[1..]),
        Err(BadRecord::Length {
            expected: 126,
            found: 125
        })
    );
    assert_eq!(with(0, 2), Err(BadRecord::Version(2)));
    assert_eq!(with(21, 9), Err(BadRecord::Kind(9)));
    assert_eq!(
        with(47, b'!'),
        Err(BadRecord::Seat),
        "text beyond its length"
    );
}
