//! The virtual card's command set: applications, files, rights, keys, messaging, commit, ISO reads.

mod support;

use kippu_card::desfire::crypto::{Key, cmac, truncate};
use kippu_card::virtual_card::{CardSize, Exchange, KeyKind, VirtualCard};
use support::{AID, Mode, Terminal, UID, ZERO, range, wrapped};

const LENGTH: u8 = 0x7E;
const DENIED: u8 = 0x9D;
const PARAMETER: u8 = 0x9E;
const NO_APPLICATION: u8 = 0xA0;
const NEEDS_KEY: u8 = 0xAE;
const INTEGRITY: u8 = 0x1E;
const OUT_OF_MEMORY: u8 = 0x0E;

/// AN12196 §6.6: the reader's side and the card's random numbers are the note's, the card's answers must be.
#[test]
fn authentication_answers_as_published() {
    let mut random = [
        hex::decode("b9e2fc789b64bf237cccaa20ec7e6e48").unwrap(),
        hex::decode("9d00c4df").unwrap(),
    ]
    .into_iter();
    let mut card = VirtualCard::blank(UID, CardSize::K4, KeyKind::Aes);
    card.set_randomness(Box::new(move |buffer: &mut [u8]| {
        buffer.copy_from_slice(&random.next().unwrap())
    }));
    let mut say = |hex: &str| match card.transmit(&hex::decode(hex).unwrap()) {
        Exchange::Answer(answer) => hex::encode(answer),
        other => panic!("{other:?}"),
    };
    assert_eq!(
        say("9071000002000000"),
        "a04c124213c186f22399d33ac2a3021591af"
    );
    assert_eq!(
        say("90af00002035c3e05a752e0144bac0de51c1f22c56b34408a23d8aea266cab947ea8e0118d00"),
        "3fa64db5446d1f34cd6ea311167f5e4985b89690c04a05f17fa7ab2f081206639100"
    );
}

#[test]
fn the_version_states_number_and_memory() {
    for (size, byte) in [
        (CardSize::K2, 0x16),
        (CardSize::K4, 0x18),
        (CardSize::K8, 0x1A),
    ] {
        let version = Terminal::blank(size).exchange(0x60, &[]).unwrap();
        assert_eq!(version.len(), 28);
        assert_eq!((version[5], version[12]), (byte, byte));
        assert_eq!(version[14..21], UID);
    }
}

#[test]
fn native_framing_is_answered_natively() {
    let mut card = VirtualCard::blank(UID, CardSize::K4, KeyKind::Aes);
    let Exchange::Answer(first) = card.transmit(&[0x60]) else {
        panic!()
    };
    assert_eq!((first[0], first.len()), (0xAF, 8));
    assert_eq!(
        card.transmit(&[0xFF, 0xCA, 0, 0, 0]),
        Exchange::Answer([&UID[..], &[0x90, 0]].concat())
    );
}

#[test]
fn data_survives_every_communication_mode_and_framing() {
    let mut terminal = Terminal::in_application(CardSize::K4);
    let data: Vec<u8> = (0..300).map(|index| index as u8).collect();
    for (number, option, mode) in [(1, 0, Mode::Plain), (2, 1, Mode::Mac), (3, 3, Mode::Full)] {
        terminal
            .create_file(0xCD, number, option, [0x00, 0x00], 320)
            .unwrap();
        terminal.write(mode, number, 7, &data).unwrap();
        assert_eq!(terminal.read(mode, number, 7, 300).unwrap(), data);
        assert_eq!(terminal.read(mode, number, 0, 0).unwrap().len(), 320);
    }
    let header = range(2, 0, 100);
    let whole = terminal.command(0x8D, &header, &[9; 100], Mode::Mac, Mode::Mac);
    assert_eq!(
        whole,
        Err(LENGTH),
        "one ISO frame holds no 115 bytes when the terminal cuts it"
    );
}

#[test]
fn an_iso_chained_write_and_read_take_one_exchange_each() {
    let mut terminal = Terminal::in_application(CardSize::K4);
    terminal.create_file(0xCD, 1, 0, [0xEE, 0xEE], 200).unwrap();
    terminal.lay_again();
    terminal.select(AID).unwrap();
    let (status, _) = terminal.frame(0x8D, &[range(1, 0, 200), vec![7; 200]].concat());
    assert_eq!(status, 0);
    let (status, read) = terminal.frame(0xAD, &range(1, 0, 200));
    assert_eq!((status, read), (0, vec![7; 200]));
}

#[test]
fn a_wrong_mac_ends_the_session_and_changes_nothing() {
    let mut terminal = Terminal::in_application(CardSize::K4);
    terminal.create_file(0xCD, 1, 1, [0x00, 0x00], 32).unwrap();
    let forged = [range(1, 0, 4), vec![1, 2, 3, 4], vec![0; 8]].concat();
    assert_eq!(terminal.exchange(0x3D, &forged), Err(INTEGRITY));
    assert_eq!(
        terminal.maced(0x6F, &[]),
        Err(LENGTH),
        "no session any longer"
    );
    terminal.reopen(0);
    assert_eq!(terminal.read(Mode::Mac, 1, 0, 4).unwrap(), [0; 4]);
}

#[test]
fn a_wrong_key_is_refused() {
    let mut terminal = Terminal::in_application(CardSize::K4);
    assert_eq!(terminal.authenticate(1, [1; 16]), Err(NEEDS_KEY));
    assert_eq!(terminal.authenticate(9, ZERO), Err(0x40));
    assert_eq!(terminal.select([9, 9, 9]), Err(NO_APPLICATION));
}

#[test]
fn a_second_authentication_keeps_the_transaction_and_the_counter() {
    let mut terminal = Terminal::in_application(CardSize::K4);
    terminal.create_file(0xCB, 1, 1, [0x12, 0x00], 32).unwrap();
    terminal.authenticate(1, ZERO).unwrap();
    terminal.write(Mode::Mac, 1, 0, &[5; 32]).unwrap();
    terminal.authenticate_again(0, ZERO).unwrap();
    terminal.commit().unwrap();
    assert_eq!(terminal.read(Mode::Mac, 1, 0, 32).unwrap(), [5; 32]);
}

#[test]
fn rights_decide_by_key_and_free_reading_is_plain() {
    let mut terminal = Terminal::in_application(CardSize::K4);
    // Read free, write key 1, read-write key 2, change never.
    terminal.create_file(0xCD, 1, 1, [0x2F, 0xE1], 32).unwrap();
    // Read key 2, write never.
    terminal.create_file(0xCD, 2, 3, [0xF0, 0x2F], 32).unwrap();
    terminal.reopen(1);
    terminal.write(Mode::Mac, 1, 0, &[1; 8]).unwrap();
    assert_eq!(terminal.read(Mode::Plain, 1, 0, 8).unwrap(), [1; 8]);
    assert_eq!(terminal.read(Mode::Full, 2, 0, 8), Err(NEEDS_KEY));
    terminal.reopen(2);
    assert_eq!(terminal.read(Mode::Full, 2, 0, 8).unwrap(), [0; 8]);
    assert_eq!(terminal.write(Mode::Full, 2, 0, &[1; 8]), Err(DENIED));
    terminal.reopen(3);
    assert_eq!(terminal.write(Mode::Mac, 1, 0, &[2; 8]), Err(NEEDS_KEY));
    terminal.reopen(0);
    assert_eq!(
        terminal.command(0x5F, &[1], &[0, 0, 0], Mode::Full, Mode::Mac),
        Err(DENIED)
    );
    terminal.lay_again();
    terminal.select(AID).unwrap();
    assert_eq!(terminal.read_free(1, 0, 8).unwrap(), [1; 8]);
    assert_eq!(terminal.read_free(2, 0, 8), Err(NEEDS_KEY));
}

#[test]
fn additional_access_rights_are_granted_and_reported() {
    let mut terminal = Terminal::in_application(CardSize::K4);
    terminal.create_file(0xCD, 1, 1, [0x20, 0x1F], 32).unwrap();
    let settings = [0x81, 0x20, 0x1F, 2, 0xFF, 0x3F, 0xFF, 0xEF];
    terminal
        .command(0x5F, &[1], &settings, Mode::Full, Mode::Mac)
        .unwrap();
    assert_eq!(
        terminal.maced(0xF5, &[1]).unwrap(),
        [0, 0x81, 0x20, 0x1F, 32, 0, 0, 2, 0xFF, 0x3F, 0xFF, 0xEF]
    );
    terminal.reopen(3);
    assert_eq!(terminal.read(Mode::Mac, 1, 0, 4).unwrap(), [0; 4]);
    assert_eq!(terminal.write(Mode::Mac, 1, 0, &[1]), Err(NEEDS_KEY));
    terminal.lay_again();
    terminal.select(AID).unwrap();
    assert_eq!(terminal.read_free(1, 0, 4).unwrap(), [0; 4]);
}

#[test]
fn a_commit_swaps_all_backup_files_and_an_abort_none() {
    let mut terminal = Terminal::in_application(CardSize::K4);
    for number in [1, 2] {
        terminal
            .create_file(0xCB, number, 1, [0x00, 0x00], 32)
            .unwrap();
        terminal.write(Mode::Mac, number, 0, &[number; 32]).unwrap();
        assert_eq!(
            terminal.read(Mode::Mac, number, 0, 32).unwrap(),
            [0; 32],
            "reads see what is committed"
        );
    }
    terminal.commit().unwrap();
    assert_eq!(terminal.read(Mode::Mac, 2, 0, 32).unwrap(), [2; 32]);
    terminal.write(Mode::Mac, 1, 0, &[9; 32]).unwrap();
    terminal.maced(0xA7, &[]).unwrap();
    assert_eq!(terminal.commit(), Err(0x0C));
    terminal.reopen(0);
    assert_eq!(terminal.read(Mode::Mac, 1, 0, 32).unwrap(), [1; 32]);
    terminal.write(Mode::Mac, 1, 0, &[9; 32]).unwrap();
    terminal.reopen(0);
    assert_eq!(
        terminal.commit(),
        Err(0x0C),
        "power loss ends the transaction"
    );
}

#[test]
fn the_transaction_mac_can_be_recomputed_from_the_commands() {
    let key = [0x5A; 16];
    let mut terminal = Terminal::in_application(CardSize::K4);
    terminal.create_file(0xCB, 1, 1, [0x00, 0x00], 32).unwrap();
    let secret = [&key[..], &[0x07]].concat();
    terminal
        .command(
            0xCE,
            &[15, 0x00, 0xF0, 0xEF, 0x02],
            &secret,
            Mode::Full,
            Mode::Mac,
        )
        .unwrap();
    terminal.read(Mode::Mac, 1, 4, 3).unwrap();
    terminal.write(Mode::Mac, 1, 8, &[1, 2, 3, 4]).unwrap();
    let proof = terminal.maced(0xC7, &[0x01]).unwrap();

    let input = hex::decode(concat!(
        "bd0104000003000000000000000000000000000000000000",
        "0000000000000000",
        "3d01080000040000",
        "0000000000000000",
        "01020304000000000000000000000000",
    ))
    .unwrap();
    let session_key = cmac(
        &Key(key),
        &[&[0x5A, 0x00, 0x01, 0x00, 0x80, 1, 0, 0, 0][..], &UID].concat(),
    );
    let mac = truncate(cmac(&Key(session_key), &input));
    assert_eq!(proof, [&[1, 0, 0, 0][..], &mac].concat());
    assert_eq!(terminal.read(Mode::Plain, 15, 0, 12).unwrap(), proof);
    assert_eq!(
        terminal.maced(0xF5, &[15]).unwrap(),
        [5, 0, 0xF0, 0xEF, 2, 7]
    );
}

#[test]
fn records_are_read_from_the_newest_back() {
    let mut terminal = Terminal::in_application(CardSize::K4);
    terminal
        .maced(0xC0, &[1, 1, 0, 0, 4, 0, 0, 3, 0, 0])
        .unwrap();
    for value in 1..=4u8 {
        terminal
            .command(0x3B, &range(1, 0, 4), &[value; 4], Mode::Mac, Mode::Mac)
            .unwrap();
        terminal.commit().unwrap();
    }
    // Of three records a cyclic file keeps two.
    assert_eq!(
        terminal
            .command(0xBB, &range(1, 0, 0), &[], Mode::Mac, Mode::Mac)
            .unwrap(),
        [3, 3, 3, 3, 4, 4, 4, 4]
    );
    assert_eq!(
        terminal
            .command(0xBB, &range(1, 1, 1), &[], Mode::Mac, Mode::Mac)
            .unwrap(),
        [3; 4]
    );
    terminal.maced(0xEB, &[1]).unwrap();
    terminal.commit().unwrap();
    assert_eq!(
        terminal.command(0xBB, &range(1, 0, 1), &[], Mode::Mac, Mode::Mac),
        Err(0xBE)
    );
}

#[test]
fn keys_are_changed_in_an_ev2_session() {
    let mut terminal = Terminal::in_application(CardSize::K4);
    let new = [0x77; 16];
    // The chip's checksum of the new key: CRC-32 without the final complement.
    let checksum = (!crc32fast::hash(&new)).to_le_bytes();
    terminal
        .command(
            0xC4,
            &[2],
            &[&new[..], &[0x10], &checksum].concat(),
            Mode::Full,
            Mode::Mac,
        )
        .unwrap();
    assert_eq!(terminal.maced(0x64, &[2]).unwrap(), [0x10]);
    let damaged = [&new[..], &[0x10], &[0; 4]].concat();
    assert_eq!(
        terminal.command(0xC4, &[3], &damaged, Mode::Full, Mode::Mac),
        Err(INTEGRITY)
    );
    terminal.select(AID).unwrap();
    terminal.authenticate(2, new).unwrap();
    assert_eq!(
        terminal.command(0xC4, &[1], &damaged, Mode::Full, Mode::Mac),
        Err(NEEDS_KEY),
        "only the master key changes others"
    );

    terminal.select(AID).unwrap();
    terminal.authenticate(0, ZERO).unwrap();
    terminal
        .command(
            0xC4,
            &[0],
            &[&new[..], &[0x11]].concat(),
            Mode::Full,
            Mode::Plain,
        )
        .unwrap();
    assert_eq!(terminal.authenticate(0, ZERO), Err(NEEDS_KEY));
    terminal.authenticate(0, new).unwrap();
}

#[test]
fn memory_is_counted_in_blocks_and_backup_files_twice() {
    let mut terminal = Terminal::in_application(CardSize::K2);
    let before = terminal.card.chip().clone();
    assert_eq!(
        kippu_card::virtual_card::memory::free_bytes(&before),
        2304 - 8 * 32
    );
    terminal.create_file(0xCD, 1, 0, [0x00, 0x00], 33).unwrap();
    terminal.create_file(0xCB, 2, 0, [0x00, 0x00], 33).unwrap();
    let mut plain = Terminal::with(terminal.card);
    plain.lay_again();
    assert_eq!(plain.free_memory(), 2304 - 256 - (32 + 64) - (32 + 128));
    plain.select(AID).unwrap();
    plain.authenticate(0, ZERO).unwrap();
    assert_eq!(
        plain.create_file(0xCB, 3, 0, [0x00, 0x00], 1024),
        Err(OUT_OF_MEMORY)
    );
    plain.lay_again();
    plain.authenticate(0, ZERO).unwrap();
    plain.maced(0xFC, &[]).unwrap();
    plain.lay_again();
    assert_eq!(plain.free_memory(), 2304);
}

#[test]
fn a_phone_reads_the_ndef_file() {
    let mut terminal = Terminal::blank(CardSize::K4);
    let name = hex::decode("d2760000850101").unwrap();
    terminal
        .exchange(
            0xCA,
            &[&[1, 2, 3, 0x0B, 0xA5, 0x05, 0xE1][..], &name].concat(),
        )
        .unwrap();
    terminal.select(AID).unwrap();
    terminal.authenticate(0, ZERO).unwrap();
    assert_eq!(
        terminal.maced(0xCD, &[1, 0, 0xE0, 0xEE, 15, 0, 0]),
        Err(LENGTH),
        "an ISO id is owed"
    );
    terminal.select(AID).unwrap();
    terminal.authenticate(0, ZERO).unwrap();
    terminal
        .maced(0xCD, &[1, 0x04, 0xE1, 0, 0xE0, 0xEE, 4, 0, 0])
        .unwrap();
    terminal
        .maced(0xCD, &[2, 0x05, 0xE1, 0, 0x00, 0x00, 4, 0, 0])
        .unwrap();
    terminal.write(Mode::Plain, 1, 0, &[0, 2, 0xD0, 0]).unwrap();
    terminal.lay_again();
    let mut say = |apdu: &[u8]| match terminal.card.transmit(apdu) {
        Exchange::Answer(answer) => hex::encode(answer),
        other => panic!("{other:?}"),
    };
    assert_eq!(
        say(&[&[0x00, 0xA4, 0x04, 0x00, 7][..], &name, &[0]].concat()),
        "9000"
    );
    assert_eq!(say(&[0x00, 0xB0, 0, 0, 2]), "6985");
    assert_eq!(say(&[0x00, 0xA4, 0x00, 0x0C, 2, 0xE1, 0x04]), "9000");
    assert_eq!(say(&[0x00, 0xB0, 0, 0, 2]), "00029000");
    assert_eq!(say(&[0x00, 0xB0, 0, 2, 0]), "d0009000");
    assert_eq!(say(&[0x00, 0xB0, 0, 4, 1]), "6b00");
    assert_eq!(say(&[0x00, 0xA4, 0x00, 0x0C, 2, 0xE1, 0x05]), "9000");
    assert_eq!(say(&[0x00, 0xB0, 0, 0, 2]), "6982");
    assert_eq!(say(&[0x00, 0xA4, 0x00, 0x0C, 2, 0xE1, 0x06]), "6a82");
}

#[test]
fn a_command_in_the_middle_of_a_chain_is_refused() {
    let mut terminal = Terminal::in_application(CardSize::K4);
    terminal.create_file(0xCB, 1, 0, [0xEE, 0xEE], 200).unwrap();
    terminal.lay_again();
    terminal.select(AID).unwrap();
    assert_eq!(
        terminal
            .frame(0x3D, &[range(1, 0, 200), vec![1; 52]].concat())
            .0,
        0xAF
    );
    assert_eq!(terminal.frame(0x6E, &[]).0, 0xCA);
    assert_eq!(terminal.frame(0xAF, &[1; 59]).0, 0x1C);
}

#[test]
fn nonsense_is_answered_with_the_right_status() {
    let mut terminal = Terminal::blank(CardSize::K4);
    assert_eq!(terminal.exchange(0x99, &[]), Err(0x1C));
    assert_eq!(terminal.exchange(0x5A, &[1, 2]), Err(LENGTH));
    assert_eq!(
        terminal.exchange(0xCA, &[0, 0, 0, 0x0F, 0x81]),
        Err(PARAMETER)
    );
    assert_eq!(
        terminal.exchange(0xCA, &[1, 2, 3, 0x0F, 0x8F]),
        Err(PARAMETER)
    );
    assert_eq!(terminal.exchange(0xCA, &[1, 2, 3, 0x0F, 0x81]), Ok(vec![]));
    assert_eq!(terminal.exchange(0xCA, &[1, 2, 3, 0x0F, 0x81]), Err(0xDE));
    assert_eq!(terminal.exchange(0xDA, &[1, 2, 3]), Err(NEEDS_KEY));
    assert_eq!(terminal.exchange(0xFC, &[]), Err(NEEDS_KEY));
    terminal.select(AID).unwrap();
    assert_eq!(terminal.read_free(1, 0, 1), Err(0xF0));
    assert_eq!(
        terminal.card.transmit(&[0x90, 0x5A, 0]),
        Exchange::Answer(vec![0x67, 0x00])
    );
    assert_eq!(
        terminal.card.transmit(&wrapped(0xAF, &[])),
        Exchange::Answer(vec![0x91, 0x1C])
    );
}

/// Whatever arrives, the card answers with a status and goes on: valid commands with bytes changed, cut off, or made up.
#[test]
fn any_bytes_are_answered() {
    let commands: Vec<Vec<u8>> = [
        0x1A, 0x3B, 0x3D, 0x45, 0x54, 0x5A, 0x5F, 0x60, 0x61, 0x64, 0x6A, 0x6E, 0x6F, 0x71, 0x77,
        0x8D,
    ]
    .into_iter()
    .chain([
        0xA7, 0xAA, 0xAB, 0xAD, 0xAF, 0xBB, 0xBD, 0xC0, 0xC1, 0xC4, 0xC7, 0xCA, 0xCB, 0xCD, 0xCE,
        0xDA, 0xDF, 0xEB, 0xF5, 0xFC,
    ])
    .map(|ins| wrapped(ins, &[1, 0, 0, 0, 4, 0, 0, 1, 2, 3, 4]))
    .collect();
    // xorshift64: the same bytes in every run.
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut random = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    };
    let mut card = VirtualCard::blank(UID, CardSize::K2, KeyKind::Aes);
    for round in 0..200_000 {
        let mut apdu = commands[random(commands.len())].clone();
        for _ in 0..random(4) {
            let place = random(apdu.len());
            apdu[place] = random(256) as u8;
        }
        let length = 5 + random(20);
        match random(3) {
            0 => apdu.resize(length, random(256) as u8),
            1 if apdu.len() > 5 => apdu[4] = (apdu.len() - 6) as u8,
            _ => {}
        }
        let Exchange::Answer(answer) = card.transmit(&apdu) else {
            panic!("round {round}: no answer")
        };
        assert!(!answer.is_empty(), "round {round}");
        if round % 1000 == 0 {
            // Make sure that there is always something to trip over.
            card = VirtualCard::blank(UID, CardSize::K2, KeyKind::Aes);
            card.transmit(&wrapped(0xCA, &[1, 0, 0, 0x0F, 0x85]));
            card.transmit(&wrapped(0x5A, &[1, 0, 0]));
            card.transmit(&wrapped(0xCD, &[1, 0x80, 0xEE, 0xEE, 32, 0, 0]));
            card.transmit(&wrapped(0xCB, &[2, 0, 0xEE, 0xEE, 32, 0, 0]));
            card.transmit(&wrapped(0xC1, &[3, 0, 0xEE, 0xEE, 4, 0, 0, 4, 0, 0]));
        }
    }
}
