//! A giving or a making of paper has ended: both people see what happened and where every ticket is.

use kippu_handover::row::ItemState;

use super::{
    Desk, Phase, Step,
    choosing::Choosing,
    desk::SECOND,
    effect::{PaperJob, RequestNo},
    input::{HandoverNews, Input, ReaderNews},
    view::{
        self, Errand, FirstKey, GivingStation, Kept, MoneyStation, Paper, PaperStation, Screen,
        Stop, Touch, Way,
    },
    words,
};
use crate::flows::facts::Places;

/// The screen stays this long after the card was taken.
const FAREWELL: i64 = 20 * SECOND;

pub(super) struct Passed {
    errand: Errand,
    news: Box<HandoverNews>,
    giver_places: Option<Places>,
    receiver_places: Option<Places>,
    paper: Paper,
    printing: Option<RequestNo>,
    taken_at: Option<i64>,
}

impl Passed {
    pub fn open(
        errand: Errand,
        news: &HandoverNews,
        giver_places: Option<Places>,
        receiver_places: Option<Places>,
        desk: &mut Desk,
    ) -> Phase {
        let mut this = Self {
            errand,
            news: Box::new(news.clone()),
            giver_places,
            receiver_places,
            paper: Paper::NotWanted,
            printing: None,
            taken_at: (!desk.card_lies).then_some(desk.now),
        };
        // What waits elsewhere needs its code on paper; everything else is on cards or paper already.
        if this.parked() > 0 {
            this.print(desk);
        }
        Phase::Passed(this)
    }

    fn in_state(&self, wanted: ItemState) -> u8 {
        words::count_of(&self.news.facts, |state| state == wanted)
    }

    fn parked(&self) -> u8 {
        self.in_state(ItemState::Parked)
    }

    fn with_giver(&self) -> u8 {
        self.in_state(ItemState::GivenBack) + self.in_state(ItemState::Stayed)
    }

    fn code(&self) -> Option<String> {
        (self.parked() > 0).then(|| self.news.facts.code.to_string())
    }

    fn print(&mut self, desk: &mut Desk) {
        if self.printing.is_some() {
            return;
        }
        let (facts, language) = (Box::new(self.news.facts.clone()), desk.appearance.language);
        let paper = if self.parked() > 0 {
            PaperJob::Kept {
                facts,
                kept: Kept::AtPlatform,
                language,
            }
        } else {
            PaperJob::Given { facts, language }
        };
        self.printing = desk.print(paper);
        if self.printing.is_some() {
            self.paper = Paper::Printing;
        }
    }
}

impl Step for Passed {
    fn step(mut self, input: &Input, desk: &mut Desk) -> Phase {
        match input {
            Input::Paper { no, end } if self.printing == Some(*no) => {
                self.printing = None;
                self.paper = words::paper(*end);
            }
            Input::Touch(Touch::PrintAgain) => self.print(desk),
            Input::Touch(Touch::GiveMore) if !desk.is_staff() => {
                return Choosing::open(self.errand, desk);
            }
            Input::Reader(ReaderNews::Empty) => self.taken_at = Some(desk.now),
            Input::Reader(ReaderNews::Present) => self.taken_at = None,
            Input::Touch(Touch::First | Touch::Way(Way::Finish)) => return desk.go_back(),
            // A code has to be read or printed first.
            Input::Tick
                if self.parked() == 0
                    && self.taken_at.is_some_and(|at| desk.now - at >= FAREWELL) =>
            {
                return desk.go_back();
            }
            _ => {}
        }
        Phase::Passed(self)
    }

    fn screen(&self, desk: &Desk) -> Screen {
        let facts = &self.news.facts;
        match self.errand {
            Errand::Paper if self.in_state(ItemState::Printed) > 0 => {
                Screen::PaperDone(view::PaperDone {
                    printed: self.in_state(ItemState::Printed),
                    given_back: self.with_giver(),
                    parked: self.parked(),
                    code: self.code(),
                    tickets: words::tickets_of(facts, |state| state == ItemState::Printed),
                    card_lies: desk.card_lies,
                })
            }
            Errand::Give | Errand::Paper | Errand::MoneyBack => {
                Screen::HandedOver(view::HandedOver {
                    given: self.in_state(ItemState::Given),
                    given_back: self.with_giver(),
                    parked: self.parked(),
                    giver: facts.giver.map(words::ending).unwrap_or_default(),
                    receiver: facts.receiver.map(words::ending),
                    giver_places: self.giver_places,
                    receiver_places: self.receiver_places,
                    tickets: words::tickets_of(facts, |_| true),
                    code: self.code(),
                    report_waits: self.news.report_waits,
                    paper: self.paper,
                    card_lies: desk.card_lies,
                })
            }
        }
    }

    fn station(&self) -> Option<Stop> {
        Some(match self.errand {
            Errand::Give => Stop::Giving(GivingStation::Done),
            Errand::Paper => Stop::Paper(PaperStation::Done),
            Errand::MoneyBack => Stop::MoneyBack(MoneyStation::Slip),
        })
    }

    fn first_key(&self) -> FirstKey {
        FirstKey::Start
    }

    fn end(self, desk: &mut Desk) -> Phase {
        desk.go_back()
    }
}
