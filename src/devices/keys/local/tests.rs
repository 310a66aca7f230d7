use kippu_api::problem::Problem;
use kippu_ticket::paper::PaperTicket;

use super::*;
use crate::devices::samples::{
    CARD, EVENT, event_key, keys, owner, record, ring_with_keys, sealed, vault,
};

#[test]
fn keys_last_over_a_restart_and_bind_what_gates_admit() {
    let folder = tempfile::tempdir().unwrap();
    ring_with_keys(&folder);
    let ring = LocalRing::load(vault(&folder), owner());
    assert!(ring.covers(EVENT) && !ring.covers(EventId(8)));

    let other = CardUid([4, 9, 9, 9, 9, 9, 9]);
    let bound = BoundTicket::from_bytes(&ring.bind(&record(CARD), other, 2).unwrap()).unwrap();
    assert_eq!(event_key().verify(&bound, other), Ok(()));
    assert_eq!((bound.hop, bound.terminal), (2, TerminalId(12)));

    let paper = ring.bind_paper(&record(CARD), 77, 2).unwrap();
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
    assert_eq!(ring.bind(&record(CARD), CARD, 2), None);
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
        request: None,
        limit: None,
    }))));
    assert!(!ring.covers(EVENT));
    assert!(!LocalRing::load(vault(&folder), owner()).covers(EVENT));
}
