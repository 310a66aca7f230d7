//! This kiosk for its staff: how devices stand, a test page, and the ways to a new roll, out of service and one's own card.

use kippu_api::staff_acts::StaffDeed;

use super::{List, NewRoll, OutReasons, OwnCard, Stick};
use crate::flows::kiosk::{
    Desk, Phase, Step,
    effect::{PaperJob, RequestNo},
    input::{Input, PaperEnd},
    view::{self, CareNotice, FirstKey, Screen, Touch, Way},
};

pub(in crate::flows::kiosk) struct Care {
    printing: Option<RequestNo>,
    notice: Option<CareNotice>,
}

impl Care {
    pub fn open(notice: Option<CareNotice>) -> Phase {
        Phase::Care(Self {
            printing: None,
            notice,
        })
    }
}

/// Prints a page that is nobody's ticket or receipt.
pub(super) fn print_test(desk: &mut Desk) -> Option<RequestNo> {
    let language = desk.appearance.language;
    desk.print(PaperJob::Test { language })
}

impl Step for Care {
    fn step(mut self, input: &Input, desk: &mut Desk) -> Phase {
        match input {
            Input::Paper { no, end } if self.printing == Some(*no) => {
                self.printing = None;
                self.notice = Some(match end {
                    PaperEnd::Printed => {
                        desk.staff_did(StaffDeed::TestPrinted);
                        CareNotice::TestPrinted
                    }
                    PaperEnd::Unconfirmed(_) => CareNotice::TestUnconfirmed,
                    PaperEnd::NotPrinted(_) => CareNotice::TestNotPrinted,
                });
            }
            Input::Touch(_) if self.printing.is_some() => {}
            Input::Touch(Touch::TestPage) => {
                self.notice = None;
                self.printing = print_test(desk);
            }
            Input::Touch(Touch::NewRoll) if desk.setup.has_printer => return NewRoll::open(),
            Input::Touch(Touch::TakeOut) if desk.out.is_none() => return OutReasons::open(),
            Input::Touch(Touch::BackInService) => desk.serve_again(),
            Input::Touch(Touch::SaveReports) => return Stick::open(desk.unsent),
            Input::Touch(Touch::OwnCard) => return OwnCard::open(),
            Input::Touch(Touch::First | Touch::Way(Way::Finish)) => return List::open(desk),
            _ => {}
        }
        Phase::Care(self)
    }

    fn screen(&self, desk: &Desk) -> Screen {
        Screen::Care(view::Care {
            reader_there: !desk.reader_lost,
            storage: desk.storage,
            out: desk.out,
            printing: self.printing.is_some(),
            notice: self.notice,
        })
    }

    fn first_key(&self) -> FirstKey {
        match self.printing {
            Some(_) => FirstKey::None,
            None => FirstKey::Back,
        }
    }

    fn may_idle(&self) -> bool {
        self.printing.is_none()
    }
}
