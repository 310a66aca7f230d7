//! Before paying: the card is authenticated, its room and the credit of its holder are checked, the way to pay is chosen where there are two,
//! and the order is made (the right to issue is registered): for a slip, or charged to the member account.
//!
//! A charge whose answer was lost is looked up by its attempt and never begun again blindly: the attempt is the order's idempotency key, and one
//! hold becomes one order, so that whatever arrives late finds nothing to charge.

use kippu_api::{members::CreditStanding, problem::ProblemCode};
use kippu_card::capability::{CardContents, CardFault};
use kippu_ticket::ids::CardUid;

use super::{
    Desk, Phase, Step,
    check::{Basket, Check},
    desk::SECOND,
    effect::{Ask, CardJob, Effect, PayWay, RequestNo},
    input::{Answer, AskFault, CardNews, Input, ReaderNews},
    open_orders::OpenOrders,
    route,
    seats::Seats,
    slip::Slip,
    view::{
        AccountView, CardRefusal, CheckStep, CheckingCard, FirstKey, LayCard, LayPurpose,
        MoneyFact, PayChoice, Safety, Screen, Station, Stop, TicketFact, TooFull, Touch, Trouble,
        TroubleKind, Way,
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
    /// The attempt to charge an account for these seats, once there was one: the same for every try.
    attempt: Option<Attempt>,
    seen: i64,
}

/// An attempt to charge the account of a card's holder.
#[derive(Debug, Clone)]
struct Attempt {
    key: String,
    card: CardUid,
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
    AskingCredit {
        no: RequestNo,
        card: Checked,
        declined: bool,
    },
    /// The holder is a member: by the account or at the register?
    Choosing {
        card: Checked,
        account: AccountView,
        /// The account was not charged a moment ago.
        declined: bool,
    },
    Ordering {
        no: Option<RequestNo>,
        wish: Try,
        tries: u8,
        next: i64,
    },
    /// Nobody here knows whether the account was charged: its attempt is looked up until the platform says.
    Finding {
        no: Option<RequestNo>,
        card: Checked,
        tries: u8,
        next: i64,
        /// The seats' time is over: whatever was not charged by now ends.
        over: bool,
    },
    Stopped {
        kind: TroubleKind,
        wish: Try,
    },
}

/// An order that is to be made.
#[derive(Debug, Clone)]
struct Try {
    key: String,
    card: Checked,
    way: PayWay,
}

impl OrderBefore {
    pub fn open(basket: Basket, desk: &mut Desk) -> Phase {
        let seen = desk.now;
        let mut this = Self {
            basket,
            state: State::Waiting,
            attempt: None,
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
            _ => self.ask_credit(card, false, desk),
        }
    }

    /// Goes on with the new order for a card that was checked before.
    pub fn resume(self, card: CardUid, places: Places, desk: &mut Desk) -> Phase {
        self.ask_credit(Checked { card, places }, false, desk)
    }

    /// Before any payment is offered: is the holder a member who may be charged?
    fn ask_credit(mut self, card: Checked, declined: bool, desk: &mut Desk) -> Phase {
        let no = desk.ask(Ask::Credit {
            card: card.card,
            total: self.basket.total(),
        });
        self.state = State::AskingCredit { no, card, declined };
        Phase::OrderBefore(self)
    }

    fn credit_known(
        mut self,
        answer: &Result<Answer, AskFault>,
        (card, declined): (Checked, bool),
        desk: &mut Desk,
    ) -> Phase {
        let account = match answer {
            Ok(Answer::Credit(CreditStanding::Enough)) => AccountView::Enough,
            Ok(Answer::Credit(CreditStanding::NotEnough)) => AccountView::NotEnough,
            Ok(Answer::Credit(CreditStanding::Suspended)) => AccountView::Suspended,
            // Told of the account before: whoever is to pay at the register after all, chooses that.
            _ if declined || self.attempt.is_some() => AccountView::NotNow,
            // Nobody's member, or nobody can say: then as for everybody else.
            _ => return self.order(card, PayWay::Register, desk),
        };
        // An account is charged for whoever is there with its card.
        if !desk.card_lies {
            self.state = State::Waiting;
            return Phase::OrderBefore(self);
        }
        self.state = State::Choosing {
            card,
            account,
            declined,
        };
        Phase::OrderBefore(self)
    }

    fn order(mut self, card: Checked, way: PayWay, desk: &mut Desk) -> Phase {
        let key = match way {
            PayWay::Register => desk.key(),
            PayWay::Account => self.attempt_for(card.card, desk),
        };
        self.send(Try { key, card, way }, 0, desk);
        Phase::OrderBefore(self)
    }

    /// Another card's holder is another attempt: of the two, one at most finds the seats.
    fn attempt_for(&mut self, card: CardUid, desk: &mut Desk) -> String {
        if let Some(attempt) = self.attempt.as_ref().filter(|made| made.card == card) {
            return attempt.key.clone();
        }
        let key = desk.key();
        self.attempt = Some(Attempt {
            key: key.clone(),
            card,
        });
        key
    }

    fn send(&mut self, wish: Try, tries: u8, desk: &mut Desk) {
        let ask = Ask::BeginPayment {
            hold: self.basket.held.hold.hold.clone(),
            card: wish.card.card,
            room: wish.card.places.free(),
            total: self.basket.total(),
            way: wish.way,
            key: wish.key.clone(),
        };
        let no = Some(desk.ask(ask));
        self.state = State::Ordering {
            no,
            wish,
            tries: tries + 1,
            next: 0,
        };
    }

    fn ordered(mut self, answer: &Result<Answer, AskFault>, desk: &mut Desk) -> Phase {
        let State::Ordering { wish, tries, .. } =
            std::mem::replace(&mut self.state, State::Waiting)
        else {
            return Phase::OrderBefore(self);
        };
        match answer {
            Ok(Answer::Ordered(order)) if wish.way == PayWay::Account => {
                return route::to(order.clone(), desk);
            }
            Ok(Answer::Ordered(order)) => return Slip::printed(order.clone(), desk),
            // It may have been charged: ask, and do not send it again.
            Err(AskFault::Unknown(_)) | Ok(_) if wish.way == PayWay::Account => {
                self.find(wish.card, false, desk);
            }
            Err(AskFault::Unknown(_)) if tries < QUIET_TRIES => {
                self.state = State::Ordering {
                    no: None,
                    wish,
                    tries,
                    next: desk.now + BETWEEN_TRIES,
                };
            }
            Err(AskFault::Unknown(_)) | Ok(_) => {
                self.state = State::Stopped {
                    kind: TroubleKind::OrderUnknown,
                    wish,
                };
            }
            Err(AskFault::Unreachable) => {
                self.state = State::Stopped {
                    kind: TroubleKind::NotReached,
                    wish,
                };
            }
            Err(AskFault::Refused(code, _)) => return self.refused(*code, wish, desk),
        }
        Phase::OrderBefore(self)
    }

    fn refused(mut self, code: ProblemCode, wish: Try, desk: &mut Desk) -> Phase {
        let kind = match code {
            ProblemCode::NoCredit => return self.ask_credit(wish.card, true, desk),
            ProblemCode::HoldExpired | ProblemCode::NotFound => return self.over(wish, desk),
            ProblemCode::SeatTaken => {
                self.basket.shop.picked.clear();
                return Seats::reopen_taken(self.basket.shop, desk);
            }
            ProblemCode::CardTooFull => {
                self.state = State::TooFull(wish.card);
                return Phase::OrderBefore(self);
            }
            ProblemCode::SalesClosed => TroubleKind::SalesClosed,
            ProblemCode::Busy | ProblemCode::Internal | ProblemCode::TooMany => {
                TroubleKind::NotReached
            }
            _ => TroubleKind::Refused,
        };
        self.state = State::Stopped { kind, wish };
        Phase::OrderBefore(self)
    }

    /// The hold is gone. An attempt that arrived late may be what took it.
    fn over(mut self, wish: Try, desk: &mut Desk) -> Phase {
        if self.attempt.is_none() {
            return self.basket.expired(desk);
        }
        self.find(wish.card, true, desk);
        Phase::OrderBefore(self)
    }

    /// Looks the attempt up.
    fn find(&mut self, card: Checked, over: bool, desk: &mut Desk) {
        let no = self
            .attempt
            .as_ref()
            .map(|attempt| desk.ask(Ask::PollAttempt(attempt.key.clone())));
        self.state = State::Finding {
            no,
            card,
            tries: 1,
            next: 0,
            over,
        };
    }

    fn found(mut self, answer: &Result<Answer, AskFault>, desk: &mut Desk) -> Phase {
        let State::Finding {
            no,
            card,
            tries,
            next,
            over,
        } = &mut self.state
        else {
            return Phase::OrderBefore(self);
        };
        let card = *card;
        match answer {
            Ok(Answer::Order(order)) => return route::to(order.clone(), desk),
            // It never arrived: nothing was charged.
            Err(AskFault::Refused(ProblemCode::NotFound, _)) if *over => {
                return self.basket.expired(desk);
            }
            Err(AskFault::Refused(ProblemCode::NotFound, _)) => {
                return self.ask_credit(card, true, desk);
            }
            Ok(_) | Err(_) => {
                *no = None;
                *tries = tries.saturating_add(1);
                *next = desk.now + BETWEEN_TRIES;
            }
        }
        Phase::OrderBefore(self)
    }

    fn way(mut self, way: &Way, desk: &mut Desk) -> Phase {
        match (way, &self.state) {
            (Way::TryAgain, State::Stopped { wish, .. }) => {
                let wish = wish.clone();
                self.send(wish, 0, desk);
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
        // The platform decides about an order that is on its way, not this clock.
        match (&mut self.state, &self.attempt) {
            (
                State::Ordering {
                    no,
                    wish,
                    tries,
                    next,
                },
                _,
            ) => {
                if no.is_none() && desk.now >= *next {
                    let (wish, tries) = (wish.clone(), *tries);
                    self.send(wish, tries, desk);
                }
                return Phase::OrderBefore(self);
            }
            (State::Finding { no, next, .. }, Some(attempt)) => {
                if no.is_none() && desk.now >= *next {
                    *no = Some(desk.ask(Ask::PollAttempt(attempt.key.clone())));
                }
                return Phase::OrderBefore(self);
            }
            _ => {}
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
            (
                Input::Platform { no, answer },
                State::AskingCredit {
                    no: open,
                    card,
                    declined,
                },
            ) if no == open => {
                let known = (*card, *declined);
                return self.credit_known(answer, known, desk);
            }
            (Input::Platform { no, answer }, State::Ordering { no: open, .. })
                if Some(*no) == *open =>
            {
                return self.ordered(answer, desk);
            }
            (Input::Platform { no, answer }, State::Finding { no: open, .. })
                if Some(*no) == *open =>
            {
                return self.found(answer, desk);
            }
            (
                Input::Touch(Touch::PayByAccount),
                State::Choosing {
                    card,
                    account: AccountView::Enough,
                    ..
                },
            ) => {
                let card = *card;
                return self.order(card, PayWay::Account, desk);
            }
            (Input::Touch(Touch::PayAtRegister), State::Choosing { card, .. }) => {
                let card = *card;
                return self.order(card, PayWay::Register, desk);
            }
            (
                Input::Reader(ReaderNews::Present),
                State::Waiting | State::Refused(_) | State::TooFull(_),
            ) => self.read(desk),
            (Input::Reader(ReaderNews::Empty | ReaderNews::Lost), State::Choosing { .. }) => {
                self.state = State::Waiting;
            }
            (Input::Touch(Touch::Way(way)), _) => return self.way(way, desk),
            (Input::Touch(Touch::Extend), State::Waiting | State::Choosing { .. }) => {
                return Check::reopen(self.basket);
            }
            (
                Input::Touch(Touch::First),
                State::Waiting
                | State::Refused(_)
                | State::TooFull(_)
                | State::Choosing { .. }
                | State::Stopped { .. },
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
            State::AskingOrders(..) | State::AskingCredit { .. } => {
                checking(CheckStep::Registering)
            }
            State::Ordering { wish, .. } => checking(match wish.way {
                PayWay::Register => CheckStep::Registering,
                PayWay::Account => CheckStep::Charging,
            }),
            State::Finding { tries, .. } if *tries <= QUIET_TRIES => checking(CheckStep::Charging),
            State::Finding { .. } => Screen::Trouble(Trouble {
                kind: TroubleKind::PaymentUnknown,
                safety: Safety {
                    money: MoneyFact::BeingChecked(self.basket.total()),
                    ..self.safety(desk)
                },
                ways: vec![Way::Finish, Way::CallStaff],
                slip: None,
            }),
            State::Choosing {
                card,
                account,
                declined,
            } => Screen::PayChoice(PayChoice {
                ending: words::ending(card.card),
                tickets: self.wanted(),
                total: self.basket.total(),
                account: *account,
                declined: *declined,
                countdown: self.basket.held.deadline.countdown(desk.now),
            }),
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
        Some(Stop::Purchase(match self.state {
            State::Choosing { .. } | State::Finding { .. } => Station::Pay,
            _ => Station::Check,
        }))
    }

    fn first_key(&self) -> FirstKey {
        match self.state {
            State::Reading(_)
            | State::AskingOrders(..)
            | State::AskingCredit { .. }
            | State::Ordering { .. }
            | State::Finding { .. } => FirstKey::None,
            _ => FirstKey::Back,
        }
    }

    fn may_idle(&self) -> bool {
        // Whoever goes away while a charge is being looked up finds the tickets with the card, if it was one.
        matches!(self.state, State::Finding { tries, .. } if tries > QUIET_TRIES)
            || self.first_key() != FirstKey::None
    }

    fn leave(self, desk: &mut Desk) {
        desk.detached(Ask::Release(self.basket.held.hold.hold.clone()));
    }
}
