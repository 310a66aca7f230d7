//! Tickets that are off their card and wait at the platform are given up for money; the slip for the register comes out here. Whatever is lost
//! on the way, the code opens what there is: the money at the register, or the tickets at any kiosk.

use kippu_api::refunds::{NewRefund, Refund};
use kippu_handover::{facts::Facts, row::ItemState};

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

/// An answer that does not come is asked for again so often, this long apart, before the code goes out without it.
const TRIES: u8 = 3;
const BETWEEN_TRIES: i64 = 2 * SECOND;

pub(super) struct Refunding {
    facts: Box<Facts>,
    money: MoneyBack,
    /// The same for every try.
    key: String,
    state: State,
}

enum State {
    Asking {
        no: RequestNo,
        tries: u8,
    },
    /// No answer: asked again at this time.
    Pausing {
        until: i64,
        tries: u8,
    },
    Due {
        refund: Box<Refund>,
        paper: Paper,
        printing: Option<RequestNo>,
    },
}

impl Refunding {
    /// Gives up what the handover has put down, for what people were told it brings.
    pub fn open(facts: &Facts, money: MoneyBack, desk: &mut Desk) -> Phase {
        let key = desk.key();
        let no = desk.ask(ask(facts, &money, &key));
        Phase::Refunding(Self {
            facts: Box::new(facts.clone()),
            money,
            key,
            state: State::Asking { no, tries: 1 },
        })
    }

    fn answered(mut self, answer: &Result<Answer, AskFault>, tries: u8, desk: &mut Desk) -> Phase {
        match answer {
            Ok(Answer::Refunded(refund)) => {
                // Where it went is what was done, not what was expected.
                self.money.to_account.amount = refund.to_account;
                self.state = State::Due {
                    refund: refund.clone(),
                    paper: Paper::NotWanted,
                    printing: None,
                };
                self.print(desk);
            }
            Err(fault) if fault.is_network() && tries < TRIES => {
                self.state = State::Pausing {
                    until: desk.now + BETWEEN_TRIES,
                    tries,
                };
            }
            // Nobody here knows whether it was done: the code finds out.
            Err(fault) if fault.is_network() => {
                return KeptCode::at(Kept::PerhapsMoney, &self.facts, false, desk);
            }
            _ => return KeptCode::at(Kept::NoMoney, &self.facts, false, desk),
        }
        Phase::Refunding(self)
    }

    fn print(&mut self, desk: &mut Desk) {
        let State::Due {
            refund,
            paper,
            printing: printing @ None,
        } = &mut self.state
        else {
            return;
        };
        *printing = desk.print(PaperJob::Refund {
            refund: refund.clone(),
            code: self.facts.code,
            language: desk.appearance.language,
        });
        if printing.is_some() {
            *paper = Paper::Printing;
        }
    }
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
            (Input::Platform { no, answer }, State::Asking { no: open, tries }) if no == open => {
                let tries = *tries;
                return self.answered(answer, tries, desk);
            }
            (Input::Tick, State::Pausing { until, tries }) if desk.now >= *until => {
                let tries = *tries + 1;
                let no = desk.ask(ask(&self.facts, &self.money, &self.key));
                self.state = State::Asking { no, tries };
            }
            (
                Input::Paper { no, end },
                State::Due {
                    paper, printing, ..
                },
            ) if *printing == Some(*no) => {
                *printing = None;
                *paper = words::paper(*end);
            }
            (Input::Touch(Touch::PrintAgain), _) => self.print(desk),
            (Input::Touch(Touch::First | Touch::Way(Way::Finish)), State::Due { .. }) => {
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
            State::Due { refund, paper, .. } => Screen::RefundDue(view::RefundDue {
                code: self.facts.code.to_string(),
                tickets: words::count(refund.items.len()),
                money: self.money.clone(),
                paper: *paper,
                card_lies: desk.card_lies,
            }),
        }
    }

    fn station(&self) -> Option<Stop> {
        Some(Stop::MoneyBack(match self.state {
            State::Asking { .. } | State::Pausing { .. } => MoneyStation::GiveUp,
            State::Due { .. } => MoneyStation::Slip,
        }))
    }

    fn first_key(&self) -> FirstKey {
        match self.state {
            State::Due { .. } => FirstKey::Start,
            _ => FirstKey::None,
        }
    }

    fn may_idle(&self) -> bool {
        matches!(self.state, State::Due { printing: None, .. })
    }

    fn end(self, desk: &mut Desk) -> Phase {
        desk.go_back()
    }
}
