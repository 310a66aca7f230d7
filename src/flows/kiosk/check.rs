//! Please check: tickets, sum, countdown with extension.

use kippu_api::problem::ProblemCode;

use super::{
    Desk, Phase, Step,
    best::Best,
    effect::{Ask, Effect, RequestNo},
    input::{Answer, AskFault, Input},
    order_before::OrderBefore,
    seats::Seats,
    shopping::{Held, Shopping},
    view::{self, BestNotice, PriceLine, Screen, SeatsNotice, Station, Stop, Touch},
    words,
};
use crate::flows::facts::{Money, SeatWords};

/// A choice with its hold: what goes on to paying.
pub(super) struct Basket {
    pub shop: Box<Shopping>,
    pub held: Held,
    /// Chosen as best seats, not on the picture.
    pub best: bool,
}

impl Basket {
    /// Gives the seats back and returns to choosing.
    pub fn give_back(self, desk: &mut Desk) -> Phase {
        desk.detached(Ask::Release(self.held.hold.hold.clone()));
        self.choose_again(None, None, desk)
    }

    /// The hold ran out.
    pub fn expired(mut self, desk: &mut Desk) -> Phase {
        // The platform frees them by itself; saying so at once is kind to the next customer.
        desk.detached(Ask::Release(self.held.hold.hold.clone()));
        self.shop.picked.clear();
        self.choose_again(
            Some(SeatsNotice::HoldExpired),
            Some(BestNotice::HoldExpired),
            desk,
        )
    }

    fn choose_again(
        self,
        seats: Option<SeatsNotice>,
        best: Option<BestNotice>,
        desk: &mut Desk,
    ) -> Phase {
        if self.best {
            Best::open(self.shop, best)
        } else {
            Seats::reopen(self.shop, seats, desk)
        }
    }

    pub fn seats(&self) -> Vec<SeatWords> {
        let names: Vec<String> = self
            .shop
            .event
            .classes
            .iter()
            .map(|class| class.name.clone())
            .collect();
        self.held
            .hold
            .seats
            .iter()
            .map(|seat| SeatWords {
                floor: words::seat_of_plan(&self.shop.plan, seat.seat, "").floor,
                ..words::seat_of_hold(seat, &names)
            })
            .collect()
    }

    pub fn total(&self) -> Money {
        Money {
            amount: self.held.hold.total,
            currency: self.held.hold.currency.clone(),
        }
    }

    fn lines(&self) -> Vec<PriceLine> {
        let mut lines: Vec<PriceLine> = Vec::new();
        for (class, info) in self.shop.event.classes.iter().enumerate() {
            let of_class = || {
                self.held
                    .hold
                    .seats
                    .iter()
                    .filter(move |seat| usize::from(seat.class) == class)
            };
            if of_class().next().is_some() {
                lines.push(PriceLine {
                    class: info.name.clone(),
                    count: of_class().count(),
                    sum: self.shop.money(of_class().map(|seat| seat.price).sum()),
                });
            }
        }
        lines
    }
}

pub(super) struct Check {
    basket: Basket,
    extending: Option<RequestNo>,
    no_more: bool,
    seen: i64,
}

impl Check {
    pub fn open(shop: Box<Shopping>, held: Held, best: bool) -> Phase {
        Self::reopen(Basket { shop, held, best })
    }

    pub fn reopen(basket: Basket) -> Phase {
        Phase::Check(Self {
            basket,
            extending: None,
            no_more: false,
            seen: i64::MAX,
        })
    }

    fn extended(mut self, answer: &Result<Answer, AskFault>, desk: &mut Desk) -> Phase {
        self.extending = None;
        match answer {
            Ok(Answer::Extended(hold)) => self.basket.held = Held::new(hold.clone(), desk.now),
            Err(AskFault::Refused(ProblemCode::HoldExpired | ProblemCode::NotFound, _)) => {
                return self.basket.expired(desk);
            }
            Err(AskFault::Refused(_, _)) => self.no_more = true,
            Ok(_) | Err(_) => {}
        }
        Phase::Check(self)
    }
}

impl Step for Check {
    fn step(mut self, input: &Input, desk: &mut Desk) -> Phase {
        match input {
            Input::Touch(Touch::Pay) => return OrderBefore::open(self.basket, desk),
            Input::Touch(Touch::First) => return self.basket.give_back(desk),
            Input::Touch(Touch::Extend) if self.extending.is_none() => {
                let (hold, key) = (self.basket.held.hold.hold.clone(), desk.key());
                self.extending = Some(desk.ask(Ask::Extend { hold, key }));
            }
            Input::Platform { no, answer } if self.extending == Some(*no) => {
                return self.extended(answer, desk);
            }
            Input::Tick => {
                let deadline = self.basket.held.deadline;
                if deadline.is_over(desk.now) {
                    return self.basket.expired(desk);
                }
                if deadline.warns_between(self.seen.min(desk.now), desk.now) {
                    desk.effect(Effect::Warn);
                }
                self.seen = desk.now;
            }
            _ => {}
        }
        Phase::Check(self)
    }

    fn screen(&self, desk: &Desk) -> Screen {
        Screen::Check(view::Check {
            event: words::event_of_list(&self.basket.shop.event),
            seats: self.basket.seats(),
            lines: self.basket.lines(),
            total: self.basket.total(),
            countdown: self.basket.held.deadline.countdown(desk.now),
            apart: self.basket.held.hold.apart,
            no_more_extension: self.no_more,
        })
    }

    fn station(&self) -> Option<Stop> {
        Some(Stop::Purchase(Station::Check))
    }

    fn leave(self, desk: &mut Desk) {
        desk.detached(Ask::Release(self.basket.held.hold.hold.clone()));
    }
}
