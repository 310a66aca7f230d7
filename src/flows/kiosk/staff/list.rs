//! Everything this kiosk holds open, oldest first.

use super::{Care, ClerkEntry, One, words};
use crate::flows::kiosk::{
    Desk, Phase, Step,
    desk::SECOND,
    effect::{CardJob, RequestNo},
    input::{CardNews, Input},
    view::{self, FirstKey, HANDOVERS_A_PAGE, Screen, Touch, Turn, Way},
};

/// How soon the journal is read again while reports wait: they go by themselves as soon as the platform is there.
const AGAIN: i64 = 5 * SECOND;

pub(in crate::flows::kiosk) struct List {
    asked: Option<RequestNo>,
    asked_at: i64,
    /// The journal was read before; reading it again disturbs nobody.
    read: bool,
    page: usize,
}

impl List {
    /// Reads the journal again; nobody sees it who is not logged in.
    pub fn open(desk: &mut Desk) -> Phase {
        if desk.clerk.is_none() {
            return ClerkEntry::open(None, desk);
        }
        Phase::StaffList(Self {
            asked: Some(desk.card(CardJob::Open)),
            asked_at: desk.now,
            read: false,
            page: 0,
        })
    }

    fn pages(desk: &Desk) -> usize {
        desk.open_handovers.len().div_ceil(HANDOVERS_A_PAGE).max(1)
    }
}

impl Step for List {
    fn step(mut self, input: &Input, desk: &mut Desk) -> Phase {
        match input {
            Input::Card {
                no,
                news: CardNews::Open { .. },
            } if self.asked == Some(*no) => {
                self.asked = None;
                self.read = true;
            }
            Input::Tick
                if desk.unsent > 0 && self.asked.is_none() && desk.now - self.asked_at >= AGAIN =>
            {
                self.asked = Some(desk.card(CardJob::Open));
                self.asked_at = desk.now;
            }
            Input::Touch(Touch::Page(Turn::Up)) => self.page = self.page.saturating_sub(1),
            Input::Touch(Touch::Page(Turn::Down)) => {
                self.page = (self.page + 1).min(Self::pages(desk) - 1);
            }
            Input::Touch(Touch::OpenHandover(id)) if desk.handover(*id).is_some() => {
                return One::open(*id);
            }
            Input::Touch(Touch::Care) => return Care::open(None),
            Input::Touch(Touch::LogOut | Touch::First | Touch::Way(Way::Finish)) => {
                return desk.go_home();
            }
            _ => {}
        }
        Phase::StaffList(self)
    }

    fn screen(&self, desk: &Desk) -> Screen {
        Screen::OpenHandovers(view::OpenHandovers {
            clerk: desk.clerk.clone().unwrap_or_default(),
            rows: desk
                .open_handovers
                .iter()
                .skip(self.page * HANDOVERS_A_PAGE)
                .take(HANDOVERS_A_PAGE)
                .map(|facts| words::row(facts, desk))
                .collect(),
            count: desk.open_handovers.len(),
            page: self.page,
            pages: Self::pages(desk),
            unsent: desk.unsent,
            busy: !self.read,
        })
    }

    fn first_key(&self) -> FirstKey {
        FirstKey::Start
    }
}
