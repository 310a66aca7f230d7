//! Clerks at the register.

use kippu_api::orders::OrderState;
use kippu_ticket::ids::{CardUid, EventId, TerminalId, TicketId};

use super::*;

struct Till {
    register: Register,
    now: i64,
    asked: Vec<Effect>,
}

impl Till {
    fn new() -> Self {
        let setup = Setup {
            register: "Register 1".into(),
            number: TerminalId(4),
            store: "Sakuragi".into(),
            zone: Zone::Offset(540),
            key_prefix: "run".into(),
            idle_seconds: 120,
            idle_warning_seconds: 20,
        };
        Self {
            register: Register::start(setup, 0),
            now: 0,
            asked: Vec::new(),
        }
    }

    fn feed(&mut self, input: Input) {
        self.asked.extend(self.register.step(&input, self.now));
    }

    fn touch(&mut self, touch: Touch) {
        self.feed(Input::Touch(touch));
    }

    fn digits(&mut self, digits: &str) {
        for digit in digits.bytes().filter(u8::is_ascii_digit) {
            self.touch(Touch::Digit(digit - b'0'));
        }
    }

    fn wait(&mut self, seconds: i64) {
        for _ in 0..seconds {
            self.now += SECOND;
            self.feed(Input::Tick);
        }
    }

    fn answer(&mut self, answer: Result<Answer, AskFault>) -> Ask {
        let Effect { no, ask } = self.asked.pop().expect("something was asked");
        self.feed(Input::Platform { no, answer });
        ask
    }

    fn at_work() -> Self {
        let mut till = Self::new();
        till.digits("12");
        till.touch(Touch::LogIn);
        till.digits("4711");
        till.touch(Touch::LogIn);
        let session = Session {
            number: "1".into(),
            token: "token".into(),
            name: "Mori".into(),
            store_name: "Sakuragi".into(),
            expires: i64::MAX,
        };
        let ask = till.answer(Ok(Answer::LoggedIn(session)));
        assert!(matches!(ask, Ask::LogIn { clerk, pin } if clerk == "12" && pin == "4711"));
        till.answer(Ok(Answer::Slips(vec![
            order(OrderState::Paid),
            order(OrderState::AwaitingPayment),
        ])));
        till
    }

    fn at_slip() -> Self {
        let mut till = Self::at_work();
        till.touch(Touch::Open("4-1827-3".into()));
        till.answer(Ok(Answer::Slip(Box::new(order(
            OrderState::AwaitingPayment,
        )))));
        till
    }
}

fn order(state: OrderState) -> Order {
    Order {
        order: "o".into(),
        state,
        event: EventId(7),
        event_name: "Night".into(),
        venue: "Hall".into(),
        doors_open: 0,
        starts: 0,
        zone: "Asia/Tokyo".into(),
        seats: Vec::new(),
        class_names: Vec::new(),
        tickets: vec![TicketId(1)],
        at_platform: Vec::new(),
        card: CardUid([0; 7]),
        total: 9_800,
        tax: 890,
        tax_basis_points: 1_000,
        seller: Default::default(),
        currency: "JPY".into(),
        method: Default::default(),
        slip: "4-1827-3".into(),
        pay_until: 1_800 * SECOND,
        paid: None,
        late: false,
        now: 0,
    }
}

#[test]
fn a_wrong_pin_is_said_and_never_kept() {
    let mut till = Till::new();
    till.digits("12");
    till.touch(Touch::Field(LoginField::Pin));
    till.digits("0000");
    till.touch(Touch::LogIn);
    till.answer(Err(AskFault::Refused(ProblemCode::Unauthenticated, None)));
    let Screen::Login(login) = till.register.view().screen else {
        panic!()
    };
    assert_eq!(
        (login.notice, login.pin_digits),
        (Some(LoginNotice::Wrong), 0)
    );
    assert_eq!(login.clerk, "12");
}

#[test]
fn waiting_slips_come_first_and_the_list_is_fetched_again() {
    let mut till = Till::at_work();
    let Screen::Slips(slips) = till.register.view().screen else {
        panic!()
    };
    assert_eq!(slips.rows[0].state, view::SlipState::Waiting);
    till.wait(3);
    assert!(matches!(till.asked.last().unwrap().ask, Ask::Slips { .. }));
}

#[test]
fn the_sum_is_confirmed_once_whatever_the_network_does() {
    let mut till = Till::at_slip();
    till.touch(Touch::Confirm);
    let first = till.answer(Err(AskFault::Unknown(None)));
    let Screen::Slip(slip) = till.register.view().screen else {
        panic!()
    };
    assert!(slip.unknown && !slip.busy);
    till.touch(Touch::Confirm);
    let paid = Answer::Confirmed(ConfirmOutcome::Paid, Box::new(order(OrderState::Paid)));
    let second = till.answer(Ok(paid));
    assert_eq!(first, second, "the same wish under the same key");
    let Screen::Outcome(outcome) = till.register.view().screen else {
        panic!()
    };
    assert_eq!(outcome.kind, OutcomeKind::Paid);
}

#[test]
fn late_money_is_honoured_or_handed_back_and_says_which() {
    for (outcome, kind) in [
        (ConfirmOutcome::PaidLate, OutcomeKind::PaidLate),
        (ConfirmOutcome::Refunded, OutcomeKind::HandBack),
    ] {
        let mut till = Till::at_slip();
        till.touch(Touch::Confirm);
        till.answer(Ok(Answer::Confirmed(
            outcome,
            Box::new(order(OrderState::Paid)),
        )));
        let Screen::Outcome(shown) = till.register.view().screen else {
            panic!()
        };
        assert_eq!(shown.kind, kind);
    }
    let mut till = Till::at_slip();
    till.touch(Touch::Confirm);
    till.answer(Err(AskFault::Refused(ProblemCode::SlipNotPayable, None)));
    let Screen::Outcome(shown) = till.register.view().screen else {
        panic!()
    };
    assert_eq!(shown.kind, OutcomeKind::NotPayable);
}

#[test]
fn a_mistyped_number_is_noticed_before_anybody_is_asked() {
    let mut till = Till::at_work();
    let right = (0..=9)
        .map(|check| TypedSlip::read(&format!("4-1827-{check}")))
        .find(TypedSlip::checks_out)
        .unwrap();
    let wrong = TypedSlip::read(&right.dashed().replace("1827", "1872"));
    till.digits(&wrong.dashed());
    till.touch(Touch::OpenTyped);
    assert_eq!(till.register.view().notice, Some(SlipNotice::Mistyped));
    assert!(till.asked.is_empty());
    till.touch(Touch::Scanned(right.dashed()));
    assert!(
        matches!(&till.asked.last().unwrap().ask, Ask::Slip { number, .. } if *number == right.dashed())
    );
}

#[test]
fn another_code_is_said_to_be_none_of_a_slip_and_changes_nothing() {
    let mut till = Till::at_slip();
    let before = till.register.view();
    till.touch(Touch::Scanned("4901234567894".into()));
    let after = till.register.view();
    assert_eq!(after.notice, Some(SlipNotice::NotASlip));
    assert_eq!(after.screen, before.screen);
    assert!(till.asked.is_empty());
    till.touch(Touch::Back);
    assert_eq!(till.register.view().notice, None);
}

#[test]
fn a_scanned_slip_opens_over_another_one_and_its_absence_is_said_there() {
    let mut till = Till::at_slip();
    let right = (0..=9)
        .map(|check| TypedSlip::read(&format!("4-1828-{check}")))
        .find(TypedSlip::checks_out)
        .unwrap();
    till.touch(Touch::Scanned(format!("{}\n", right.dashed())));
    let ask = till.answer(Err(AskFault::Refused(ProblemCode::NotFound, None)));
    assert!(matches!(ask, Ask::Slip { number, .. } if number == right.dashed()));
    let view = till.register.view();
    assert_eq!(view.notice, Some(SlipNotice::NotFound));
    assert!(matches!(view.screen, Screen::Slip(_)));
}

#[test]
fn an_idle_clerk_is_warned_and_logged_out() {
    let mut till = Till::at_slip();
    till.wait(125);
    assert_eq!(till.register.view().idle_seconds, Some(15));
    till.wait(15);
    let view = till.register.view();
    let Screen::Login(login) = view.screen else {
        panic!()
    };
    assert_eq!(
        (login.notice, view.clerk),
        (Some(LoginNotice::IdledOut), None)
    );
    assert!(
        till.asked
            .iter()
            .any(|effect| matches!(effect.ask, Ask::LogOut { .. }))
    );
}

/// Twelve digits that are the code of a refund.
fn refund_code() -> String {
    kippu_ticket::code::ResumeCode::of(4_821_093_755)
        .to_string()
        .replace('-', "")
}

fn refund(state: kippu_api::refunds::RefundState) -> kippu_api::refunds::Refund {
    kippu_api::refunds::Refund {
        refund: "r".into(),
        state,
        items: Vec::new(),
        amount: 8_580,
        to_account: 0,
        tax: 780,
        currency: "JPY".into(),
        at: 0,
        paid_out: None,
    }
}

fn at_refund(state: kippu_api::refunds::RefundState) -> Till {
    let mut till = Till::at_work();
    till.digits(&refund_code());
    till.touch(Touch::OpenTyped);
    let ask = till.answer(Ok(Answer::Refunds(vec![refund(state)])));
    assert!(
        matches!(ask, Ask::Refunds { code, .. } if code.to_string().replace('-', "") == refund_code())
    );
    till
}

#[test]
fn a_refund_is_booked_before_it_is_handed_out_and_asked_about_under_one_key() {
    use kippu_api::refunds::RefundState;
    let mut till = at_refund(RefundState::Due);
    let mut keys = Vec::new();
    for answer in [
        Err(AskFault::Unknown(None)),
        Ok(Answer::PaidOut(Box::new(refund(RefundState::PaidOut)))),
    ] {
        till.touch(Touch::Confirm);
        till.touch(Touch::Back);
        assert!(
            matches!(till.register.view().screen, Screen::Refund(ref shown) if shown.busy),
            "money on its way is not interrupted"
        );
        let Ask::PayOut { key, amount, .. } = till.answer(answer) else {
            panic!("no booking")
        };
        assert_eq!(amount, 8_580);
        keys.push(key);
    }
    assert_eq!(keys[0], keys[1]);
    let Screen::Outcome(outcome) = till.register.view().screen else {
        panic!("no outcome")
    };
    assert_eq!(outcome.kind, OutcomeKind::PayOut);
}

#[test]
fn what_was_paid_out_is_paid_out_no_second_time() {
    use kippu_api::refunds::RefundState;
    let mut till = at_refund(RefundState::PaidOut);
    let asked = till.asked.len();
    till.touch(Touch::Confirm);
    assert_eq!(till.asked.len(), asked, "nothing is asked");

    let mut till = at_refund(RefundState::Due);
    till.touch(Touch::Confirm);
    till.answer(Err(AskFault::Refused(ProblemCode::WrongState, None)));
    let Screen::Outcome(outcome) = till.register.view().screen else {
        panic!("no outcome")
    };
    assert_eq!(outcome.kind, OutcomeKind::PaidOutBefore);
}

#[test]
fn what_went_back_to_an_account_is_shown_and_never_handed_out() {
    use kippu_api::refunds::RefundState;
    let mut till = Till::at_work();
    till.digits(&refund_code());
    till.touch(Touch::OpenTyped);
    let booked = kippu_api::refunds::Refund {
        to_account: 8_580,
        ..refund(RefundState::Booked)
    };
    till.answer(Ok(Answer::Refunds(vec![booked])));
    let Screen::Refund(shown) = till.register.view().screen else {
        panic!("no refund")
    };
    assert!(shown.booked && shown.paid_out);
    assert_eq!(shown.amount.amount, 8_580);
    let asked = till.asked.len();
    till.touch(Touch::Confirm);
    assert_eq!(till.asked.len(), asked, "nothing is asked");

    // Paid partly in cash: that part alone goes out.
    let mut till = Till::at_work();
    till.digits(&refund_code());
    till.touch(Touch::OpenTyped);
    let both = kippu_api::refunds::Refund {
        to_account: 5_000,
        ..refund(RefundState::Due)
    };
    till.answer(Ok(Answer::Refunds(vec![both])));
    till.touch(Touch::Confirm);
    let asked = till.answer(Ok(Answer::PaidOut(Box::new(refund(RefundState::PaidOut)))));
    assert!(
        matches!(asked, Ask::PayOut { amount: 3_580, .. }),
        "{asked:?}"
    );
}
