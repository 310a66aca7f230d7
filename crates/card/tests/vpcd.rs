//! The card's end of a virtual reader: which frames are control codes and which are commands.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

use kippu_card::virtual_card::vpcd::{End, serve};
use kippu_card::virtual_card::{CardSize, KeyKind, VirtualCard};

fn send(reader: &mut TcpStream, body: &[u8]) {
    let length = u16::try_from(body.len()).unwrap().to_be_bytes();
    reader.write_all(&[&length, body].concat()).unwrap();
}

fn receive(reader: &mut TcpStream) -> Vec<u8> {
    let mut length = [0; 2];
    reader.read_exact(&mut length).unwrap();
    let mut body = vec![0; u16::from_be_bytes(length).into()];
    reader.read_exact(&mut body).unwrap();
    body
}

/// In native framing GetVersion, GetCardUID, CommitTransaction and many others are a single byte, like the reader's control codes.
#[test]
fn one_byte_is_a_control_code_only_if_it_is_one_of_four() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let card = thread::spawn(move || {
        let mut card = VirtualCard::blank([4, 1, 2, 3, 4, 5, 6], CardSize::K2, KeyKind::Des);
        serve(TcpStream::connect(address).unwrap(), &mut card)
    });
    let (mut reader, _) = listener.accept().unwrap();
    send(&mut reader, &[4]);
    assert_eq!(receive(&mut reader)[0], 0x3B, "an ATR");
    for control in [1, 2, 0] {
        send(&mut reader, &[control]);
    }
    send(&mut reader, &[0x60]);
    assert_eq!(
        receive(&mut reader)[..2],
        [0xAF, 0x04],
        "first third of the version, no answer to the codes"
    );
    for command in [3, 5, 0x51, 0xC7, 0xFF] {
        send(&mut reader, &[command]);
        assert!(!receive(&mut reader).is_empty(), "command {command:#04x}");
    }
    drop(reader);
    assert_eq!(card.join().unwrap().unwrap(), End::ReaderGone);
}
