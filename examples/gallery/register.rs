//! Sample views of the register.

use kippu::flows::{
    facts::{Appearance, ScannerCondition},
    register::view::{
        Login, LoginField, LoginNotice, Outcome, OutcomeKind, Refund, Screen, Slip, SlipNotice,
        SlipRow, SlipState, Slips, Till, TillLine, TillNotice, View,
    },
};
use kippu_api::till::{OpenMatters, Turnover};

use crate::kiosk::{event, moment, seat, yen};

/// Every screen with its name.
pub fn views(appearance: Appearance) -> Vec<(&'static str, View)> {
    let row = |state, seconds_left| SlipRow {
        number: "4-1827-3".into(),
        event_name: event(appearance.language).name,
        tickets: 2,
        total: yen(19_600),
        state,
        seconds_left,
    };
    let outcome = |kind| {
        Screen::Outcome(Outcome {
            number: "4-1827-3".into(),
            total: yen(19_600),
            kind,
        })
    };
    let slip = |unknown| {
        Screen::Slip(Slip {
            number: "4-1827-3".into(),
            event: event(appearance.language),
            seats: vec![seat("C", "2"), seat("C", "4")],
            total: yen(19_600),
            tax: yen(1_781),
            state: SlipState::Waiting,
            seconds_left: Some(1_720),
            busy: false,
            unknown,
        })
    };
    let refund = |paid_out, unknown| {
        Screen::Refund(Refund {
            event: event(appearance.language),
            seats: vec![seat("C", "2"), seat("C", "4")],
            amount: yen(19_160),
            fee: yen(440),
            paid_out,
            booked: false,
            busy: false,
            unknown,
        })
    };
    let line = |count, amount| TillLine {
        count,
        sum: yen(amount),
    };
    let till = |counted: Option<i64>, notice, difference: Option<i64>| {
        Screen::Till(Till {
            known: true,
            taken: line(12, 184_800),
            handed_back: line(1, 8_800),
            paid_out: line(2, 17_160),
            expected: yen(167_640),
            open: OpenMatters {
                unpaid: vec!["4-1831-0".into(), "4-1832-7".into()],
                not_fetched: vec!["4-1827-3".into(), "4-1829-5".into()],
                being_written: vec!["4-1830-2".into()],
                refunds_due: Turnover {
                    count: 1,
                    amount: 8_580,
                },
                handovers: 1,
            },
            counted: counted.map(yen),
            notice,
            busy: false,
            difference: difference.map(yen),
        })
    };
    let login = Login {
        clerk: "17".into(),
        pin_digits: 3,
        field: LoginField::Pin,
        notice: Some(LoginNotice::Wrong),
        busy: false,
    };
    let slips = Slips {
        rows: vec![
            row(SlipState::Waiting, Some(1_720)),
            row(SlipState::Expired, None),
            row(SlipState::Paid, None),
            row(SlipState::Issued, None),
        ],
        number: "4-18".into(),
        ..Slips::default()
    };
    let screens = [
        ("register-login", Screen::Login(login)),
        ("register-slips", Screen::Slips(slips)),
        ("register-slip", slip(false)),
        ("register-other-code", slip(false)),
        ("register-unknown", slip(true)),
        ("register-refund", refund(false, false)),
        ("register-refund-unknown", refund(false, true)),
        ("register-refund-paid", refund(true, false)),
        ("register-till", till(None, None, None)),
        ("register-till-counted", till(Some(167_340), None, None)),
        (
            "register-till-moved",
            till(None, Some(TillNotice::Moved), None),
        ),
        ("register-till-fits", till(Some(167_640), None, Some(0))),
        (
            "register-till-missing",
            till(Some(167_340), None, Some(-300)),
        ),
        ("register-pay-out", outcome(OutcomeKind::PayOut)),
        ("register-paid-before", outcome(OutcomeKind::PaidOutBefore)),
        ("register-paid", outcome(OutcomeKind::Paid)),
        ("register-hand-back", outcome(OutcomeKind::HandBack)),
    ];
    screens
        .into_iter()
        .map(|(name, screen)| {
            let view = View {
                appearance,
                register: "Register 1".into(),
                now: moment(),
                online: true,
                idle_seconds: None,
                clerk: (!name.ends_with("login")).then(|| "Clerk 1".into()),
                store: "Sakuragi".into(),
                scanner: if name == "register-other-code" {
                    ScannerCondition::Gone
                } else {
                    ScannerCondition::There
                },
                notice: (name == "register-other-code").then_some(SlipNotice::NotASlip),
                screen,
            };
            (name, view)
        })
        .collect()
}
