//! Best seats together: class and number, the platform picks.

use kippu_api::{holds::HoldRequest, problem::ProblemCode};

use super::{
    Desk, Phase, Step,
    browse::Browse,
    check::Check,
    effect::{Ask, RequestNo},
    input::{Answer, AskFault, Input},
    seats::Seats,
    shopping::{Held, Shopping},
    view::{self, BestNotice, Screen, Station, Stop, Touch},
    words,
};

pub(super) struct Best {
    shop: Box<Shopping>,
    notice: Option<BestNotice>,
    holding: Option<RequestNo>,
    /// Idempotency key of a try whose answer was lost.
    tried: Option<(u8, u8, String)>,
}

impl Best {
    pub fn open(shop: Box<Shopping>, notice: Option<BestNotice>) -> Phase {
        Phase::Best(Self {
            shop,
            notice,
            holding: None,
            tried: None,
        })
    }

    fn find(&mut self, desk: &mut Desk) {
        if self.holding.is_some() {
            return;
        }
        self.notice = None;
        let (class, quantity) = (self.shop.best_class, self.shop.best_quantity);
        let key = match self.tried.take() {
            Some((c, q, key)) if (c, q) == (class, quantity) => key,
            _ => desk.key(),
        };
        self.tried = Some((class, quantity, key.clone()));
        let wish = HoldRequest::Best { class, quantity };
        self.holding = Some(desk.ask(Ask::Hold {
            event: self.shop.event.event,
            wish,
            key,
        }));
    }

    fn answer(mut self, answer: &Result<Answer, AskFault>, desk: &mut Desk) -> Phase {
        self.holding = None;
        match answer {
            Ok(Answer::Held(hold)) => {
                return Check::open(self.shop, Held::new(hold.clone(), desk.now), true);
            }
            Err(AskFault::Refused(code, _)) => {
                self.tried = None;
                match code {
                    ProblemCode::SalesClosed | ProblemCode::NotFound => return Browse::open(desk),
                    ProblemCode::Busy | ProblemCode::Internal | ProblemCode::TooMany => {
                        self.notice = Some(BestNotice::NotReached);
                    }
                    _ => self.notice = Some(BestNotice::NotEnough),
                }
            }
            Ok(_) | Err(_) => self.notice = Some(BestNotice::NotReached),
        }
        Phase::Best(self)
    }
}

impl Step for Best {
    fn step(mut self, input: &Input, desk: &mut Desk) -> Phase {
        match input {
            Input::Platform { no, answer } if self.holding == Some(*no) => {
                return self.answer(answer, desk);
            }
            Input::Touch(_) if self.holding.is_some() => {}
            Input::Touch(Touch::Class(class))
                if usize::from(*class) < self.shop.event.classes.len() =>
            {
                self.shop.best_class = *class;
                self.notice = None;
            }
            Input::Touch(Touch::Quantity(quantity)) => {
                self.shop.best_quantity =
                    (*quantity).clamp(1, self.shop.event.limit_per_order.max(1));
                self.notice = None;
            }
            Input::Touch(Touch::FindBest) => self.find(desk),
            Input::Touch(Touch::ToPicture | Touch::First) => {
                return Seats::reopen(self.shop, None, desk);
            }
            _ => {}
        }
        Phase::Best(self)
    }

    fn screen(&self, _desk: &Desk) -> Screen {
        Screen::Best(view::Best {
            event: words::event_of_list(&self.shop.event),
            classes: self.shop.classes(),
            class: self.shop.best_class,
            quantity: self.shop.best_quantity,
            limit: self.shop.event.limit_per_order,
            notice: self.notice,
            busy: self.holding.is_some(),
        })
    }

    fn station(&self) -> Option<Stop> {
        Some(Stop::Purchase(Station::Seats))
    }

    fn leave(self, desk: &mut Desk) {
        desk.abandon(self.holding);
    }
}
