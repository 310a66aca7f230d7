//! Published vectors, none of them made by our code.

use super::*;

fn bytes(hex: &str) -> Vec<u8> {
    hex::decode(hex).unwrap()
}

fn block(hex: &str) -> Block {
    bytes(hex).try_into().unwrap()
}

fn key(hex: &str) -> Key {
    Key(block(hex))
}

fn session(enc: &str, mac: &str, ti: &str) -> Ev2Session {
    Ev2Session::new(Ev2Keys {
        enc: key(enc),
        mac: key(mac),
        ti: bytes(ti).try_into().unwrap(),
    })
}

const UNUSED: &str = "00000000000000000000000000000000";

/// RFC 4493 section 4.
#[test]
fn cmac_of_rfc_4493() {
    let key = key("2b7e151628aed2a6abf7158809cf4f3c");
    let message =
        bytes("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411");
    assert_eq!(cmac(&key, &[]), block("bb1d6929e95937287fa37d129b756746"));
    assert_eq!(
        cmac(&key, &message[..16]),
        block("070a16b46b4d4144f79bdd9dd04a287c")
    );
    assert_eq!(
        cmac(&key, &message),
        block("dfa66747de9ae63030ca32611497c827")
    );
}

/// NIST SP 800-38A section F.2.1.
#[test]
fn cbc_of_sp_800_38a() {
    let key = key("2b7e151628aed2a6abf7158809cf4f3c");
    let iv = block("000102030405060708090a0b0c0d0e0f");
    let plain = bytes("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51");
    let mut data = plain.clone();
    assert_eq!(
        cbc_encrypt(&key, iv, &mut data),
        block("5086cb9b507219ee95db113a917678b2")
    );
    assert_eq!(
        data,
        bytes("7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2")
    );
    cbc_decrypt(&key, iv, &mut data);
    assert_eq!(data, plain);
}

/// AN10922 section 2.2.1, with the subkeys it prints.
#[test]
fn diversification_of_an10922() {
    let master = key("00112233445566778899aabbccddeeff");
    assert_eq!(
        subkeys(&master),
        (
            block("fbc9f75c9413c041dfee452d3f0706d1"),
            block("f793eeb928278083bfdc8a5a7e0e0d25")
        )
    );
    let input = bytes("04782e21801d803042f54e585020416275");
    assert_eq!(
        diversify(&master, &input),
        key("a8dd63a3b89d54b37ca802473fda9175")
    );
}

/// AN10922 pads short inputs to two blocks, so that they differ from a plain CMAC.
#[test]
fn a_short_diversification_input_is_not_a_plain_cmac() {
    let master = key("00112233445566778899aabbccddeeff");
    assert_ne!(diversify(&master, b"short").0, cmac(&master, b"\x01short"));
}

/// AN12343, the worked AuthenticateEV2First.
#[test]
fn session_keys_of_an12343() {
    let keys = Ev2Keys::derive(
        &Key::ZERO,
        block("b04d0787c93ee0cc8cacc8e86f16c6fe"),
        block("fa659ad0dca738dd65dc7dc38612ad81"),
        [0; 4],
    );
    assert_eq!(keys.enc, key("63dc07286289a7a6c0334ca31c314a04"));
    assert_eq!(keys.mac, key("774f26743ece6af5033b6ae8522946f6"));
}

/// AN12196 section 6.6: the whole handshake, from the card's challenge to the session keys.
#[test]
fn handshake_of_an12196() {
    let rnd_a = block("13c5db8a5930439fc3def9a4c675360f");
    let mut challenge = bytes("a04c124213c186f22399d33ac2a30215");
    cbc_decrypt(&Key::ZERO, [0; BLOCK], &mut challenge);
    let rnd_b: Block = challenge.try_into().unwrap();
    let mut response = [rnd_a, rotate_left(rnd_b)].concat();
    cbc_encrypt(&Key::ZERO, [0; BLOCK], &mut response);
    assert_eq!(
        response,
        bytes("35c3e05a752e0144bac0de51c1f22c56b34408a23d8aea266cab947ea8e0118d")
    );

    let mut answer = bytes("3fa64db5446d1f34cd6ea311167f5e4985b89690c04a05f17fa7ab2f08120663");
    cbc_decrypt(&Key::ZERO, [0; BLOCK], &mut answer);
    assert_eq!(answer[..4], bytes("9d00c4df"));
    assert_eq!(answer[4..20], rotate_left(rnd_a));
    let keys = Ev2Keys::derive(&Key::ZERO, rnd_a, rnd_b, [0x9D, 0x00, 0xC4, 0xDF]);
    assert_eq!(keys.enc, key("1309c877509e5a215007ff0ed19ca564"));
    assert_eq!(keys.mac, key("4c6626f5e72ea694202139295c7a7fc7"));
}

/// AN12343, a MACed WriteData and ReadData with both answers.
#[test]
fn macs_of_an12343() {
    let mut session = session(UNUSED, "9366fa195eb566f5bd2bad4020b83002", "e2d3af69");
    let write = [bytes("00000000190000"), vec![0x22; 25]].concat();
    assert_eq!(
        session.mac(0x8D, &write).to_vec(),
        bytes("68f2c28c575a1628")
    );
    session.counter += 1;
    assert_eq!(session.mac(0x00, &[]).to_vec(), bytes("0820f68898c2a7f1"));
    assert_eq!(
        session.mac(0xAD, &bytes("00000000300000")).to_vec(),
        bytes("0d9be191d5960834")
    );
    session.counter += 1;
    let read = [vec![0x22; 25], vec![0; 23]].concat();
    assert_eq!(session.mac(0x00, &read).to_vec(), bytes("a49a44222d926666"));
}

/// AN12196 section 5.3: GetFileSettings in CommMode.MAC.
#[test]
fn macs_of_an12196() {
    let mut session = session(UNUSED, "8248134a386e86eb7faf54a52e536cb6", "7a21085e");
    assert_eq!(
        session.mac(0xF5, &[0x02]).to_vec(),
        bytes("6597a457c8cd442c")
    );
    session.counter += 1;
    let settings = bytes("0040eeee000100d1fe001f00004400004400002000006a0000");
    assert_eq!(
        session.mac(0x00, &settings).to_vec(),
        bytes("2a474282e7a47986")
    );
}

/// AN12196 section 6.12: WriteData in CommMode.FULL.
#[test]
fn enciphered_command_of_an12196() {
    let mut session = session(
        "7a93d6571e4b180fca6ac90c9a7488d4",
        "fc4af159b62e549b5812394cab1918cc",
        "7614281a",
    );
    let header = bytes("030000000a0000");
    let data = bytes("0102030405060708090a");
    let sealed = session.encrypt_command(&data);
    assert_eq!(sealed, bytes("6b5e6804909962fc4e3ff5522cf0f843"));
    assert_eq!(session.decrypt_command(&sealed), Some(data));
    assert_eq!(
        session.mac(0x8D, &[header, sealed].concat()).to_vec(),
        bytes("6c0c53315b9c73aa")
    );
    session.counter += 1;
    assert_eq!(session.mac(0x00, &[]).to_vec(), bytes("c26d236e4a7c046d"));
}

/// AN12196 section 7.3: GetCardUID, enciphered response.
#[test]
fn enciphered_response_of_an12196() {
    let mut session = session(
        "2b4d963c014dc36f24f69a50a394f875",
        "379d32130ce61705dd5fd8c36b95d764",
        "df055522",
    );
    assert_eq!(session.mac(0x51, &[]).to_vec(), bytes("8e2c155adda99be3"));
    session.counter += 1;
    let sealed = bytes("70756055688505b52a5e26e59e329cd6");
    assert_eq!(
        session.mac(0x00, &sealed).to_vec(),
        bytes("595f672298ea41b7")
    );
    let uid = bytes("04958caa5c5e80");
    assert_eq!(session.decrypt_response(&sealed), Some(uid.clone()));
    assert_eq!(session.encrypt_response(&uid), sealed);
}

/// AN12343: initial values with counters 0 and 5.
#[test]
fn initial_values_of_an12343() {
    let first = session("66a8cb93269dc9bc2885b7a91b9c697b", UNUSED, "ed56f6e6");
    assert_eq!(
        first.iv([0xA5, 0x5A]),
        block("da0f644a4986275957cf1ec3af4cce53")
    );
    let mut later = session(
        "445a8626b33384593212 32fadf6ade2b"
            .replace(' ', "")
            .as_str(),
        UNUSED,
        "11223344",
    );
    later.counter = 5;
    assert_eq!(
        later.iv([0xA5, 0x5A]),
        block("177494fcc4f1dab2afbe8fae2057a9d2")
    );
}

#[test]
fn wrong_padding_is_noticed() {
    let session = session("66a8cb93269dc9bc2885b7a91b9c697b", UNUSED, "ed56f6e6");
    let sealed = session.encrypt_response(&[1; 20]);
    assert_eq!(session.decrypt_response(&sealed), Some(vec![1; 20]));
    assert_eq!(session.decrypt_response(&sealed[..15]), None);
    assert_eq!(session.decrypt_response(&[]), None);
    assert_ne!(
        session.decrypt_command(&sealed),
        Some(vec![1; 20]),
        "a response is not a command"
    );
}
