//! The bytes of docs/formats.md are the bytes of this crate: the document's hex is the fixture.

use kippu_ticket::{
    binding::EventBindingKey,
    ids::{CardUid, EventId, IssuerId, SellerId, TerminalId, TicketId},
    paper::{BadPaper, PaperTicket, SerialText},
    record::{BadRecord, BoundTicket, SignedTicket, TicketBody, TicketFlags, TicketKind},
    seat::SeatAddress,
    sign::SigningKey,
};

/// What stands in the document's block of this kind and name.
fn block(kind: &str, name: &str) -> String {
    let path = "../../docs/formats.md";
    let document = std::fs::read_to_string(path).unwrap();
    let (_, rest) = document
        .split_once(&format!("```{kind} {name}\n"))
        .unwrap_or_else(|| panic!("no block {name}"));
    let (block, _) = rest.split_once("```").unwrap();
    block.to_owned()
}

/// Bytes of the document's block `hex NAME`; whatever follows `#` in a line is for people.
fn fixture(name: &str) -> Vec<u8> {
    let digits: String = block("hex", name)
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

fn paper() -> PaperTicket {
    let event_key = EventBindingKey::from_bytes(array("event-binding-key"));
    let signed = body().sign(&SigningKey::from_bytes(&array("signing-key-seed")));
    event_key
        .for_terminal(TerminalId(101))
        .bind_paper(signed, 0x0123_4567_89AB_CDEF, 2)
}

#[test]
fn the_paper_record_is_as_written() {
    assert_eq!(
        hex::encode(paper().to_bytes()),
        hex::encode(fixture("paper-record"))
    );
    assert_eq!(
        PaperTicket::from_bytes(&fixture("paper-record")),
        Ok(paper())
    );
}

#[test]
fn the_papers_code_and_serial_are_as_written() {
    let code = block("text", "paper-code").replace('\n', "");
    assert_eq!(paper().to_code(), code);
    assert_eq!(code.len(), 221, "as much as 49 modules hold");
    let letters = |text: &str| {
        text.bytes()
            .all(|letter| letter.is_ascii_digit() || letter.is_ascii_uppercase())
    };
    assert!(letters(&code));
    let serial = block("text", "paper-serial");
    assert_eq!(format!("{}\n", SerialText(paper().serial)), serial);
}

#[test]
fn every_changed_bit_of_a_paper_is_noticed() {
    let public = SigningKey::from_bytes(&array("signing-key-seed")).public();
    let event_key = EventBindingKey::from_bytes(array("event-binding-key"));
    let genuine = |bytes: &[u8]| {
        PaperTicket::from_bytes(bytes).is_ok_and(|paper| {
            paper.signed.verify(&public).is_ok() && event_key.verify_paper(&paper).is_ok()
        })
    };
    let record = paper().to_bytes();
    assert!(genuine(&record));
    for bit in 0..8 * record.len() {
        let mut changed = record;
        changed[bit / 8] ^= 1 << (bit % 8);
        assert!(!genuine(&changed), "bit {bit}");
    }
}

#[test]
fn a_code_is_read_however_a_scanner_types_it() {
    let code = paper().to_code();
    for typed in [code.clone(), code.to_lowercase(), format!(" {code}\r\n")] {
        assert_eq!(PaperTicket::from_code(&typed), Ok(paper()));
    }
}

#[test]
fn other_codes_are_refused_with_the_reason() {
    let code = paper().to_code();
    for other in [
        "",
        "KIP",
        "4821-0937-5562",
        "切符切符",
        &code[5..],
        &code[..220],
    ] {
        assert_eq!(
            PaperTicket::from_code(other),
            Err(BadPaper::Code),
            "{other}"
        );
    }
    let mut garbled = code.clone();
    garbled.replace_range(40..41, "1");
    assert_eq!(PaperTicket::from_code(&garbled), Err(BadPaper::Code));
    let shorter = &code[..code.len() - 8];
    assert_eq!(
        PaperTicket::from_code(shorter),
        Err(BadPaper::Record(BadRecord::Length {
            expected: 135,
            found: 130
        }))
    );
    let mut newer = paper().to_bytes();
    newer[0] = 0x52;
    assert_eq!(
        PaperTicket::from_bytes(&newer),
        Err(BadRecord::Version(0x52))
    );
    let bound = fixture("ticket-record");
    assert!(PaperTicket::from_bytes(&bound).is_err(), "a card's record");
}
