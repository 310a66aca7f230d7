//! Bundles on their way: who can open them, and when.

mod support;

use kippu_gate::bundle::{BadBundle, Bundle, Recall, VoidSerial, open, seal};
use kippu_ticket::{
    ids::{TerminalId, TicketId},
    sign::SigningKey,
};
use support::*;

const DEVICE: [u8; 32] = [9; 32];

fn platform() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

fn with_void_serials() -> Bundle {
    Bundle {
        void_serials: vec![VoidSerial {
            ticket: TicketId(1),
            serial: 0x8899_AABB_CCDD_EEFF,
        }],
        ..bundle()
    }
}

fn fixture(text: &str) -> Vec<u8> {
    hex::decode(text.split_whitespace().collect::<String>()).unwrap()
}

fn opened(bytes: &[u8]) -> Result<Bundle, BadBundle> {
    open(bytes, &platform().public(), &DEVICE, NOW)
}

#[test]
fn a_gate_opens_its_own_bundle() {
    let sealed = seal(&bundle(), &platform(), &DEVICE);
    assert_eq!(opened(&sealed), Ok(bundle()));
    assert!(
        !format!("{:?}", bundle()).contains("[3, 3"),
        "keys are never shown"
    );
}

#[test]
fn every_changed_byte_is_noticed() {
    let sealed = seal(&bundle(), &platform(), &DEVICE);
    for at in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[at] ^= 0x10;
        let fault = opened(&changed).unwrap_err();
        let expected = match at {
            0..3 => BadBundle::NotABundle,
            3 => BadBundle::NewerVersion(0x12),
            4..12 => BadBundle::OtherDevice,
            _ => BadBundle::Forged,
        };
        assert_eq!(fault, expected, "byte {at}");
    }
    for length in 0..sealed.len() {
        assert!(opened(&sealed[..length]).is_err(), "cut at {length}");
    }
}

#[test]
fn other_devices_other_platforms_other_times() {
    let sealed = seal(&bundle(), &platform(), &DEVICE);
    let key = platform().public();
    assert_eq!(
        open(&sealed, &key, &[8; 32], NOW),
        Err(BadBundle::OtherDevice)
    );
    let stranger = seal(&bundle(), &SigningKey::from_bytes(&[1; 32]), &DEVICE);
    assert_eq!(opened(&stranger), Err(BadBundle::Forged));
    let (from, until) = bundle().valid;
    assert_eq!(
        open(&sealed, &key, &DEVICE, until + 1),
        Err(BadBundle::Expired { since: until })
    );
    assert_eq!(
        open(&sealed, &key, &DEVICE, from - 1),
        Err(BadBundle::NotYet { from })
    );
}

#[test]
fn only_a_later_bundle_of_the_same_gate_replaces_one_and_recalls_stay() {
    let older = Bundle {
        recalled: vec![
            Recall {
                ticket: TicketId(1),
                epoch: 3,
            },
            Recall {
                ticket: TicketId(2),
                epoch: 1,
            },
        ],
        recalled_terminals: vec![KIOSK],
        ..with_void_serials()
    };
    let mut newer = bundle();
    assert!(!newer.replaces(&older));
    newer.number = 2;
    assert!(newer.replaces(&older) && !older.replaces(&newer));
    // A platform restored from a backup counts from an earlier number, in a later incarnation.
    let restored = Bundle {
        incarnation: 2,
        number: 1,
        ..bundle()
    };
    assert!(restored.replaces(&newer));
    let mut stranger = newer.clone();
    stranger.gate.terminal = TerminalId(999);
    assert!(!stranger.replaces(&older));
    newer.recalled.push(Recall {
        ticket: TicketId(1),
        epoch: 2,
    });
    newer.keep_recalls_of(&older);
    assert!(
        newer.is_recalled(TicketId(1), 3)
            && newer.is_recalled(TicketId(2), 1)
            && !newer.is_recalled(TicketId(2), 2)
    );
    assert_eq!(newer.recalled_terminals, [KIOSK]);
    assert!(newer.is_void(TicketId(1), 0x8899_AABB_CCDD_EEFF));
    newer.keep_recalls_of(&older);
    assert_eq!(newer.void_serials.len(), 1);
}

/// A bundle sealed by the first release; every later one must open it.
#[test]
fn a_bundle_of_the_first_release_still_opens() {
    let sealed = fixture(include_str!("fixtures/bundle-v1.hex"));
    assert_eq!(opened(&sealed), Ok(bundle()));
}

/// The same of the first release that knows papers.
#[test]
fn a_bundle_with_void_serials_opens() {
    let sealed = fixture(include_str!("fixtures/bundle-v2.hex"));
    assert_eq!(opened(&sealed), Ok(with_void_serials()));
}

/// Whoever holds the device's key could change the version in front of what the platform signed.
#[test]
fn void_serials_cannot_be_taken_off_by_calling_the_bundle_old() {
    use chacha20poly1305::{
        ChaCha20Poly1305, KeyInit,
        aead::{Aead, Payload},
    };
    let sealed = seal(&with_void_serials(), &platform(), &DEVICE);
    let (head, rest) = sealed.split_at(12);
    let (nonce, rest) = rest.split_at(12);
    let nonce: [u8; 12] = nonce.try_into().unwrap();
    let cipher = ChaCha20Poly1305::new(&DEVICE.into());
    let plain = cipher
        .decrypt(
            &nonce.into(),
            Payload {
                msg: rest,
                aad: head,
            },
        )
        .unwrap();
    let mut older = head.to_vec();
    older[3] = 1;
    let again = cipher
        .encrypt(
            &nonce.into(),
            Payload {
                msg: &plain,
                aad: &older,
            },
        )
        .unwrap();
    let sealed = [&older[..], &nonce, &again].concat();
    assert_eq!(opened(&sealed), Err(BadBundle::Forged));
}
