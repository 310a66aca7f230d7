//! Paying by a member account: offered after card, room and credit were checked, charged once, and looked up where its answer is lost.

use kippu_api::orders::PaymentMethod;

use super::*;

fn is_charge(ask: &Ask) -> bool {
    matches!(
        ask,
        Ask::BeginPayment {
            way: PayWay::Account,
            ..
        }
    )
}

fn is_look_up(ask: &Ask) -> bool {
    matches!(ask, Ask::PollAttempt(_))
}

/// The card was read and has room; the platform says how its holder stands.
fn checked(standing: CreditStanding) -> Stand {
    let mut stand = Stand::new();
    stand.at_check();
    stand.touch(Touch::Pay);
    stand.lay();
    stand.card_says(CardNews::Read(Ok(card(CARD, 8, 0))));
    stand.answer(
        |ask| *ask == Ask::CardOrders(CARD),
        Ok(Answer::CardOrders(Vec::new())),
    );
    stand.credit(Ok(Answer::Credit(standing)));
    stand
}

/// A member chose the account.
fn charging() -> Stand {
    let mut stand = checked(CreditStanding::Enough);
    stand.touch(Touch::PayByAccount);
    stand
}

fn choice(stand: &Stand) -> PayChoice {
    match stand.screen() {
        Screen::PayChoice(choice) => choice,
        other => panic!("{other:?}"),
    }
}

fn charges(stand: &Stand) -> usize {
    stand.wishes_for(|wish| matches!(wish, Effect::Ask { ask, .. } if is_charge(ask)))
}

fn charged(stand: &Stand) -> Order {
    Order {
        method: PaymentMethod::MemberAccount,
        paid: Some(stand.now),
        ..order(stand.now, OrderState::Paid)
    }
}

#[test]
fn the_account_is_offered_only_after_card_room_and_credit_were_checked() {
    let mut full = Stand::new();
    full.at_check();
    full.touch(Touch::Pay);
    full.lay();
    full.card_says(CardNews::Read(Ok(card(CARD, 8, 7))));
    assert_eq!(
        full.wishes_for(|wish| matches!(
            wish,
            Effect::Ask {
                ask: Ask::Credit { .. },
                ..
            }
        )),
        0,
        "a card without room"
    );

    let stand = checked(CreditStanding::Enough);
    let choice = choice(&stand);
    assert_eq!(
        (choice.account, choice.declined),
        (AccountView::Enough, false)
    );
    assert_eq!(choice.total.amount, 19_600);
    assert_eq!(charges(&stand), 0, "nobody chose yet");
}

#[test]
fn no_account_is_charged_without_its_card() {
    let mut stand = checked(CreditStanding::Enough);
    stand.lift();
    assert!(matches!(stand.screen(), Screen::LayCard(_)));
    stand.touch(Touch::PayByAccount);
    assert_eq!(charges(&stand), 0);
    stand.lay();
    stand.card_says(CardNews::Read(Ok(card(OTHER, 8, 0))));
    stand.answer(
        |ask| *ask == Ask::CardOrders(OTHER),
        Ok(Answer::CardOrders(Vec::new())),
    );
    let asked = stand.answer(
        |ask| matches!(ask, Ask::Credit { .. }),
        Ok(Answer::Credit(CreditStanding::NoMember)),
    );
    assert!(
        matches!(asked, Ask::Credit { card: OTHER, .. }),
        "{asked:?}"
    );
}

#[test]
fn who_is_no_member_sees_no_choice() {
    let mut stand = checked(CreditStanding::NoMember);
    let (_, ask) = stand.asked(|ask| matches!(ask, Ask::BeginPayment { .. }));
    assert!(!is_charge(&ask), "{ask:?}");
}

#[test]
fn an_account_that_cannot_pay_says_why_and_is_not_charged() {
    for (standing, account) in [
        (CreditStanding::NotEnough, AccountView::NotEnough),
        (CreditStanding::Suspended, AccountView::Suspended),
    ] {
        let mut stand = checked(standing);
        assert_eq!(choice(&stand).account, account);
        stand.touch(Touch::PayByAccount);
        assert_eq!(charges(&stand), 0);
        stand.touch(Touch::PayAtRegister);
        let made = order(stand.now, OrderState::AwaitingPayment);
        stand.answer(
            |ask| matches!(ask, Ask::BeginPayment { .. }),
            Ok(Answer::Ordered(made)),
        );
        assert!(matches!(stand.screen(), Screen::Slip(_)));
    }
}

#[test]
fn a_charged_order_goes_onto_the_card_at_once() {
    let mut stand = charging();
    let paid = charged(&stand);
    let asked = stand.answer(is_charge, Ok(Answer::Ordered(paid)));
    assert!(matches!(asked, Ask::BeginPayment { total, .. } if total.amount == 19_600));
    let job = stand.card_says(CardNews::Read(Ok(card(CARD, 8, 0))));
    assert_eq!(job, CardJob::Check);
    assert!(matches!(stand.screen(), Screen::Writing(_)));
}

#[test]
fn a_refused_charge_leads_back_to_the_choice_with_the_seats_held() {
    let mut stand = charging();
    stand.answer(is_charge, refused(ProblemCode::NoCredit));
    stand.credit(Ok(Answer::Credit(CreditStanding::NotEnough)));
    let shown = choice(&stand);
    assert_eq!(
        (shown.account, shown.declined),
        (AccountView::NotEnough, true)
    );
    assert!(shown.countdown.seconds > 0);
    let released = |wish: &Effect| {
        matches!(
            wish,
            Effect::Ask {
                ask: Ask::Release(_),
                ..
            }
        )
    };
    assert_eq!(stand.wishes_for(released), 0);
    // Also where nobody can say how the account stands now.
    let mut stand = charging();
    stand.answer(is_charge, refused(ProblemCode::NoCredit));
    stand.credit(Err(AskFault::Unreachable));
    assert_eq!(choice(&stand).account, AccountView::NotNow);
}

#[test]
fn a_lost_answer_is_looked_up_and_never_charged_again_blindly() {
    let mut stand = charging();
    let asked = stand.answer(is_charge, Err(AskFault::Unknown(None)));
    let Ask::BeginPayment { key, .. } = asked else {
        panic!("{asked:?}")
    };
    for _ in 0..3 {
        let looked = stand.answer(is_look_up, Err(AskFault::Unreachable));
        assert_eq!(looked, Ask::PollAttempt(key.clone()));
        assert_eq!(charges(&stand), 0, "not again");
        stand.wait(3);
    }
    let screen = stand.screen();
    assert_eq!(trouble(&screen).kind, TroubleKind::PaymentUnknown);
    assert!(matches!(
        trouble(&screen).safety.money,
        MoneyFact::BeingChecked(_)
    ));
    let paid = charged(&stand);
    stand.answer(is_look_up, Ok(Answer::Order(paid)));
    stand.card_says(CardNews::Read(Ok(card(CARD, 8, 0))));
    assert!(matches!(stand.screen(), Screen::Writing(_)));
    assert_eq!(charges(&stand), 0);
}

#[test]
fn a_charge_that_never_arrived_can_be_chosen_again_under_its_key() {
    let mut stand = charging();
    let first = stand.answer(is_charge, Err(AskFault::Unknown(None)));
    stand.answer(is_look_up, refused(ProblemCode::NotFound));
    stand.credit(Ok(Answer::Credit(CreditStanding::Enough)));
    assert!(choice(&stand).declined);
    stand.touch(Touch::PayByAccount);
    let (_, second) = stand.asked(is_charge);
    assert_eq!(first, second, "late or repeated, it is one attempt");
}

#[test]
fn seats_that_a_late_charge_took_are_found_with_it() {
    let mut stand = charging();
    stand.answer(is_charge, Err(AskFault::Unknown(None)));
    stand.answer(is_look_up, refused(ProblemCode::NotFound));
    stand.credit(Ok(Answer::Credit(CreditStanding::Enough)));
    stand.touch(Touch::PayAtRegister);
    stand.answer(
        |ask| matches!(ask, Ask::BeginPayment { .. }),
        refused(ProblemCode::HoldExpired),
    );
    let paid = charged(&stand);
    stand.answer(is_look_up, Ok(Answer::Order(paid)));
    stand.card_says(CardNews::Read(Ok(card(CARD, 8, 0))));
    assert!(matches!(stand.screen(), Screen::Writing(_)));
}

#[test]
fn a_line_that_is_down_before_the_charge_sends_it_again_when_people_want() {
    let mut stand = charging();
    let first = stand.answer(is_charge, Err(AskFault::Unreachable));
    assert_eq!(trouble(&stand.screen()).kind, TroubleKind::NotReached);
    stand.way(Way::TryAgain);
    let (_, second) = stand.asked(is_charge);
    assert_eq!(first, second);
}

#[test]
fn whoever_leaves_before_choosing_is_charged_nothing_and_the_seats_are_free() {
    let mut stand = checked(CreditStanding::Enough);
    stand.touch(Touch::Finish);
    stand.asked(|ask| *ask == Ask::Release("hold-1".into()));
    assert_eq!(charges(&stand), 0);
    let mut stand = charging();
    stand.touch(Touch::Finish);
    assert!(
        matches!(stand.screen(), Screen::CheckingCard(_)),
        "not while it is on its way"
    );
}

#[test]
fn an_order_charged_for_somebody_who_left_is_not_cancelled() {
    let mut stand = charging();
    let (no, _) = stand.asked(is_charge);
    stand.feed(Input::Platform {
        no,
        answer: Box::new(Err(AskFault::Unreachable)),
    });
    stand.touch(Touch::Finish);
    let late = charged(&stand);
    stand.feed(Input::Platform {
        no,
        answer: Box::new(Ok(Answer::Ordered(late))),
    });
    let cancels = |wish: &Effect| {
        matches!(
            wish,
            Effect::Ask {
                ask: Ask::CancelPayment { .. },
                ..
            }
        )
    };
    assert_eq!(stand.wishes_for(cancels), 0, "it waits for its card");
}
