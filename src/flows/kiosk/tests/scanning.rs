//! A scanner's codes at the start screen and where a slip's number is typed.

use kippu_ticket::code::ResumeCode;

use super::*;
use crate::flows::{facts::ScannerCondition, slip_number::TypedSlip};

fn slip() -> String {
    (0..=9)
        .map(|check| TypedSlip::read(&format!("4-1827-{check}")))
        .find(TypedSlip::checks_out)
        .expect("one check digit fits")
        .dashed()
}

fn entry(stand: &Stand) -> SlipEntry {
    match stand.screen() {
        Screen::SlipEntry(entry) => entry,
        other => panic!("no entry but {other:?}"),
    }
}

fn is_question(wish: &Effect) -> bool {
    matches!(
        wish,
        Effect::Ask {
            ask: Ask::Slip(_) | Ask::Waiting { .. },
            ..
        }
    )
}

#[test]
fn a_slip_scanned_at_the_start_is_asked_for_as_if_it_had_been_typed() {
    let mut stand = Stand::new();
    stand.touch(Touch::Scanned(slip()));
    assert!(entry(&stand).busy);
    let paid = order(stand.now, OrderState::Paid);
    let ask = stand.answer(|ask| matches!(ask, Ask::Slip(_)), Ok(Answer::Order(paid)));
    assert_eq!(ask, Ask::Slip(slip()));
    assert!(matches!(stand.screen(), Screen::LayCard(_)));
}

#[test]
fn a_code_of_tickets_that_wait_is_scanned_without_its_dashes() {
    let code = ResumeCode::of(4_821_093_755);
    let mut stand = Stand::new();
    stand.touch(Touch::EnterSlip);
    stand.touch(Touch::Scanned(code.to_string().replace('-', "")));
    let ask = stand.answer(
        |ask| matches!(ask, Ask::Waiting { .. }),
        Ok(Answer::Waiting(Vec::new())),
    );
    assert_eq!(
        ask,
        Ask::Waiting {
            card: None,
            code: Some(code)
        }
    );
    assert_eq!(entry(&stand).notice, Some(SlipNotice::NothingWaits));
}

#[test]
fn other_codes_are_said_to_be_others_and_nobody_is_asked() {
    for other in ["4901234567894", "https://example.org/", "KIPPUKEAQCCAHAY"] {
        let mut stand = Stand::new();
        stand.touch(Touch::Scanned(other.into()));
        assert_eq!(entry(&stand).notice, Some(SlipNotice::NotASlip), "{other}");
        assert_eq!(entry(&stand).number, "");
        assert_eq!(stand.wishes_for(is_question), 0);
    }
}

#[test]
fn what_was_typed_stays_when_another_code_is_scanned() {
    let mut stand = Stand::new();
    stand.touch(Touch::EnterSlip);
    for digit in [4, 1, 8] {
        stand.touch(Touch::Digit(digit));
    }
    stand.touch(Touch::Scanned("4901234567894".into()));
    assert_eq!(entry(&stand).number, "4-1-8");
    stand.touch(Touch::Digit(2));
    assert_eq!(entry(&stand).notice, None);
}

#[test]
fn a_scan_elsewhere_disturbs_nobody() {
    let mut stand = Stand::new();
    stand.at_slip();
    let before = stand.screen();
    stand.touch(Touch::Scanned(slip()));
    assert_eq!(stand.screen(), before);
}

#[test]
fn the_staff_sees_how_scanner_and_sound_stand() {
    let mut stand = Stand::new();
    let chrome = stand.kiosk.view().chrome;
    assert_eq!(
        (chrome.scanner, chrome.silent),
        (ScannerCondition::Unwanted, false)
    );
    stand.feed(Input::Scanner(ScannerCondition::Gone));
    stand.feed(Input::Sound { heard: false });
    let chrome = stand.kiosk.view().chrome;
    assert_eq!(
        (chrome.scanner, chrome.silent),
        (ScannerCondition::Gone, true)
    );
}
