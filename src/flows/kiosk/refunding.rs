//! Tickets that are off their card and wait at the platform are given up for money; the slip for the register comes out here. Whatever is lost
//! on the way, the code opens what there is: the money at the register, or the tickets at any kiosk. Whoever has no code, because power went before
//! the slip was out or the slip was lost, gets another by the card (`pick_up.rs`).

use kippu_api::{
    problem::ProblemCode,
    refunds::{NewRefund, Refund},
};
use kippu_handover::{facts::Facts, row::ItemState};
use kippu_ticket::code::ResumeCode;

use super::{
    Desk, Phase, Step,
    desk::SECOND,
    effect::{Ask, PaperJob, RequestNo},
    input::{Answer, AskFault, Input},
    kept::KeptCode,
    view::{
        self, CheckStep, CheckingCard, FirstKey, Kept, LayPurpose, MoneyBack, MoneyStation, Paper,
        Screen, Stop, Touch, Way,
    },
    words,
};
use crate::flows::facts::Money;

/// An answer that does not come is asked for again so often, this long apart, before the code goes out without it.
const TRIES: u8 = 3;
const BETWEEN_TRIES: i64 = 2 * SECOND;

pub(super) struct Refunding {
    money: MoneyBack,
    state: State,
}

/// What is asked of the platform.
struct Asked {
    facts: Box<Facts>,
    /// The same for every try.
    key: String,
    tries: u8,
}

enum State {
    Asking {
        asked: Asked,
        no: RequestNo,
    },
    /// No answer: asked again at this time.
    Pausing {
        asked: Asked,
        until: i64,
    },
    Due(Due),
}

/// The money waits at the register.
struct Due {
    refund: Box<Refund>,
    code: ResumeCode,
    paper: Paper,
    printing: Option<RequestNo>,
}

impl Refunding {
    /// Gives up what the handover has put down, for what people were told it brings.
    pub fn open(facts: &Facts, money: MoneyBack, desk: &mut Desk) -> Phase {
        let asked = Asked {
            facts: Box::new(facts.clone()),
            key: desk.key(),
            tries: 0,
        };
        let state = asked.ask(&money, desk);
        Phase::Refunding(Self { money, state })
    }

    /// Money that is due from before has got another code.
    pub fn another_slip(refund: &Refund, code: ResumeCode, desk: &mut Desk) -> Phase {
        let money = |amount| Money {
            amount,
            currency: refund.currency.clone(),
        };
        Phase::Refunding(Self {
            money: MoneyBack {
                amount: money(refund.amount),
                fee: money(refund.items.iter().map(|item| item.fee).sum()),
                to_account: money(refund.to_account),
            },
            state: State::due(Box::new(refund.clone()), code, desk),
        })
    }

    fn answered(mut self, answer: &Result<Answer, AskFault>, desk: &mut Desk) -> Phase {
        let (State::Asking { asked, .. } | State::Pausing { asked, .. }) = self.state else {
            return Phase::Refunding(self);
        };
        self.state = match answer {
            Ok(Answer::Refunded(refund)) => {
                // Where it went is what was done, not what was expected.
                self.money.to_account.amount = refund.to_account;
                State::due(refund.clone(), asked.facts.code, desk)
            }
            Err(fault) if may_change(fault) && asked.tries < TRIES => State::Pausing {
                asked,
                until: desk.now + BETWEEN_TRIES,
            },
            // Nobody here knows whether it was done: the code finds out.
            Err(fault) if may_change(fault) => {
                return KeptCode::at(Kept::PerhapsMoney, &asked.facts, false, desk);
            }
            _ => return KeptCode::at(Kept::NoMoney, &asked.facts, false, desk),
        };
        Phase::Refunding(self)
    }

    fn ask_again(mut self, desk: &mut Desk) -> Phase {
        self.state = match self.state {
            State::Pausing { asked, .. } => asked.ask(&self.money, desk),
            other => other,
        };
        Phase::Refunding(self)
    }
}

impl Asked {
    fn ask(mut self, money: &MoneyBack, desk: &mut Desk) -> State {
        self.tries += 1;
        let no = desk.ask(ask(&self.facts, money, &self.key));
        State::Asking { asked: self, no }
    }
}

impl State {
    fn due(refund: Box<Refund>, code: ResumeCode, desk: &mut Desk) -> Self {
        let mut due = Due {
            refund,
            code,
            paper: Paper::NotWanted,
            printing: None,
        };
        due.print(desk);
        Self::Due(due)
    }
}

impl Due {
    fn print(&mut self, desk: &mut Desk) {
        if self.printing.is_some() {
            return;
        }
        self.printing = desk.print(PaperJob::Refund {
            refund: self.refund.clone(),
            code: self.code,
            language: desk.appearance.language,
        });
        if self.printing.is_some() {
            self.paper = Paper::Printing;
        }
    }
}

/// Whether asking again may get another answer: a restored platform waits for what this kiosk sends again by itself.
fn may_change(fault: &AskFault) -> bool {
    fault.is_network() || matches!(fault, AskFault::Refused(ProblemCode::ResendFirst, _))
}

fn ask(facts: &Facts, money: &MoneyBack, key: &str) -> Ask {
    let parked = facts
        .items
        .iter()
        .filter(|item| item.state == ItemState::Parked);
    Ask::Refund {
        wish: Box::new(NewRefund {
            code: facts.code,
            tickets: parked.map(|item| item.ticket).collect(),
            amount: money.amount.amount,
            currency: money.amount.currency.clone(),
        }),
        key: key.to_owned(),
    }
}

impl Step for Refunding {
    fn step(mut self, input: &Input, desk: &mut Desk) -> Phase {
        match (input, &mut self.state) {
            (Input::Platform { no, answer }, State::Asking { no: open, .. }) if no == open => {
                return self.answered(answer, desk);
            }
            (Input::Tick, State::Pausing { until, .. }) if desk.now >= *until => {
                return self.ask_again(desk);
            }
            (Input::Paper { no, end }, State::Due(due)) if due.printing == Some(*no) => {
                due.printing = None;
                due.paper = words::paper(*end);
            }
            (Input::Touch(Touch::PrintAgain), State::Due(due)) => due.print(desk),
            (Input::Touch(Touch::First | Touch::Way(Way::Finish)), State::Due(_)) => {
                return desk.go_back();
            }
            _ => {}
        }
        Phase::Refunding(self)
    }

    fn screen(&self, desk: &Desk) -> Screen {
        match &self.state {
            State::Asking { .. } | State::Pausing { .. } => Screen::CheckingCard(CheckingCard {
                purpose: LayPurpose::ToGiveUp,
                step: CheckStep::Registering,
            }),
            State::Due(due) => Screen::RefundDue(view::RefundDue {
                code: due.code.to_string(),
                tickets: words::count(due.refund.items.len()),
                money: self.money.clone(),
                paper: due.paper,
                card_lies: desk.card_lies,
            }),
        }
    }

    fn station(&self) -> Option<Stop> {
        Some(Stop::MoneyBack(match self.state {
            State::Asking { .. } | State::Pausing { .. } => MoneyStation::GiveUp,
            State::Due(_) => MoneyStation::Slip,
        }))
    }

    fn first_key(&self) -> FirstKey {
        match self.state {
            State::Due(_) => FirstKey::Start,
            _ => FirstKey::None,
        }
    }

    fn may_idle(&self) -> bool {
        matches!(&self.state, State::Due(due) if due.printing.is_none())
    }

    fn end(self, desk: &mut Desk) -> Phase {
        desk.go_back()
    }
}
