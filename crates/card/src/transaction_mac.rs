//! The card's proof of a commit, checked by whoever has the transaction MAC key: the platform.
//!
//! Computed as MF2DLHX0 section 10.3 describes it for DESFire Light; on EV2 and EV3 the feature has the same name and commands, but
//! nobody here has compared it with a chip.

use kippu_ticket::ids::CardUid;

use crate::{
    capability::CommitProof,
    desfire::crypto::{BLOCK, Key, MAC_LEN, cmac, same, truncate},
    keys::MasterKeys,
};

/// The value does not belong to this card, counter and input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the card did not make this change")]
pub struct BadProof;

/// One data command of a transaction, taken from its MAC's input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// Whether data was written; otherwise it was read.
    pub write: bool,
    /// File number.
    pub file: u8,
    /// Place in the file in bytes.
    pub offset: usize,
    /// What was read or written.
    pub data: Vec<u8>,
}

/// Checks that this card made this commit.
///
/// # Errors
/// [`BadProof`].
pub fn verify(keys: &MasterKeys, card: CardUid, proof: &CommitProof) -> Result<(), BadProof> {
    let expected = compute(
        &keys.transaction_mac_for_card(card),
        card,
        proof.counter,
        &proof.input,
    );
    if same(&expected, &proof.mac) {
        Ok(())
    } else {
        Err(BadProof)
    }
}

/// The transaction MAC value. `counter` is the one the commit led to.
pub fn compute(key: &Key, card: CardUid, counter: u32, input: &[u8]) -> [u8; MAC_LEN] {
    let vector = [
        &[0x5A, 0x00, 0x01, 0x00, 0x80],
        &counter.to_le_bytes()[..],
        &card.0,
    ]
    .concat();
    truncate(cmac(&Key(cmac(key, &vector)), input))
}

/// Takes an input apart, so that a proof can be compared with what a terminal reports. `None` where it is no list of data commands.
pub fn accesses(input: &[u8]) -> Option<Vec<Access>> {
    let mut rest = input;
    let mut accesses = Vec::new();
    while !rest.is_empty() {
        let ([ins, file, o0, o1, o2, l0, l1, l2], _) = rest.split_first_chunk::<8>()?;
        let len = u32::from_le_bytes([*l0, *l1, *l2, 0]) as usize;
        let data = rest.get(BLOCK..BLOCK + len)?;
        let write = match ins {
            0x3D | 0x8D => true,
            0xBD | 0xAD => false,
            _ => return None,
        };
        accesses.push(Access {
            write,
            file: *file,
            offset: u32::from_le_bytes([*o0, *o1, *o2, 0]) as usize,
            data: data.to_vec(),
        });
        rest = rest.get(BLOCK + len.next_multiple_of(BLOCK)..)?;
    }
    Some(accesses)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CARD: CardUid = CardUid([4, 1, 2, 3, 4, 5, 6]);

    #[test]
    fn a_proof_holds_for_its_card_counter_and_input_only() {
        let keys = MasterKeys::random();
        let input = vec![0x11; 32];
        let mac = compute(&keys.transaction_mac_for_card(CARD), CARD, 7, &input);
        let proof = CommitProof {
            counter: 7,
            mac,
            input,
        };
        assert_eq!(verify(&keys, CARD, &proof), Ok(()));
        assert_eq!(
            verify(&keys, CardUid([4, 1, 2, 3, 4, 5, 7]), &proof),
            Err(BadProof)
        );
        assert_eq!(
            verify(
                &keys,
                CARD,
                &CommitProof {
                    counter: 8,
                    ..proof.clone()
                }
            ),
            Err(BadProof)
        );
        assert_eq!(
            verify(
                &keys,
                CARD,
                &CommitProof {
                    input: vec![0x11; 48],
                    ..proof.clone()
                }
            ),
            Err(BadProof)
        );
        assert_eq!(verify(&MasterKeys::random(), CARD, &proof), Err(BadProof));
    }

    #[test]
    fn an_input_is_taken_apart_and_nonsense_is_refused() {
        let mut input = vec![0xAD, 1, 2, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        input.extend([7, 8, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        let expected = Access {
            write: false,
            file: 1,
            offset: 2,
            data: vec![7, 8, 9],
        };
        assert_eq!(accesses(&input), Some(vec![expected]));
        assert_eq!(accesses(&input[..31]), None);
        input[0] = 0xC7;
        assert_eq!(accesses(&input), None);
        assert_eq!(accesses(&[]), Some(Vec::new()));
    }
}
