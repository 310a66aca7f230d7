//! Keys of the pad at a real window: what they lead to, and that they break speech off.

use std::{cell::RefCell, rc::Rc};

use kippu_peripherals::speech::{Phrase, Speech};
use kippu_ui::KioskWindow;
use slint::{ComponentHandle, platform::WindowEvent};

use super::Narrator;
use crate::{
    adapters::KioskAdapter,
    flows::{
        facts::{Appearance, Language, Loudness, Moment},
        kiosk::view::{Chrome, FirstKey, PrinterCondition, Screen, SlipEntry, Touch, View},
    },
};

/// What was done to the speech, in order.
#[derive(Debug, PartialEq)]
enum Done {
    Said(String),
    Hushed,
}

struct Tape(Rc<RefCell<Vec<Done>>>);

impl Speech for Tape {
    fn say(&mut self, phrases: Vec<Phrase>) {
        let said = phrases.into_iter().map(|phrase| Done::Said(phrase.words));
        self.0.borrow_mut().extend(said);
    }

    fn hush(&mut self) {
        self.0.borrow_mut().push(Done::Hushed);
    }

    fn is_speaking(&self) -> bool {
        false
    }

    fn set_loudness(&mut self, _: f32) {}
}

fn entry(number: &str) -> View {
    View {
        chrome: Chrome {
            station: None,
            first_key: FirstKey::Back,
            appearance: Appearance {
                language: Language::English,
                speech: Some(Loudness::default()),
                ..Appearance::default()
            },
            appearance_panel: false,
            idle_seconds: None,
            now: Moment::default(),
            terminal: String::new(),
            headset: false,
            online: true,
            staff_called: false,
            reference: None,
            printer: PrinterCondition::Ready,
            scanner: Default::default(),
            silent: false,
            simulated: Vec::new(),
            tray: None,
        },
        screen: Screen::SlipEntry(SlipEntry {
            number: number.into(),
            complete: false,
            notice: None,
            busy: false,
        }),
    }
}

#[test]
fn a_digit_breaks_speech_off_and_is_heard_at_once() {
    i_slint_backend_testing::init_no_event_loop();
    let window = KioskWindow::new().unwrap();
    window.show().unwrap();
    let (tape, touches) = (Rc::new(RefCell::new(Vec::new())), Rc::default());
    let heard: Rc<RefCell<Vec<Touch>>> = Rc::clone(&touches);
    let adapter = KioskAdapter::new(&window, |_| {});
    let narrator = Narrator::new(&window, Box::new(Tape(tape.clone())), move |touch| {
        heard.borrow_mut().push(touch);
    });
    let show = |view: &View| {
        adapter.show(view);
        narrator.show(view);
    };
    show(&entry(""));
    let type_it = Done::Said("Slip number: type it. Star erases, hash goes on.".into());
    assert!(tape.borrow().contains(&type_it), "{tape:?}");
    tape.borrow_mut().clear();

    let text = slint::SharedString::from("4");
    window
        .window()
        .dispatch_event(WindowEvent::KeyPressed { text });
    assert_eq!(*tape.borrow(), [Done::Hushed]);
    assert_eq!(touches.borrow().first(), Some(&Touch::Digit(4)));
    show(&entry("4"));
    assert_eq!(*tape.borrow(), [Done::Hushed, Done::Said("4".into())]);
}
