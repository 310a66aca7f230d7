//! The tray: cards are laid on readers and lifted, once at a time over all processes, and fail when told to.

use std::path::Path;
use std::time::Duration;

use kippu_card::capability::CardFault;
use kippu_card::reader::{Reader, ReaderState};
use kippu_card::transport::{Transport, TransportFault};
use kippu_card::tray::{Tray, TrayError};
use kippu_card::virtual_card::{CardSize, KeyKind};
use kippu_ticket::ids::CardUid;

const NOW: Duration = Duration::ZERO;
const LONG: Duration = Duration::from_secs(60);
const VERSION: [u8; 5] = [0x90, 0x60, 0, 0, 0];
const FREE_MEMORY: [u8; 5] = [0x90, 0x6E, 0, 0, 0];

fn tray(folder: &Path) -> Tray {
    let tray = Tray::open(folder).unwrap();
    tray.add(
        "aiko",
        CardUid([4, 1, 2, 3, 4, 5, 6]),
        CardSize::K4,
        KeyKind::Aes,
    )
    .unwrap();
    tray.add(
        "ben",
        CardUid([4, 1, 2, 3, 4, 5, 7]),
        CardSize::K8,
        KeyKind::Aes,
    )
    .unwrap();
    tray
}

#[test]
fn a_card_is_seen_while_it_lies_and_each_laying_down_is_a_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let tray = tray(folder.path());
    let mut reader = tray.reader("kiosk-1");
    assert!(reader.describe().simulated);
    assert_eq!(reader.poll(LONG), ReaderState::Absent);
    tray.lay("aiko", "kiosk-1").unwrap();
    let first = reader.poll(LONG);
    assert!(matches!(first, ReaderState::Present(_)));
    assert_eq!(reader.poll(NOW), first);
    assert!(
        matches!(tray.lay("ben", "kiosk-1"), Err(TrayError::ReaderTaken { card }) if card == "aiko")
    );
    tray.lift("kiosk-1");
    tray.lay("aiko", "kiosk-1").unwrap();
    let second = reader.poll(LONG);
    assert!(matches!(second, ReaderState::Present(_)) && second != first);
}

#[test]
fn waiting_ends_when_a_card_is_laid_down() {
    let folder = tempfile::tempdir().unwrap();
    let tray = tray(folder.path());
    let mut reader = tray.reader("kiosk-1");
    reader.poll(NOW);
    let waiting = std::thread::spawn(move || reader.poll(LONG));
    tray.lay("ben", "kiosk-1").unwrap();
    assert!(matches!(waiting.join().unwrap(), ReaderState::Present(_)));
}

#[test]
fn a_card_lies_in_one_place_only() {
    let folder = tempfile::tempdir().unwrap();
    let kiosk = tray(folder.path());
    // Another process has a tray of its own on the same folder.
    let gate = Tray::open(folder.path()).unwrap();
    kiosk.lay("aiko", "kiosk-1").unwrap();
    let refused = gate.lay("aiko", "gate-1").unwrap_err();
    assert_eq!(refused.to_string(), "the card \"aiko\" lies on kiosk-1");
    let places: Vec<_> = gate
        .cards()
        .unwrap()
        .into_iter()
        .map(|card| (card.name, card.lies_on))
        .collect();
    assert_eq!(
        places,
        [
            ("aiko".to_owned(), Some("kiosk-1".to_owned())),
            ("ben".to_owned(), None)
        ]
    );
    kiosk.lift("kiosk-1");
    gate.lay("aiko", "gate-1").unwrap();
    assert_eq!(gate.lying_on("gate-1").as_deref(), Some("aiko"));
    drop(gate);
    kiosk.lay("aiko", "kiosk-1").unwrap();
}

#[test]
fn the_way_to_a_lifted_card_is_closed_for_good() {
    let folder = tempfile::tempdir().unwrap();
    let tray = tray(folder.path());
    let mut reader = tray.reader("kiosk-1");
    assert_eq!(reader.connect().err(), Some(CardFault::Torn));
    tray.lay("aiko", "kiosk-1").unwrap();
    let mut transport = reader.connect().unwrap();
    assert_eq!(
        transport.transmit(&FREE_MEMORY).unwrap(),
        [0x00, 0x13, 0x00, 0x91, 0x00]
    );
    tray.lift("kiosk-1");
    assert_eq!(transport.transmit(&FREE_MEMORY), Err(TransportFault::Torn));
    tray.lay("aiko", "kiosk-1").unwrap();
    assert_eq!(transport.transmit(&FREE_MEMORY), Err(TransportFault::Torn));
    assert!(reader.connect().unwrap().transmit(&FREE_MEMORY).is_ok());
}

#[test]
fn a_fault_strikes_once_and_a_torn_card_is_back_on_the_tray() {
    let folder = tempfile::tempdir().unwrap();
    let tray = tray(folder.path());
    let fault = folder.path().join("aiko.fault.json");
    std::fs::write(
        &fault,
        r#"{"tear_at_exchange": 2, "byte": 1, "direction": "response"}"#,
    )
    .unwrap();
    let mut reader = tray.reader("kiosk-1");
    tray.lay("aiko", "kiosk-1").unwrap();
    let mut transport = reader.connect().unwrap();
    assert!(transport.transmit(&VERSION).is_ok());
    assert!(fault.exists());
    assert_eq!(transport.transmit(&VERSION), Err(TransportFault::Torn));
    assert!(!fault.exists());
    assert_eq!(reader.poll(LONG), ReaderState::Absent);
    tray.lay("aiko", "kiosk-1").unwrap();
    let mut transport = reader.connect().unwrap();
    assert!(transport.transmit(&FREE_MEMORY).is_ok() && transport.transmit(&FREE_MEMORY).is_ok());
}

#[test]
fn a_mute_card_answers_nothing_until_it_is_laid_down_again() {
    let folder = tempfile::tempdir().unwrap();
    let tray = tray(folder.path());
    let fault = folder.path().join("aiko.fault.json");
    std::fs::write(&fault, r#"{"mute_at_exchange": 1}"#).unwrap();
    let mut reader = tray.reader("kiosk-1");
    tray.lay("aiko", "kiosk-1").unwrap();
    let mut transport = reader.connect().unwrap();
    assert_eq!(transport.transmit(&FREE_MEMORY), Err(TransportFault::Mute));
    assert_eq!(transport.transmit(&FREE_MEMORY), Err(TransportFault::Mute));
    assert!(matches!(reader.poll(NOW), ReaderState::Present(_)));
    tray.lift("kiosk-1");
    tray.lay("aiko", "kiosk-1").unwrap();
    assert!(reader.connect().unwrap().transmit(&FREE_MEMORY).is_ok());
}

#[test]
fn what_makes_no_sense_is_refused_with_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let tray = tray(folder.path());
    assert!(matches!(
        tray.lay("../aiko", "kiosk-1"),
        Err(TrayError::BadName { .. })
    ));
    assert!(matches!(
        tray.lay("chie", "kiosk-1"),
        Err(TrayError::Unknown { .. })
    ));
    let again = tray.add("ben", CardUid([4; 7]), CardSize::K2, KeyKind::Aes);
    assert!(matches!(again, Err(TrayError::Exists { .. })));
    std::fs::write(folder.path().join("ben.fault.json"), "{}").unwrap();
    assert!(matches!(
        tray.lay("ben", "kiosk-1"),
        Err(TrayError::BadFault { .. })
    ));
    assert_eq!(
        tray.cards().unwrap()[1].lies_on,
        None,
        "a refused card is not taken"
    );
}
