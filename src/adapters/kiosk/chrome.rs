//! Everything around the screens: utility bar, clock, idle warning, tray.

use std::rc::Rc;

use kippu_ui as ui;
use slint::ComponentHandle;

use super::{Link, sends};
use crate::{
    adapters::{appearance, devices, models, tray, words},
    flows::{
        facts::{Loudness, Simulated},
        kiosk::view::{FirstKey, PrinterCondition, Stop, Touch, View},
    },
};

/// Connects the callbacks.
pub fn connect(chrome: &ui::Chrome<'_>, link: &Rc<Link>) {
    chrome.on_first(sends(link, Touch::First));
    chrome.on_switch_language(sends(link, Touch::SwitchLanguage));
    chrome.on_open_appearance(sends(link, Touch::AppearancePanel));
    chrome.on_call_staff(sends(link, Touch::CallStaff));
    chrome.on_anything(sends(link, Touch::Anything));
    chrome.on_still_here(sends(link, Touch::StillHere));
    chrome.on_finish(sends(link, Touch::Finish));
    let send = Rc::clone(link);
    chrome.on_text(move |size| send.send(Touch::Text(appearance::text_size(size))));
    let send = Rc::clone(link);
    chrome.on_high_contrast(move |on| send.send(Touch::HighContrast(on)));
    let send = Rc::clone(link);
    chrome.on_low_reach(move |on| send.send(Touch::LowReach(on)));
    let send = Rc::clone(link);
    chrome.on_calm(move |on| send.send(Touch::Calm(on)));
    let send = Rc::clone(link);
    chrome.on_speak(move |on| send.send(Touch::Speech(on)));
    chrome.on_louder(sends(link, Touch::Louder));
    chrome.on_quieter(sends(link, Touch::Quieter));
    let send = Rc::clone(link);
    chrome.on_tray_card(move |name| send.send(Touch::TrayCard(name.into())));
}

/// Shows them.
pub fn show(window: &ui::KioskWindow, view: &View) {
    let of = &view.chrome;
    appearance::show(&window.global(), of.appearance);
    let chrome = window.global::<ui::Chrome>();
    let (line, station) = match of.station {
        Some(Stop::Purchase(station)) => (ui::Line::Purchase, station as i32),
        Some(Stop::Giving(station)) => (ui::Line::Giving, station as i32),
        Some(Stop::Paper(station)) => (ui::Line::Paper, station as i32),
        Some(Stop::MoneyBack(station)) => (ui::Line::MoneyBack, station as i32),
        None => (ui::Line::Purchase, -1),
    };
    chrome.set_line(line);
    chrome.set_station(station);
    chrome.set_first_key(match of.first_key {
        FirstKey::None => ui::FirstKey::None,
        FirstKey::Back => ui::FirstKey::Back,
        FirstKey::Start => ui::FirstKey::Start,
        FirstKey::MoreTime => ui::FirstKey::MoreTime,
    });
    chrome.set_appearance_panel(of.appearance_panel);
    chrome.set_idle_seconds(of.idle_seconds.map_or(-1, |seconds| seconds as i32));
    chrome.set_clock(words::clock(&of.now));
    chrome.set_terminal_cjk(words::beyond_latin(&of.terminal));
    chrome.set_terminal(of.terminal.as_str().into());
    chrome.set_online(of.online);
    let speech = of.appearance.speech;
    chrome.set_speech(speech.is_some());
    chrome.set_loudness(speech.map_or(1, |loudness| loudness.step().into()));
    chrome.set_loudest(Loudness::MAX.into());
    chrome.set_staff_called(of.staff_called);
    chrome.set_reference(of.reference.as_deref().unwrap_or_default().into());
    chrome.set_cards_simulated(of.simulated.contains(&Simulated::Cards));
    chrome.set_printer_simulated(of.simulated.contains(&Simulated::Printer));
    chrome.set_printer(match of.printer {
        PrinterCondition::Ready => ui::PrinterState::Ready,
        PrinterCondition::PaperLow => ui::PrinterState::PaperLow,
        PrinterCondition::PaperOut => ui::PrinterState::PaperOut,
        PrinterCondition::CoverOpen => ui::PrinterState::CoverOpen,
        PrinterCondition::Off => ui::PrinterState::Off,
        PrinterCondition::Absent => ui::PrinterState::Absent,
    });
    chrome.set_scanner(devices::scanner(of.scanner));
    chrome.set_silent(of.silent);
    chrome.set_tray(models::update(
        chrome.get_tray(),
        tray::cards(of.tray.as_ref()),
    ));
}
