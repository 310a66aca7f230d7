//! The clerk's window at the register.

use std::{cell::RefCell, rc::Rc};

use kippu_ui as ui;
use slint::{ComponentHandle, SharedString};

use super::{appearance, devices, models, words};
use crate::flows::{
    facts::{EventFacts, Language, Money, SeatWords},
    register::view::{
        Login, LoginField, LoginNotice, Outcome, OutcomeKind, Refund, Screen, Slip, SlipNotice,
        SlipState, Slips, Till, TillLine, TillNotice, Touch, View,
    },
};

/// Connects a register's window with its flow.
pub struct RegisterAdapter {
    window: slint::Weak<ui::RegisterWindow>,
    /// Numbers of the listed slips, which a touch names by their place.
    listed: Rc<RefCell<Vec<String>>>,
}

impl RegisterAdapter {
    /// Connects the window's callbacks; `send` is called on the event loop's thread.
    pub fn new(window: &ui::RegisterWindow, send: impl Fn(Touch) + 'static) -> Self {
        let send: Rc<dyn Fn(Touch)> = Rc::new(send);
        let listed = Rc::new(RefCell::new(Vec::<String>::new()));
        let register = window.global::<ui::Register>();
        let sends = |touch: Touch| {
            let send = Rc::clone(&send);
            move || send(touch.clone())
        };
        register.on_switch_language(sends(Touch::SwitchLanguage));
        register.on_anything(sends(Touch::Anything));
        register.on_still_here(sends(Touch::StillHere));
        register.on_erase(sends(Touch::Erase));
        register.on_log_in(sends(Touch::LogIn));
        register.on_log_out(sends(Touch::LogOut));
        register.on_open_typed(sends(Touch::OpenTyped));
        register.on_confirm(sends(Touch::Confirm));
        register.on_count_till(sends(Touch::Till));
        register.on_back(sends(Touch::Back));
        let to = Rc::clone(&send);
        register.on_large_text(move |on| to(Touch::LargeText(on)));
        let to = Rc::clone(&send);
        register.on_high_contrast(move |on| to(Touch::HighContrast(on)));
        let to = Rc::clone(&send);
        register.on_digit(move |digit| to(Touch::Digit(digit as u8)));
        let to = Rc::clone(&send);
        register.on_field(move |pin| {
            to(Touch::Field(if pin {
                LoginField::Pin
            } else {
                LoginField::Clerk
            }));
        });
        let numbers = Rc::clone(&listed);
        register.on_open(move |index| {
            let number = usize::try_from(index)
                .ok()
                .and_then(|index| numbers.borrow().get(index).cloned());
            if let Some(number) = number {
                send(Touch::Open(number));
            }
        });
        Self {
            window: window.as_weak(),
            listed,
        }
    }

    /// Shows a view. Nothing happens once the window is gone.
    pub fn show(&self, view: &View) {
        let Some(window) = self.window.upgrade() else {
            return;
        };
        appearance::show(&window.global(), view.appearance);
        let to = window.global::<ui::Register>();
        let place = [view.register.as_str(), view.store.as_str()].join(" ");
        to.set_place_cjk(words::beyond_latin(&place));
        to.set_place(place.trim().into());
        let clerk = view.clerk.as_deref().unwrap_or_default();
        to.set_clerk_cjk(words::beyond_latin(clerk));
        to.set_clerk(clerk.into());
        to.set_clock(words::clock(&view.now));
        to.set_online(view.online);
        to.set_scanner(devices::scanner(view.scanner));
        to.set_notice(match view.notice {
            None => ui::SlipNotice::None,
            Some(SlipNotice::Mistyped) => ui::SlipNotice::Mistyped,
            Some(SlipNotice::NotASlip) => ui::SlipNotice::NotASlip,
            Some(SlipNotice::NotFound) => ui::SlipNotice::NotFound,
            Some(SlipNotice::NotReached) => ui::SlipNotice::NotReached,
        });
        to.set_idle_seconds(view.idle_seconds.map_or(-1, |seconds| seconds as i32));
        let screen = match &view.screen {
            Screen::Login(login) => show_login(&to, login),
            Screen::Slips(slips) => self.show_slips(&to, slips),
            Screen::Slip(slip) => show_slip(&to, slip, view.appearance.language),
            Screen::Refund(refund) => show_refund(&to, refund, view.appearance.language),
            Screen::Till(till) => show_till(&to, till),
            Screen::Outcome(outcome) => show_outcome(&to, outcome),
        };
        to.set_screen(screen);
    }

    fn show_slips(&self, to: &ui::Register<'_>, slips: &Slips) -> ui::RegisterScreen {
        let numbers = slips.rows.iter().map(|row| row.number.clone());
        *self.listed.borrow_mut() = numbers.collect();
        let rows = slips.rows.iter().map(|row| ui::SlipRow {
            name: row.event_name.as_str().into(),
            name_cjk: words::beyond_latin(&row.event_name),
            tickets: row.tickets.into(),
            ..slip_row(&row.number, &row.total, row.state, row.seconds_left)
        });
        to.set_rows(models::update(to.get_rows(), rows));
        to.set_number(slips.number.as_str().into());
        to.set_complete(slips.complete);
        to.set_busy(slips.busy);
        ui::RegisterScreen::Slips
    }
}

fn show_login(to: &ui::Register<'_>, login: &Login) -> ui::RegisterScreen {
    to.set_clerk_number(login.clerk.as_str().into());
    to.set_pin_digits(login.pin_digits as i32);
    to.set_pin_field(login.field == LoginField::Pin);
    to.set_busy(login.busy);
    to.set_login_notice(match login.notice {
        None => ui::LoginNotice::None,
        Some(LoginNotice::Wrong) => ui::LoginNotice::Wrong,
        Some(LoginNotice::TooMany) => ui::LoginNotice::TooMany,
        Some(LoginNotice::NotReached) => ui::LoginNotice::NotReached,
        Some(LoginNotice::IdledOut) => ui::LoginNotice::IdledOut,
    });
    ui::RegisterScreen::Login
}

fn show_slip(to: &ui::Register<'_>, slip: &Slip, language: Language) -> ui::RegisterScreen {
    to.set_slip(ui::SlipRow {
        name: slip.event.name.as_str().into(),
        name_cjk: words::beyond_latin(&slip.event.name),
        tickets: slip.seats.len() as i32,
        ..slip_row(&slip.number, &slip.total, slip.state, slip.seconds_left)
    });
    show_event(to, &slip.event, &slip.seats, language);
    to.set_tax(words::money(&slip.tax));
    to.set_busy(slip.busy);
    to.set_unknown(slip.unknown);
    ui::RegisterScreen::Slip
}

fn show_refund(to: &ui::Register<'_>, refund: &Refund, language: Language) -> ui::RegisterScreen {
    to.set_slip(ui::SlipRow {
        name: refund.event.name.as_str().into(),
        name_cjk: words::beyond_latin(&refund.event.name),
        tickets: refund.seats.len() as i32,
        ..slip_row("", &refund.amount, SlipState::Paid, None)
    });
    show_event(to, &refund.event, &refund.seats, language);
    to.set_fee(words::money(&refund.fee));
    to.set_paid_out(refund.paid_out);
    to.set_booked(refund.booked);
    to.set_busy(refund.busy);
    to.set_unknown(refund.unknown);
    ui::RegisterScreen::Refund
}

fn show_till(to: &ui::Register<'_>, till: &Till) -> ui::RegisterScreen {
    let line = |line: &TillLine| ui::TillLine {
        count: i32::try_from(line.count).unwrap_or(i32::MAX),
        sum: words::money(&line.sum),
    };
    let count = |length: usize| i32::try_from(length).unwrap_or(i32::MAX);
    to.set_till(ui::TillFacts {
        known: till.known,
        taken: line(&till.taken),
        handed_back: line(&till.handed_back),
        paid_out: line(&till.paid_out),
        expected: words::money(&till.expected),
        unpaid: count(till.open.unpaid.len()),
        not_fetched: till.open.not_fetched.join("  ").into(),
        being_written: till.open.being_written.join("  ").into(),
        refunds_due: i32::try_from(till.open.refunds_due.count).unwrap_or(i32::MAX),
        counted: till.counted.as_ref().map(words::money).unwrap_or_default(),
        closed: till.difference.is_some(),
        missing: till.difference.as_ref().is_some_and(|by| by.amount < 0),
        fits: till.difference.as_ref().is_some_and(|by| by.amount == 0),
        difference: till
            .difference
            .as_ref()
            .map(|by| {
                words::money(&Money {
                    amount: by.amount.abs(),
                    ..by.clone()
                })
            })
            .unwrap_or_default(),
        notice: match till.notice {
            None => ui::TillNotice::None,
            Some(TillNotice::Nothing) => ui::TillNotice::Nothing,
            Some(TillNotice::Moved) => ui::TillNotice::Moved,
            Some(TillNotice::NotReached) => ui::TillNotice::NotReached,
        },
    });
    to.set_busy(till.busy);
    ui::RegisterScreen::Till
}

fn show_event(to: &ui::Register<'_>, event: &EventFacts, seats: &[SeatWords], language: Language) {
    to.set_when(words::date_and_time(&event.starts, language));
    to.set_hall(event.venue.as_str().into());
    to.set_hall_cjk(words::beyond_latin(&event.venue));
    let seats = words::seats(seats, language);
    to.set_seats_cjk(words::beyond_latin(&seats));
    to.set_seats(seats.into());
}

fn show_outcome(to: &ui::Register<'_>, outcome: &Outcome) -> ui::RegisterScreen {
    // Where the slip itself stands is no longer shown here.
    to.set_slip(slip_row(
        &outcome.number,
        &outcome.total,
        SlipState::Paid,
        None,
    ));
    to.set_outcome(match outcome.kind {
        OutcomeKind::Paid => ui::OutcomeKind::Paid,
        OutcomeKind::PaidLate => ui::OutcomeKind::PaidLate,
        OutcomeKind::HandBack => ui::OutcomeKind::HandBack,
        OutcomeKind::NotPayable => ui::OutcomeKind::NotPayable,
        OutcomeKind::PayOut => ui::OutcomeKind::PayOut,
        OutcomeKind::PaidOutBefore => ui::OutcomeKind::PaidOutBefore,
    });
    ui::RegisterScreen::Outcome
}

fn slip_row(number: &str, total: &Money, state: SlipState, seconds: Option<u32>) -> ui::SlipRow {
    ui::SlipRow {
        number: number.into(),
        name: SharedString::new(),
        name_cjk: false,
        tickets: 0,
        total: words::money(total),
        state: match state {
            SlipState::Waiting => ui::SlipState::Waiting,
            SlipState::Expired => ui::SlipState::Expired,
            SlipState::Paid => ui::SlipState::Paid,
            SlipState::Issued => ui::SlipState::Issued,
            SlipState::Cancelled => ui::SlipState::Cancelled,
            SlipState::Refunded => ui::SlipState::Refunded,
        },
        seconds: seconds.map_or(-1, |seconds| seconds as i32),
    }
}
