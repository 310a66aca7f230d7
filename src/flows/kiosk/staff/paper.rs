//! Did this paper come out? The first answer counts, and an answer of the other kind changes nothing (R16).

use kippu_handover::{
    facts::{Facts, Standing},
    outcome::Settled,
    row::ItemState,
};
use kippu_ticket::{
    ids::{HandoverId, TicketId},
    paper::SerialText,
};

use super::One;
use crate::flows::kiosk::{
    Desk, Phase, Step,
    effect::{CardJob, RequestNo},
    input::{CardNews, Input},
    passing::{Bearer, Passing},
    view::{self, FirstKey, MyTicket, Screen, Touch, Way},
    words,
};

pub(in crate::flows::kiosk) struct Paper {
    handover: HandoverId,
    serial: u64,
    ticket: MyTicket,
    asked: Option<RequestNo>,
    otherwise: bool,
}

impl Paper {
    /// Asks; where no paper of this handover is in question any more, goes on.
    pub fn open(handover: HandoverId, desk: &mut Desk) -> Phase {
        let Some(facts) = desk.handover(handover).cloned() else {
            return desk.go_back();
        };
        let Standing::PaperUnconfirmed { ticket, serial } = facts.standing else {
            return One::open(handover);
        };
        let Some(ticket) = pending(&facts, ticket) else {
            return One::open(handover);
        };
        Phase::StaffPaper(Self {
            handover,
            serial,
            ticket,
            asked: None,
            otherwise: false,
        })
    }

    fn settled(mut self, settled: Settled, desk: &mut Desk) -> Phase {
        match settled {
            Settled::Now | Settled::Same | Settled::NoSuchPaper => self.end(desk),
            Settled::Otherwise => {
                self.otherwise = true;
                Phase::StaffPaper(self)
            }
        }
    }
}

fn pending(facts: &Facts, ticket: TicketId) -> Option<MyTicket> {
    words::tickets_of(facts, |state| state == ItemState::Pending)
        .into_iter()
        .find(|known| known.id == ticket)
}

impl Step for Paper {
    fn step(mut self, input: &Input, desk: &mut Desk) -> Phase {
        match input {
            Input::Card {
                no,
                news: CardNews::Settled(settled),
            } if self.asked == Some(*no) => {
                self.asked = None;
                if let Ok(settled) = settled {
                    return self.settled(*settled, desk);
                }
            }
            Input::Touch(Touch::CameOut(came_out)) if self.asked.is_none() && !self.otherwise => {
                self.asked = Some(desk.card(CardJob::Settle {
                    handover: self.handover,
                    serial: self.serial,
                    came_out: *came_out,
                }));
            }
            Input::Touch(Touch::First | Touch::Way(Way::Finish)) if self.asked.is_none() => {
                return self.end(desk);
            }
            _ => {}
        }
        Phase::StaffPaper(self)
    }

    fn screen(&self, _desk: &Desk) -> Screen {
        Screen::PaperQuestion(view::PaperQuestion {
            ticket: self.ticket.clone(),
            serial: SerialText(self.serial).to_string(),
            answered_otherwise: self.otherwise,
            busy: self.asked.is_some(),
        })
    }

    fn first_key(&self) -> FirstKey {
        match self.asked {
            Some(_) => FirstKey::None,
            None => FirstKey::Back,
        }
    }

    fn may_idle(&self) -> bool {
        self.asked.is_none()
    }

    /// The customer's handover goes on, with what is left to print.
    fn end(self, desk: &mut Desk) -> Phase {
        let facts = desk.handover(self.handover).cloned();
        facts
            .and_then(|facts| Passing::resume(&facts, Bearer::Anyone, None, desk))
            .unwrap_or_else(|| desk.go_back())
    }
}
