//! Sessions: idle time, what stays of a customer, my card.

use super::*;

#[test]
fn idle_warns_is_extended_and_ends_with_nothing_left() {
    let mut stand = Stand::new();
    stand.at_check();
    stand.touch(Touch::SwitchLanguage);
    stand.touch(Touch::LargeText(true));
    stand.wait(65);
    assert_eq!(stand.kiosk.view().chrome.idle_seconds, Some(15));
    stand.touch(Touch::StillHere);
    assert_eq!(stand.kiosk.view().chrome.idle_seconds, None);
    stand.wait(81);
    let view = stand.kiosk.view();
    assert!(matches!(view.screen, Screen::Home(_)));
    assert_eq!(view.chrome.appearance.language, Language::Japanese);
    assert!(!view.chrome.appearance.large_text);
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
