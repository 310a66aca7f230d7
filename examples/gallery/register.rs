//! Sample views of the register.

use kippu::flows::{
    facts::Appearance,
    register::view::{
        Login, LoginField, LoginNotice, Outcome, OutcomeKind, Refund, Screen, Slip, SlipRow,
        SlipState, Slips, View,
    },
};

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
            busy: false,
            unknown,
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
        ("register-unknown", slip(true)),
        ("register-refund", refund(false, false)),
        ("register-refund-unknown", refund(false, true)),
        ("register-refund-paid", refund(true, false)),
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
                screen,
            };
            (name, view)
        })
        .collect()
}
