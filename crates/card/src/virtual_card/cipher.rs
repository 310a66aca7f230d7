//! Block ciphers of the EV1 secure messaging, whose initialisation vector runs on from message to message.

use des::TdesEde2;
use des::cipher::{Array, BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};

use super::chip::KeyKind;
use crate::desfire::crypto::{self, Block};

/// A keyed block cipher. Initialisation vectors are as long as its block.
pub enum Cipher {
    /// AES-128.
    Aes(crypto::Key),
    /// Two-key 3DES; a single-length DES key is both halves.
    Des(Box<TdesEde2>),
}

impl Cipher {
    /// Keys the cipher.
    pub fn new(kind: KeyKind, key: &[u8; 16]) -> Self {
        match kind {
            KeyKind::Aes => Cipher::Aes(crypto::Key(*key)),
            KeyKind::Des => Cipher::Des(Box::new(TdesEde2::new(&Array::from(*key)))),
        }
    }

    /// Bytes in a block.
    pub fn block(&self) -> usize {
        match self {
            Cipher::Aes(_) => crypto::BLOCK,
            Cipher::Des(_) => 8,
        }
    }

    /// Enciphers whole blocks in place; `iv` becomes the last cipher block.
    pub fn cbc_encrypt(&self, iv: &mut Vec<u8>, data: &mut [u8]) {
        match self {
            Cipher::Aes(key) => *iv = crypto::cbc_encrypt(key, aes_block(iv), data).to_vec(),
            Cipher::Des(des) => {
                for block in data.as_chunks_mut::<8>().0 {
                    xor(block, iv);
                    des.encrypt_block(block.into());
                    *iv = block.to_vec();
                }
            }
        }
    }

    /// Deciphers whole blocks in place; `iv` becomes the last cipher block.
    pub fn cbc_decrypt(&self, iv: &mut Vec<u8>, data: &mut [u8]) {
        match self {
            Cipher::Aes(key) => *iv = crypto::cbc_decrypt(key, aes_block(iv), data).to_vec(),
            Cipher::Des(des) => {
                for block in data.as_chunks_mut::<8>().0 {
                    let cipher_block = block.to_vec();
                    des.decrypt_block(block.into());
                    xor(block, iv);
                    *iv = cipher_block;
                }
            }
        }
    }

    /// CMAC (NIST SP 800-38B) that starts from `iv` instead of zero; `iv` becomes the MAC.
    pub fn cmac(&self, iv: &mut Vec<u8>, message: &[u8]) {
        if let Cipher::Aes(key) = self {
            *iv = crypto::cmac_from(key, aes_block(iv), message).to_vec();
            return;
        }
        let mut subkey = [0; 8];
        self.cbc_encrypt(&mut vec![0; 8], &mut subkey);
        subkey = double(subkey);
        let mut padded = message.to_vec();
        if message.is_empty() || !message.len().is_multiple_of(8) {
            subkey = double(subkey);
            padded.push(0x80);
            padded.resize(padded.len().next_multiple_of(8), 0);
        }
        let last = padded.len() - 8;
        xor(&mut padded[last..], &subkey);
        self.cbc_encrypt(iv, &mut padded);
    }
}

fn aes_block(iv: &[u8]) -> Block {
    let mut block = [0; crypto::BLOCK];
    block.copy_from_slice(iv);
    block
}

fn xor(block: &mut [u8], with: &[u8]) {
    block
        .iter_mut()
        .zip(with)
        .for_each(|(byte, other)| *byte ^= other);
}

/// Doubling in GF(2^64).
fn double(block: [u8; 8]) -> [u8; 8] {
    let value = u64::from_be_bytes(block);
    ((value << 1) ^ if value >> 63 == 1 { 0x1B } else { 0 }).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// NIST SP 800-38B, D.3: two-key TDEA with 0 and 20 bytes.
    #[test]
    fn tdea_cmac_matches_nist() {
        let key = hex::decode("4cf15134a2850dd58a3d10ba80570d38")
            .unwrap()
            .try_into()
            .unwrap();
        let message = hex::decode("6bc1bee22e409f96e93d7e117393172aae2d8a57").unwrap();
        let cipher = Cipher::new(KeyKind::Des, &key);
        for (length, mac) in [(0, "bd2ebf9a3ba00361"), (20, "62dd1b471902bd4e")] {
            let mut iv = vec![0; 8];
            cipher.cmac(&mut iv, &message[..length]);
            assert_eq!(hex::encode(iv), mac, "{length} bytes");
        }
    }
}
