//! The gate: one tap, one answer. Deciding is [`kippu_gate`]'s; here is only what the screen shows and for how long.

pub mod view;

use view::{NotReady, Screen, Touch, View};

use crate::flows::{
    facts::{
        Appearance, EventFacts, Moment, ScannerCondition, Simulated, TextSize, TrayView, Zone,
    },
    kiosk::SECOND,
};

/// An answer stays so long, or until the card is lifted and this much shorter time has passed.
const ANSWER_STAYS: i64 = 8 * SECOND;
const ANSWER_STAYS_AFTER_LIFT: i64 = 3 * SECOND;

/// What a gate is told once.
#[derive(Debug, Clone)]
pub struct Setup {
    /// Its name, until a bundle tells the signs' name.
    pub gate: String,
    /// The venue's zone.
    pub zone: Zone,
    /// What is not real here.
    pub simulated: Vec<Simulated>,
}

/// One thing that happened.
#[derive(Debug, Clone)]
pub enum Input {
    /// Time passed; comes at least every half second.
    Tick,
    /// Somebody touched something.
    Touch(Touch),
    /// A bundle is in use.
    Bundle {
        /// As signs call this gate.
        gate: String,
        /// The event it serves now.
        event: Box<EventFacts>,
    },
    /// There is no bundle to decide with.
    NoBundle(NotReady),
    /// Whether the platform answered, and how many records it does not have yet.
    Uplink {
        /// It answered.
        online: bool,
        /// Records not yet sent.
        unsent: u32,
    },
    /// A card was laid and is being read.
    Laid,
    /// It was lifted.
    Lifted,
    /// There is no reader any more.
    ReaderLost,
    /// The scanner read this.
    Scanned(String),
    /// The scanner was plugged in or pulled out.
    Scanner(ScannerCondition),
    /// The answer to the tap or scan.
    Answer(Box<Screen>),
    /// The tray changed.
    Tray(TrayView),
}

/// What the gate's flow wants done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Decide on the card that lies there.
    Tap,
    /// Decide on the paper with this code.
    Scan(String),
    /// Fetch the bundle again.
    Refresh,
    /// Sound of an admission.
    ChimeAdmit,
    /// Sound of a refusal.
    ChimeRefuse,
    /// Lay or lift this virtual card.
    Tray(String),
}

/// The gate's whole state.
pub struct Gate {
    setup: Setup,
    now: i64,
    appearance: Appearance,
    gate: String,
    event: Option<EventFacts>,
    online: bool,
    admitted: u32,
    unsent: u32,
    tray: Option<TrayView>,
    ready: Result<(), NotReady>,
    reader_lost: bool,
    card_lies: bool,
    scanner: ScannerCondition,
    /// The answer that is shown or comes next is to a paper: nobody lifts it.
    of_paper: bool,
    screen: Screen,
    until: i64,
}

impl Gate {
    /// A gate that starts at `now`, UTC microseconds.
    pub fn start(setup: Setup, now: i64) -> Self {
        Self {
            gate: setup.gate.clone(),
            setup,
            now,
            appearance: Appearance::default(),
            event: None,
            online: false,
            admitted: 0,
            unsent: 0,
            tray: None,
            ready: Err(NotReady::Fetching),
            reader_lost: false,
            card_lies: false,
            scanner: ScannerCondition::default(),
            of_paper: false,
            screen: Screen::NotReady(NotReady::Fetching),
            until: 0,
        }
    }

    /// One input at `now`, UTC microseconds.
    pub fn step(&mut self, input: &Input, now: i64) -> Vec<Effect> {
        self.now = now;
        match input {
            Input::Tick => self.tick(),
            Input::Touch(touch) => return self.touch(touch),
            Input::Bundle { gate, event } => {
                self.gate.clone_from(gate);
                self.event = Some((**event).clone());
                self.ready = Ok(());
                if matches!(self.screen, Screen::NotReady(_)) {
                    self.rest();
                    return self.tap_if_laid();
                }
            }
            Input::NoBundle(why) => {
                self.ready = Err(*why);
                self.rest();
            }
            Input::Uplink { online, unsent } => (self.online, self.unsent) = (*online, *unsent),
            Input::Laid => {
                self.reader_lost = false;
                self.card_lies = true;
                return self.tap_if_laid();
            }
            Input::Lifted => {
                self.reader_lost = false;
                self.card_lies = false;
                self.until = self.until.min(now + ANSWER_STAYS_AFTER_LIFT);
                if matches!(self.screen, Screen::NotReady(_)) {
                    self.rest();
                }
            }
            Input::ReaderLost => {
                self.reader_lost = true;
                self.card_lies = false;
                self.rest();
            }
            Input::Scanned(code) => return self.scan(code),
            Input::Scanner(condition) => self.scanner = *condition,
            Input::Answer(screen) => return self.answer(screen),
            Input::Tray(tray) => self.tray = Some(tray.clone()),
        }
        Vec::new()
    }

    fn tap_if_laid(&mut self) -> Vec<Effect> {
        if self.ready.is_ok() && self.card_lies {
            self.screen = Screen::Reading;
            self.of_paper = false;
            vec![Effect::Tap]
        } else {
            Vec::new()
        }
    }

    /// A paper is decided on without a card reader too, but never without a bundle: the screen says what is missing then.
    fn scan(&mut self, code: &str) -> Vec<Effect> {
        if self.ready.is_err() {
            return Vec::new();
        }
        self.of_paper = true;
        vec![Effect::Scan(code.to_owned())]
    }

    fn answer(&mut self, screen: &Screen) -> Vec<Effect> {
        self.screen = screen.clone();
        self.until = self.now
            + if self.card_lies || self.of_paper {
                ANSWER_STAYS
            } else {
                ANSWER_STAYS_AFTER_LIFT
            };
        match screen {
            Screen::Admit(admit) => {
                let people = u32::try_from(admit.seats.len()).unwrap_or(0);
                if !admit.again {
                    self.admitted = self.admitted.saturating_add(people);
                }
                vec![Effect::ChimeAdmit]
            }
            Screen::Refuse(_) => vec![Effect::ChimeRefuse],
            Screen::NotReady(_) | Screen::Ready | Screen::Reading => Vec::new(),
        }
    }

    fn touch(&mut self, touch: &Touch) -> Vec<Effect> {
        match touch {
            Touch::SwitchLanguage => self.appearance.language = self.appearance.language.other(),
            Touch::LargeText(on) => self.appearance.text = TextSize::large(*on),
            Touch::HighContrast(on) => self.appearance.high_contrast = *on,
            Touch::Dismiss if !matches!(self.screen, Screen::Reading) => self.rest(),
            Touch::Dismiss => {}
            Touch::Refresh => return vec![Effect::Refresh],
            Touch::TrayCard(name) => return vec![Effect::Tray(name.clone())],
        }
        Vec::new()
    }

    fn tick(&mut self) {
        let answered = matches!(self.screen, Screen::Admit(_) | Screen::Refuse(_));
        if answered && self.now >= self.until {
            self.rest();
        }
    }

    /// Shows what is there without a card.
    fn rest(&mut self) {
        self.screen = match self.ready {
            _ if self.reader_lost => Screen::NotReady(NotReady::NoReader),
            Err(why) => Screen::NotReady(why),
            Ok(()) => Screen::Ready,
        };
    }

    /// How it stands, in one line for those who run it: nothing of guests.
    pub fn standing(&self) -> String {
        let ready = match self.ready {
            _ if self.reader_lost => "not ready: no reader",
            Ok(()) => "ready",
            Err(NotReady::Fetching) => "not ready: the bundle is being fetched",
            Err(NotReady::NoBundle) => "not ready: no bundle",
            Err(NotReady::BadBundle) => "not ready: the bundle is not for this gate",
            Err(NotReady::BundleExpired) => "not ready: the bundle has run out",
            Err(NotReady::NoReader) => "not ready: no reader",
        };
        let platform = if self.online { "answers" } else { "is away" };
        format!(
            "{ready}; the platform {platform}, {} records wait",
            self.unsent
        )
    }

    /// What the screen shows now.
    pub fn view(&self) -> View {
        View {
            appearance: self.appearance,
            gate: self.gate.clone(),
            event: self.event.clone(),
            now: Moment {
                at: self.now,
                zone: self.setup.zone.clone(),
            },
            online: self.online,
            admitted: self.admitted,
            unsent: self.unsent,
            scanner: self.scanner,
            simulated: self.setup.simulated.clone(),
            tray: self.tray.clone(),
            screen: self.screen.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::view::{Admit, Direction, Fact, Reason, Refuse};
    use super::*;

    fn gate() -> Gate {
        let setup = Setup {
            gate: "gate-1".into(),
            zone: Zone::Offset(540),
            simulated: Vec::new(),
        };
        Gate::start(setup, 0)
    }

    fn bundle() -> Input {
        Input::Bundle {
            gate: "North".into(),
            event: Box::default(),
        }
    }

    fn admit() -> Input {
        let admit = Admit {
            again: false,
            seats: vec![Default::default(); 2],
            direction: Direction::Ahead,
        };
        Input::Answer(Box::new(Screen::Admit(admit)))
    }

    #[test]
    fn a_card_that_lay_there_before_the_bundle_is_read_then() {
        let mut gate = gate();
        assert_eq!(gate.step(&Input::Laid, 0), []);
        assert_eq!(gate.step(&bundle(), 1), [Effect::Tap]);
        assert_eq!(gate.view().screen, Screen::Reading);
    }

    #[test]
    fn an_admission_counts_everybody_and_goes_after_the_card() {
        let mut gate = gate();
        gate.step(&bundle(), 0);
        gate.step(&Input::Laid, 0);
        assert_eq!(gate.step(&admit(), 0), [Effect::ChimeAdmit]);
        assert_eq!(gate.view().admitted, 2);
        gate.step(&Input::Lifted, SECOND);
        gate.step(&Input::Tick, 3 * SECOND);
        assert!(matches!(gate.view().screen, Screen::Admit(_)));
        gate.step(&Input::Tick, 4 * SECOND);
        assert_eq!(gate.view().screen, Screen::Ready);
    }

    #[test]
    fn the_next_card_does_not_wait_for_the_last_answer() {
        let mut gate = gate();
        gate.step(&bundle(), 0);
        gate.step(&Input::Laid, 0);
        let refuse = Refuse {
            reason: Reason::TooEarly,
            fact: Fact::None,
        };
        assert_eq!(
            gate.step(&Input::Answer(Box::new(Screen::Refuse(refuse))), 0),
            [Effect::ChimeRefuse]
        );
        gate.step(&Input::Lifted, 1);
        assert_eq!(gate.step(&Input::Laid, 2), [Effect::Tap]);
    }

    #[test]
    fn a_paper_is_answered_as_long_as_a_card_that_lies_there() {
        let mut gate = gate();
        assert_eq!(gate.step(&Input::Scanned("KIPPU".into()), 0), []);
        gate.step(&bundle(), 0);
        assert_eq!(
            gate.step(&Input::Scanned("KIPPU".into()), 0),
            [Effect::Scan("KIPPU".into())]
        );
        assert_eq!(gate.step(&admit(), 0), [Effect::ChimeAdmit]);
        gate.step(&Input::Tick, ANSWER_STAYS - 1);
        assert!(matches!(gate.view().screen, Screen::Admit(_)));
        gate.step(&Input::Tick, ANSWER_STAYS);
        assert_eq!(gate.view().screen, Screen::Ready);
    }

    #[test]
    fn a_card_after_a_paper_goes_with_the_card() {
        let mut gate = gate();
        gate.step(&bundle(), 0);
        gate.step(&Input::Scanned("KIPPU".into()), 0);
        gate.step(&admit(), 0);
        assert_eq!(gate.step(&Input::Laid, 1), [Effect::Tap]);
        gate.step(&Input::Lifted, 2);
        gate.step(&admit(), 2);
        gate.step(&Input::Tick, 2 + ANSWER_STAYS_AFTER_LIFT);
        assert_eq!(gate.view().screen, Screen::Ready);
    }

    #[test]
    fn what_is_missing_is_said() {
        let mut gate = gate();
        gate.step(&Input::NoBundle(NotReady::BadBundle), 0);
        assert_eq!(gate.view().screen, Screen::NotReady(NotReady::BadBundle));
        gate.step(&bundle(), 0);
        gate.step(&Input::ReaderLost, 0);
        assert_eq!(gate.view().screen, Screen::NotReady(NotReady::NoReader));
        gate.step(&Input::Lifted, 0);
        assert_eq!(gate.view().screen, Screen::Ready);
    }
}
