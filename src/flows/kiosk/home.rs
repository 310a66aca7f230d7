//! Start screen: errands; laying a card begins as well.

use super::{
    Desk, Phase, Step,
    browse::Browse,
    choosing::Choosing,
    desk::SECOND,
    effect::{Ask, RequestNo},
    input::{Input, ReaderNews, Storage},
    look::Look,
    slip_entry::SlipEntry,
    staff::ClerkEntry,
    view::{self, Errand, FirstKey, Screen, Touch},
    words,
};
use crate::flows::facts::SeatWords;

/// How old the list of events may be; also how soon a platform that came back is noticed.
const REFRESH: i64 = 20 * SECOND;

#[derive(Default)]
pub(super) struct Home {
    asked: Option<RequestNo>,
    asked_at: i64,
}

impl Home {
    pub fn open(desk: &mut Desk) -> Self {
        Self {
            asked: Some(desk.ask(Ask::Events)),
            asked_at: desk.now,
        }
    }
}

impl Step for Home {
    fn step(mut self, input: &Input, desk: &mut Desk) -> Phase {
        match input {
            Input::Touch(Touch::Buy) => {
                desk.abandon(self.asked);
                return Browse::open(desk);
            }
            Input::Touch(Touch::LookAtCard) => return Look::open(desk),
            Input::Touch(Touch::Give) => return Choosing::open(Errand::Give, desk),
            Input::Touch(Touch::MakePaper) => return Choosing::open(Errand::Paper, desk),
            Input::Touch(Touch::Staff) => return ClerkEntry::open(None, desk),
            Input::Touch(Touch::EnterSlip) => return SlipEntry::open(desk),
            Input::Touch(Touch::Scanned(text)) => return SlipEntry::scanned(text, desk),
            Input::Reader(ReaderNews::Present) => return Look::open(desk),
            Input::Storage(Storage::Full | Storage::Broken) => {
                desk.abandon(self.asked);
                return desk.go_home();
            }
            Input::Platform { no, .. } if self.asked == Some(*no) => self.asked = None,
            Input::Tick if self.asked.is_none() && desk.now - self.asked_at >= REFRESH => {
                return Phase::Home(Self::open(desk));
            }
            _ => {}
        }
        Phase::Home(self)
    }

    fn screen(&self, desk: &Desk) -> Screen {
        // The ticket on the line shows the next event's own name with no seat: it is nobody's ticket.
        let sample = desk
            .events
            .first()
            .map(|event| (words::event_of_list(event), SeatWords::default()));
        Screen::Home(view::Home {
            sample,
            can_buy: desk.online,
            can_give: desk.can_move(),
            can_make_paper: desk.can_move() && desk.setup.has_printer,
        })
    }

    fn first_key(&self) -> FirstKey {
        FirstKey::None
    }
}
