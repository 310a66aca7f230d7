//! Power loss at any byte: what a chip keeps and what it forgets; and the image file that keeps it.

mod support;

use kippu_card::virtual_card::{CardSize, Chip, Direction, Exchange, Fault, KeyKind, VirtualCard};
use support::{AID, Mode, Terminal, UID, range, wrapped};

const NEW: [u8; 40] = [0xAA; 40];

/// An application with a backup file 1 and a standard file 2, both readable and writable by anyone.
fn open_card() -> VirtualCard {
    let mut terminal = Terminal::in_application(CardSize::K4);
    terminal.create_file(0xCB, 1, 0, [0xEE, 0xEE], 40).unwrap();
    terminal.create_file(0xCD, 2, 0, [0xEE, 0xEE], 100).unwrap();
    terminal.card
}

fn content(card: VirtualCard, number: u8) -> Vec<u8> {
    let mut terminal = Terminal::with(card);
    terminal.lay_again();
    terminal.select(AID).unwrap();
    terminal.read_free(number, 0, 0).unwrap()
}

#[test]
fn a_commit_torn_at_any_byte_is_all_old_or_all_new() {
    let commit = wrapped(0xC7, &[]);
    for direction in [Direction::Command, Direction::Response] {
        for byte in 0..=commit.len() {
            let mut terminal = Terminal::with(open_card());
            terminal.lay_again();
            terminal.card.set_fault(Some(Fault::Tear {
                exchange: 3,
                byte,
                direction,
            }));
            terminal.select(AID).unwrap();
            terminal
                .exchange(0x3D, &[range(1, 0, 40), NEW.to_vec()].concat())
                .unwrap();
            let torn = terminal.card.transmit(&commit);
            let expected = if direction == Direction::Response {
                vec![0x91, 0x00]
            } else {
                vec![]
            };
            assert_eq!(
                torn,
                Exchange::Torn(expected[..byte.min(expected.len())].to_vec())
            );
            assert_eq!(terminal.card.transmit(&commit), Exchange::Gone);
            let new = direction == Direction::Response;
            assert_eq!(
                content(terminal.card, 1),
                if new { NEW } else { [0; 40] },
                "{direction:?} byte {byte}"
            );
        }
    }
}

#[test]
fn a_torn_write_to_a_standard_file_leaves_the_bytes_that_arrived() {
    let data: Vec<u8> = (1..=100).collect();
    let message = [range(2, 0, 100), data.clone()].concat();
    let frames = [wrapped(0x3D, &message[..59]), wrapped(0xAF, &message[59..])];
    let first_header = 5 + 7;
    let mut seen = std::collections::BTreeSet::new();
    for byte in 0..=frames[1].len() {
        let mut card = open_card();
        card.power_on();
        card.transmit(&wrapped(0x5A, &AID));
        card.set_fault(Some(Fault::Tear {
            exchange: 3,
            byte,
            direction: Direction::Command,
        }));
        assert_eq!(
            card.transmit(&frames[0]),
            Exchange::Answer(vec![0x91, 0xAF])
        );
        assert_eq!(card.transmit(&frames[1]), Exchange::Torn(vec![]));
        let content = content(card, 2);
        let landed = content.iter().position(|byte| *byte == 0).unwrap_or(100);
        assert_eq!(
            content[..landed],
            data[..landed],
            "a prefix of the new bytes"
        );
        assert!(
            content[landed..].iter().all(|byte| *byte == 0),
            "and the old ones behind it"
        );
        seen.insert(landed);
    }
    let in_first_frame = frames[0].len() - 1 - first_header;
    assert_eq!(
        seen,
        (in_first_frame..=100).collect(),
        "every length occurs"
    );
}

#[test]
fn a_torn_write_to_a_backup_file_leaves_nothing() {
    for byte in [0, 20, 52] {
        let mut card = open_card();
        card.power_on();
        card.transmit(&wrapped(0x5A, &AID));
        card.set_fault(Some(Fault::Tear {
            exchange: 2,
            byte,
            direction: Direction::Command,
        }));
        card.transmit(&wrapped(0x3D, &[range(1, 0, 40), NEW.to_vec()].concat()));
        assert_eq!(content(card, 1), [0; 40]);
    }
}

#[test]
fn a_mute_card_stays_mute_until_it_is_lifted() {
    let mut card = open_card();
    card.power_on();
    card.set_fault(Some(Fault::Mute { exchange: 2 }));
    assert!(matches!(
        card.transmit(&wrapped(0x5A, &AID)),
        Exchange::Answer(_)
    ));
    assert_eq!(card.transmit(&wrapped(0x60, &[])), Exchange::Mute);
    assert_eq!(card.transmit(&wrapped(0x60, &[])), Exchange::Mute);
    card.set_fault(None);
    card.power_on();
    assert!(matches!(
        card.transmit(&wrapped(0x60, &[])),
        Exchange::Answer(_)
    ));
}

#[test]
fn committed_memory_outlives_the_program() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.card");
    let blank = || Chip::blank(UID, CardSize::K8, KeyKind::Aes);
    let mut terminal = Terminal::with(VirtualCard::open(&path, blank).unwrap());
    terminal.exchange(0xCA, &[1, 2, 3, 0x0B, 0x85]).unwrap();
    terminal.select(AID).unwrap();
    terminal.authenticate(0, [0; 16]).unwrap();
    terminal.create_file(0xCB, 1, 0, [0xEE, 0xEE], 40).unwrap();
    terminal.write(Mode::Plain, 1, 0, &NEW).unwrap();
    let chip = terminal.card.chip().clone();
    drop(terminal);
    let mut terminal = Terminal::with(VirtualCard::open(&path, || panic!("not blank")).unwrap());
    assert_eq!(*terminal.card.chip(), chip);
    terminal.reopen(0);
    assert_eq!(
        terminal.read(Mode::Plain, 1, 0, 40).unwrap(),
        [0; 40],
        "nothing was committed"
    );
    terminal.write(Mode::Plain, 1, 0, &NEW).unwrap();
    terminal.commit().unwrap();
    drop(terminal);
    assert_eq!(
        content(VirtualCard::open(&path, || panic!("not blank")).unwrap(), 1),
        NEW
    );
}

#[test]
fn foreign_and_newer_images_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.card");
    let open = || {
        VirtualCard::open(&path, || panic!("not blank"))
            .map(drop)
            .unwrap_err()
            .to_string()
    };
    std::fs::write(&path, "no image").unwrap();
    assert!(open().contains("is no virtual card image"));
    std::fs::write(&path, r#"{"virtual_card_image": 2, "chip": "of tomorrow"}"#).unwrap();
    assert!(open().contains("has image version 2"));
}

#[test]
fn a_card_that_cannot_keep_its_memory_says_so_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("inner");
    std::fs::create_dir(&inner).unwrap();
    let mut card = VirtualCard::open(&inner.join("a.card"), || {
        Chip::blank(UID, CardSize::K4, KeyKind::Aes)
    })
    .unwrap();
    std::fs::remove_dir_all(&inner).unwrap();
    let create = wrapped(0xCA, &[1, 2, 3, 0x0B, 0x85]);
    assert_eq!(card.transmit(&create), Exchange::Answer(vec![0x91, 0xEE]));
    assert!(card.chip().applications.is_empty());
}
