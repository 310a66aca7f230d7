//! Going on with a slip number or the code of tickets that wait: typed or scanned, its check digits tested before anybody is asked.

use kippu_api::{parcels::Waiting, problem::ProblemCode};
use kippu_ticket::code::ResumeCode;

use super::{
    Desk, Phase, Step,
    effect::{Ask, RequestNo},
    input::{Answer, AskFault, Input, ReaderNews},
    look::Look,
    pick_up::PickUp,
    route,
    view::{self, Screen, SlipNotice, Touch},
};
use crate::flows::slip_number::TypedSlip;

/// No kiosk prints longer slip numbers.
const SLIP_DIGITS_MAX: usize = 9;

pub(super) struct SlipEntry {
    typed: TypedSlip,
    notice: Option<SlipNotice>,
    asked: Option<RequestNo>,
    /// The code that is being asked for.
    code: Option<ResumeCode>,
}

impl SlipEntry {
    pub fn open(desk: &Desk) -> Phase {
        Phase::SlipEntry(Self::new(desk))
    }

    /// With what a scanner read, as if it had been typed here.
    pub fn scanned(text: &str, desk: &mut Desk) -> Phase {
        Self::new(desk).scan(text, desk)
    }

    fn new(desk: &Desk) -> Self {
        Self {
            typed: TypedSlip::new(desk.setup.number),
            notice: None,
            asked: None,
            code: None,
        }
    }

    /// Another code than a slip's is said to be one, and changes nothing.
    fn scan(mut self, text: &str, desk: &mut Desk) -> Phase {
        let terminal = desk.setup.number;
        match TypedSlip::scanned(text).or_else(|| TypedSlip::scanned_code(text, terminal)) {
            Some(typed) => {
                self.typed = typed;
                self.submit(desk)
            }
            None => {
                self.notice = Some(SlipNotice::NotASlip);
                Phase::SlipEntry(self)
            }
        }
    }

    fn submit(mut self, desk: &mut Desk) -> Phase {
        if !self.typed.is_complete() {
            return Phase::SlipEntry(self);
        }
        self.notice = None;
        if self.typed.digits().len() == ResumeCode::DIGITS {
            return self.submit_code(desk);
        }
        if self.typed.checks_out() {
            self.asked = Some(desk.ask(Ask::Slip(self.typed.dashed())));
        } else {
            self.notice = Some(SlipNotice::Mistyped);
        }
        Phase::SlipEntry(self)
    }

    /// What this kiosk has itself needs no platform.
    fn submit_code(mut self, desk: &mut Desk) -> Phase {
        let Ok(code) = self.number().parse::<ResumeCode>() else {
            self.notice = Some(SlipNotice::Mistyped);
            return Phase::SlipEntry(self);
        };
        if desk.open_handovers.iter().any(|facts| facts.code == code) {
            return PickUp::by_code(code, Vec::new());
        }
        self.asked = Some(desk.ask(Ask::Waiting {
            card: None,
            code: Some(code),
        }));
        self.code = Some(code);
        Phase::SlipEntry(self)
    }

    fn found(mut self, waiting: &[Waiting]) -> Phase {
        match self.code {
            Some(code) if !waiting.is_empty() => PickUp::by_code(code, waiting.to_vec()),
            _ => {
                self.notice = Some(SlipNotice::NothingWaits);
                Phase::SlipEntry(self)
            }
        }
    }

    fn answer(mut self, answer: &Result<Answer, AskFault>, desk: &mut Desk) -> Phase {
        self.asked = None;
        match answer {
            Ok(Answer::Order(order)) => return route::to(order.clone(), desk),
            Ok(Answer::Waiting(waiting)) => return self.found(waiting),
            Err(AskFault::Refused(
                ProblemCode::NotFound | ProblemCode::BadRequest | ProblemCode::Forbidden,
                _,
            )) => {
                self.notice = Some(match self.code {
                    Some(_) => SlipNotice::NothingWaits,
                    None => SlipNotice::NotFound,
                });
            }
            Err(AskFault::Refused(ProblemCode::TooMany, _)) => {
                self.notice = Some(SlipNotice::TooMany);
            }
            Ok(_) | Err(_) => self.notice = Some(SlipNotice::NotReached),
        }
        self.code = None;
        Phase::SlipEntry(self)
    }

    /// As printed: slip numbers with their dashes; what is too long for one in groups of four, as codes are.
    fn number(&self) -> String {
        let digits = self.typed.digits();
        if digits.len() <= SLIP_DIGITS_MAX {
            return self.typed.dashed();
        }
        let groups: Vec<String> = digits
            .chunks(4)
            .map(|group| group.iter().map(u8::to_string).collect())
            .collect();
        groups.join("-")
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
            Input::Touch(Touch::Scanned(text)) => return self.scan(text, desk),
            Input::Touch(Touch::SubmitSlip) => return self.submit(desk),
            _ => {}
        }
        Phase::SlipEntry(self)
    }

    fn screen(&self, _desk: &Desk) -> Screen {
        Screen::SlipEntry(view::SlipEntry {
            number: self.number(),
            complete: self.typed.is_complete(),
            notice: self.notice,
            busy: self.asked.is_some(),
        })
    }
}
