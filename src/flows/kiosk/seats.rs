//! The seat picture: pick, put back, hold.

use kippu_api::{holds::HoldRequest, problem::ProblemCode};

use super::{
    Desk, Phase, Step,
    best::Best,
    browse::Browse,
    check::Check,
    desk::SECOND,
    effect::{Ask, RequestNo},
    input::{Answer, AskFault, Input},
    shopping::{Held, Pick, Shopping},
    view::{self, Screen, SeatsNotice, Station, Stop, Touch},
    words,
};

/// How old the free seats may be while somebody looks at them.
const REFRESH: i64 = 10 * SECOND;

pub(super) struct Seats {
    pub shop: Box<Shopping>,
    notice: Option<SeatsNotice>,
    holding: Option<RequestNo>,
    /// Seats and idempotency key of the last try to hold, repeated when its answer was lost.
    tried: Option<(Vec<u32>, String)>,
    refreshing: Option<RequestNo>,
    refreshed_at: i64,
    /// Seats were refused as taken: the fresh picture will tell which.
    taken: bool,
}

impl Seats {
    pub fn open(shop: Box<Shopping>, desk: &mut Desk) -> Phase {
        Phase::Seats(Self {
            shop,
            notice: None,
            holding: None,
            tried: None,
            refreshing: None,
            refreshed_at: desk.now,
            taken: false,
        })
    }

    /// Back from later, with something to say and a fresh look at the seats.
    pub fn reopen(shop: Box<Shopping>, notice: Option<SeatsNotice>, desk: &mut Desk) -> Phase {
        let event = shop.event.event;
        let refreshing = Some(desk.ask(Ask::Availability(event)));
        Phase::Seats(Self {
            shop,
            notice,
            holding: None,
            tried: None,
            refreshing,
            refreshed_at: desk.now,
            taken: false,
        })
    }

    /// Back from an order that was refused because its seats went to somebody else.
    pub fn reopen_taken(shop: Box<Shopping>, desk: &mut Desk) -> Phase {
        match Self::reopen(shop, None, desk) {
            Phase::Seats(seats) => Phase::Seats(Self {
                taken: true,
                ..seats
            }),
            other => other,
        }
    }

    fn refresh(&mut self, desk: &mut Desk) {
        self.refreshing = Some(desk.ask(Ask::Availability(self.shop.event.event)));
        self.refreshed_at = desk.now;
    }

    fn take(&mut self, desk: &mut Desk) {
        if self.holding.is_some() || self.shop.picked.is_empty() {
            return;
        }
        self.notice = None;
        let seats = self.shop.picked.clone();
        let key = match self.tried.take() {
            Some((before, key)) if before == seats => key,
            _ => desk.key(),
        };
        self.tried = Some((seats.clone(), key.clone()));
        let wish = HoldRequest::Seats(seats);
        self.holding = Some(desk.ask(Ask::Hold {
            event: self.shop.event.event,
            wish,
            key,
        }));
    }

    fn answer(
        mut self,
        no: RequestNo,
        answer: &Result<Answer, AskFault>,
        desk: &mut Desk,
    ) -> Phase {
        if self.holding == Some(no) {
            self.holding = None;
            match answer {
                Ok(Answer::Held(hold)) => {
                    return Check::open(self.shop, Held::new(hold.clone(), desk.now), false);
                }
                Err(AskFault::Refused(code, _)) => {
                    // A refusal is final: the next try is another wish.
                    self.tried = None;
                    return self.refused(*code, desk);
                }
                Ok(_) | Err(_) => self.notice = Some(SeatsNotice::NotReached),
            }
        } else if self.refreshing == Some(no) {
            self.refreshing = None;
            if let Ok(Answer::Availability { seats, .. }) = answer {
                let gone = self.shop.refresh(seats.clone());
                if self.taken || !gone.is_empty() {
                    self.taken = false;
                    self.notice = Some(SeatsNotice::JustTaken(gone));
                }
            }
        }
        Phase::Seats(self)
    }

    fn refused(mut self, code: ProblemCode, desk: &mut Desk) -> Phase {
        match code {
            ProblemCode::SalesClosed | ProblemCode::NotFound => return Browse::open(desk),
            ProblemCode::LimitReached => {
                self.notice = Some(SeatsNotice::Limit(self.shop.event.limit_per_order));
            }
            ProblemCode::Busy | ProblemCode::Internal | ProblemCode::TooMany => {
                self.notice = Some(SeatsNotice::NotReached);
            }
            _ => {
                self.taken = true;
                self.refresh(desk);
            }
        }
        Phase::Seats(self)
    }

    fn touch(mut self, touch: &Touch, desk: &mut Desk) -> Phase {
        match touch {
            Touch::ZoomIn => self.shop.zoom_in(),
            Touch::ZoomOut => self.shop.zoom_out(),
            Touch::Zoom { factor, x, y } => self.shop.zoom(*factor, *x, *y),
            Touch::Pan { dx, dy } => self.shop.pan(*dx, *dy),
            Touch::Legend(class) => {
                self.shop.filter = if self.shop.filter == Some(*class) {
                    None
                } else {
                    Some(*class)
                };
            }
            // While the platform is asked the choice must stay what was asked for.
            _ if self.holding.is_some() => {}
            Touch::Seat(seat) => {
                self.notice = match self.shop.toggle(*seat) {
                    Pick::Changed => None,
                    Pick::NotForSale => Some(SeatsNotice::NotForSale),
                    Pick::Limit => Some(SeatsNotice::Limit(self.shop.event.limit_per_order)),
                };
            }
            Touch::ClearSeats => self.shop.picked.clear(),
            Touch::TakeSeats => self.take(desk),
            Touch::ToBest => return Best::open(self.shop, None),
            Touch::First => return Browse::open(desk),
            _ => {}
        }
        Phase::Seats(self)
    }
}

impl Step for Seats {
    fn step(mut self, input: &Input, desk: &mut Desk) -> Phase {
        match input {
            Input::Touch(touch) => self.touch(touch, desk),
            Input::Platform { no, answer } => self.answer(*no, answer, desk),
            Input::Tick => {
                if self.refreshing.is_none() && desk.now - self.refreshed_at >= REFRESH {
                    self.refresh(desk);
                }
                Phase::Seats(self)
            }
            _ => Phase::Seats(self),
        }
    }

    fn screen(&self, _desk: &Desk) -> Screen {
        Screen::Seats(view::Seats {
            event: words::event_of_list(&self.shop.event),
            plan: self.shop.plan.clone(),
            availability: self.shop.stock.clone(),
            classes: self.shop.classes(),
            filter: self.shop.filter,
            picked: self.shop.picked_seats(),
            total: self.shop.total(),
            limit: self.shop.event.limit_per_order,
            picture: self.shop.picture,
            notice: self.notice.clone(),
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
