//! Tickets are given up for money: asked before, said before, and never twice.

use kippu_api::{
    handovers::Purpose,
    parcels::{Waiting, WaitingPlace as Place},
    refunds::{NewRefund, NoRefund, Quote, Refund, RefundState},
};
use kippu_handover::{
    decide::CardWanted,
    facts::{Facts, Standing},
    row::{Destination, ItemState},
};
use kippu_ticket::{code::ResumeCode, ids::Step};

use super::{handovers::*, *};

fn quote(ticket: u64, refused: Option<NoRefund>) -> Quote {
    Quote {
        ticket: TicketId(ticket),
        refused,
        price: if refused.is_none() { 8_800 } else { 0 },
        fee: if refused.is_none() { 220 } else { 0 },
        currency: "JPY".into(),
        until: 0,
        to_account: false,
    }
}

fn is_quote(ask: &Ask) -> bool {
    matches!(ask, Ask::QuoteRefund(_))
}

fn is_refund(ask: &Ask) -> bool {
    matches!(ask, Ask::Refund { .. })
}

/// The platform is asked what the tickets of the card bring.
fn asking() -> Stand {
    let mut stand = Stand::new();
    stand.lay();
    stand.card_says(CardNews::Read(Ok(giving_card())));
    stand.answer(
        |ask| matches!(ask, Ask::CardOrders(_)),
        Ok(Answer::CardOrders(Vec::new())),
    );
    stand.answer(
        |ask| matches!(ask, Ask::Waiting { .. }),
        Ok(Answer::Waiting(Vec::new())),
    );
    let Screen::MyCard(mine) = stand.screen() else {
        panic!("{:?}", stand.screen())
    };
    assert!(mine.can_get_money);
    stand.touch(Touch::MoneyBack);
    stand.card_says(CardNews::Read(Ok(giving_card())));
    stand
}

/// The card lies there and the platform said what its tickets bring.
fn at_choice(quotes: Vec<Quote>) -> Stand {
    let mut stand = asking();
    let asked = stand.answer(is_quote, Ok(Answer::Quotes(quotes)));
    let Ask::QuoteRefund(tickets) = asked else {
        panic!("{asked:?}")
    };
    assert!(tickets.contains(&TicketId(1)) && tickets.contains(&TicketId(2)));
    stand
}

/// Both tickets are off the card and wait at the platform.
fn put_down() -> Facts {
    facts(Purpose::Parking, Standing::Ended, [ItemState::Parked; 2])
}

/// They have been put down, and the platform is asked for the money.
fn at_question() -> Stand {
    at_question_about(vec![quote(1, None), quote(2, None)], 0)
}

/// The same for these, of which so much goes back to an account.
fn at_question_about(quotes: Vec<Quote>, to_account: i64) -> Stand {
    let mut stand = at_choice(quotes);
    stand.touch(Touch::Toggle(TicketId(1)));
    stand.touch(Touch::Toggle(TicketId(2)));
    stand.touch(Touch::Yes);
    let Screen::Confirm(confirm) = stand.screen() else {
        panic!("{:?}", stand.screen())
    };
    let money = confirm.money.expect("the sum is said first");
    assert_eq!((money.amount.amount, money.fee.amount), (17_160, 440));
    assert_eq!(money.to_account.amount, to_account);
    stand.touch(Touch::Yes);
    let consent = stand.card_says(end_of(put_down(), None));
    assert!(
        matches!(
            consent,
            CardJob::Consent {
                to: Destination::Platform,
                ..
            }
        ),
        "{consent:?}"
    );
    stand
}

fn due() -> Refund {
    Refund {
        refund: "r".into(),
        state: RefundState::Due,
        items: Vec::new(),
        amount: 17_160,
        to_account: 0,
        tax: 1_560,
        currency: "JPY".into(),
        at: 0,
        paid_out: None,
    }
}

fn kept(stand: &Stand) -> Kept {
    match stand.screen() {
        Screen::KeptCode(kept) => kept.kept,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_sum_that_was_said_is_asked_for_and_the_slip_printed() {
    let mut stand = at_question();
    let asked = stand.answer(is_refund, Ok(Answer::Refunded(Box::new(due()))));
    let Ask::Refund { wish, .. } = asked else {
        panic!("{asked:?}")
    };
    assert_eq!(
        *wish,
        NewRefund {
            code: code(),
            tickets: vec![TicketId(1), TicketId(2)],
            amount: 17_160,
            currency: "JPY".into(),
        }
    );
    let Screen::RefundDue(shown) = stand.screen() else {
        panic!("{:?}", stand.screen())
    };
    assert_eq!(shown.paper, Paper::Printing);
    let paper = stand.paper_ends(PaperEnd::NotPrinted(PrinterCondition::PaperOut));
    assert!(matches!(paper, PaperJob::Refund { .. }));
    let Screen::RefundDue(shown) = stand.screen() else {
        panic!("{:?}", stand.screen())
    };
    assert_eq!(shown.paper, Paper::NotPrinted(PaperProblem::PaperOut));
    assert_eq!(shown.code, code().to_string());
}

#[test]
fn what_an_account_paid_goes_back_there_and_that_is_said_before() {
    let on_account = |ticket| Quote {
        to_account: true,
        ..quote(ticket, None)
    };
    let mut stand = at_question_about(vec![on_account(1), on_account(2)], 17_160);
    let booked = Refund {
        state: RefundState::Booked,
        to_account: 17_160,
        ..due()
    };
    stand.answer(is_refund, Ok(Answer::Refunded(Box::new(booked))));
    let Screen::RefundDue(shown) = stand.screen() else {
        panic!("{:?}", stand.screen())
    };
    assert!(shown.money.is_booked());
    assert_eq!(shown.money.cash().amount, 0);

    // One of them was paid in cash.
    let mut stand = at_question_about(vec![on_account(1), quote(2, None)], 8_580);
    let both = Refund {
        to_account: 8_580,
        ..due()
    };
    stand.answer(is_refund, Ok(Answer::Refunded(Box::new(both))));
    let Screen::RefundDue(shown) = stand.screen() else {
        panic!("{:?}", stand.screen())
    };
    assert!(!shown.money.is_booked());
    assert_eq!(shown.money.cash().amount, 8_580);
}

#[test]
fn an_answer_that_is_lost_is_asked_for_under_the_same_key_and_then_left_to_the_code() {
    let mut stand = at_question();
    let mut keys = Vec::new();
    // A restored platform that waits for this kiosk's rows counts like one that is away.
    let temporary = [
        Err(AskFault::Unknown(None)),
        refused(ProblemCode::ResendFirst),
        Err(AskFault::Unknown(None)),
    ];
    for answer in temporary {
        let asked = stand.answer(is_refund, answer);
        let Ask::Refund { key, .. } = asked else {
            panic!("{asked:?}")
        };
        keys.push(key);
        stand.wait(3);
    }
    keys.dedup();
    assert_eq!(keys.len(), 1, "{keys:?}");
    assert_eq!(kept(&stand), Kept::PerhapsMoney);
}

#[test]
fn what_is_refused_waits_under_the_code() {
    let mut stand = at_question();
    stand.answer(is_refund, refused(ProblemCode::WrongState));
    assert_eq!(kept(&stand), Kept::NoMoney);
}

#[test]
fn what_brings_nothing_says_why_and_cannot_be_chosen() {
    let stand = at_choice(vec![quote(1, Some(NoRefund::TooLate))]);
    let Screen::Choose(choose) = stand.screen() else {
        panic!("{:?}", stand.screen())
    };
    assert_eq!(choose.can_go, 0);
    assert_eq!(choose.items[0].stays, Some(WhyStays::TooLateForMoney));
    assert_eq!(choose.items[1].stays, Some(WhyStays::BoughtElsewhere));
}

#[test]
fn without_the_platform_nobody_is_promised_anything() {
    let mut stand = asking();
    stand.answer(is_quote, Err(AskFault::Unreachable));
    let screen = stand.screen();
    assert_eq!(trouble(&screen).kind, TroubleKind::NotWithoutNetwork);
    assert_eq!(trouble(&screen).safety.ticket, TicketFact::CardUnchanged);
}

/// Money waits for the card that was laid.
fn money_waits() -> Stand {
    let mut stand = Stand::new();
    stand.lay();
    stand.card_says(CardNews::Read(Ok(giving_card())));
    stand.answer(
        |ask| matches!(ask, Ask::CardOrders(_)),
        Ok(Answer::CardOrders(Vec::new())),
    );
    let facts = put_down();
    let waiting = Waiting {
        handover: facts.handover,
        place: Place::GivenUp,
        tickets: vec![TicketId(1), TicketId(2)],
        event_name: "E".into(),
        giver: facts.giver,
        receiver: None,
        since: 0,
    };
    stand.answer(
        |ask| matches!(ask, Ask::Waiting { .. }),
        Ok(Answer::Waiting(vec![waiting])),
    );
    let Screen::PickUp(pick_up) = stand.screen() else {
        panic!("{:?}", stand.screen())
    };
    assert_eq!(pick_up.rows[0].place, WaitingPlace::MoneyWaits);
    stand.touch(Touch::Waiting(facts.handover));
    stand
}

fn is_slip(ask: &Ask) -> bool {
    matches!(ask, Ask::RefundSlip { .. })
}

#[test]
fn whoever_has_no_slip_gets_another_by_the_card() {
    let mut stand = money_waits();
    stand.answer(is_slip, Err(AskFault::Unknown(None)));
    let Screen::PickUp(pick_up) = stand.screen() else {
        panic!("{:?}", stand.screen())
    };
    assert_eq!(pick_up.notice, Some(PickUpNotice::NotReached));
    stand.touch(Touch::Waiting(put_down().handover));
    let fresh = ResumeCode::of(7);
    let slip = Answer::RefundSlip {
        refund: Box::new(due()),
        code: fresh,
    };
    stand.answer(is_slip, Ok(slip));
    let Screen::RefundDue(shown) = stand.screen() else {
        panic!("{:?}", stand.screen())
    };
    assert_eq!(
        (shown.code, shown.money.amount.amount),
        (fresh.to_string(), 17_160)
    );
    let paper = stand.paper_ends(PaperEnd::Printed);
    assert!(matches!(paper, PaperJob::Refund { code, .. } if code == fresh));
}

#[test]
fn money_that_was_paid_out_brings_no_slip() {
    let mut stand = money_waits();
    stand.answer(is_slip, refused(ProblemCode::WrongState));
    let Screen::PickUp(pick_up) = stand.screen() else {
        panic!("{:?}", stand.screen())
    };
    assert_eq!(pick_up.notice, Some(PickUpNotice::Gone));
}

/// The power went while tickets left the card for money; whoever opens the kiosk goes on with it.
fn power_went_in_the_taking() -> (Stand, Facts) {
    let unknown = Facts {
        destination: Destination::Platform,
        waits_for_card: Some(CARD),
        ..facts(
            Purpose::Parking,
            Standing::Unknown(Step::Take),
            [ItemState::Pending; 2],
        )
    };
    let mut stand = Stand::with(vec![unknown.clone()]);
    stand.touch(Touch::StaffAct(StaffAct::Finish));
    let asks = lay(Some(CARD), CardWanted::ToAnswer, None);
    stand.card_says(rest(unknown.clone(), asks));
    (stand, unknown)
}

#[test]
fn after_a_power_cut_the_card_is_asked_for_before_any_code_is_given_out() {
    let (mut stand, unknown) = power_went_in_the_taking();
    let screen = stand.screen();
    assert_eq!(trouble(&screen).kind, TroubleKind::TakingUnknown);
    assert_eq!(
        stand.wishes_for(|wish| matches!(wish, Effect::Print { .. })),
        0,
        "a code of what nobody knows opens nothing"
    );
    // Another card.
    stand.lay();
    let asks = lay(Some(CARD), CardWanted::ToAnswer, Some(OTHER));
    stand.card_says(rest(unknown, asks));
    let Screen::LayCard(shown) = stand.screen() else {
        panic!("{:?}", stand.screen())
    };
    assert_eq!(
        (shown.purpose, shown.refused),
        (LayPurpose::ToFindOut, Some(CardRefusal::OtherCard))
    );
    // The card says that they left it: they go on to the platform.
    stand.lift();
    stand.lay();
    stand.card_says(end_of(put_down(), None));
    assert_eq!(kept(&stand), Kept::AtPlatform);
}

#[test]
fn who_is_asked_again_after_a_power_cut_is_asked_about_money() {
    let (mut stand, _) = power_went_in_the_taking();
    stand.lay();
    let stayed = facts(Purpose::Parking, Standing::Ended, [ItemState::Stayed; 2]);
    stand.card_says(end_of(stayed, None));
    stand.card_says(CardNews::Read(Ok(giving_card())));
    stand.answer(
        is_quote,
        Ok(Answer::Quotes(vec![quote(1, None), quote(2, None)])),
    );
    let Screen::Choose(choose) = stand.screen() else {
        panic!("{:?}", stand.screen())
    };
    assert_eq!(
        (choose.errand, choose.notice),
        (Errand::MoneyBack, Some(ChooseNotice::CardChanged))
    );
}

#[test]
fn what_was_agreed_and_not_taken_is_said_to_be_on_the_card_which_is_asked_for() {
    let agreed = Facts {
        destination: Destination::Platform,
        ..facts(Purpose::Parking, Standing::Agreed, [ItemState::Wanted; 2])
    };
    let mut stand = Stand::with(vec![agreed.clone()]);
    let Screen::OneHandover(one) = stand.screen() else {
        panic!("{:?}", stand.screen())
    };
    assert_eq!(one.row.remedy, Remedy::LayGiver);
    assert_eq!(one.safety.ticket, TicketFact::OnGiverCard { count: 2 });
    stand.touch(Touch::StaffAct(StaffAct::Finish));
    stand.card_says(rest(agreed, lay(Some(CARD), CardWanted::ToTake, None)));
    let Screen::LayCard(shown) = stand.screen() else {
        panic!("{:?}", stand.screen())
    };
    assert_eq!(shown.purpose, LayPurpose::GiverToTake);
}
