//! A client of somebody else's, in another language, over the same road: it knows DESFire cards and nothing of this project.

use std::path::Path;
use std::process::Command;

use kippu_card::virtual_card::{CardSize, Chip, KeyKind, VirtualCard, chip::Body};

use crate::{Place, tickets::UID};

/// Runs the conversation; its own words are the message of a failure.
fn converse(arguments: &[&str]) {
    let python = std::env::var("KIPPU_PYTHON").unwrap_or_else(|_| {
        let cache = std::env::var("XDG_CACHE_HOME")
            .unwrap_or_else(|_| format!("{}/.cache", std::env::var("HOME").unwrap()));
        format!("{cache}/kippu/python/bin/python")
    });
    let output = Command::new(&python)
        .arg("tests/pcsc/python_desfire.py")
        .args(["Kippu Reader 1", &UID.to_string()])
        .args(arguments)
        .output()
        .unwrap_or_else(|fault| panic!("{python}: {fault}; script/setup installs it"));
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

fn chip(image: &Path) -> Chip {
    let card = VirtualCard::open(image, || Chip::blank(UID.0, CardSize::K2, KeyKind::Des));
    card.unwrap().chip().clone()
}

#[test]
#[ignore = "needs script/pcsc-lab"]
fn python_desfire_personalises_writes_and_reads_the_virtual_card() {
    let folder = tempfile::tempdir().unwrap();
    let image = folder.path().join("a.card");
    let mut reader = Place::number(1);
    let card = reader.lay(&image, UID, &[]);
    converse(&[]);
    drop(card);

    // What the client says it did is in the card's memory.
    let chip = chip(&image);
    assert_eq!(
        (chip.master.kind, chip.master.value),
        (KeyKind::Aes, [1; 16])
    );
    let [application] = &chip.applications[..] else {
        panic!("{} applications", chip.applications.len())
    };
    let keys: Vec<_> = application.keys.iter().map(|key| key.value).collect();
    assert_eq!(keys, [[0x20; 16], [0x21; 16], [0x22; 16]]);
    let content = |number: u8| match &application.files[&number].body {
        Body::Standard { data } => data.clone(),
        other => panic!("{other:?}"),
    };
    let counted = |number: usize| -> Vec<u8> {
        let places = 0..100;
        places.map(|place| (number * 37 + place) as u8).collect()
    };
    assert_eq!(content(1), counted(1));
    assert_eq!(content(2), [0; 100], "the refused write left nothing");
    assert_eq!(content(3), counted(3));
    assert_eq!(content(4), (0..32).collect::<Vec<u8>>());
}

#[test]
#[ignore = "needs script/pcsc-lab"]
fn python_desfire_takes_its_application_off_again() {
    let folder = tempfile::tempdir().unwrap();
    let image = folder.path().join("a.card");
    let mut reader = Place::number(1);
    let card = reader.lay(&image, UID, &[]);
    converse(&["--take-back"]);
    drop(card);
    assert!(chip(&image).applications.is_empty());
}
