//! What all phases share: the clock, the open wishes, and what is known of devices and platform. Nothing here is about a person
//! beyond the present session.

use std::sync::Arc;

use kippu_api::{events::EventSummary, orders::OrderState};
use kippu_seatplan::Plan;
use kippu_ticket::ids::{EventId, TerminalId};

use super::{
    Phase, ReaderNews,
    effect::{Ask, CardJob, Effect, PaperJob, RequestNo},
    home::Home,
    input::{Answer, CardNews, Input, OpenHandover},
    interrupted::Interrupted,
    view::{Countdown, PrinterCondition},
};
use crate::flows::facts::{Appearance, Moment, Simulated, TrayView, Zone};

/// Microseconds of a second.
pub const SECOND: i64 = 1_000_000;

/// Plans kept decoded: the one that is open and the one before.
const PLANS_KEPT: usize = 2;

/// A countdown warns when so many seconds are left.
const WARN_SECONDS: u32 = 60;

/// What a kiosk is told once.
#[derive(Debug, Clone)]
pub struct Setup {
    /// Name and store.
    pub terminal: String,
    /// Its number.
    pub number: TerminalId,
    /// The store's zone.
    pub zone: Zone,
    /// What is not real here.
    pub simulated: Vec<Simulated>,
    /// There is a printer.
    pub has_printer: bool,
    /// Random beginning of all idempotency keys of this run.
    pub key_prefix: String,
    /// Seconds without touch until the warning.
    pub idle_seconds: u32,
    /// Seconds the warning stands until the session ends.
    pub idle_warning_seconds: u32,
}

pub(super) struct Desk {
    pub setup: Setup,
    pub now: i64,
    pub appearance: Appearance,
    pub appearance_panel: bool,
    pub online: bool,
    pub staff_called: bool,
    pub printer: PrinterCondition,
    pub tray: Option<TrayView>,
    pub events: Vec<EventSummary>,
    pub interrupted: Vec<OpenHandover>,
    pub card_lies: bool,
    pub reader_lost: bool,
    pub touched: i64,
    plans: Vec<(EventId, Arc<Plan>)>,
    effects: Vec<Effect>,
    /// Questions and jobs whose answer somebody waits for.
    open: Vec<RequestNo>,
    last_no: u64,
}

impl Desk {
    pub fn new(setup: Setup, now: i64) -> Self {
        let printer = if setup.has_printer {
            PrinterCondition::Ready
        } else {
            PrinterCondition::Absent
        };
        Self {
            setup,
            now,
            appearance: Appearance::default(),
            appearance_panel: false,
            online: true,
            staff_called: false,
            printer,
            tray: None,
            events: Vec::new(),
            interrupted: Vec::new(),
            card_lies: false,
            reader_lost: false,
            touched: now,
            plans: Vec::new(),
            effects: Vec::new(),
            open: Vec::new(),
            last_no: 0,
        }
    }

    /// Takes over what an input says about devices and platform, whatever the phase.
    pub fn notice(&mut self, input: &Input) {
        match input {
            Input::Reader(news) => {
                self.card_lies = *news == ReaderNews::Present;
                self.reader_lost = *news == ReaderNews::Lost;
                self.touched = self.now;
            }
            Input::Printer(condition) => self.printer = *condition,
            Input::Tray(tray) => self.tray = Some(tray.clone()),
            Input::Platform { no, answer } => {
                let answer = &**answer;
                self.online = !matches!(answer, Err(fault) if fault.is_network());
                if let Ok(Answer::Events(events)) = answer {
                    self.events = events.clone();
                }
                if !self.closed(*no) {
                    self.undo_stray(answer);
                }
            }
            Input::Card { no, news } => {
                if !matches!(news, CardNews::Progress(_)) {
                    self.closed(*no);
                }
            }
            Input::Paper { .. } | Input::Tick | Input::Touch(_) => {}
        }
    }

    fn closed(&mut self, no: RequestNo) -> bool {
        let before = self.open.len();
        self.open.retain(|open| *open != no);
        self.open.len() < before
    }

    /// An answer nobody waits for any more: seats held or ordered for a customer who left are given back.
    fn undo_stray<F>(&mut self, answer: &Result<Answer, F>) {
        match answer {
            Ok(Answer::Held(hold)) => {
                self.detached(Ask::Release(hold.hold.clone()));
            }
            Ok(Answer::Ordered(order)) if order.state == OrderState::AwaitingPayment => {
                let key = self.key();
                self.detached(Ask::CancelPayment {
                    order: order.order.clone(),
                    key,
                });
            }
            _ => {}
        }
    }

    /// Forgets that somebody waits for this answer.
    pub fn abandon(&mut self, no: Option<RequestNo>) {
        if let Some(no) = no {
            self.closed(no);
        }
    }

    pub fn effect(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    pub fn take_effects(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    fn number(&mut self) -> RequestNo {
        self.last_no += 1;
        RequestNo(self.last_no)
    }

    pub fn ask(&mut self, ask: Ask) -> RequestNo {
        let no = self.number();
        self.open.push(no);
        self.effect(Effect::Ask { no, ask });
        no
    }

    /// Asks without waiting for the answer.
    pub fn detached(&mut self, ask: Ask) {
        let no = self.number();
        self.effect(Effect::Ask { no, ask });
    }

    pub fn card(&mut self, job: CardJob) -> RequestNo {
        let no = self.number();
        self.open.push(no);
        self.effect(Effect::Card { no, job });
        no
    }

    /// Prints, if there is a printer.
    pub fn print(&mut self, paper: PaperJob) -> Option<RequestNo> {
        self.setup.has_printer.then(|| {
            let no = self.number();
            self.effect(Effect::Print { no, paper });
            no
        })
    }

    /// A fresh idempotency key.
    pub fn key(&mut self) -> String {
        let no = self.number();
        format!("{}-{}", self.setup.key_prefix, no.0)
    }

    pub fn call_staff(&mut self) {
        self.staff_called = true;
        self.effect(Effect::CallStaff);
    }

    pub fn plan(&self, event: EventId) -> Option<Arc<Plan>> {
        self.plans
            .iter()
            .find(|(kept, _)| *kept == event)
            .map(|(_, plan)| plan.clone())
    }

    pub fn keep_plan(&mut self, event: EventId, plan: Arc<Plan>) {
        self.plans.retain(|(kept, _)| *kept != event);
        self.plans.insert(0, (event, plan));
        self.plans.truncate(PLANS_KEPT);
    }

    /// Ends the session: the next customer finds the kiosk as the first one did.
    pub fn go_home(&mut self) -> Phase {
        self.appearance = Appearance::default();
        self.appearance_panel = false;
        self.staff_called = false;
        Phase::Home(Home::open(self))
    }

    /// Back to the staff's list while anything of it is left, else home.
    pub fn go_to_staff(&mut self) -> Phase {
        if self.interrupted.is_empty() {
            self.go_home()
        } else {
            Phase::Interrupted(Interrupted::open())
        }
    }

    /// Seconds until the session ends, once the warning stands.
    pub fn idle_left(&self) -> Option<u32> {
        let since = (self.now - self.touched).max(0) / SECOND;
        let warn_from = i64::from(self.setup.idle_seconds);
        let end = warn_from + i64::from(self.setup.idle_warning_seconds);
        (since >= warn_from).then(|| u32::try_from((end - since).max(0)).unwrap_or(0))
    }

    pub fn here(&self, at: i64) -> Moment {
        Moment {
            at,
            zone: self.setup.zone.clone(),
        }
    }
}

/// A time of the platform's, counted by this terminal's clock: the two need not agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Deadline {
    ends: i64,
    of: u32,
}

impl Deadline {
    /// `expires` and `platform_now` by the platform's clock, `now` by this terminal's at the moment of the answer.
    pub fn new(expires: i64, platform_now: i64, now: i64) -> Self {
        let left = (expires - platform_now).max(0);
        Self {
            ends: now + left,
            of: u32::try_from(left / SECOND).unwrap_or(u32::MAX),
        }
    }

    /// A newer answer about the same time: the bar keeps its length.
    pub fn renew(&mut self, expires: i64, platform_now: i64, now: i64) {
        self.ends = now + (expires - platform_now).max(0);
    }

    pub fn is_over(self, now: i64) -> bool {
        now >= self.ends
    }

    pub fn countdown(self, now: i64) -> Countdown {
        // Rounded up: 0 only when it is over.
        let seconds =
            u32::try_from(((self.ends - now).max(0) + SECOND - 1) / SECOND).unwrap_or(u32::MAX);
        Countdown {
            seconds,
            of: self.of.max(1),
            warn: seconds <= WARN_SECONDS,
        }
    }

    /// Whether the warning became due between two moments.
    pub fn warns_between(self, before: i64, now: i64) -> bool {
        !self.countdown(before).warn && self.countdown(now).warn
    }

    /// The end by this terminal's clock.
    pub fn ends(self) -> i64 {
        self.ends
    }
}
