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
mod tests;
