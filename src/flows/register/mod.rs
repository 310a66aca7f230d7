//! The clerk's screen at the register: log in, find the slip, take the sum, say so.

pub mod effect;
mod refund;
mod slips;
#[cfg(test)]
mod tests;
mod till;
pub mod view;

use kippu_api::{
    clerk::{ConfirmOutcome, Session},
    orders::Order,
    problem::ProblemCode,
};

use kippu_ticket::ids::TerminalId;

use effect::{Answer, Ask, Effect, Input};
use slips::{DIGITS_OF_CLERK_MAX, DIGITS_OF_PIN_MAX};
use view::{
    Login, LoginField, LoginNotice, Outcome, OutcomeKind, Screen, Slip, SlipNotice, Touch, View,
};

use crate::flows::{
    facts::{Appearance, Moment, Money, ScannerCondition, TextSize, Zone},
    kiosk::{SECOND, input::AskFault},
    slip_number::TypedSlip,
};

/// How often the list is fetched.
const POLL: i64 = 2 * SECOND;

/// What a register is told once.
#[derive(Debug, Clone)]
pub struct Setup {
    /// Its name.
    pub register: String,
    /// Its number.
    pub number: TerminalId,
    /// The store's name until a clerk's session tells it.
    pub store: String,
    /// The store's zone.
    pub zone: Zone,
    /// Random beginning of all idempotency keys of this run.
    pub key_prefix: String,
    /// Seconds without touch until the warning.
    pub idle_seconds: u32,
    /// Seconds the warning stands until the clerk is logged out.
    pub idle_warning_seconds: u32,
}

/// The register's whole state.
pub struct Register {
    setup: Setup,
    now: i64,
    appearance: Appearance,
    scanner: ScannerCondition,
    online: bool,
    touched: i64,
    last_no: u64,
    effects: Vec<Effect>,
    phase: Phase,
}

enum Phase {
    Login {
        typed: TypedLogin,
        notice: Option<LoginNotice>,
        asked: Option<u64>,
    },
    Work(Box<Work>),
}

#[derive(Default)]
struct TypedLogin {
    clerk: String,
    pin: String,
    field: LoginField,
}

/// A clerk at work.
struct Work {
    session: Session,
    orders: Vec<Order>,
    typed: TypedSlip,
    notice: Option<SlipNotice>,
    listing: Option<u64>,
    listed_at: i64,
    opening: Option<u64>,
    at: At,
}

enum At {
    List,
    Slip {
        order: Box<Order>,
        key: String,
        confirming: Option<u64>,
        unknown: bool,
    },
    Refund(refund::AtRefund),
    Till(Box<till::AtTill>),
    Outcome {
        number: String,
        total: Money,
        kind: OutcomeKind,
    },
}

impl Register {
    /// A register that starts at `now`, UTC microseconds.
    pub fn start(setup: Setup, now: i64) -> Self {
        Self {
            setup,
            now,
            appearance: Appearance::default(),
            scanner: ScannerCondition::default(),
            online: true,
            touched: now,
            last_no: 0,
            effects: Vec::new(),
            phase: Phase::Login {
                typed: TypedLogin::default(),
                notice: None,
                asked: None,
            },
        }
    }

    /// One input at `now`, UTC microseconds.
    pub fn step(&mut self, input: &Input, now: i64) -> Vec<Effect> {
        self.now = now;
        match input {
            Input::Touch(touch) => {
                self.touched = now;
                self.touch(touch);
            }
            Input::Platform { no, answer } => {
                self.online = !matches!(answer, Err(fault) if fault.is_network());
                self.answer(*no, answer);
            }
            Input::Scanner(condition) => self.scanner = *condition,
            Input::Tick => self.tick(),
        }
        std::mem::take(&mut self.effects)
    }

    fn ask(&mut self, ask: Ask) -> u64 {
        self.last_no += 1;
        self.effects.push(Effect {
            no: self.last_no,
            ask,
        });
        self.last_no
    }

    fn touch(&mut self, touch: &Touch) {
        match touch {
            Touch::SwitchLanguage => self.appearance.language = self.appearance.language.other(),
            Touch::LargeText(on) => self.appearance.text = TextSize::large(*on),
            Touch::HighContrast(on) => self.appearance.high_contrast = *on,
            Touch::Anything | Touch::StillHere => {}
            Touch::LogOut => self.log_out(None),
            _ => match &mut self.phase {
                Phase::Login { .. } => self.touch_login(touch),
                Phase::Work(_) => self.touch_work(touch),
            },
        }
    }

    fn touch_login(&mut self, touch: &Touch) {
        let Phase::Login {
            typed,
            notice,
            asked,
        } = &mut self.phase
        else {
            return;
        };
        if asked.is_some() {
            return;
        }
        match touch {
            Touch::Field(field) => typed.field = *field,
            Touch::Digit(digit) if *digit <= 9 => {
                *notice = None;
                let (text, most) = match typed.field {
                    LoginField::Clerk => (&mut typed.clerk, DIGITS_OF_CLERK_MAX),
                    LoginField::Pin => (&mut typed.pin, DIGITS_OF_PIN_MAX),
                };
                if text.len() < most {
                    text.push(char::from(b'0' + digit));
                }
            }
            Touch::Erase => {
                match typed.field {
                    LoginField::Clerk => typed.clerk.pop(),
                    LoginField::Pin => typed.pin.pop(),
                };
            }
            // The go key walks from the number to the PIN first.
            Touch::LogIn if typed.pin.is_empty() => typed.field = LoginField::Pin,
            Touch::LogIn if !typed.clerk.is_empty() => {
                let (clerk, pin) = (typed.clerk.clone(), std::mem::take(&mut typed.pin));
                let no = self.ask(Ask::LogIn { clerk, pin });
                if let Phase::Login { asked, .. } = &mut self.phase {
                    *asked = Some(no);
                }
            }
            _ => {}
        }
    }

    fn log_out(&mut self, notice: Option<LoginNotice>) {
        if let Phase::Work(work) = &self.phase {
            let token = work.session.token.clone();
            self.ask(Ask::LogOut { token });
        }
        self.appearance = Appearance::default();
        self.phase = Phase::Login {
            typed: TypedLogin::default(),
            notice,
            asked: None,
        };
    }

    fn tick(&mut self) {
        if matches!(self.phase, Phase::Login { .. }) {
            return;
        }
        // Money on its way is not interrupted.
        let busy = matches!(&self.phase, Phase::Work(work) if work.is_confirming());
        if busy {
            self.touched = self.now;
        } else if self.idle_left() == Some(0) {
            self.log_out(Some(LoginNotice::IdledOut));
            return;
        }
        let Phase::Work(work) = &self.phase else {
            return;
        };
        if work.listing.is_none() && self.now - work.listed_at >= POLL {
            self.list();
        }
    }

    fn idle_left(&self) -> Option<u32> {
        let since = (self.now - self.touched).max(0) / SECOND;
        let warn_from = i64::from(self.setup.idle_seconds);
        let end = warn_from + i64::from(self.setup.idle_warning_seconds);
        (matches!(self.phase, Phase::Work(_)) && since >= warn_from)
            .then(|| u32::try_from((end - since).max(0)).unwrap_or(0))
    }

    fn answer(&mut self, no: u64, answer: &Result<Answer, AskFault>) {
        match &mut self.phase {
            Phase::Login {
                typed,
                notice,
                asked,
            } if *asked == Some(no) => {
                *asked = None;
                match answer {
                    Ok(Answer::LoggedIn(session)) => {
                        let work = Work::new(session.clone(), self.setup.number, self.now);
                        self.phase = Phase::Work(Box::new(work));
                        self.list();
                        return;
                    }
                    Err(AskFault::Refused(ProblemCode::TooMany, _)) => {
                        *notice = Some(LoginNotice::TooMany)
                    }
                    Err(fault) if fault.is_network() => *notice = Some(LoginNotice::NotReached),
                    _ => *notice = Some(LoginNotice::Wrong),
                }
                typed.field = LoginField::Pin;
            }
            Phase::Login { .. } => {}
            Phase::Work(work) => {
                // The platform ended the session: who is it now?
                let refused = matches!(
                    answer,
                    Err(AskFault::Refused(ProblemCode::Unauthenticated, _))
                );
                if refused && work.waits_for(no) {
                    self.phase = Phase::Login {
                        typed: TypedLogin::default(),
                        notice: Some(LoginNotice::IdledOut),
                        asked: None,
                    };
                    return;
                }
                let key = key_of(&self.setup, no);
                work.answer(no, answer, self.now, key);
            }
        }
    }

    /// How it stands, in one line for those who run it: nothing of clerks.
    pub fn standing(&self) -> String {
        let at_work = match self.phase {
            Phase::Login { .. } => "nobody is logged in",
            Phase::Work(_) => "a clerk is at work",
        };
        let platform = if self.online { "answers" } else { "is away" };
        format!("{at_work}; the platform {platform}")
    }

    /// What the screen shows now.
    pub fn view(&self) -> View {
        let (clerk, store, notice, screen) = match &self.phase {
            Phase::Login {
                typed,
                notice,
                asked,
            } => {
                let login = Login {
                    clerk: typed.clerk.clone(),
                    pin_digits: typed.pin.len(),
                    field: typed.field,
                    notice: *notice,
                    busy: asked.is_some(),
                };
                (None, self.setup.store.clone(), None, Screen::Login(login))
            }
            Phase::Work(work) => {
                let (name, store) = (work.session.name.clone(), work.session.store_name.clone());
                (Some(name), store, work.notice, work.screen(self.now))
            }
        };
        View {
            appearance: self.appearance,
            register: self.setup.register.clone(),
            now: Moment {
                at: self.now,
                zone: self.setup.zone.clone(),
            },
            online: self.online,
            idle_seconds: self.idle_left(),
            clerk,
            store,
            scanner: self.scanner,
            notice,
            screen,
        }
    }
}

/// An idempotency key for what answer `no` opens.
fn key_of(setup: &Setup, no: u64) -> String {
    format!("{}-{}", setup.key_prefix, no)
}
