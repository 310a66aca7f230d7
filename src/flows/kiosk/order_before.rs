//! Before paying: the card is authenticated, its room checked, the order made (the right to issue is registered), the slip begun.

use kippu_api::problem::ProblemCode;
use kippu_card::capability::{CardContents, CardFault};
use kippu_ticket::ids::CardUid;

use super::{
    Desk, Phase, Step,
    check::{Basket, Check},
    desk::SECOND,
    effect::{Ask, CardJob, Effect, RequestNo},
    input::{Answer, AskFault, CardNews, Input, ReaderNews},
    open_orders::OpenOrders,
    seats::Seats,
    slip::Slip,
    view::{
        CardRefusal, CheckStep, CheckingCard, FirstKey, LayCard, LayPurpose, MoneyFact, Safety,
        Screen, Station, Stop, TicketFact, TooFull, Touch, Trouble, TroubleKind, Way,
    },
    words,
};
use crate::flows::facts::Places;

/// An order whose answer was lost is asked for again so often, under the same key, before the customer is told.
const QUIET_TRIES: u8 = 3;
const BETWEEN_TRIES: i64 = 2 * SECOND;

pub(super) struct OrderBefore {
    basket: Basket,
    state: State,
    seen: i64,
}

/// The card that was checked.
#[derive(Debug, Clone, Copy)]
struct Checked {
    card: CardUid,
    places: Places,
}

enum State {
    Waiting,
    Reading(RequestNo),
    Refused(CardRefusal),
    TooFull(Checked),
    AskingOrders(RequestNo, Checked),
    Ordering {
        no: Option<RequestNo>,
        key: String,
        card: Checked,
        tries: u8,
        next: i64,
    },
    Stopped {
        kind: TroubleKind,
        key: String,
        card: Checked,
    },
}

impl OrderBefore {
    pub fn open(basket: Basket, desk: &mut Desk) -> Phase {
        let seen = desk.now;
        let mut this = Self {
            basket,
            state: State::Waiting,
            seen,
        };
        if desk.card_lies {
            this.read(desk);
        }
        Phase::OrderBefore(this)
    }

    fn wanted(&self) -> u8 {
        words::count(self.basket.held.hold.seats.len())
    }

    fn read(&mut self, desk: &mut Desk) {
        self.state = State::Reading(desk.card(CardJob::Check));
    }

    fn card_read(mut self, read: &Result<Box<CardContents>, CardFault>, desk: &mut Desk) -> Phase {
        self.state = match read {
            Err(fault) => State::Refused(words::refusal(*fault)),
            Ok(contents) => {
                let card = Checked {
                    card: contents.uid,
                    places: words::places(contents),
                };
                if card.places.free() < self.wanted() {
                    State::TooFull(card)
                } else {
                    State::AskingOrders(desk.ask(Ask::CardOrders(card.card)), card)
                }
            }
        };
        Phase::OrderBefore(self)
    }

    /// Orders that wait for this card come first; the customer may still go on with the new one.
    fn orders_known(
        mut self,
        answer: &Result<Answer, AskFault>,
        card: Checked,
        desk: &mut Desk,
    ) -> Phase {
        match answer {
            Ok(Answer::CardOrders(orders)) if !orders.is_empty() => {
                self.state = State::Waiting;
                let resume = Some((Box::new(self), card.card, card.places));
                OpenOrders::open(orders.clone(), card.card, None, resume)
            }
            // Whether other orders wait is a help, no condition: without an answer the new one goes on.
            _ => self.order(card, desk),
        }
    }

    /// Goes on with the new order for a card that was checked before.
    pub fn resume(self, card: CardUid, places: Places, desk: &mut Desk) -> Phase {
        self.order(Checked { card, places }, desk)
    }

    fn order(mut self, card: Checked, desk: &mut Desk) -> Phase {
        let key = desk.key();
        self.send(card, key, 0, desk);
        Phase::OrderBefore(self)
    }

    fn send(&mut self, card: Checked, key: String, tries: u8, desk: &mut Desk) {
        let ask = Ask::BeginPayment {
            hold: self.basket.held.hold.hold.clone(),
            card: card.card,
            room: card.places.free(),
            total: self.basket.total(),
            key: key.clone(),
        };
        let no = Some(desk.ask(ask));
        self.state = State::Ordering {
            no,
            key,
            card,
            tries: tries + 1,
            next: 0,
        };
    }

    fn ordered(mut self, answer: &Result<Answer, AskFault>, desk: &mut Desk) -> Phase {
        let State::Ordering {
            key, card, tries, ..
        } = std::mem::replace(&mut self.state, State::Waiting)
        else {
            return Phase::OrderBefore(self);
        };
        match answer {
            Ok(Answer::Ordered(order)) => return Slip::printed(order.clone(), desk),
            Err(AskFault::Unknown(_)) if tries < QUIET_TRIES => {
                self.state = State::Ordering {
                    no: None,
                    key,
                    card,
                    tries,
                    next: desk.now + BETWEEN_TRIES,
                };
            }
            Err(AskFault::Unknown(_)) | Ok(_) => {
                self.state = State::Stopped {
                    kind: TroubleKind::OrderUnknown,
                    key,
                    card,
                };
            }
            Err(AskFault::Unreachable) => {
                self.state = State::Stopped {
                    kind: TroubleKind::NotReached,
                    key,
                    card,
                };
            }
            Err(AskFault::Refused(code, _)) => return self.refused(*code, key, card, desk),
        }
        Phase::OrderBefore(self)
    }

    fn refused(mut self, code: ProblemCode, key: String, card: Checked, desk: &mut Desk) -> Phase {
        let kind = match code {
            ProblemCode::HoldExpired | ProblemCode::NotFound => return self.basket.expired(desk),
            ProblemCode::SeatTaken => {
                self.basket.shop.picked.clear();
                return Seats::reopen_taken(self.basket.shop, desk);
            }
            ProblemCode::CardTooFull => {
                self.state = State::TooFull(card);
                return Phase::OrderBefore(self);
            }
            ProblemCode::SalesClosed => TroubleKind::SalesClosed,
            ProblemCode::Busy | ProblemCode::Internal | ProblemCode::TooMany => {
                TroubleKind::NotReached
            }
            _ => TroubleKind::Refused,
        };
        self.state = State::Stopped { kind, key, card };
        Phase::OrderBefore(self)
    }

    fn way(mut self, way: &Way, desk: &mut Desk) -> Phase {
        match (way, &self.state) {
            (Way::TryAgain, State::Stopped { key, card, .. }) => {
                let (key, card) = (key.clone(), *card);
                self.send(card, key, 0, desk);
            }
            (Way::TryAgain, _) if desk.card_lies => self.read(desk),
            (Way::TryAgain | Way::LayCard | Way::LayOtherCard, _) => self.state = State::Waiting,
            (Way::OtherSeats | Way::Cancel, _) => return self.basket.give_back(desk),
            (Way::Finish, _) => {
                self.leave(desk);
                return desk.go_home();
            }
            _ => {}
        }
        Phase::OrderBefore(self)
    }

    fn tick(mut self, desk: &mut Desk) -> Phase {
        if let State::Ordering {
            no,
            key,
            card,
            tries,
            next,
        } = &self.state
        {
            // The platform decides about an order that is on its way, not this clock.
            if no.is_none() && desk.now >= *next {
                let (card, key, tries) = (*card, key.clone(), *tries);
                self.send(card, key, tries, desk);
            }
            return Phase::OrderBefore(self);
        }
        let deadline = self.basket.held.deadline;
        if deadline.is_over(desk.now) && !matches!(self.state, State::Stopped { .. }) {
            return self.basket.expired(desk);
        }
        if deadline.warns_between(self.seen, desk.now) {
            desk.effect(Effect::Warn);
        }
        self.seen = desk.now;
        Phase::OrderBefore(self)
    }

    fn safety(&self, desk: &Desk) -> Safety {
        let until = desk.here(self.basket.held.deadline.ends());
        Safety {
            ticket: TicketFact::SeatsHeld {
                count: self.wanted(),
                until,
            },
            money: MoneyFact::NotCharged,
        }
    }

    fn trouble(&self, kind: TroubleKind, ways: Vec<Way>, desk: &Desk) -> Screen {
        Screen::Trouble(Trouble {
            kind,
            safety: self.safety(desk),
            ways,
            slip: None,
        })
    }
}

impl Step for OrderBefore {
    fn step(mut self, input: &Input, desk: &mut Desk) -> Phase {
        match (input, &self.state) {
            (Input::Tick, _) => return self.tick(desk),
            (
                Input::Card {
                    no,
                    news: CardNews::Read(read),
                },
                State::Reading(open),
            ) if no == open => {
                return self.card_read(read, desk);
            }
            (Input::Platform { no, answer }, State::AskingOrders(open, card)) if no == open => {
                let card = *card;
                return self.orders_known(answer, card, desk);
            }
            (Input::Platform { no, answer }, State::Ordering { no: open, .. })
                if Some(*no) == *open =>
            {
                return self.ordered(answer, desk);
            }
            (
                Input::Reader(ReaderNews::Present),
                State::Waiting | State::Refused(_) | State::TooFull(_),
            ) => self.read(desk),
            (Input::Touch(Touch::Way(way)), _) => return self.way(way, desk),
            (Input::Touch(Touch::Extend), State::Waiting) => return Check::reopen(self.basket),
            (
                Input::Touch(Touch::First),
                State::Waiting | State::Refused(_) | State::TooFull(_) | State::Stopped { .. },
            ) => return Check::reopen(self.basket),
            _ => {}
        }
        Phase::OrderBefore(self)
    }

    fn screen(&self, desk: &Desk) -> Screen {
        let checking = |step| {
            Screen::CheckingCard(CheckingCard {
                purpose: LayPurpose::BeforePaying,
                step,
            })
        };
        match &self.state {
            State::Waiting if desk.reader_lost => self.trouble(
                TroubleKind::ReaderGone,
                vec![Way::CallStaff, Way::Cancel],
                desk,
            ),
            State::Waiting => Screen::LayCard(LayCard {
                purpose: LayPurpose::BeforePaying,
                tickets: self.wanted(),
                ending: None,
                refused: None,
                safety: self.safety(desk),
                countdown: Some(self.basket.held.deadline.countdown(desk.now)),
            }),
            State::Reading(_) => checking(CheckStep::Reading),
            State::AskingOrders(..) | State::Ordering { .. } => checking(CheckStep::Registering),
            State::Refused(refusal) => {
                let first = match refusal {
                    CardRefusal::Torn | CardRefusal::Mute => Way::LayCard,
                    CardRefusal::NoNetwork => Way::TryAgain,
                    _ => Way::LayOtherCard,
                };
                self.trouble(
                    TroubleKind::Card(*refusal),
                    vec![first, Way::CallStaff, Way::Cancel],
                    desk,
                )
            }
            State::TooFull(card) => Screen::TooFull(TooFull {
                ending: words::ending(card.card),
                places: card.places,
                wanted: self.wanted(),
                giver: None,
                safety: self.safety(desk),
                ways: vec![Way::LayOtherCard, Way::OtherSeats, Way::Cancel],
            }),
            State::Stopped { kind, .. } => {
                let ways = match kind {
                    TroubleKind::NotReached | TroubleKind::OrderUnknown => {
                        vec![Way::TryAgain, Way::Cancel]
                    }
                    _ => vec![Way::Finish, Way::CallStaff],
                };
                self.trouble(*kind, ways, desk)
            }
        }
    }

    fn station(&self) -> Option<Stop> {
        Some(Stop::Purchase(Station::Check))
    }

    fn first_key(&self) -> FirstKey {
        match self.state {
            State::Reading(_) | State::AskingOrders(..) | State::Ordering { .. } => FirstKey::None,
            _ => FirstKey::Back,
        }
    }

    fn may_idle(&self) -> bool {
        self.first_key() != FirstKey::None
    }

    fn leave(self, desk: &mut Desk) {
        desk.detached(Ask::Release(self.basket.held.hold.hold.clone()));
    }
}
