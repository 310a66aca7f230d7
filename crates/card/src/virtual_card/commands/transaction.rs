//! CommitTransaction and AbortTransaction, and the transaction MAC.
//!
//! Transaction MAC as MF2DLHX0 §10.3 describes it for DESFire Light; that EV2 and EV3 do the same is not verified on a chip. A read
//! whose stated length is 0 counts with the length it turned out to have. CommitReaderID is not modelled, so a transaction MAC file
//! whose read-write right is not "never" refuses commits.

use super::super::chip::Body;
use super::super::machine::{Machine, Reply};
use super::super::status::Status;
use super::u24_bytes;
use crate::desfire::crypto::{self, Key};

impl Machine {
    /// CommitTransaction; with option 01 the answer is counter and MAC of the transaction.
    pub(super) fn commit_transaction(&mut self, data: &[u8]) -> Result<Reply, Status> {
        self.in_application()?;
        let with_mac = match self.open_maced(0xC7, data)?[..] {
            [] | [0x00] => false,
            [0x01] => true,
            [_] => return Err(Status::Parameter),
            _ => return Err(Status::Length),
        };
        let transaction = std::mem::take(&mut self.volatile.transaction);
        let uid = self.chip.uid;
        let app = self.chip.application_mut(self.volatile.selected)?;
        let mac_file = app
            .transaction_mac()
            .map(|(number, file)| (number, file.rights[0] >> 4));
        if !transaction.changes_files() && (mac_file.is_none() || transaction.input.is_empty()) {
            return Err(Status::NoChanges);
        }
        let mut answer = Vec::new();
        if let Some((number, read_write)) = mac_file {
            if read_write != 0xF {
                return Err(Status::PermissionDenied);
            }
            if let Some(Body::TransactionMac {
                key,
                counter,
                value,
            }) = app.files.get_mut(&number).map(|file| &mut file.body)
            {
                // The counter never wraps: an exhausted file ends commits (MF2DLHX0 §10.3.2.1).
                *counter = counter.checked_add(1).ok_or(Status::Count)?;
                *value = transaction_mac(&key.value, uid, *counter, &transaction.input);
                if with_mac {
                    answer = [&counter.to_le_bytes()[..], value].concat();
                }
            }
        } else if with_mac {
            return Err(Status::Parameter);
        }
        transaction.apply(app);
        Ok(self.done(&answer))
    }

    pub(super) fn abort_transaction(&mut self, data: &[u8]) -> Result<Reply, Status> {
        self.in_application()?;
        let [] = self.open_maced(0xA7, data)?[..] else {
            return Err(Status::Length);
        };
        self.volatile.transaction = Default::default();
        Ok(self.done(&[]))
    }

    /// Adds a command to the transaction MAC input, where the application has a transaction MAC file.
    pub(super) fn count_for_transaction_mac(
        &mut self,
        ins: u8,
        file: u8,
        offset: usize,
        length: usize,
        data: &[u8],
    ) -> Result<(), Status> {
        if self
            .chip
            .application(self.volatile.selected)?
            .transaction_mac()
            .is_some()
        {
            self.volatile
                .transaction
                .count(ins, file, u24_bytes(offset), u24_bytes(length), data);
        }
        Ok(())
    }
}

/// The MAC of a transaction; `counter` is the one it becomes with this commit.
fn transaction_mac(key: &[u8; 16], uid: [u8; 7], counter: u32, input: &[u8]) -> [u8; 8] {
    let vector = [
        &[0x5A, 0x00, 0x01, 0x00, 0x80],
        &counter.to_le_bytes()[..],
        &uid,
    ]
    .concat();
    let session_key = Key(crypto::cmac(&Key(*key), &vector));
    crypto::truncate(crypto::cmac(&session_key, input))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// AN12343's style of derivation with counter 9 (stored 8), as published in proxmark3's self tests.
    #[test]
    fn session_key_matches_the_published_one() {
        let key = Key(hex::decode("66a8cb93269dc9bc2885b7a91b9c697b")
            .unwrap()
            .try_into()
            .unwrap());
        let uid = [0x04, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06];
        let input = [0x11; 16];
        let session_key = Key(hex::decode("7c1ad2d9c5c08154a0a4914b401a6598")
            .unwrap()
            .try_into()
            .unwrap());
        assert_eq!(
            transaction_mac(&key.0, uid, 9, &input),
            crypto::truncate(crypto::cmac(&session_key, &input))
        );
    }
}
