//! AES-128 as DESFire uses it: CBC, CMAC, key diversification (AN10922), EV2 session keys and secure messaging (AN12343, MF2DLHX0
//! section 9), and what the older EV1 messaging needs. Terminal and virtual card share it.

use std::fmt;

use aes::{
    Aes128,
    cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit},
};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// AES block and key length in bytes.
pub const BLOCK: usize = 16;
/// Length of a truncated MAC in bytes.
pub const MAC_LEN: usize = 8;

/// One AES block, or an initial value.
pub type Block = [u8; BLOCK];

/// An AES-128 key. Wiped when dropped, never shown.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Key(pub [u8; BLOCK]);

impl Key {
    /// The key a chip leaves the factory with, once its type is AES.
    pub const ZERO: Self = Self([0; BLOCK]);

    /// A fresh random key.
    pub fn random() -> Self {
        Self(rand::random())
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(..)")
    }
}

/// AES-CBC encryption without padding; `data` is a whole number of blocks. Returns the last block, which EV1 takes as its next initial value.
pub fn cbc_encrypt(key: &Key, iv: Block, data: &mut [u8]) -> Block {
    let cipher = Aes128::new(&key.0.into());
    data.chunks_exact_mut(BLOCK).fold(iv, |previous, chunk| {
        chunk
            .iter_mut()
            .zip(previous)
            .for_each(|(byte, other)| *byte ^= other);
        let mut block = block_of(chunk);
        cipher.encrypt_block((&mut block).into());
        chunk.copy_from_slice(&block);
        block
    })
}

/// AES-CBC decryption without padding; `data` is a whole number of blocks. Returns the last cipher block.
pub fn cbc_decrypt(key: &Key, iv: Block, data: &mut [u8]) -> Block {
    let cipher = Aes128::new(&key.0.into());
    data.chunks_exact_mut(BLOCK).fold(iv, |previous, chunk| {
        let sealed = block_of(chunk);
        let mut block = sealed;
        cipher.decrypt_block((&mut block).into());
        chunk
            .iter_mut()
            .zip(block.iter().zip(previous))
            .for_each(|(byte, (plain, other))| *byte = plain ^ other);
        sealed
    })
}

/// AES-CMAC (RFC 4493).
pub fn cmac(key: &Key, message: &[u8]) -> Block {
    cmac_from(key, [0; BLOCK], message)
}

/// AES-CMAC that starts from an initial value: EV1 messaging chains its MACs that way.
pub fn cmac_from(key: &Key, iv: Block, message: &[u8]) -> Block {
    let whole = !message.is_empty() && message.len().is_multiple_of(BLOCK);
    mac_padded(
        key,
        iv,
        message,
        message.len().div_ceil(BLOCK).max(1),
        whole,
    )
}

/// The eight odd-numbered bytes of a CMAC (MF2DLHX0 section 9.1.3).
pub fn truncate(mac: Block) -> [u8; MAC_LEN] {
    std::array::from_fn(|index| mac[2 * index + 1])
}

/// Whether two MACs are equal, in a time that does not depend on where they differ.
pub fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |sum, (a, b)| sum | (a ^ b)) == 0
}

/// A card's own key out of a master key (AN10922 section 2.2, AES-128). `input` is at most 31 bytes; more is cut off.
pub fn diversify(master: &Key, input: &[u8]) -> Key {
    let mut message = vec![0x01];
    message.extend_from_slice(&input[..input.len().min(31)]);
    // Unlike a plain CMAC the message always becomes two blocks.
    let whole = message.len() == 2 * BLOCK;
    Key(mac_padded(master, [0; BLOCK], &message, 2, whole))
}

fn mac_padded(key: &Key, iv: Block, message: &[u8], blocks: usize, whole: bool) -> Block {
    let (k1, k2) = subkeys(key);
    let mut padded = message.to_vec();
    if !whole {
        padded.push(0x80);
    }
    padded.resize(blocks * BLOCK, 0);
    let last = padded.len() - BLOCK;
    padded[last..]
        .iter_mut()
        .zip(if whole { k1 } else { k2 })
        .for_each(|(byte, mask)| *byte ^= mask);
    cbc_encrypt(key, iv, &mut padded)
}

fn subkeys(key: &Key) -> (Block, Block) {
    let mut zero = [0; BLOCK];
    let double = |block: Block| {
        let value = u128::from_be_bytes(block);
        ((value << 1) ^ if value >> 127 == 1 { 0x87 } else { 0 }).to_be_bytes()
    };
    let k1 = double(cbc_encrypt(key, [0; BLOCK], &mut zero));
    (k1, double(k1))
}

fn block_of(chunk: &[u8]) -> Block {
    let mut block = [0; BLOCK];
    block.copy_from_slice(chunk);
    block
}

/// RndA or RndB moved by one byte to the left, as both sides prove that they could decipher it.
pub fn rotate_left(random: Block) -> Block {
    let mut rotated = random;
    rotated.rotate_left(1);
    rotated
}

/// Keys and transaction identifier of an EV2 session.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Ev2Keys {
    /// SesAuthENCKey.
    pub enc: Key,
    /// SesAuthMACKey.
    pub mac: Key,
    /// TI, chosen by the card.
    pub ti: [u8; 4],
}

impl Ev2Keys {
    /// Derives the session keys from both random numbers (MF2DLHX0 section 9.2.7).
    pub fn derive(key: &Key, rnd_a: Block, rnd_b: Block, ti: [u8; 4]) -> Self {
        let vector = |label: [u8; 2]| {
            let mixed: [u8; 6] = std::array::from_fn(|index| rnd_a[2 + index] ^ rnd_b[index]);
            [
                &label[..],
                &[0x00, 0x01, 0x00, 0x80],
                &rnd_a[..2],
                &mixed,
                &rnd_b[6..],
                &rnd_a[8..],
            ]
            .concat()
        };
        Self {
            enc: Key(cmac(key, &vector([0xA5, 0x5A]))),
            mac: Key(cmac(key, &vector([0x5A, 0xA5]))),
            ti,
        }
    }
}

impl fmt::Debug for Ev2Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ev2Keys(..)")
    }
}

/// The session key of EV1 AES authentication.
pub fn ev1_session_key(rnd_a: Block, rnd_b: Block) -> Key {
    let mut key = [0; BLOCK];
    key[..4].copy_from_slice(&rnd_a[..4]);
    key[4..8].copy_from_slice(&rnd_b[..4]);
    key[8..12].copy_from_slice(&rnd_a[12..]);
    key[12..].copy_from_slice(&rnd_b[12..]);
    Key(key)
}

/// EV2 secure messaging of one session. The command counter is raised by whoever owns it, once a command, between command and response.
#[derive(Debug, Clone)]
pub struct Ev2Session {
    keys: Ev2Keys,
    /// CmdCtr.
    pub counter: u16,
}

impl Ev2Session {
    /// A fresh session; the counter starts at 0 after AuthenticateEV2First.
    pub fn new(keys: Ev2Keys) -> Self {
        Self { keys, counter: 0 }
    }

    /// The transaction identifier.
    pub fn ti(&self) -> [u8; 4] {
        self.keys.ti
    }

    /// MAC over a command (`first` is the command code) or a response (`first` is the status), with the counter as it stands.
    pub fn mac(&self, first: u8, data: &[u8]) -> [u8; MAC_LEN] {
        let message = [
            &[first][..],
            &self.counter.to_le_bytes(),
            &self.keys.ti,
            data,
        ]
        .concat();
        truncate(cmac(&self.keys.mac, &message))
    }

    /// Enciphers command data, padded by `80 00…`.
    pub fn encrypt_command(&self, data: &[u8]) -> Vec<u8> {
        self.encrypt([0xA5, 0x5A], data)
    }

    /// Deciphers command data (the card's side).
    pub fn decrypt_command(&self, data: &[u8]) -> Option<Vec<u8>> {
        self.decrypt([0xA5, 0x5A], data)
    }

    /// Enciphers response data (the card's side).
    pub fn encrypt_response(&self, data: &[u8]) -> Vec<u8> {
        self.encrypt([0x5A, 0xA5], data)
    }

    /// Deciphers response data and takes the padding off; `None` where the padding is wrong.
    pub fn decrypt_response(&self, data: &[u8]) -> Option<Vec<u8>> {
        self.decrypt([0x5A, 0xA5], data)
    }

    fn iv(&self, label: [u8; 2]) -> Block {
        let mut vector = [0; BLOCK];
        vector[..2].copy_from_slice(&label);
        vector[2..6].copy_from_slice(&self.keys.ti);
        vector[6..8].copy_from_slice(&self.counter.to_le_bytes());
        cbc_encrypt(&self.keys.enc, [0; BLOCK], &mut vector)
    }

    fn encrypt(&self, label: [u8; 2], data: &[u8]) -> Vec<u8> {
        let mut padded = data.to_vec();
        padded.push(0x80);
        padded.resize(padded.len().next_multiple_of(BLOCK), 0);
        cbc_encrypt(&self.keys.enc, self.iv(label), &mut padded);
        padded
    }

    fn decrypt(&self, label: [u8; 2], data: &[u8]) -> Option<Vec<u8>> {
        if data.is_empty() || !data.len().is_multiple_of(BLOCK) {
            return None;
        }
        let mut plain = data.to_vec();
        cbc_decrypt(&self.keys.enc, self.iv(label), &mut plain);
        let end = plain.iter().rposition(|byte| *byte != 0)?;
        (plain[end] == 0x80 && plain.len() - end <= BLOCK).then(|| plain[..end].to_vec())
    }
}

#[cfg(test)]
mod tests {
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
        let message = bytes(
            "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411",
        );
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
}
