//! The slip: printed or only on the screen, and waiting for the register. The customer may leave at any time and come back.

use kippu_api::orders::{Order, OrderState};

use super::{
    Desk, Phase, Step,
    deadline::Deadline,
    desk::SECOND,
    effect::{Ask, Effect, PaperJob, RequestNo},
    input::{Answer, AskFault, Input},
    route,
    view::{
        self, FirstKey, MoneyFact, Paper, PaymentView, Safety, Screen, Station, Stop, TicketFact,
        Touch, Trouble, TroubleKind, Way,
    },
    words,
};

/// How often the platform is asked whether it is paid.
const POLL: i64 = 2 * SECOND;

pub(super) struct Slip {
    order: Order,
    deadline: Deadline,
    paper: Paper,
    printing: Option<RequestNo>,
    /// The paper's trouble is on the screen instead of the slip.
    paper_trouble: bool,
    polling: Option<RequestNo>,
    next_poll: i64,
    unknown: bool,
    cancelling: Option<RequestNo>,
    cancel_key: String,
    seen: i64,
}

impl Slip {
    /// The slip of a fresh order, on paper.
    pub fn printed(order: Order, desk: &mut Desk) -> Phase {
        let mut slip = Self::new(order, desk);
        slip.print(desk);
        Phase::Slip(slip)
    }

    /// The slip of an order that was found again: its paper is somewhere.
    pub fn found(order: Order, desk: &mut Desk) -> Phase {
        Phase::Slip(Self::new(order, desk))
    }

    fn new(order: Order, desk: &mut Desk) -> Self {
        Self {
            deadline: Deadline::new(order.pay_until, order.now, desk.now),
            order,
            paper: Paper::NotWanted,
            printing: None,
            paper_trouble: false,
            polling: None,
            next_poll: desk.now + POLL,
            unknown: false,
            cancelling: None,
            cancel_key: desk.key(),
            seen: desk.now,
        }
    }

    fn print(&mut self, desk: &mut Desk) {
        if self.printing.is_some() {
            return;
        }
        let (order, language) = (Box::new(self.order.clone()), desk.appearance.language);
        self.printing = desk.print(PaperJob::Slip { order, language });
        self.paper = if self.printing.is_some() {
            Paper::Printing
        } else {
            Paper::NotWanted
        };
        self.paper_trouble = false;
    }

    fn poll(&mut self, desk: &mut Desk) {
        if self.polling.is_none() && self.cancelling.is_none() {
            self.polling = Some(desk.ask(Ask::PollPayment(self.order.order.clone())));
        }
        self.next_poll = desk.now + POLL;
    }

    fn polled(mut self, answer: &Result<Answer, AskFault>, desk: &mut Desk) -> Phase {
        self.polling = None;
        match answer {
            Ok(Answer::Order(order)) if order.state == OrderState::AwaitingPayment => {
                self.unknown = false;
                self.deadline.renew(order.pay_until, order.now, desk.now);
                self.order = order.clone();
            }
            Ok(Answer::Order(order)) => return route::to(order.clone(), desk),
            // Not knowing is no end: it stays on the screen as what it is, and is asked again.
            Ok(_) | Err(_) => self.unknown = true,
        }
        Phase::Slip(self)
    }

    fn cancelled(mut self, answer: &Result<Answer, AskFault>, desk: &mut Desk) -> Phase {
        self.cancelling = None;
        match answer {
            Ok(Answer::Cancelled(order)) => return route::to(order.clone(), desk),
            // Paid in the meantime, perhaps: the order itself knows.
            Err(AskFault::Refused(_, _)) => self.poll(desk),
            Ok(_) | Err(_) => self.unknown = true,
        }
        Phase::Slip(self)
    }

    fn printed_end(&mut self, paper: Paper) {
        self.printing = None;
        self.paper = paper;
        self.paper_trouble = matches!(paper, Paper::NotPrinted(_) | Paper::Unconfirmed);
    }

    fn safety(&self, desk: &Desk) -> Safety {
        let sum = words::sum(&self.order);
        Safety {
            ticket: TicketFact::SeatsHeld {
                count: words::count(self.order.seats.len()),
                until: desk.here(self.deadline.ends()),
            },
            money: if self.unknown {
                MoneyFact::BeingChecked(sum)
            } else {
                MoneyFact::ToPay(sum)
            },
        }
    }
}

impl Step for Slip {
    fn step(mut self, input: &Input, desk: &mut Desk) -> Phase {
        match input {
            Input::Platform { no, answer } if self.polling == Some(*no) => {
                return self.polled(answer, desk);
            }
            Input::Platform { no, answer } if self.cancelling == Some(*no) => {
                return self.cancelled(answer, desk);
            }
            Input::Paper { no, end } if self.printing == Some(*no) => {
                self.printed_end(words::paper(*end))
            }
            Input::Reader(super::ReaderNews::Present) | Input::Touch(Touch::HavePaid) => {
                self.poll(desk)
            }
            Input::Touch(Touch::PrintAgain | Touch::Way(Way::PrintAgain)) => self.print(desk),
            Input::Touch(Touch::Way(Way::GoOnWithoutPaper)) => self.paper_trouble = false,
            Input::Touch(Touch::CancelOrder | Touch::Way(Way::Cancel))
                if self.cancelling.is_none() =>
            {
                let (order, key) = (self.order.order.clone(), self.cancel_key.clone());
                self.cancelling = Some(desk.ask(Ask::CancelPayment { order, key }));
                self.paper_trouble = false;
            }
            // The order stays: it goes on by its number or the card.
            Input::Touch(Touch::First | Touch::Way(Way::Finish)) => return desk.go_home(),
            Input::Tick => {
                if desk.now >= self.next_poll {
                    self.poll(desk);
                }
                if self.deadline.warns_between(self.seen, desk.now) {
                    desk.effect(Effect::Warn);
                }
                self.seen = desk.now;
            }
            _ => {}
        }
        Phase::Slip(self)
    }

    fn screen(&self, desk: &Desk) -> Screen {
        if self.paper_trouble {
            let kind = match self.paper {
                Paper::NotPrinted(problem) => TroubleKind::Paper(problem),
                _ => TroubleKind::PaperUnconfirmed,
            };
            return Screen::Trouble(Trouble {
                kind,
                safety: self.safety(desk),
                ways: vec![Way::GoOnWithoutPaper, Way::PrintAgain, Way::CallStaff],
                slip: Some(self.order.slip.clone()),
            });
        }
        Screen::Slip(view::Slip {
            number: self.order.slip.clone(),
            event: words::event_of_order(&self.order),
            total: words::sum(&self.order),
            tickets: words::count(self.order.seats.len()),
            safety: self.safety(desk),
            countdown: self.deadline.countdown(desk.now),
            paper: self.paper,
            payment: match (self.cancelling.is_some(), self.unknown) {
                (true, _) => PaymentView::Cancelling,
                (false, true) => PaymentView::Unknown,
                (false, false) => PaymentView::Waiting,
            },
        })
    }

    fn station(&self) -> Option<Stop> {
        Some(Stop::Purchase(Station::Pay))
    }

    fn first_key(&self) -> FirstKey {
        FirstKey::Start
    }
}
