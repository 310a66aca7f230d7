//! Laying the card before paying, the order, the slip and its ends.

use super::*;

#[test]
fn the_slip_is_printed_and_its_number_is_on_the_screen() {
    let mut stand = Stand::new();
    stand.at_slip();
    let Screen::Slip(slip) = stand.screen() else {
        panic!("{:?}", stand.screen())
    };
    assert_eq!(
        (slip.number.as_str(), slip.paper),
        ("4-1827-3", Paper::Printing)
    );
    assert!(matches!(slip.safety.money, MoneyFact::ToPay(_)));
    let paper = stand.paper_ends(PaperEnd::Printed);
    assert!(matches!(paper, PaperJob::Slip { .. }));
    let Screen::Slip(slip) = stand.screen() else {
        panic!()
    };
    assert_eq!(slip.paper, Paper::Printed);
}

#[test]
fn every_card_that_will_not_do_says_why_and_the_next_one_goes_on() {
    for (fault, refusal) in [
        (CardFault::Blank, CardRefusal::Blank),
        (CardFault::NotOurs, CardRefusal::NotOurs),
        (CardFault::WrongKey, CardRefusal::WrongKey),
        (CardFault::Torn, CardRefusal::Torn),
        (CardFault::Mute, CardRefusal::Mute),
        (CardFault::WornOut, CardRefusal::WornOut),
        (CardFault::NoKeys, CardRefusal::NoNetwork),
    ] {
        let mut stand = Stand::new();
        stand.at_check();
        stand.touch(Touch::Pay);
        stand.lay();
        stand.card_says(CardNews::Read(Err(fault)));
        let screen = stand.screen();
        assert_eq!(trouble(&screen).kind, TroubleKind::Card(refusal));
        assert_eq!(trouble(&screen).safety.money, MoneyFact::NotCharged);
        stand.lift();
        stand.lay();
        stand.card_says(CardNews::Read(Ok(card(CARD, 8, 0))));
        assert!(
            matches!(stand.screen(), Screen::CheckingCard(_)),
            "after {fault:?}"
        );
    }
}

#[test]
fn a_card_without_room_is_refused_before_anything_is_paid() {
    let mut stand = Stand::new();
    stand.at_check();
    stand.touch(Touch::Pay);
    stand.lay();
    stand.card_says(CardNews::Read(Ok(card(CARD, 8, 7))));
    let Screen::TooFull(full) = stand.screen() else {
        panic!("{:?}", stand.screen())
    };
    assert_eq!(
        (full.places, full.wanted),
        (Places { used: 7, total: 8 }, 2)
    );
    assert_eq!(
        stand.wishes_for(|wish| matches!(
            wish,
            Effect::Ask {
                ask: Ask::BeginPayment { .. },
                ..
            }
        )),
        0
    );
    stand.way(Way::LayOtherCard);
    assert!(matches!(stand.screen(), Screen::LayCard(_)));
}

#[test]
fn an_order_that_waits_for_this_card_is_offered_first() {
    let mut stand = Stand::new();
    stand.at_check();
    stand.touch(Touch::Pay);
    stand.lay();
    stand.card_says(CardNews::Read(Ok(card(CARD, 8, 0))));
    let open = order(stand.now, OrderState::Paid);
    stand.answer(
        |ask| *ask == Ask::CardOrders(CARD),
        Ok(Answer::CardOrders(vec![open])),
    );
    let Screen::OpenOrders(orders) = stand.screen() else {
        panic!("{:?}", stand.screen())
    };
    assert!(orders.can_go_on_with_new);
    assert_eq!(orders.orders[0].waits_for, WaitsFor::Card);
    stand.touch(Touch::GoOnWithNew);
    stand.credit(Ok(Answer::Credit(CreditStanding::NoMember)));
    stand.asked(|ask| matches!(ask, Ask::BeginPayment { .. }));
}

#[test]
fn going_on_with_the_old_order_gives_the_new_seats_back() {
    let mut stand = Stand::new();
    stand.at_check();
    stand.touch(Touch::Pay);
    stand.lay();
    stand.card_says(CardNews::Read(Ok(card(CARD, 8, 0))));
    let open = order(stand.now, OrderState::AwaitingPayment);
    stand.answer(
        |ask| *ask == Ask::CardOrders(CARD),
        Ok(Answer::CardOrders(vec![open])),
    );
    stand.touch(Touch::Order("order-1".into()));
    assert!(matches!(stand.screen(), Screen::Slip(_)));
    stand.asked(|ask| *ask == Ask::Release("hold-1".into()));
}

fn ordering() -> Stand {
    let mut stand = Stand::new();
    stand.at_check();
    stand.touch(Touch::Pay);
    stand.lay();
    stand.card_says(CardNews::Read(Ok(card(CARD, 8, 0))));
    stand.answer(
        |ask| *ask == Ask::CardOrders(CARD),
        Err(AskFault::Unreachable),
    );
    // Whether somebody is a member is a help, no condition.
    stand.credit(Err(AskFault::Unreachable));
    stand
}

#[test]
fn an_order_whose_answer_is_lost_is_repeated_under_its_key_and_then_said() {
    let mut stand = ordering();
    let is_order = |ask: &Ask| matches!(ask, Ask::BeginPayment { .. });
    let first = stand.answer(is_order, Err(AskFault::Unknown(None)));
    for _ in 0..2 {
        stand.wait(3);
        let lost = AskFault::Unknown(Some("1a2b3c4d".into()));
        assert_eq!(stand.answer(is_order, Err(lost)), first);
    }
    let screen = stand.screen();
    assert_eq!(trouble(&screen).kind, TroubleKind::OrderUnknown);
    // What the staff can name to the operator, also after somebody reads it in the other language; gone when the customer goes on.
    stand.touch(Touch::SwitchLanguage);
    let shown = stand.kiosk.view().chrome.reference;
    assert_eq!(shown.as_deref(), Some("1a2b3c4d"));
    stand.way(Way::TryAgain);
    assert_eq!(stand.kiosk.view().chrome.reference, None);
    let made = order(stand.now, OrderState::AwaitingPayment);
    assert_eq!(stand.answer(is_order, Ok(Answer::Ordered(made))), first);
    assert!(matches!(stand.screen(), Screen::Slip(_)));
}

#[test]
fn refusals_of_an_order_lead_where_they_can_be_mended() {
    let is_order = |ask: &Ask| matches!(ask, Ask::BeginPayment { .. });
    let mut stand = ordering();
    stand.answer(is_order, refused(ProblemCode::SeatTaken));
    stand.answer(
        |ask| *ask == Ask::Availability(EVENT),
        Ok(stock([0, 0, 1, 0, 2, 2])),
    );
    let Screen::Seats(seats) = stand.screen() else {
        panic!("{:?}", stand.screen())
    };
    assert!(matches!(seats.notice, Some(SeatsNotice::JustTaken(_))));

    let mut stand = ordering();
    stand.answer(is_order, refused(ProblemCode::HoldExpired));
    let Screen::Seats(seats) = stand.screen() else {
        panic!()
    };
    assert_eq!(seats.notice, Some(SeatsNotice::HoldExpired));

    let mut stand = ordering();
    stand.answer(is_order, refused(ProblemCode::CardTooFull));
    assert!(matches!(stand.screen(), Screen::TooFull(_)));

    let mut stand = ordering();
    stand.answer(is_order, refused(ProblemCode::SalesClosed));
    assert_eq!(trouble(&stand.screen()).kind, TroubleKind::SalesClosed);

    let mut stand = ordering();
    stand.answer(is_order, Err(AskFault::Unreachable));
    assert_eq!(trouble(&stand.screen()).kind, TroubleKind::NotReached);
}

#[test]
fn an_order_made_for_somebody_who_left_is_cancelled() {
    let mut stand = ordering();
    let (no, _) = stand.asked(|ask| matches!(ask, Ask::BeginPayment { .. }));
    stand.touch(Touch::Finish);
    assert!(
        matches!(stand.screen(), Screen::CheckingCard(_)),
        "not while it is on its way"
    );
    stand.feed(Input::Platform {
        no,
        answer: Box::new(Err(AskFault::Unreachable)),
    });
    stand.touch(Touch::Finish);
    let late = order(stand.now, OrderState::AwaitingPayment);
    stand.feed(Input::Platform {
        no,
        answer: Box::new(Ok(Answer::Ordered(late))),
    });
    stand.asked(|ask| matches!(ask, Ask::CancelPayment { .. }));
}

#[test]
fn every_condition_of_the_printer_leaves_a_way_to_pay() {
    use PrinterCondition::{CoverOpen, Off, PaperOut, Ready};
    for (end, kind) in [
        (
            PaperEnd::NotPrinted(Off),
            TroubleKind::Paper(PaperProblem::PrinterOff),
        ),
        (
            PaperEnd::NotPrinted(PaperOut),
            TroubleKind::Paper(PaperProblem::PaperOut),
        ),
        (
            PaperEnd::NotPrinted(CoverOpen),
            TroubleKind::Paper(PaperProblem::CoverOpen),
        ),
        (
            PaperEnd::Unconfirmed(PaperOut),
            TroubleKind::Paper(PaperProblem::EndedMidway),
        ),
        (PaperEnd::Unconfirmed(Ready), TroubleKind::PaperUnconfirmed),
    ] {
        let mut stand = Stand::new();
        stand.at_slip();
        stand.paper_ends(end);
        let screen = stand.screen();
        assert_eq!(trouble(&screen).kind, kind);
        assert_eq!(trouble(&screen).slip.as_deref(), Some("4-1827-3"));
        stand.way(Way::PrintAgain);
        stand.paper_ends(end);
        stand.way(Way::GoOnWithoutPaper);
        assert!(matches!(stand.screen(), Screen::Slip(_)));
        stand.wait(3);
        let paid = order(stand.now, OrderState::Paid);
        stand.answer(is_poll, Ok(Answer::Order(paid)));
        assert!(matches!(stand.screen(), Screen::LayCard(_)));
    }
}

#[test]
fn a_payment_nobody_can_tell_of_is_shown_as_unknown() {
    let mut stand = Stand::new();
    stand.at_slip();
    stand.wait(3);
    stand.answer(is_poll, Err(AskFault::Unknown(None)));
    let Screen::Slip(slip) = stand.screen() else {
        panic!()
    };
    assert_eq!(slip.payment, PaymentView::Unknown);
    assert!(matches!(slip.safety.money, MoneyFact::BeingChecked(_)));
    stand.wait(3);
    let waiting = order(stand.now, OrderState::AwaitingPayment);
    stand.answer(is_poll, Ok(Answer::Order(waiting)));
    let Screen::Slip(slip) = stand.screen() else {
        panic!()
    };
    assert_eq!(slip.payment, PaymentView::Waiting);
}

#[test]
fn the_customer_leaves_and_comes_back_with_the_number() {
    let mut stand = Stand::new();
    stand.at_slip();
    stand.touch(Touch::First);
    assert!(matches!(stand.screen(), Screen::Home(_)));
    assert_eq!(
        stand.wishes_for(|wish| matches!(
            wish,
            Effect::Ask {
                ask: Ask::CancelPayment { .. },
                ..
            }
        )),
        0,
        "the order stays"
    );

    stand.touch(Touch::EnterSlip);
    let number = (0..=9)
        .map(|check| crate::flows::slip_number::TypedSlip::read(&format!("4-1827-{check}")))
        .find(|typed| typed.checks_out())
        .unwrap()
        .dashed();
    let digits: Vec<u8> = number
        .bytes()
        .filter(u8::is_ascii_digit)
        .map(|digit| digit - b'0')
        .collect();
    for digit in &digits[..5] {
        stand.touch(Touch::Digit(*digit));
    }
    stand.touch(Touch::Digit((digits[5] + 1) % 10));
    stand.touch(Touch::SubmitSlip);
    let Screen::SlipEntry(entry) = stand.screen() else {
        panic!()
    };
    assert_eq!(entry.notice, Some(SlipNotice::Mistyped));
    stand.touch(Touch::Erase);
    stand.touch(Touch::Digit(digits[5]));
    stand.touch(Touch::SubmitSlip);
    let paid = order(stand.now, OrderState::Paid);
    let ask = stand.answer(|ask| matches!(ask, Ask::Slip(_)), Ok(Answer::Order(paid)));
    assert_eq!(ask, Ask::Slip(number));
    assert!(matches!(stand.screen(), Screen::LayCard(_)));
}

#[test]
fn every_end_of_a_slip_says_which() {
    for (state, late, outcome) in [
        (OrderState::Paid, true, SlipOutcome::Honoured),
        (OrderState::Refunded, true, SlipOutcome::Refunded),
        (OrderState::Expired, false, SlipOutcome::Expired),
        (OrderState::Cancelled, false, SlipOutcome::Cancelled),
        (OrderState::Issued, false, SlipOutcome::AlreadyIssued),
    ] {
        let mut stand = Stand::new();
        stand.at_slip();
        stand.wait(3);
        let end = Order {
            late,
            ..order(stand.now, state)
        };
        stand.answer(is_poll, Ok(Answer::Order(end)));
        let Screen::SlipResult(result) = stand.screen() else {
            panic!("{:?}", stand.screen())
        };
        assert_eq!(result.outcome, outcome);
        if outcome == SlipOutcome::Honoured {
            stand.way(Way::GoOn);
            assert!(matches!(stand.screen(), Screen::LayCard(_)));
        }
    }
}

#[test]
fn cancelling_a_slip_that_was_paid_meanwhile_finds_the_payment() {
    let mut stand = Stand::new();
    stand.at_slip();
    stand.touch(Touch::CancelOrder);
    stand.answer(
        |ask| matches!(ask, Ask::CancelPayment { .. }),
        refused(ProblemCode::WrongState),
    );
    let paid = order(stand.now, OrderState::Paid);
    stand.answer(is_poll, Ok(Answer::Order(paid)));
    assert!(matches!(stand.screen(), Screen::LayCard(_)));
}
