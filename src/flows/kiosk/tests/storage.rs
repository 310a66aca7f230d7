//! A journal that takes nothing new.

use super::handovers::*;
use super::*;

fn trouble(stand: &Stand) -> Trouble {
    match stand.screen() {
        Screen::Trouble(trouble) => trouble,
        other => panic!("no trouble but {other:?}"),
    }
}

#[test]
fn a_full_disk_takes_the_start_screen_away_until_there_is_room() {
    let mut stand = Stand::new();
    stand.feed(Input::Storage(Storage::Full));
    assert_eq!(trouble(&stand).kind, TroubleKind::StorageFull);
    assert!(stand.kiosk.view().chrome.staff_called);
    assert_eq!(
        stand.wishes_for(|wish| matches!(wish, Effect::CallStaff)),
        1
    );
    // Nothing begins: neither by touch nor by laying a card, and waiting changes nothing.
    stand.wishes.clear();
    for touch in [Touch::Buy, Touch::Give, Touch::LookAtCard, Touch::Finish] {
        stand.touch(touch);
    }
    stand.lay();
    stand.wait(200);
    assert_eq!(trouble(&stand).kind, TroubleKind::StorageFull);
    assert_eq!(
        stand.wishes_for(|wish| matches!(wish, Effect::Ask { .. } | Effect::Card { .. })),
        0
    );

    stand.feed(Input::Storage(Storage::Ready));
    assert!(matches!(stand.screen(), Screen::Home(_)));
    assert!(!stand.kiosk.view().chrome.staff_called);
}

#[test]
fn who_has_begun_goes_on_and_the_next_one_is_told() {
    let mut stand = Stand::new();
    stand.at_seats();
    stand.feed(Input::Storage(Storage::Full));
    assert!(matches!(stand.screen(), Screen::Seats(_)));
    stand.touch(Touch::Finish);
    assert_eq!(trouble(&stand).kind, TroubleKind::StorageFull);
}

#[test]
fn a_start_without_a_journal_waits_and_then_puts_what_was_open_first() {
    let mut stand = Stand::starting(Vec::new(), Storage::Full);
    assert_eq!(trouble(&stand).kind, TroubleKind::StorageFull);
    // The journal could be opened, and the disk is still nearly full: where the tickets are is known.
    stand.feed(Input::OpenHandovers(vec![kept()]));
    assert_eq!(
        trouble(&stand).safety.ticket,
        TicketFact::InKiosk { count: 2 }
    );
    stand.feed(Input::Storage(Storage::Ready));
    assert!(matches!(stand.screen(), Screen::OneHandover(_)));
}

#[test]
fn a_journal_that_fails_otherwise_needs_repair() {
    let mut stand = Stand::new();
    stand.feed(Input::Storage(Storage::Broken));
    assert_eq!(trouble(&stand).kind, TroubleKind::StorageFault);
    assert!(stand.kiosk.standing().starts_with("out of service"));
}
