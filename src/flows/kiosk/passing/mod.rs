//! The holder said yes: the tickets leave the card, and go to another card, onto paper, to the platform, or back. From the taking on they are
//! in this kiosk's journal until a card, a printer or the platform has them: every end of a step has its way on, and when nobody comes back
//! they are put away under a code.

mod rest;
mod screen;
mod ways;

use kippu_handover::{
    facts::{Facts, Standing},
    outcome::Outcome,
    row::{Destination, ItemState},
};
use kippu_ticket::ids::{CardUid, HandoverId};

use super::{
    Desk, Phase, Step,
    choosing::Choosing,
    desk::SECOND,
    effect::{CardJob, RequestNo},
    input::{CardNews, HandoverNews, Input, ReaderNews, WriteProgress},
    kept::KeptCode,
    passed::Passed,
    staff,
    view::{
        CardRefusal, Errand, FirstKey, GivingStation, PaperStation, PrinterCondition, Screen, Stop,
        Touch, TroubleKind, Way,
    },
    words,
};
use crate::flows::facts::Places;

/// How soon a step that waits for the platform is tried again by itself, while tickets are in this kiosk.
const BETWEEN_TRIES: i64 = 5 * SECOND;

pub(super) struct Passing {
    errand: Errand,
    giver: CardUid,
    /// Tickets agreed to, before the journal says more.
    count: u8,
    bearer: Bearer,
    /// What the journal and the cards said last.
    at: Option<Rest>,
    /// Places of the two cards, where they were read after their last change.
    giver_places: Option<Places>,
    receiver_places: Option<Places>,
    /// The step at work was begun by laying a card: if that was the wrong one, people are told.
    by_laying: bool,
    state: State,
}

/// Who stands here, and so which cards may receive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bearer {
    /// The two who began, a clerk, or the bearer of the code: any card may receive.
    Anyone,
    /// A card of the handover was laid later: only the two it names.
    Card,
}

/// Where the handover rests.
struct Rest {
    facts: Facts,
    outcome: Outcome,
    /// Why the card that lies there cannot be used.
    refused: Option<CardRefusal>,
    since: i64,
}

enum State {
    /// The machine is at work; hands off the card.
    Working {
        no: RequestNo,
        doing: Doing,
        progress: Option<WriteProgress>,
        /// The paper at the printer, from 1.
        paper: u8,
    },
    /// A card, people, the printer or the platform are needed; `Rest` says which.
    Resting,
    /// Another card than the one that is too full is awaited.
    AwaitingOther,
    /// Something that no step of people here helps.
    Stopped(TroubleKind),
}

/// What the machine is doing, as far as people are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Doing {
    Taking,
    Giving,
    GivingBack,
    Printing,
    /// Putting away: people asked for it, or nobody came back.
    Keeping {
        nobody_came: bool,
    },
    /// The giver changed their mind before anything was taken.
    Stopping,
}

impl Passing {
    /// The yes is on its way to the machine.
    pub fn agreed(errand: Errand, giver: CardUid, count: u8, no: RequestNo) -> Phase {
        Phase::Passing(Self {
            errand,
            giver,
            count,
            bearer: Bearer::Anyone,
            at: None,
            giver_places: None,
            receiver_places: None,
            by_laying: false,
            state: State::Working {
                no,
                doing: Doing::Taking,
                progress: None,
                paper: 0,
            },
        })
    }

    /// Goes on with what the journal has open, with the card `laid` now if one was. `None` where its tickets come from no card.
    pub fn resume(
        facts: &Facts,
        bearer: Bearer,
        laid: Option<CardUid>,
        desk: &mut Desk,
    ) -> Option<Phase> {
        let giver = facts.giver?;
        let to = onward(facts, bearer, laid);
        let job = match to {
            Some(to) => CardJob::Redirect {
                handover: facts.handover,
                to,
            },
            None => CardJob::Advance {
                handover: facts.handover,
            },
        };
        let doing = doing(to.unwrap_or(facts.destination), facts);
        Some(Self::at_work(facts, giver, bearer, job, doing, desk))
    }

    /// People, or the staff, want something else with it.
    pub fn redirected(
        facts: &Facts,
        to: Destination,
        bearer: Bearer,
        desk: &mut Desk,
    ) -> Option<Phase> {
        let giver = facts.giver?;
        let job = CardJob::Redirect {
            handover: facts.handover,
            to,
        };
        let doing = doing(to, facts);
        Some(Self::at_work(facts, giver, bearer, job, doing, desk))
    }

    /// Another terminal's handover, fetched by its code or card just now.
    pub fn fetched(
        news: &HandoverNews,
        bearer: Bearer,
        laid: Option<CardUid>,
        desk: &mut Desk,
    ) -> Option<Phase> {
        let facts = &news.facts;
        if let Some(to) = onward(facts, bearer, laid) {
            return Self::redirected(facts, to, bearer, desk);
        }
        let this = Self {
            errand: errand(facts),
            giver: facts.giver?,
            count: words::open_count(facts),
            bearer,
            at: None,
            giver_places: None,
            receiver_places: None,
            by_laying: false,
            state: State::Resting,
        };
        Some(this.rested(doing(facts.destination, facts), news, desk))
    }

    fn at_work(
        facts: &Facts,
        giver: CardUid,
        bearer: Bearer,
        job: CardJob,
        doing: Doing,
        desk: &mut Desk,
    ) -> Phase {
        let mut this = Self {
            errand: errand(facts),
            giver,
            count: words::open_count(facts),
            bearer,
            at: Some(Rest {
                facts: facts.clone(),
                outcome: Outcome::PlatformAway,
                refused: None,
                since: desk.now,
            }),
            giver_places: None,
            receiver_places: None,
            by_laying: false,
            state: State::Resting,
        };
        this.work(job, doing, desk);
        Phase::Passing(this)
    }

    fn work(&mut self, job: CardJob, doing: Doing, desk: &mut Desk) {
        self.by_laying = false;
        self.state = State::Working {
            no: desk.card(job),
            doing,
            progress: None,
            paper: 0,
        };
    }

    fn id(&self) -> Option<HandoverId> {
        self.at.as_ref().map(|rest| rest.facts.handover)
    }

    fn advance(&mut self, desk: &mut Desk) {
        if let Some(rest) = &self.at {
            let (handover, doing) = (
                rest.facts.handover,
                doing(rest.facts.destination, &rest.facts),
            );
            self.work(CardJob::Advance { handover }, doing, desk);
        }
    }

    fn redirect(&mut self, to: Destination, doing: Doing, desk: &mut Desk) {
        if let Some(handover) = self.id() {
            self.work(CardJob::Redirect { handover, to }, doing, desk);
        }
    }

    /// Tickets that are off the giver's card and with nobody else.
    fn in_kiosk(&self) -> bool {
        self.at.as_ref().is_some_and(|rest| in_kiosk(&rest.facts))
    }

    fn is_working(&self) -> bool {
        matches!(self.state, State::Working { .. })
    }

    /// A card was laid while one is awaited.
    fn laid(&mut self, desk: &mut Desk) {
        match &self.state {
            // Card and machine are at work.
            State::Working { .. } => return,
            State::AwaitingOther => self.redirect(
                Destination::Card {
                    card: None,
                    only_what_fits: false,
                },
                Doing::Giving,
                desk,
            ),
            State::Resting | State::Stopped(_) => self.advance(desk),
        }
        self.by_laying = true;
    }

    /// What waits for platform or printer goes on by itself as soon as it can.
    fn by_itself(&mut self, desk: &mut Desk) {
        let Some(rest) = &self.at else { return };
        let resting = matches!(self.state, State::Resting);
        let goes_on = match rest.outcome {
            Outcome::PlatformAway => {
                desk.now - rest.since >= BETWEEN_TRIES && in_kiosk(&rest.facts)
            }
            Outcome::PrinterNeeded(_) => {
                desk.now - rest.since >= BETWEEN_TRIES
                    && matches!(
                        desk.printer,
                        PrinterCondition::Ready | PrinterCondition::PaperLow
                    )
            }
            _ => false,
        };
        if resting && goes_on {
            self.advance(desk);
        }
    }
}

/// What tickets of a handover left their card for.
fn errand(facts: &Facts) -> Errand {
    match facts.purpose {
        Some(kippu_api::handovers::Purpose::Paper) => Errand::Paper,
        _ => Errand::Give,
    }
}

/// Whether tickets are off the giver's card and with nobody else, or may be.
pub(super) fn in_kiosk(facts: &Facts) -> bool {
    facts
        .items
        .iter()
        .any(|item| matches!(item.state, ItemState::Kept | ItemState::Pending))
}

/// Where a handover that is taken up again shall go, if somewhere else than it was going.
fn onward(facts: &Facts, bearer: Bearer, laid: Option<CardUid>) -> Option<Destination> {
    let unanswered = matches!(
        facts.standing,
        Standing::Unknown(_) | Standing::PaperUnconfirmed { .. }
    );
    if unanswered || !in_kiosk(facts) {
        return None;
    }
    let to_any = Destination::Card {
        card: None,
        only_what_fits: false,
    };
    match (laid, facts.receiver, bearer) {
        // Its own card: whoever laid it wants them back, unless a clerk or the code says that a receiver is here too.
        (Some(laid), _, Bearer::Card) if facts.giver == Some(laid) => Some(Destination::Giver),
        (Some(laid), Some(receiver), Bearer::Card) if laid == receiver => Some(Destination::Card {
            card: Some(receiver),
            only_what_fits: false,
        }),
        // They were to be put away, and now somebody is here.
        (_, _, Bearer::Anyone)
            if matches!(
                facts.destination,
                Destination::Platform | Destination::Elsewhere
            ) =>
        {
            Some(to_any)
        }
        _ => None,
    }
}

fn doing(to: Destination, facts: &Facts) -> Doing {
    let taken = facts
        .items
        .iter()
        .all(|item| !matches!(item.state, ItemState::Wanted));
    match to {
        _ if !taken => Doing::Taking,
        Destination::Card { .. } => Doing::Giving,
        Destination::Giver => Doing::GivingBack,
        Destination::Paper => Doing::Printing,
        Destination::Platform | Destination::Elsewhere => Doing::Keeping { nobody_came: false },
    }
}

impl Step for Passing {
    fn step(mut self, input: &Input, desk: &mut Desk) -> Phase {
        if let State::Working { no: open, .. } = self.state {
            return match input {
                Input::Card { no, news } if *no == open => self.news(news, desk),
                _ => Phase::Passing(self),
            };
        }
        match input {
            Input::Reader(ReaderNews::Present) => self.laid(desk),
            Input::Tick | Input::Printer(_) => self.by_itself(desk),
            Input::Touch(Touch::Way(way)) => return self.way(way, desk),
            Input::Touch(Touch::Staff) => return self.way(&Way::StaffHere, desk),
            // While tickets are here this key means "more time", and the touch has said so.
            Input::Touch(Touch::First) if !self.in_kiosk() => return self.end(desk),
            _ => {}
        }
        Phase::Passing(self)
    }

    fn screen(&self, desk: &Desk) -> Screen {
        screen::of(self, desk)
    }

    fn station(&self) -> Option<Stop> {
        Some(match (self.errand, &self.state) {
            (Errand::Paper, _) => Stop::Paper(PaperStation::Print),
            (
                Errand::Give,
                State::Working {
                    doing: Doing::Taking,
                    ..
                },
            ) => Stop::Giving(GivingStation::Choose),
            (Errand::Give, _) if screen::is_swap(self) => Stop::Giving(GivingStation::Swap),
            (Errand::Give, _) => Stop::Giving(GivingStation::OtherCard),
        })
    }

    fn first_key(&self) -> FirstKey {
        match (self.is_working(), self.in_kiosk()) {
            (true, _) => FirstKey::None,
            (false, true) => FirstKey::MoreTime,
            (false, false) => FirstKey::Start,
        }
    }

    fn may_idle(&self) -> bool {
        !self.is_working()
    }

    /// Nobody comes back: tickets that are here are put away under a code first.
    fn end(mut self, desk: &mut Desk) -> Phase {
        if self.in_kiosk() {
            self.redirect(
                Destination::Platform,
                Doing::Keeping { nobody_came: true },
                desk,
            );
            return Phase::Passing(self);
        }
        // Nothing was taken: the yes ends here.
        if let Some(handover) = self.id() {
            desk.card(CardJob::Redirect {
                handover,
                to: Destination::Giver,
            });
        }
        desk.go_back()
    }
}
