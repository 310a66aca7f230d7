//! Sessions: idle time, what stays of a customer, my card.

use super::*;

#[test]
fn idle_warns_is_extended_and_ends_with_nothing_left() {
    let mut stand = Stand::new();
    stand.at_check();
    stand.touch(Touch::SwitchLanguage);
    stand.touch(Touch::Text(TextSize::Largest));
    stand.wait(65);
    assert_eq!(stand.kiosk.view().chrome.idle_seconds, Some(15));
    stand.touch(Touch::StillHere);
    assert_eq!(stand.kiosk.view().chrome.idle_seconds, None);
    stand.wait(81);
    let view = stand.kiosk.view();
    assert!(matches!(view.screen, Screen::Home(_)));
    assert_eq!(view.chrome.appearance.language, Language::Japanese);
    assert_eq!(view.chrome.appearance.text, TextSize::Normal);
    stand.asked(|ask| *ask == Ask::Release("hold-1".into()));
}

#[test]
fn my_card_is_shown_without_network_and_goes_with_the_card() {
    let mut stand = Stand::new();
    stand.lay();
    stand.card_says(CardNews::Read(Ok(card(CARD, 8, 0))));
    stand.wait(4);
    let Screen::MyCard(mine) = stand.screen() else {
        panic!("{:?}", stand.screen())
    };
    assert!(mine.offline);
    assert_eq!(mine.ending, "4417");
    stand.lift();
    assert!(matches!(stand.screen(), Screen::Home(_)));
}

#[test]
fn laying_a_card_at_home_goes_on_where_the_customer_stopped() {
    let mut stand = Stand::new();
    stand.lay();
    stand.card_says(CardNews::Read(Ok(card(CARD, 8, 0))));
    let open = order(stand.now, OrderState::Paid);
    stand.answer(
        |ask| *ask == Ask::CardOrders(CARD),
        Ok(Answer::CardOrders(vec![open])),
    );
    stand.answer(
        |ask| matches!(ask, Ask::Waiting { .. }),
        Ok(Answer::Waiting(Vec::new())),
    );
    let Screen::OpenOrders(orders) = stand.screen() else {
        panic!()
    };
    assert!(orders.can_look && !orders.can_go_on_with_new);
    stand.touch(Touch::Order("order-1".into()));
    assert!(
        matches!(stand.card_job().1, CardJob::Check),
        "the card lies there already"
    );
}

#[test]
fn late_answers_of_an_earlier_session_change_nothing() {
    let mut stand = Stand::new();
    stand.touch(Touch::Buy);
    let (no, _) = stand.asked(|ask| *ask == Ask::Events);
    stand.touch(Touch::First);
    let before = stand.screen();
    stand.feed(Input::Platform {
        no,
        answer: Box::new(Ok(Answer::Events(Vec::new()))),
    });
    assert_eq!(stand.screen(), before);
}

#[test]
fn a_lost_reader_is_said_where_a_card_is_wanted() {
    let mut stand = Stand::new();
    stand.touch(Touch::LookAtCard);
    stand.feed(Input::Reader(ReaderNews::Lost));
    assert_eq!(trouble(&stand.screen()).kind, TroubleKind::ReaderGone);
    stand.feed(Input::Reader(ReaderNews::Empty));
    assert!(matches!(stand.screen(), Screen::LayCard(_)));
}

#[test]
fn speech_ends_with_the_session_and_begins_as_loud_as_always() {
    let mut stand = Stand::new();
    let speech = |stand: &Stand| stand.kiosk.view().chrome.appearance.speech;
    assert_eq!(speech(&stand), None);
    stand.touch(Touch::Speech(true));
    for _ in 0..9 {
        stand.touch(Touch::Louder);
    }
    assert_eq!(speech(&stand).map(Loudness::step), Some(Loudness::MAX));
    stand.touch(Touch::Buy);
    stand.touch(Touch::Finish);
    assert_eq!(speech(&stand), None);
    stand.touch(Touch::Speech(true));
    assert_eq!(speech(&stand), Some(Loudness::default()));
    for _ in 0..9 {
        stand.touch(Touch::Quieter);
    }
    assert_eq!(speech(&stand).map(Loudness::step), Some(1), "never silent");
}

#[test]
fn a_headset_speaks_from_session_to_session_until_it_is_pulled_out() {
    let mut stand = Stand::new();
    stand.feed(Input::Headset(true));
    stand.touch(Touch::Buy);
    stand.touch(Touch::Finish);
    let chrome = stand.kiosk.view().chrome;
    assert!(chrome.headset && chrome.appearance.speech.is_some());
    stand.feed(Input::Headset(false));
    let chrome = stand.kiosk.view().chrome;
    assert!(!chrome.headset && chrome.appearance.speech.is_none());
}

#[test]
fn the_start_screen_forgets_who_chose_language_and_speech_and_went() {
    let mut stand = Stand::new();
    stand.touch(Touch::SwitchLanguage);
    stand.touch(Touch::Speech(true));
    stand.wait(59);
    assert_eq!(
        stand.kiosk.view().chrome.appearance.language,
        Language::English
    );
    stand.wait(2);
    let chrome = stand.kiosk.view().chrome;
    assert_eq!(chrome.appearance, Appearance::default());
    assert_eq!(
        chrome.idle_seconds, None,
        "nothing is at stake, nobody is asked"
    );
}

#[test]
fn low_reach_lasts_as_long_as_the_session() {
    let mut stand = Stand::new();
    stand.touch(Touch::LowReach(true));
    stand.touch(Touch::Buy);
    assert!(stand.kiosk.view().chrome.appearance.low_reach);
    stand.touch(Touch::Finish);
    assert!(!stand.kiosk.view().chrome.appearance.low_reach);
}

#[test]
fn pictures_move_again_for_the_next_customer() {
    let mut stand = Stand::new();
    stand.touch(Touch::Calm(true));
    stand.touch(Touch::Buy);
    assert!(stand.kiosk.view().chrome.appearance.calm);
    stand.touch(Touch::Finish);
    assert!(!stand.kiosk.view().chrome.appearance.calm);
}
