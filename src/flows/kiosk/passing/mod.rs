//! The holder said yes: the tickets leave the card, and go to another card, onto paper, to the platform, or back. From the taking on they are
//! in this kiosk's journal until a card, a printer or the platform has them: every end of a step has its way on, and when nobody comes back
//! they are put away under a code.

mod begin;
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
    refunding::Refunding,
    staff,
    view::{
        CardRefusal, Errand, FirstKey, GivingStation, MoneyBack, MoneyStation, PaperStation,
        PrinterCondition, Screen, Stop, Touch, TroubleKind, Way,
    },
    words,
};
use crate::flows::facts::Places;

/// How soon a step that waits for the platform is tried again by itself, while tickets are in this kiosk.
const BETWEEN_TRIES: i64 = 5 * SECOND;

/// A card that lies there and cannot be opened without the platform is tried so often by itself: a minute. Then the session may end.
const TRIES_WITH_CARD: u8 = 12;

use begin::{doing, in_kiosk};

pub(super) struct Passing {
    errand: Errand,
    giver: CardUid,
    /// Tickets agreed to, before the journal says more.
    count: u8,
    /// What people were told they bring, where they are to be given up.
    money: Option<MoneyBack>,
    bearer: Bearer,
    /// What the journal and the cards said last.
    at: Option<Rest>,
    /// Places of the two cards, where they were read after their last change.
    giver_places: Option<Places>,
    receiver_places: Option<Places>,
    /// The step at work was begun by laying a card: if that was the wrong one, people are told.
    by_laying: bool,
    /// How often the card that lies there was tried again by itself.
    tries: u8,
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
    /// Asking a card what became of tickets that were to be put away.
    FindingOut,
    /// Putting away: people asked for it, or nobody came back.
    Keeping {
        nobody_came: bool,
    },
    /// The giver changed their mind before anything was taken.
    Stopping,
}

impl Passing {
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
        self.tries = 0;
    }

    /// What waits for platform or printer goes on by itself as soon as it can.
    fn by_itself(&mut self, desk: &mut Desk) {
        let Some(rest) = &self.at else { return };
        if !matches!(self.state, State::Resting) || desk.now - rest.since < BETWEEN_TRIES {
            return;
        }
        match rest.outcome {
            Outcome::PlatformAway if in_kiosk(&rest.facts) => self.advance(desk),
            Outcome::PrinterNeeded(_)
                if matches!(
                    desk.printer,
                    PrinterCondition::Ready | PrinterCondition::PaperLow
                ) =>
            {
                self.advance(desk);
            }
            Outcome::LayCard { .. }
                if rest.refused == Some(CardRefusal::NoNetwork) && desk.card_lies =>
            {
                self.try_card_again(desk);
            }
            _ => {}
        }
    }

    /// The card that was laid without connection lies there still: nobody has to lay it anew.
    fn try_card_again(&mut self, desk: &mut Desk) {
        if self.tries < TRIES_WITH_CARD {
            let by_laying = self.by_laying;
            self.advance(desk);
            self.by_laying = by_laying;
            self.tries += 1;
        }
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
            (Errand::MoneyBack, _) => Stop::MoneyBack(MoneyStation::GiveUp),
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
