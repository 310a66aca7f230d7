use kippu_api::{
    orders::EventOnCard,
    problem::Problem,
    stick::{Header, seal_json},
    terminals::OfflineEvent,
};
use kippu_handover::seal::JournalKey;
use kippu_ticket::{
    binding::EventBindingKey,
    ids::{IssuerId, SellerId, TicketId},
    paper::PaperTicket,
    record::{TicketBody, TicketFlags, TicketKind},
    seat::SeatAddress,
    sign::SigningKey,
};

use super::*;

const CARD: CardUid = CardUid([4, 1, 2, 3, 4, 5, 6]);
const EVENT: EventId = EventId(7);

fn owner() -> Owner {
    Owner {
        terminal: TerminalId(12),
        device_key: [5; 32],
        platform_key: SigningKey::from_bytes(&[9; 32]).public(),
    }
}

fn vault(folder: &tempfile::TempDir) -> Vault {
    Vault::new(folder.path(), JournalKey::from_bytes([3; 32]))
}

fn event_key() -> EventBindingKey {
    EventBindingKey::from_bytes([8; 16])
}

fn keys(issued_at: i64, valid_until: i64) -> OfflineKeys {
    OfflineKeys {
        terminal: TerminalId(12),
        incarnation: 1,
        issued_at,
        valid_until,
        write_key: "02".repeat(16),
        events: vec![OfflineEvent {
            event: EventOnCard {
                event: EVENT,
                name: "Hamlet".into(),
                venue: "Hall".into(),
                doors_open: 0,
                starts: 0,
                utc_offset_minutes: 0,
            },
            binding_key: hex::encode(event_key().for_terminal(TerminalId(12)).to_bytes()),
        }],
    }
}

fn sealed(keys: &OfflineKeys, terminal: TerminalId) -> Vec<u8> {
    let header = Header {
        kind: Kind::Keys,
        terminal,
        platform: PlatformId::of(&owner().platform_key),
        incarnation: "1".into(),
        rows: (0, 0),
    };
    seal_json(&header, keys, &owner().device_key).unwrap()
}

pub(in crate::devices::keys) fn ring_with_keys(folder: &tempfile::TempDir) -> Arc<LocalRing> {
    let ring = LocalRing::load(vault(folder), owner());
    assert!(
        ring.install(&sealed(&keys(1, i64::MAX), TerminalId(12)))
            .unwrap()
    );
    ring
}

fn record() -> Vec<u8> {
    let signed = TicketBody {
        issuer_key: 1,
        ticket: TicketId(1),
        event: EVENT,
        issuer: IssuerId(3),
        seller: SellerId(4),
        epoch: 1,
        entrance: 0,
        kind: TicketKind::Seat,
        price_class: 0,
        flags: TicketFlags::default(),
        seat: SeatAddress::new(0, "stalls", "7", "12").unwrap(),
    }
    .sign(&SigningKey::from_bytes(&[9; 32]));
    event_key()
        .for_terminal(TerminalId(1))
        .bind(signed, CARD, 1)
        .to_bytes()
        .to_vec()
}

#[test]
fn keys_last_over_a_restart_and_bind_what_gates_admit() {
    let folder = tempfile::tempdir().unwrap();
    ring_with_keys(&folder);
    let ring = LocalRing::load(vault(&folder), owner());
    assert!(ring.covers(EVENT) && !ring.covers(EventId(8)));

    let other = CardUid([4, 9, 9, 9, 9, 9, 9]);
    let bound = BoundTicket::from_bytes(&ring.bind(&record(), other, 2).unwrap()).unwrap();
    assert_eq!(event_key().verify(&bound, other), Ok(()));
    assert_eq!((bound.hop, bound.terminal), (2, TerminalId(12)));

    let paper = ring.bind_paper(&record(), 77, 2).unwrap();
    let paper = PaperTicket::from_bytes(&paper).unwrap();
    assert_eq!(event_key().verify_paper(&paper), Ok(()));
    assert_eq!(paper.serial, 77);
    assert_eq!(ring.bind(b"no record", other, 2), None);
}

#[test]
fn keys_that_are_too_old_do_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let ring = LocalRing::load(vault(&folder), owner());
    assert!(ring.install(&sealed(&keys(1, 2), TerminalId(12))).unwrap());
    assert!(!ring.covers(EVENT));
    assert_eq!(ring.bind(&record(), CARD, 2), None);
    assert_eq!(
        ring.begin(CARD, Role::Write, [0; 16]),
        Err(CardFault::NoKeys)
    );
}

#[test]
fn older_keys_and_those_of_others_change_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let ring = ring_with_keys(&folder);
    assert_eq!(
        ring.install(&sealed(&keys(0, 2), TerminalId(12))),
        Ok(false)
    );
    assert!(ring.covers(EVENT));
    assert_eq!(
        ring.install(&sealed(&keys(9, 9), TerminalId(13))),
        Err(stick::BadStick::OtherTerminal(TerminalId(13)))
    );
}

#[test]
fn a_forbidding_platform_takes_them_back_and_an_absent_one_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let ring = ring_with_keys(&folder);
    ring.answered(Err(ClientError::Unreachable("no route".into())));
    assert!(ring.covers(EVENT));
    ring.answered(Err(ClientError::Refused(Box::new(Problem {
        kind: "/problems/forbidden".into(),
        title: "No.".into(),
        status: 403,
        code: ProblemCode::Forbidden,
        detail: None,
        hint: None,
    }))));
    assert!(!ring.covers(EVENT));
    assert!(!LocalRing::load(vault(&folder), owner()).covers(EVENT));
}
