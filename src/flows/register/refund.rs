//! Money for tickets that were given up. It is booked first and handed out then: a lost answer leaves it in the till, and asking again finds out.

use kippu_api::{
    problem::ProblemCode,
    refunds::{Refund, RefundState},
};

use super::{
    effect::{Answer, Ask},
    view::{self, OutcomeKind},
};
use crate::flows::{
    facts::{Money, SeatWords},
    kiosk::{input::AskFault, words},
};

/// A refund on the screen.
pub(super) struct AtRefund {
    refund: Box<Refund>,
    /// The same for every try.
    key: String,
    /// The booking under way.
    pub booking: Option<u64>,
    unknown: bool,
}

impl AtRefund {
    /// `key` is a fresh idempotency key.
    pub fn new(refund: &Refund, key: String) -> Self {
        Self {
            refund: Box::new(refund.clone()),
            key,
            booking: None,
            unknown: false,
        }
    }

    /// Whether money is to be paid out.
    pub fn is_due(&self) -> bool {
        self.refund.state == RefundState::Due
    }

    /// The booking.
    pub fn pay_out(&self, token: String) -> Ask {
        Ask::PayOut {
            token,
            refund: self.refund.refund.clone(),
            amount: self.refund.cash(),
            currency: self.refund.currency.clone(),
            key: self.key.clone(),
        }
    }

    /// What became of the booking; `None` where nobody knows, and the same key asks again.
    pub fn booked(&mut self, answer: &Result<Answer, AskFault>) -> Option<(Money, OutcomeKind)> {
        self.booking = None;
        let kind = match answer {
            Ok(Answer::PaidOut(_)) => OutcomeKind::PayOut,
            Err(AskFault::Refused(ProblemCode::WrongState | ProblemCode::NotFound, _)) => {
                OutcomeKind::PaidOutBefore
            }
            _ => {
                self.unknown = true;
                return None;
            }
        };
        Some((self.money(self.refund.cash()), kind))
    }

    fn money(&self, amount: i64) -> Money {
        Money {
            amount,
            currency: self.refund.currency.clone(),
        }
    }

    /// As it is shown.
    pub fn view(&self) -> view::Refund {
        let items = &self.refund.items;
        view::Refund {
            event: items
                .first()
                .map(words::event_of_refund)
                .unwrap_or_default(),
            seats: items
                .iter()
                .map(|item| SeatWords {
                    class: item.class_name.clone(),
                    ..words::seat_of_hold(&item.seat, &[])
                })
                .collect(),
            amount: self.money(match self.refund.state {
                RefundState::Booked => self.refund.amount,
                RefundState::Due | RefundState::PaidOut => self.refund.cash(),
            }),
            fee: self.money(items.iter().map(|item| item.fee).sum()),
            paid_out: !self.is_due(),
            booked: self.refund.state == RefundState::Booked,
            busy: self.booking.is_some(),
            unknown: self.unknown,
        }
    }
}
