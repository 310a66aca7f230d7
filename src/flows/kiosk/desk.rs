//! What all phases share: the clock, the open wishes, and what is known of devices and platform. Nothing here is about a person
//! beyond the present session.

use std::sync::Arc;

use kippu_api::{
    events::EventSummary,
    orders::OrderState,
    parcels::{Passage, PassageKind},
    staff_acts::{OutReason, StaffDeed},
};
use kippu_handover::{
    facts::{Facts, Standing},
    outcome::Outcome,
};
use kippu_seatplan::Plan;
use kippu_ticket::ids::{CardUid, EventId, HandoverId, TerminalId, TicketId};

use super::{
    Phase, ReaderNews,
    effect::{Ask, CardJob, Effect, PaperJob, RequestNo},
    home::Home,
    input::{Answer, AskFault, CardNews, HandoverFault, Input, Reference, Storage},
    out_of_service::OutOfService,
    staff::{List, One},
    view::PrinterCondition,
};
use crate::flows::facts::{
    Appearance, Loudness, Moment, ScannerCondition, Simulated, TrayView, Zone,
};

/// Microseconds of a second.
pub const SECOND: i64 = 1_000_000;

/// Plans kept decoded: the one that is open and the one before.
const PLANS_KEPT: usize = 2;

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
    /// How the journal stands at the start.
    pub storage: Storage,
    /// The staff took it out of service before it was started.
    pub out: Option<OutReason>,
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
    pub headset: bool,
    pub online: bool,
    pub staff_called: bool,
    /// What the platform's log calls the request that failed last, until somebody goes on.
    pub reference: Reference,
    pub printer: PrinterCondition,
    /// Whether the journal takes anything new.
    pub storage: Storage,
    /// The staff took this kiosk out of service.
    pub out: Option<OutReason>,
    pub scanner: ScannerCondition,
    /// Chimes and speech cannot be heard.
    pub silent: bool,
    pub tray: Option<TrayView>,
    pub events: Vec<EventSummary>,
    /// Everything the journal holds open, as far as its news were heard.
    pub open_handovers: Vec<Facts>,
    /// Reports the platform had not got yet when the journal was read last.
    pub unsent: usize,
    /// Events that can be brought to an end without network.
    pub local_keys: Vec<EventId>,
    /// The card whose history was asked for in this session, and the question.
    history: Option<(CardUid, RequestNo)>,
    /// Tickets of that card that were issued anew: what it carries of them is worth nothing.
    recalled: Vec<TicketId>,
    /// Name of the clerk who is logged in.
    pub clerk: Option<String>,
    /// What start-up found comes before anything else.
    pub starting: bool,
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
            storage: setup.storage,
            out: setup.out,
            setup,
            now,
            appearance: Appearance::default(),
            appearance_panel: false,
            headset: false,
            online: true,
            staff_called: false,
            reference: None,
            printer,
            scanner: ScannerCondition::default(),
            silent: false,
            tray: None,
            events: Vec::new(),
            open_handovers: Vec::new(),
            unsent: 0,
            local_keys: Vec::new(),
            history: None,
            recalled: Vec::new(),
            clerk: None,
            starting: false,
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
            Input::Scanner(condition) => self.scanner = *condition,
            Input::Sound { heard } => self.silent = !heard,
            Input::Tray(tray) => self.tray = Some(tray.clone()),
            Input::Headset(there) => {
                self.headset = *there;
                self.appearance.speech = there.then(Loudness::default);
                self.touched = self.now;
            }
            Input::Platform { no, answer } => {
                let answer = &**answer;
                self.reference = answer.as_ref().err().and_then(AskFault::reference);
                // A clerk may be logged in without the platform.
                if !matches!(answer, Ok(Answer::Clerk { .. })) {
                    self.online = !matches!(answer, Err(fault) if fault.is_network());
                }
                match answer {
                    Ok(Answer::Events(events)) => self.events = events.clone(),
                    Ok(Answer::History(passages))
                        if self.history.is_some_and(|(_, asked)| asked == *no) =>
                    {
                        self.recalled = recalled(passages);
                    }
                    _ => {}
                }
                if !self.closed(*no) {
                    self.undo_stray(answer);
                }
            }
            Input::Card { no, news } => {
                match news {
                    CardNews::Handover(Ok(news)) => {
                        self.know(&news.facts);
                        if let Outcome::Refused(problem) = &news.outcome {
                            self.reference = problem.reference().map(str::to_owned);
                        }
                    }
                    CardNews::Handover(Err(HandoverFault::Refused(_, reference))) => {
                        self.reference.clone_from(reference);
                    }
                    CardNews::Open { open, unsent } => {
                        self.open_handovers.clone_from(open);
                        self.unsent = *unsent;
                    }
                    _ => {}
                }
                if !matches!(news, CardNews::Progress(_) | CardNews::Paper(_)) {
                    self.closed(*no);
                }
            }
            Input::Storage(storage) => self.storage = *storage,
            Input::LocalKeys(events) => self.local_keys = events.clone(),
            Input::OpenHandovers(open) => self.open_handovers = open.clone(),
            Input::Paper { .. } | Input::Tick | Input::Touch(_) => {}
        }
    }

    /// Takes over where a handover stands.
    fn know(&mut self, facts: &Facts) {
        let place = self
            .open_handovers
            .iter()
            .position(|known| known.handover == facts.handover);
        match (place, facts.standing) {
            (Some(place), Standing::Ended) => drop(self.open_handovers.remove(place)),
            (Some(place), _) => self.open_handovers[place] = facts.clone(),
            (None, Standing::Ended) => {}
            (None, _) => self.open_handovers.push(facts.clone()),
        }
    }

    /// An open handover of this kiosk's.
    pub fn handover(&self, id: HandoverId) -> Option<&Facts> {
        self.open_handovers
            .iter()
            .find(|facts| facts.handover == id)
    }

    /// Open handovers of this kiosk's that are about a card.
    pub fn open_for(&self, card: CardUid) -> impl Iterator<Item = &Facts> {
        self.open_handovers.iter().filter(move |facts| {
            [facts.giver, facts.receiver, facts.waits_for_card].contains(&Some(card))
        })
    }

    /// Asks what became of a card's tickets, once a session: only the platform knows which were issued anew.
    pub fn ask_recalled(&mut self, card: CardUid) {
        if self.online && self.history.is_none_or(|(asked, _)| asked != card) {
            self.recalled.clear();
            self.history = Some((card, self.ask(Ask::History(card))));
        }
    }

    /// Tickets of a card that were issued anew, as far as the platform has said.
    pub fn recalled_on(&self, card: CardUid) -> &[TicketId] {
        match self.history {
            Some((asked, _)) if asked == card => &self.recalled,
            _ => &[],
        }
    }

    /// Whether tickets of any event can be moved now.
    pub fn can_move(&self) -> bool {
        self.online || !self.local_keys.is_empty()
    }

    /// Whether tickets of this event can be moved and brought to an end now (R17).
    pub fn can_finish(&self, event: EventId) -> bool {
        self.online || self.local_keys.contains(&event)
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

    /// Takes this kiosk out of service, until somebody of the staff says otherwise.
    pub fn take_out(&mut self, reason: OutReason) {
        self.out = Some(reason);
        self.staff_did(StaffDeed::OutOfService { reason });
    }

    pub fn serve_again(&mut self) {
        if self.out.take().is_some() {
            self.staff_did(StaffDeed::BackInService);
        }
    }

    pub fn staff_did(&mut self, deed: StaffDeed) {
        self.effect(Effect::StaffDid(deed));
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

    /// Presents itself as to the first customer. Whoever plugs a headset in, or leaves it there, wants to hear.
    pub fn welcome(&mut self) {
        self.appearance = Appearance {
            speech: self.headset.then(Loudness::default),
            ..Appearance::default()
        };
        self.appearance_panel = false;
        self.touched = self.now;
    }

    /// Ends the session: the next customer finds the kiosk as the first one did, or hears that nothing can be begun.
    pub fn go_home(&mut self) -> Phase {
        self.welcome();
        self.staff_called = false;
        self.reference = None;
        self.starting = false;
        self.history = None;
        self.recalled.clear();
        if self.clerk.take().is_some() {
            self.detached(Ask::ClerkLogout);
        }
        match (self.storage, self.out) {
            (Storage::Ready, None) => Phase::Home(Home::open(self)),
            _ => OutOfService::open(self),
        }
    }

    /// An errand has ended: back to the staff's list where it was begun there, else home.
    pub fn go_back(&mut self) -> Phase {
        match (&self.clerk, self.starting) {
            (Some(_), _) => List::open(self),
            (None, true) => One::next_at_start(self),
            (None, false) => self.go_home(),
        }
    }

    /// Whether the errand was begun by the staff.
    pub fn is_staff(&self) -> bool {
        self.clerk.is_some() || self.starting
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

/// Tickets whose last station on a card is that they were issued anew. The newest station comes first.
fn recalled(passages: &[Passage]) -> Vec<TicketId> {
    let mut seen = Vec::new();
    let mut recalled = Vec::new();
    for passage in passages {
        if seen.contains(&passage.ticket) {
            continue;
        }
        seen.push(passage.ticket);
        if passage.what == PassageKind::Reissued {
            recalled.push(passage.ticket);
        }
    }
    recalled
}
