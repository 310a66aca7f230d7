//! A clerk chooses the card to log in with. Only one that is laid now counts: another that lies there already may be a customer's.

use kippu_api::problem::ProblemCode;

use super::Care;
use crate::flows::kiosk::{
    Desk, Phase, ReaderNews, Step,
    effect::{Ask, CardJob, RequestNo},
    input::{Answer, AskFault, CardNews, Input},
    view::{self, CareNotice, FirstKey, Screen, Touch, Way},
    words,
};

pub(in crate::flows::kiosk) struct OwnCard {
    reading: Option<RequestNo>,
    telling: Option<RequestNo>,
    stands: view::OwnCard,
}

impl OwnCard {
    pub fn open() -> Phase {
        Phase::OwnCard(Self {
            reading: None,
            telling: None,
            stands: view::OwnCard::Lay,
        })
    }

    fn is_busy(&self) -> bool {
        self.reading.is_some() || self.telling.is_some()
    }

    fn told(mut self, answer: &Result<Answer, AskFault>) -> Phase {
        self.telling = None;
        self.stands = match answer {
            Ok(Answer::OwnCard { chosen: true }) => {
                return Care::open(Some(CareNotice::CardChosen));
            }
            Ok(Answer::OwnCard { chosen: false }) => {
                return Care::open(Some(CareNotice::CardForgotten));
            }
            Err(AskFault::Refused(ProblemCode::WrongState, _)) => view::OwnCard::Taken,
            Err(AskFault::Refused(ProblemCode::Unauthenticated, _)) => view::OwnCard::LogInAgain,
            Ok(_) | Err(_) => view::OwnCard::NotReached,
        };
        Phase::OwnCard(self)
    }
}

impl Step for OwnCard {
    fn step(mut self, input: &Input, desk: &mut Desk) -> Phase {
        match input {
            Input::Reader(ReaderNews::Present) if !self.is_busy() => {
                self.reading = Some(desk.card(CardJob::Check));
            }
            Input::Card {
                no,
                news: CardNews::Read(read),
            } if self.reading == Some(*no) => {
                self.reading = None;
                match read {
                    Ok(contents) => {
                        self.telling = Some(desk.ask(Ask::OwnCard(Some(contents.uid))));
                    }
                    Err(fault) => self.stands = view::OwnCard::Refused(words::refusal(*fault)),
                }
            }
            Input::Platform { no, answer } if self.telling == Some(*no) => {
                return self.told(answer);
            }
            Input::Touch(_) if self.is_busy() => {}
            Input::Touch(Touch::ForgetCard) => self.telling = Some(desk.ask(Ask::OwnCard(None))),
            Input::Touch(Touch::First | Touch::Way(Way::Finish)) => return Care::open(None),
            _ => {}
        }
        Phase::OwnCard(self)
    }

    fn screen(&self, _desk: &Desk) -> Screen {
        Screen::OwnCard(if self.is_busy() {
            view::OwnCard::Busy
        } else {
            self.stands
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
}
