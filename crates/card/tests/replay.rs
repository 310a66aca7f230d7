//! Recorded conversations of a physical EV3 against the virtual card: every answer byte for byte.

use std::collections::VecDeque;
use std::path::Path;

use kippu_card::virtual_card::{CardSize, Exchange, KeyKind, VirtualCard};

/// The recorded card's number.
const UID: [u8; 7] = [0x04, 0x64, 0xD5, 0x9A, 0xDD, 0x1E, 0x90];

struct Recording {
    exchanges: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Recording {
    fn load(name: &str) -> Self {
        let path = Path::new("tests/fixtures/desox").join(name);
        let text = std::fs::read_to_string(path).unwrap();
        let exchanges = text
            .lines()
            .filter(|line| !line.trim().is_empty())
            .map(|line| {
                let (command, answer) = line.split_once(' ').unwrap();
                (hex::decode(command).unwrap(), hex::decode(answer).unwrap())
            })
            .collect();
        Self { exchanges }
    }

    /// Plays the conversation; `challenges` are the random numbers the recorded card chose, in order.
    fn play(&self, challenges: &[&str]) -> VirtualCard {
        let mut challenges: VecDeque<Vec<u8>> = challenges
            .iter()
            .map(|hex| hex::decode(hex).unwrap())
            .collect();
        let mut card = VirtualCard::blank(UID, CardSize::K4, KeyKind::Des);
        card.set_randomness(Box::new(move |buffer: &mut [u8]| {
            buffer.copy_from_slice(
                &challenges
                    .pop_front()
                    .expect("more authentications than recorded"),
            );
        }));
        for (number, (command, answer)) in self.exchanges.iter().enumerate() {
            let Exchange::Answer(given) = card.transmit(command) else {
                panic!("the card did not answer")
            };
            assert_eq!(
                hex::encode(given),
                hex::encode(answer),
                "exchange {} ({})",
                number + 1,
                hex::encode(command)
            );
        }
        card
    }
}

#[test]
fn applications_are_created_and_deleted_under_des_and_aes() {
    let card = Recording::load("application.replay").play(&[
        "bc69a0d4cb0f71a0",
        "4bb33e19f91a54985f226a21094f22ff",
        "7cd4289eac0fd695",
    ]);
    assert!(card.chip().applications.is_empty());
}

#[test]
fn files_are_written_and_read_in_all_three_modes() {
    let card = Recording::load("file_io.replay")
        .play(&["05e32fb01232965d", "a21379525d4434b90c0030f57e109dd2"]);
    assert_eq!(card.chip().applications[0].files.len(), 3);
}

#[test]
fn an_aes_application_key_is_changed() {
    Recording::load("key_change_app_aes_aes.replay").play(&[
        "b65648f6d9ef38db",
        "40a81bee2d58a71aa38c2e94ba428067",
        "fa4c9a5d3d3b9fe0e8e08db53ae6b2ae",
    ]);
}

#[test]
fn a_des_application_key_is_changed() {
    Recording::load("key_change_app_des_des.replay").play(&[
        "5231e66c58656668",
        "cec464e360ca3058",
        "d17ae7db1354daae",
    ]);
}

#[test]
fn the_card_key_goes_from_des_to_aes_and_back() {
    let card = Recording::load("key_change_picc_round_the_world.replay").play(&[
        "3e0af2a4b9e5cd96",
        "2b880b23027ff024",
        "7e743124b5610bd4dc0b45252570b226",
        "8655f2f564967a33fd1ef2f18518beca",
    ]);
    assert_eq!(card.chip().master.kind, KeyKind::Des);
    assert_eq!(card.chip().master.value, [0; 16]);
}

/// What is not replayed, of all 113 exchanges: the three of GetVersion that end this conversation. The recorded chip says in them that it is
/// an EV3 (`33` where an EV2 has `12`), of which batch, and when it was made.
#[test]
fn a_blank_card_describes_itself() {
    let mut recording = Recording::load("metadata.replay");
    let version = recording
        .exchanges
        .iter()
        .position(|(command, _)| command == &[0x60])
        .unwrap();
    let rest = recording.exchanges.split_off(version);
    let commands: Vec<_> = rest
        .iter()
        .map(|(command, _)| command[..].to_vec())
        .collect();
    assert_eq!(commands, [[0x60], [0xAF], [0xAF]]);
    recording.play(&["faf5ab2d2180476c"]);
}
