//! Bundles on their way: who can open them, and when.

mod support;

use kippu_gate::bundle::{BadBundle, Recall, open, seal};
use kippu_ticket::{
    ids::{TerminalId, TicketId},
    sign::SigningKey,
};
use support::*;

const DEVICE: [u8; 32] = [9; 32];

fn platform() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

fn opened(bytes: &[u8]) -> Result<kippu_gate::bundle::Bundle, BadBundle> {
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
            3 => BadBundle::NewerVersion(0x11),
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
    let older = kippu_gate::bundle::Bundle {
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
        ..bundle()
    };
    let mut newer = bundle();
    assert!(!newer.replaces(&older));
    newer.number = 2;
    assert!(newer.replaces(&older) && !older.replaces(&newer));
    // A platform restored from a backup counts from an earlier number, in a later incarnation.
    let restored = kippu_gate::bundle::Bundle {
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
}

/// A bundle sealed by the first release; every later one must open it.
#[test]
fn a_bundle_of_the_first_release_still_opens() {
    let text = include_str!("fixtures/bundle-v1.hex");
    let sealed = hex::decode(text.split_whitespace().collect::<String>()).unwrap();
    assert_eq!(opened(&sealed), Ok(bundle()));
}
