//! A clerk logs in with a card laid now, or with number and PIN. Without the platform those who were here of late may, for what needs no platform.

use kippu_api::problem::ProblemCode;
use kippu_card::capability::CardFault;
use kippu_ticket::ids::HandoverId;

use super::{List, Paper};
use crate::flows::kiosk::{
    Desk, Phase, ReaderNews, Step,
    effect::{Ask, CardJob, Pin, RequestNo},
    input::{Answer, AskFault, CardNews, Input},
    passing::{Bearer, Passing},
    view::{self, ClerkField, FirstKey, LoginNotice, Screen, Touch, Way},
};

/// Longest number of a clerk, and longest PIN.
const DIGITS_MAX: usize = 12;

pub(in crate::flows::kiosk) struct ClerkEntry {
    number: String,
    pin: String,
    field: ClerkField,
    notice: Option<LoginNotice>,
    asked: Option<RequestNo>,
    /// The card that was laid is being read.
    reading: Option<RequestNo>,
    /// It is the card's word that counts, not number and PIN.
    by_card: bool,
    /// A customer's handover waits for an answer about its paper: that comes first, and there it goes back to.
    paper: Option<HandoverId>,
}

impl ClerkEntry {
    pub fn open(paper: Option<HandoverId>, desk: &mut Desk) -> Phase {
        match (desk.clerk.is_some(), paper) {
            (true, Some(handover)) => Paper::open(handover, desk),
            (true, None) => List::open(desk),
            (false, paper) => Phase::ClerkEntry(Self {
                number: String::new(),
                pin: String::new(),
                field: ClerkField::Number,
                notice: None,
                asked: None,
                reading: None,
                by_card: false,
                paper,
            }),
        }
    }

    fn is_busy(&self) -> bool {
        self.asked.is_some() || self.reading.is_some()
    }

    fn field(&mut self) -> &mut String {
        match self.field {
            ClerkField::Number => &mut self.number,
            ClerkField::Pin => &mut self.pin,
        }
    }

    fn log_in(&mut self, desk: &mut Desk) {
        if self.number.is_empty() {
            self.field = ClerkField::Number;
        } else if self.pin.is_empty() {
            self.field = ClerkField::Pin;
        } else {
            self.notice = None;
            self.by_card = false;
            self.asked = Some(desk.ask(Ask::ClerkLogin {
                clerk: self.number.clone(),
                pin: Pin(std::mem::take(&mut self.pin)),
            }));
        }
    }

    fn answered(mut self, answer: &Result<Answer, AskFault>, desk: &mut Desk) -> Phase {
        self.asked = None;
        self.notice = Some(match answer {
            Ok(Answer::Clerk { name }) => {
                desk.clerk = Some(name.clone());
                return match self.paper {
                    Some(handover) => Paper::open(handover, desk),
                    None => List::open(desk),
                };
            }
            Err(AskFault::Refused(ProblemCode::TooMany, _)) => LoginNotice::TooMany,
            Err(fault) if fault.is_network() => LoginNotice::NotReached,
            Ok(_) | Err(_) if self.by_card => LoginNotice::UnknownCard,
            Ok(_) | Err(_) => LoginNotice::Wrong,
        });
        if !self.by_card {
            self.field = ClerkField::Pin;
        }
        Phase::ClerkEntry(self)
    }
}

impl Step for ClerkEntry {
    fn step(mut self, input: &Input, desk: &mut Desk) -> Phase {
        match input {
            Input::Platform { no, answer } if self.asked == Some(*no) => {
                return self.answered(answer, desk);
            }
            // One that lay there before is a customer's.
            Input::Reader(ReaderNews::Present) if !self.is_busy() => {
                self.notice = None;
                self.reading = Some(desk.card(CardJob::Check));
            }
            Input::Card {
                no,
                news: CardNews::Read(read),
            } if self.reading == Some(*no) => {
                self.reading = None;
                match read {
                    Ok(contents) => {
                        self.by_card = true;
                        self.asked = Some(desk.ask(Ask::ClerkCardLogin(contents.uid)));
                    }
                    Err(CardFault::NoKeys) => self.notice = Some(LoginNotice::NotReached),
                    Err(_) => self.notice = Some(LoginNotice::CardUnread),
                }
            }
            Input::Touch(_) if self.is_busy() => {}
            Input::Touch(Touch::ClerkField(field)) => self.field = *field,
            Input::Touch(Touch::Digit(digit @ 0..=9)) => {
                self.notice = None;
                let field = self.field();
                if field.len() < DIGITS_MAX {
                    field.push(char::from(b'0' + digit));
                }
            }
            Input::Touch(Touch::Erase) => {
                self.notice = None;
                self.field().pop();
            }
            Input::Touch(Touch::LogIn) => self.log_in(desk),
            Input::Touch(Touch::First | Touch::Way(Way::Finish)) => return self.end(desk),
            _ => {}
        }
        Phase::ClerkEntry(self)
    }

    fn screen(&self, _desk: &Desk) -> Screen {
        Screen::ClerkEntry(view::ClerkEntry {
            number: self.number.clone(),
            pin_digits: u8::try_from(self.pin.len()).unwrap_or(u8::MAX),
            field: self.field,
            notice: self.notice,
            busy: self.is_busy(),
        })
    }

    fn first_key(&self) -> FirstKey {
        if self.is_busy() {
            FirstKey::None
        } else {
            FirstKey::Back
        }
    }

    fn may_idle(&self) -> bool {
        !self.is_busy()
    }

    /// Back to the customer whose paper is in question: their tickets are here.
    fn end(self, desk: &mut Desk) -> Phase {
        let facts = self.paper.and_then(|id| desk.handover(id)).cloned();
        facts
            .and_then(|facts| Passing::resume(&facts, Bearer::Anyone, None, desk))
            .unwrap_or_else(|| desk.go_back())
    }
}
