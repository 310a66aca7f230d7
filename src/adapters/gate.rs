//! The gate's window.

use std::rc::Rc;

use kippu_ui as ui;
use slint::{ComponentHandle, SharedString};

use super::{appearance, devices, models, tray, words};
use crate::flows::{
    facts::{Language, SeatWords, Simulated},
    gate::view::{Admit, Direction, Fact, NotReady, Reason, Refuse, Screen, Touch, View},
};

/// Connects a gate's window with its flow.
pub struct GateAdapter {
    window: slint::Weak<ui::GateWindow>,
}

impl GateAdapter {
    /// Connects the window's callbacks; `send` is called on the event loop's thread.
    pub fn new(window: &ui::GateWindow, send: impl Fn(Touch) + 'static) -> Self {
        let send = Rc::new(send);
        let gate = window.global::<ui::Gate>();
        gate.on_tray_card(move |name| send(Touch::TrayCard(name.into())));
        Self {
            window: window.as_weak(),
        }
    }

    /// Shows a view. Nothing happens once the window is gone.
    pub fn show(&self, view: &View) {
        let Some(window) = self.window.upgrade() else {
            return;
        };
        appearance::show(&window.global(), view.appearance);
        let gate = window.global::<ui::Gate>();
        gate.set_name_cjk(words::beyond_latin(&view.gate));
        gate.set_name(view.gate.as_str().into());
        let event = view.event.as_ref().map_or("", |event| event.name.as_str());
        gate.set_event_cjk(words::beyond_latin(event));
        gate.set_event_name(event.into());
        gate.set_clock(words::clock(&view.now));
        gate.set_online(view.online);
        gate.set_scanner(devices::scanner(view.scanner));
        gate.set_admitted(i32::try_from(view.admitted).unwrap_or(i32::MAX));
        gate.set_cards_simulated(view.simulated.contains(&Simulated::Cards));
        gate.set_tray(models::update(
            gate.get_tray(),
            tray::cards(view.tray.as_ref()),
        ));
        let screen = match &view.screen {
            Screen::NotReady(state) => {
                gate.set_not_ready(not_ready(*state));
                ui::GateScreen::NotReady
            }
            Screen::Ready => ui::GateScreen::Ready,
            Screen::Reading => ui::GateScreen::Reading,
            Screen::Admit(admit) => {
                show_admit(&gate, admit);
                ui::GateScreen::Admit
            }
            Screen::Refuse(refuse) => {
                show_refuse(&gate, refuse);
                ui::GateScreen::Refuse
            }
        };
        gate.set_screen(screen);
    }
}

fn not_ready(state: NotReady) -> ui::NotReady {
    match state {
        NotReady::Fetching => ui::NotReady::Fetching,
        NotReady::NoBundle => ui::NotReady::NoBundle,
        NotReady::BadBundle => ui::NotReady::BadBundle,
        NotReady::BundleExpired => ui::NotReady::BundleExpired,
        NotReady::NoReader => ui::NotReady::NoReader,
    }
}

fn show_admit(gate: &ui::Gate<'_>, admit: &Admit) {
    gate.set_again(admit.again);
    gate.set_count(admit.seats.len() as i32);
    gate.set_direction(match admit.direction {
        Direction::Ahead => ui::Direction::Ahead,
        Direction::Left => ui::Direction::Left,
        Direction::Right => ui::Direction::Right,
    });
    let nowhere = SeatWords::default();
    let (seat, others) = match admit.seats.split_first() {
        Some((first, others)) => (first, others),
        None => (&nowhere, &[][..]),
    };
    gate.set_door(seat.entrance.as_str().into());
    gate.set_floor(seat.floor.into());
    gate.set_block_cjk(words::beyond_latin(&seat.block));
    gate.set_block(seat.block.as_str().into());
    gate.set_row(seat.row.as_str().into());
    gate.set_number(seat.number.as_str().into());
    let others: Vec<String> = others.iter().map(short_seat).collect();
    gate.set_others(others.join("  ").into());
}

/// `C 4`, or with its block where it has no row.
fn short_seat(seat: &SeatWords) -> String {
    let place = if seat.row.is_empty() {
        &seat.block
    } else {
        &seat.row
    };
    format!("{place} {}", seat.number)
}

fn show_refuse(gate: &ui::Gate<'_>, refuse: &Refuse) {
    gate.set_reason(match refuse.reason {
        Reason::NotThisEvent => ui::GateReason::NotThisEvent,
        Reason::NotThisGate => ui::GateReason::NotThisGate,
        Reason::TooEarly => ui::GateReason::TooEarly,
        Reason::TooLate => ui::GateReason::TooLate,
        Reason::AlreadyInside => ui::GateReason::AlreadyInside,
        Reason::Nullified => ui::GateReason::Nullified,
        Reason::Recalled => ui::GateReason::Recalled,
        Reason::Forged => ui::GateReason::Forged,
        Reason::WrongCard => ui::GateReason::WrongCard,
        Reason::NoTicket => ui::GateReason::NoTicket,
        Reason::Unreadable => ui::GateReason::Unreadable,
        Reason::NotATicketCode => ui::GateReason::NotATicketCode,
        Reason::NotOurs => ui::GateReason::NotOurs,
        Reason::Torn => ui::GateReason::Torn,
        Reason::Mute => ui::GateReason::Mute,
    });
    let (fact, figures, name) = match &refuse.fact {
        Fact::None => (ui::GateFact::None, SharedString::new(), ""),
        Fact::TicketFor(event) => (
            ui::GateFact::TicketFor,
            figures_of_day(&event.starts),
            event.name.as_str(),
        ),
        Fact::Door(door) => (ui::GateFact::Door, door.as_str().into(), ""),
        Fact::OpensAt(at) => (ui::GateFact::OpensAt, words::clock(at), ""),
        Fact::EndedAt(at) => (ui::GateFact::EndedAt, words::clock(at), ""),
        Fact::EnteredAt(at) => (ui::GateFact::EnteredAt, words::clock(at), ""),
    };
    gate.set_fact(fact);
    gate.set_fact_figures(figures);
    gate.set_fact_name_cjk(words::beyond_latin(name));
    gate.set_fact_name(name.into());
}

/// `12/13 Sun 14:00`: a gate speaks two languages at once, so the day stands in figures.
fn figures_of_day(at: &crate::flows::facts::Moment) -> SharedString {
    let local = words::local(at);
    let weekday = words::weekday(at, Language::English);
    let (month, day, clock) = (local.month(), local.day(), words::clock(at));
    format!("{month}/{day} {weekday} {clock}").into()
}
