//! The kiosk for people who do not see its screen or cannot reach it: the screen is read out, and a pad of twelve keys chooses.
//!
//! Nothing is written twice for the ear: what is read is the window's own accessible tree, in the language that is shown.

mod outline;
mod pad;
mod speaking;
#[cfg(test)]
mod tests;
mod wording;

use std::{cell::RefCell, rc::Rc, time::Instant};

use kippu_peripherals::speech::{Phrase, Speech, Tongue};
use kippu_ui as ui;
use slint::{ComponentHandle, ModelRc, VecModel, platform::Key};

use crate::{
    flows::{
        facts::{Language, Loudness},
        kiosk::view::{ClerkField, Screen, Touch, View},
    },
    screen::{elements::Seen, eye},
};
use outline::{BACK, ENTER, Numbering, Outline};
use pad::{Act, Pad};
use speaking::Teller;

/// Half a badge, whose middle is the corner of its key, in pixels.
const HALF_BADGE: f32 = 34.0;

/// Reads the kiosk's screen out and lets the pad touch it.
#[derive(Clone)]
pub struct Narrator {
    inner: Rc<RefCell<Inner>>,
    send: Rc<dyn Fn(Touch)>,
}

struct Inner {
    window: slint::Weak<ui::KioskWindow>,
    speech: Box<dyn Speech>,
    pad: Pad,
    /// What the flow shows, as far as it matters here.
    facts: Option<Facts>,
    seen: Rc<[Seen]>,
    shown: Outline,
    scene: Option<Scene>,
    /// What whoever listens was told last; nothing while nobody does, or where it has to be told again.
    told: Option<Told>,
}

struct Told {
    scene: Scene,
    outline: Outline,
    numbering: Numbering,
}

#[derive(Debug, Clone, Copy)]
struct Facts {
    language: Language,
    speech: Option<Loudness>,
    /// Nobody else hears what is said.
    in_private: bool,
    panel: bool,
    /// Whether somebody is still there.
    asked: bool,
    /// A clerk's number is typed, and the PIN comes next.
    before_pin: bool,
}

impl Facts {
    fn of(view: &View) -> Self {
        let chrome = &view.chrome;
        Self {
            language: chrome.appearance.language,
            speech: chrome.appearance.speech,
            in_private: chrome.headset,
            panel: chrome.appearance_panel,
            asked: chrome.idle_seconds.is_some(),
            before_pin: matches!(&view.screen, Screen::ClerkEntry(entry) if entry.field == ClerkField::Number),
        }
    }
}

/// Where one of these changes, it is another screen to whoever hears it.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Scene {
    screen: ui::Screen,
    language: Language,
    panel: bool,
    asked: bool,
}

/// What a strike leads to.
enum Deed {
    Press(Seen),
    Send(Touch),
    /// It was ours, and is done.
    Nothing,
    NotMine,
}

impl Narrator {
    /// Listens to the keys of this window; `send` takes what they lead to.
    pub fn new(
        window: &ui::KioskWindow,
        speech: Box<dyn Speech>,
        send: impl Fn(Touch) + 'static,
    ) -> Self {
        let narrator = Self {
            inner: Rc::new(RefCell::new(Inner {
                window: window.as_weak(),
                speech,
                pad: Pad::default(),
                facts: None,
                seen: Rc::default(),
                shown: Outline::default(),
                scene: None,
                told: None,
            })),
            send: Rc::new(send),
        };
        let keys = window.global::<ui::Pad>();
        let of_keys = narrator.clone();
        keys.on_takes(move |text| of_keys.act(|inner| inner.strike(&text)));
        let of_keys = narrator.clone();
        keys.on_leaves(move |text| of_keys.act(|inner| inner.left_over(&text)));
        narrator
    }

    /// Says nothing more: somebody did something.
    pub fn hush(&self) {
        self.inner.borrow_mut().speech.hush();
    }

    /// The flow shows this now.
    pub fn show(&self, view: &View) {
        let mut inner = self.inner.borrow_mut();
        let facts = Facts::of(view);
        inner.facts = Some(facts);
        inner.tell();
        // Whoever listens is there. Only the question whether somebody is must be answered.
        let listens = !facts.asked && inner.speech.is_speaking();
        drop(inner);
        if listens {
            (self.send)(Touch::Anything);
        }
    }

    /// Takes a key; whether it meant something.
    fn act(&self, take: impl FnOnce(&mut Inner) -> Deed) -> bool {
        let deed = take(&mut self.inner.borrow_mut());
        // Nothing is borrowed here: the window may call back.
        match deed {
            Deed::NotMine => return false,
            Deed::Press(element) => {
                element.press();
                (self.send)(Touch::Anything);
            }
            Deed::Send(touch) => (self.send)(touch),
            Deed::Nothing => (self.send)(Touch::Anything),
        }
        self.inner.borrow_mut().tell();
        true
    }
}

impl Inner {
    fn strike(&mut self, text: &str) -> Deed {
        let mut characters = text.chars();
        let (Some(key), None) = (characters.next(), characters.next()) else {
            return Deed::NotMine;
        };
        // Small keyboards of numbers have a slash where the pad has its hash.
        let key = if key == '/' { ENTER } else { key };
        if !matches!(key, '0'..='9' | BACK | ENTER) {
            return Deed::NotMine;
        }
        self.read();
        let speaks = self.loudness().is_some();
        let act = self.pad.strike(key, Instant::now(), &self.shown, speaks);
        if !matches!(act, Act::NotMine | Act::Nothing) {
            self.speech.hush();
        }
        match act {
            Act::NotMine => Deed::NotMine,
            Act::Nothing | Act::Renumbered => Deed::Nothing,
            Act::Choose(at) => self.press(at),
            Act::Digit(digit) => Deed::Send(Touch::Digit(digit)),
            Act::Erase => Deed::Send(Touch::Erase),
            Act::Enter => self.enter(),
            Act::Speak => Deed::Send(Touch::Speech(true)),
            Act::Repeat => {
                self.told = None;
                Deed::Nothing
            }
            Act::NoSuchKey(key) => {
                self.answer(|spoken| spoken.invoke_no_key(key.to_string().into()))
            }
        }
    }

    /// A key of a keyboard that no control wanted: where a number is typed it means what it says.
    fn left_over(&mut self, text: &str) -> Deed {
        self.read();
        let is = |key: Key| text.chars().eq([char::from(key)]);
        if !self.shown.typing || !(is(Key::Backspace) || is(Key::Return)) {
            return Deed::NotMine;
        }
        self.speech.hush();
        if is(Key::Return) {
            self.enter()
        } else {
            Deed::Send(Touch::Erase)
        }
    }

    /// On from what was typed: to the next field, else where the screen's own key leads.
    fn enter(&mut self) -> Deed {
        if self.facts.is_some_and(|facts| facts.before_pin) {
            return Deed::Send(Touch::ClerkField(ClerkField::Pin));
        }
        match self.shown.chosen_by(ENTER) {
            Some(at) => self.press(at),
            None => Deed::Nothing,
        }
    }

    fn press(&mut self, at: usize) -> Deed {
        match self.seen.get(at).cloned() {
            Some(element) if element.enabled => Deed::Press(element),
            Some(element) => self.answer(|spoken| spoken.invoke_resting(element.label.into())),
            None => Deed::Nothing,
        }
    }

    /// Says why a strike led to nothing.
    fn answer(&mut self, words: impl FnOnce(ui::Spoken<'_>) -> slint::SharedString) -> Deed {
        if let Some(window) = self.window.upgrade() {
            self.say([words(window.global()).into()]);
        }
        Deed::Nothing
    }

    fn loudness(&self) -> Option<Loudness> {
        self.facts?.speech
    }

    /// Looks at the screen.
    fn read(&mut self) {
        if let Some(window) = self.window.upgrade() {
            let size = window
                .window()
                .size()
                .to_logical(window.window().scale_factor());
            self.seen = eye::look(&window, size);
            self.shown = Outline::of(&self.seen, self.pad.numbering());
        }
    }

    /// Tells whoever listens what is new, and shows the digits to whoever uses the pad.
    fn tell(&mut self) {
        let (Some(window), Some(facts)) = (self.window.upgrade(), self.facts) else {
            return;
        };
        let scene = Scene {
            screen: window.global::<ui::Shown>().get_screen(),
            language: facts.language,
            panel: facts.panel,
            asked: facts.asked,
        };
        let left = self.scene.replace(scene).filter(|left| *left != scene);
        if left.is_some() {
            self.pad.turn();
        }
        match self.loudness() {
            Some(loudness) => {
                let part = f32::from(loudness.step()) / f32::from(Loudness::MAX);
                self.speech.set_loudness(part);
                self.pad.wake();
            }
            None => {
                if self.told.take().is_some() {
                    self.speech.hush();
                }
                // The session is over; the next customer may never touch the pad.
                if left.is_some_and(|left| left.screen != ui::Screen::Home)
                    && scene.screen == ui::Screen::Home
                {
                    self.pad.sleep();
                }
            }
        }
        if !self.pad.is_awake() {
            self.badges(&window, &[]);
            return;
        }
        self.read();
        self.badges(&window, self.shown.keys());
        if self.loudness().is_some() {
            self.narrate(&window, scene, facts.in_private);
        }
    }

    fn narrate(&mut self, window: &ui::KioskWindow, scene: Scene, in_private: bool) {
        let spoken = window.global::<ui::Spoken>();
        let teller = Teller {
            wording: &spoken,
            in_private,
        };
        let told = self.told.replace(Told {
            scene,
            outline: self.shown.clone(),
            numbering: self.pad.numbering(),
        });
        let phrases = match told {
            None => {
                let mut all = teller.all(&self.shown);
                all.push(spoken.invoke_bar().into());
                all
            }
            Some(told) if told.scene != scene => {
                // What was being said is of a screen that has gone.
                self.speech.hush();
                teller.all(&self.shown)
            }
            Some(told) if told.numbering != self.pad.numbering() => teller.keys(&self.shown),
            Some(told) => teller.news(&told.outline, &self.shown),
        };
        self.say(phrases);
    }

    fn say(&mut self, words: impl IntoIterator<Item = String>) {
        let tongue = match self.facts.map(|facts| facts.language) {
            Some(Language::English) => Tongue::English,
            Some(Language::Japanese) | None => Tongue::Japanese,
        };
        let phrases: Vec<_> = words
            .into_iter()
            .map(|words| Phrase { tongue, words })
            .collect();
        if !phrases.is_empty() {
            self.speech.say(phrases);
        }
    }

    /// Puts the digits at the corners of their keys.
    fn badges(&self, window: &ui::KioskWindow, keys: &[(char, usize)]) {
        let corner = |at: f32| (at - HALF_BADGE).max(0.0);
        let badges: Vec<_> = keys
            .iter()
            .filter_map(|(digit, at)| {
                let key = self.seen.get(*at).filter(|key| key.on_screen)?;
                Some(ui::Badge {
                    x: corner(key.corner.x),
                    y: corner(key.corner.y),
                    digit: digit.to_string().into(),
                })
            })
            .collect();
        let pad = window.global::<ui::Pad>();
        if !slint::Model::iter(&pad.get_badges()).eq(badges.iter().cloned()) {
            pad.set_badges(ModelRc::new(VecModel::from(badges)));
        }
    }
}
