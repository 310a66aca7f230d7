//! A new roll for the printer. Its cover tells where the staff is, and a test page by itself that all is well.

use kippu_api::staff_acts::StaffDeed;

use super::{Care, care::print_test};
use crate::flows::kiosk::{
    Desk, Phase, Step,
    effect::RequestNo,
    input::{Input, PaperEnd},
    view::{self, FirstKey, PrinterCondition, Screen, Touch, Way},
};

pub(in crate::flows::kiosk) struct NewRoll {
    /// The cover was open, or the printer off, or it said that the paper is out: what comes then is new.
    opened: bool,
    printing: Option<RequestNo>,
    end: Option<PaperEnd>,
}

impl NewRoll {
    pub fn open() -> Phase {
        Phase::NewRoll(Self {
            opened: false,
            printing: None,
            end: None,
        })
    }
}

fn is_ready(condition: PrinterCondition) -> bool {
    matches!(
        condition,
        PrinterCondition::Ready | PrinterCondition::PaperLow
    )
}

impl Step for NewRoll {
    fn step(mut self, input: &Input, desk: &mut Desk) -> Phase {
        match input {
            Input::Paper { no, end } if self.printing == Some(*no) => {
                self.printing = None;
                self.end = Some(*end);
                if *end == PaperEnd::Printed {
                    desk.staff_did(StaffDeed::PaperChanged);
                }
            }
            Input::Printer(condition) if self.printing.is_none() => {
                if !is_ready(*condition) {
                    self.opened = true;
                    self.end = None;
                } else if self.opened && self.end.is_none() {
                    self.printing = print_test(desk);
                }
            }
            Input::Touch(_) if self.printing.is_some() => {}
            Input::Touch(Touch::TestPage) if is_ready(desk.printer) => {
                self.end = None;
                self.printing = print_test(desk);
            }
            Input::Touch(Touch::First | Touch::Way(Way::Finish)) => return Care::open(None),
            _ => {}
        }
        Phase::NewRoll(self)
    }

    fn screen(&self, desk: &Desk) -> Screen {
        Screen::NewRoll(match (self.printing, self.end, desk.printer) {
            (Some(_), _, _) => view::NewRoll::Printing,
            (None, Some(PaperEnd::Printed), _) => view::NewRoll::Done,
            (None, Some(PaperEnd::Unconfirmed(_)), _) => view::NewRoll::Unconfirmed,
            (None, _, PrinterCondition::Off | PrinterCondition::Absent) => view::NewRoll::SwitchOn,
            (None, _, PrinterCondition::Ready | PrinterCondition::PaperLow) => {
                view::NewRoll::OpenCover
            }
            (None, _, PrinterCondition::PaperOut | PrinterCondition::CoverOpen) => {
                view::NewRoll::PutIn
            }
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
