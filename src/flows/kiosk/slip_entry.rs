//! Going on with a slip number: typed, its check digit tested before anybody is asked.

use kippu_api::problem::ProblemCode;

use super::{
    Desk, Phase, Step,
    effect::{Ask, RequestNo},
    input::{Answer, AskFault, Input, ReaderNews},
    look::Look,
    route,
    view::{self, Screen, SlipNotice, Touch},
};
use crate::flows::slip_number::TypedSlip;

pub(super) struct SlipEntry {
    typed: TypedSlip,
    notice: Option<SlipNotice>,
    asked: Option<RequestNo>,
}

impl SlipEntry {
    pub fn open(desk: &Desk) -> Phase {
        Phase::SlipEntry(Self {
            typed: TypedSlip::new(desk.setup.number),
            notice: None,
            asked: None,
        })
    }

    fn submit(&mut self, desk: &mut Desk) {
        if !self.typed.is_complete() {
            return;
        }
        if !self.typed.checks_out() {
            self.notice = Some(SlipNotice::Mistyped);
            return;
        }
        self.notice = None;
        self.asked = Some(desk.ask(Ask::Slip(self.typed.dashed())));
    }

    fn answer(mut self, answer: &Result<Answer, AskFault>, desk: &mut Desk) -> Phase {
        self.asked = None;
        match answer {
            Ok(Answer::Order(order)) => return route::to(order.clone(), desk),
            Err(AskFault::Refused(
                ProblemCode::NotFound | ProblemCode::BadRequest | ProblemCode::Forbidden,
            )) => {
                self.notice = Some(SlipNotice::NotFound);
            }
            Ok(_) | Err(_) => self.notice = Some(SlipNotice::NotReached),
        }
        Phase::SlipEntry(self)
    }
}

impl Step for SlipEntry {
    fn step(mut self, input: &Input, desk: &mut Desk) -> Phase {
        match input {
            Input::Platform { no, answer } if self.asked == Some(*no) => {
                return self.answer(answer, desk);
            }
            Input::Touch(Touch::First) => return desk.go_home(),
            Input::Reader(ReaderNews::Present) => return Look::open(desk),
            Input::Touch(_) if self.asked.is_some() => {}
            Input::Touch(Touch::Digit(digit)) => {
                self.typed.push(*digit);
                self.notice = None;
            }
            Input::Touch(Touch::Erase) => {
                self.typed.erase();
                self.notice = None;
            }
            Input::Touch(Touch::SubmitSlip) => self.submit(desk),
            _ => {}
        }
        Phase::SlipEntry(self)
    }

    fn screen(&self, _desk: &Desk) -> Screen {
        Screen::SlipEntry(view::SlipEntry {
            number: self.typed.dashed(),
            complete: self.typed.is_complete(),
            notice: self.notice,
            busy: self.asked.is_some(),
        })
    }
}
