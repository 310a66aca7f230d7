//! The kiosk: buy, pay, carry home on the card; give to another card, make paper, pick up.
//!
//! One file a phase. A phase takes an input and answers with the next phase; what it wants done goes onto the desk. Inputs that mean
//! the same everywhere (language, text size, idle time, tray) are dealt with here.

mod best;
mod browse;
mod carry;
mod check;
mod choosing;
mod deadline;
mod desk;
pub mod effect;
mod history;
mod home;
pub mod input;
mod kept;
mod look;
mod my_card;
mod open_orders;
mod order_before;
mod out_of_service;
mod passed;
mod passing;
mod pick_up;
mod refunding;
mod route;
mod seats;
mod shopping;
mod slip;
mod slip_entry;
mod slip_result;
mod staff;
#[cfg(test)]
mod tests;
pub mod view;
pub(crate) mod words;

use desk::Desk;
pub use desk::{SECOND, Setup};
use effect::Effect;
use input::{Input, ReaderNews, Storage};
use kippu_handover::facts::Facts;
use view::{Chrome, FirstKey, Screen, Stop, Touch, View};

use crate::flows::facts::{Appearance, Loudness, Moment};

/// The kiosk's whole state.
pub struct Kiosk {
    desk: Desk,
    phase: Phase,
}

/// Where a customer stands.
enum Phase {
    Home(home::Home),
    Browse(browse::Browse),
    Seats(seats::Seats),
    Best(best::Best),
    Check(check::Check),
    OrderBefore(order_before::OrderBefore),
    OpenOrders(open_orders::OpenOrders),
    Slip(slip::Slip),
    SlipEntry(slip_entry::SlipEntry),
    SlipResult(slip_result::SlipResult),
    Carry(carry::Carry),
    Done(carry::Done),
    Look(look::Look),
    MyCard(my_card::MyCard),
    History(history::History),
    Choosing(choosing::Choosing),
    Passing(passing::Passing),
    Passed(passed::Passed),
    Kept(kept::KeptCode),
    Refunding(refunding::Refunding),
    PickUp(pick_up::PickUp),
    ClerkEntry(staff::ClerkEntry),
    StaffList(staff::List),
    StaffOne(staff::One),
    StaffPaper(staff::Paper),
    Stick(staff::Stick),
    Care(staff::Care),
    NewRoll(staff::NewRoll),
    OutReasons(staff::OutReasons),
    OwnCard(staff::OwnCard),
    OutOfService(out_of_service::OutOfService),
}

/// Does the same with whichever phase it is.
macro_rules! each {
    ($phase:expr, $inner:ident => $body:expr) => {
        match $phase {
            Phase::Home($inner) => $body,
            Phase::Browse($inner) => $body,
            Phase::Seats($inner) => $body,
            Phase::Best($inner) => $body,
            Phase::Check($inner) => $body,
            Phase::OrderBefore($inner) => $body,
            Phase::OpenOrders($inner) => $body,
            Phase::Slip($inner) => $body,
            Phase::SlipEntry($inner) => $body,
            Phase::SlipResult($inner) => $body,
            Phase::Carry($inner) => $body,
            Phase::Done($inner) => $body,
            Phase::Look($inner) => $body,
            Phase::MyCard($inner) => $body,
            Phase::History($inner) => $body,
            Phase::Choosing($inner) => $body,
            Phase::Passing($inner) => $body,
            Phase::Passed($inner) => $body,
            Phase::Kept($inner) => $body,
            Phase::Refunding($inner) => $body,
            Phase::PickUp($inner) => $body,
            Phase::ClerkEntry($inner) => $body,
            Phase::StaffList($inner) => $body,
            Phase::StaffOne($inner) => $body,
            Phase::StaffPaper($inner) => $body,
            Phase::Stick($inner) => $body,
            Phase::Care($inner) => $body,
            Phase::NewRoll($inner) => $body,
            Phase::OutReasons($inner) => $body,
            Phase::OwnCard($inner) => $body,
            Phase::OutOfService($inner) => $body,
        }
    };
}

/// What every phase can do.
trait Step: Sized {
    /// Takes an input.
    fn step(self, input: &Input, desk: &mut Desk) -> Phase;

    /// What it shows.
    fn screen(&self, desk: &Desk) -> Screen;

    /// Where it stands on the line.
    fn station(&self) -> Option<Stop> {
        None
    }

    /// What the first key of the utility bar does.
    fn first_key(&self) -> FirstKey {
        FirstKey::Back
    }

    /// Whether the session may end by itself here.
    fn may_idle(&self) -> bool {
        true
    }

    /// Gives back what nobody wants any more.
    fn leave(self, _desk: &mut Desk) {}

    /// The session ends: people said so, or nobody touched for a while. Home, unless something has to be put away first.
    fn end(self, desk: &mut Desk) -> Phase {
        self.leave(desk);
        desk.go_home()
    }
}

impl Kiosk {
    /// A kiosk that starts at `now` (UTC microseconds) with what its journal holds open: that comes before anything else.
    pub fn start(setup: Setup, open: Vec<Facts>, now: i64) -> (Self, Vec<Effect>) {
        let mut desk = Desk::new(setup, now);
        desk.open_handovers = open;
        let phase = match desk.storage {
            Storage::Ready => staff::One::next_at_start(&mut desk),
            Storage::Full | Storage::Broken => desk.go_home(),
        };
        let effects = desk.take_effects();
        (Self { desk, phase }, effects)
    }

    /// One input at `now`, UTC microseconds.
    pub fn step(&mut self, input: &Input, now: i64) -> Vec<Effect> {
        self.desk.now = now;
        self.desk.notice(input);
        match input {
            Input::Touch(touch) => {
                self.desk.touched = now;
                if !self.everywhere(touch) {
                    self.desk.reference = None;
                    self.within(input);
                }
            }
            Input::Tick => {
                self.within(input);
                self.idle();
            }
            _ => self.within(input),
        }
        self.desk.take_effects()
    }

    /// Touches that mean the same in every phase; false for all others.
    fn everywhere(&mut self, touch: &Touch) -> bool {
        let desk = &mut self.desk;
        match touch {
            Touch::SwitchLanguage => desk.appearance.language = desk.appearance.language.other(),
            Touch::AppearancePanel => desk.appearance_panel = !desk.appearance_panel,
            Touch::Text(size) => desk.appearance.text = *size,
            Touch::HighContrast(on) => desk.appearance.high_contrast = *on,
            Touch::LowReach(on) => desk.appearance.low_reach = *on,
            Touch::Calm(on) => desk.appearance.calm = *on,
            Touch::Speech(on) => desk.appearance.speech = on.then(Loudness::default),
            Touch::Louder => desk.appearance.speech = desk.appearance.speech.map(Loudness::louder),
            Touch::Quieter => {
                desk.appearance.speech = desk.appearance.speech.map(Loudness::quieter)
            }
            Touch::CallStaff => desk.call_staff(),
            Touch::Way(view::Way::CallStaff) => desk.call_staff(),
            Touch::TrayCard(name) => desk.effect(Effect::Tray(name.clone())),
            Touch::Anything | Touch::StillHere => {}
            Touch::Finish => self.end_session(),
            _ => return false,
        }
        true
    }

    fn within(&mut self, input: &Input) {
        let phase = self.take_phase();
        self.phase = each!(phase, inner => inner.step(input, &mut self.desk));
    }

    fn take_phase(&mut self) -> Phase {
        std::mem::replace(&mut self.phase, Phase::Home(home::Home::default()))
    }

    /// Ends the session, where it may end: afterwards nothing of the customer is left here.
    fn end_session(&mut self) {
        if !each!(&self.phase, inner => inner.may_idle()) {
            return;
        }
        let phase = self.take_phase();
        self.phase = each!(phase, inner => inner.end(&mut self.desk));
        self.desk.touched = self.desk.now;
    }

    fn idle(&mut self) {
        if self.is_home() {
            // Nobody began anything, and whoever chose language, text or speech has gone.
            if self.desk.idle_left().is_some() {
                self.desk.welcome();
            }
        } else if !each!(&self.phase, inner => inner.may_idle()) {
            self.desk.touched = self.desk.now;
        } else if self.desk.idle_left() == Some(0) {
            self.end_session();
        }
    }

    /// Nobody has begun anything.
    fn is_home(&self) -> bool {
        matches!(self.phase, Phase::Home(_) | Phase::OutOfService(_))
    }

    /// How it stands, in one line for those who run it: nothing of customers.
    pub fn standing(&self) -> String {
        let desk = &self.desk;
        let storage = match (desk.storage, desk.out) {
            (Storage::Full, _) => "out of service: the disk is full".to_owned(),
            (Storage::Broken, _) => "out of service: the journal cannot be written".to_owned(),
            (Storage::Ready, Some(reason)) => format!("out of service by hand: {}", reason.word()),
            (Storage::Ready, None) => "serving".to_owned(),
        };
        let platform = if desk.online { "answers" } else { "is away" };
        let reader = if desk.reader_lost { "gone" } else { "there" };
        format!(
            "{storage}; the platform {platform}, the reader is {reader}, the printer is {}, {} handovers are open",
            words::printer(desk.printer),
            desk.open_handovers.len()
        )
    }

    /// What the screen shows now.
    pub fn view(&self) -> View {
        let desk = &self.desk;
        let chrome = Chrome {
            station: each!(&self.phase, inner => inner.station()),
            first_key: each!(&self.phase, inner => inner.first_key()),
            appearance: desk.appearance,
            appearance_panel: desk.appearance_panel,
            idle_seconds: desk.idle_left().filter(|_| !self.is_home()),
            now: Moment {
                at: desk.now,
                zone: desk.setup.zone.clone(),
            },
            terminal: desk.setup.terminal.clone(),
            headset: desk.headset,
            online: desk.online,
            staff_called: desk.staff_called,
            reference: desk.reference.clone(),
            printer: desk.printer,
            scanner: desk.scanner,
            silent: desk.silent,
            simulated: desk.setup.simulated.clone(),
            tray: desk.tray.clone(),
        };
        View {
            chrome,
            screen: each!(&self.phase, inner => inner.screen(desk)),
        }
    }

    /// How the screen is to be drawn now.
    pub fn appearance(&self) -> Appearance {
        self.desk.appearance
    }
}
