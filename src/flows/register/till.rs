//! Counting the till at the end of a shift: what it has to hold, what was found, and what is still under way.

use kippu_api::{
    problem::ProblemCode,
    till::{CloseTill, ClosedTill, Till},
};

use super::{
    effect::{Answer, Ask},
    view::{self, TillNotice},
};
use crate::flows::{facts::Money, kiosk::input::AskFault};

/// Digits of the largest sum that can be typed.
const DIGITS_MAX: usize = 10;

/// The till on the screen.
pub(super) struct AtTill {
    till: Option<Till>,
    typed: String,
    /// The same for every try to close what is shown.
    key: String,
    pub asked: Option<u64>,
    notice: Option<TillNotice>,
    closed: Option<ClosedTill>,
}

impl AtTill {
    /// `asked`: the question what it has to hold; `key`: a fresh idempotency key.
    pub fn new(asked: u64, key: String) -> Self {
        Self {
            till: None,
            typed: String::new(),
            key,
            asked: Some(asked),
            notice: None,
            closed: None,
        }
    }

    /// Whether the closing is on its way: nothing else is done then.
    pub fn is_closing(&self) -> bool {
        self.asked.is_some() && self.till.is_some()
    }

    /// A digit of the sum that was found.
    pub fn digit(&mut self, digit: u8) {
        if digit <= 9 && self.typed.len() < DIGITS_MAX && self.closed.is_none() {
            self.typed.push(char::from(b'0' + digit));
            self.notice = None;
        }
    }

    /// Takes the last digit back.
    pub fn erase(&mut self) {
        self.typed.pop();
        self.notice = None;
    }

    /// Closes it with what was typed; `None` where nothing was, or nothing is known.
    fn close(&self, token: String) -> Option<Ask> {
        let till = self.till.as_ref().filter(|_| self.closed.is_none())?;
        Some(Ask::CloseTill {
            token,
            wish: CloseTill {
                currency: till.currency.clone(),
                expected: till.expected,
                counted: self.typed.parse().ok()?,
            },
            key: self.key.clone(),
        })
    }

    /// The answer to the question or the closing. `key`: a fresh idempotency key, where another count is needed.
    pub fn answered(&mut self, answer: &Result<Answer, AskFault>, key: String) {
        self.asked = None;
        match answer {
            Ok(Answer::Tills(tills)) => {
                self.till = tills.first().cloned();
                self.notice = self.till.is_none().then_some(TillNotice::Nothing);
            }
            Ok(Answer::TillClosed(closed)) => self.closed = Some(closed.clone()),
            Err(AskFault::Refused(ProblemCode::WrongState, _)) => {
                self.notice = Some(TillNotice::Moved);
                self.typed.clear();
                self.key = key;
            }
            // Whether it was closed is asked again under the same key.
            _ => self.notice = Some(TillNotice::NotReached),
        }
    }

    /// What the clerk's key asks now: what the till has to hold, where nobody knows that or money moved meanwhile; else to close it.
    pub fn go_on(&self, token: String) -> Option<Ask> {
        if self.till.is_none() || self.notice == Some(TillNotice::Moved) {
            return Some(Ask::Tills { token });
        }
        self.close(token)
    }

    /// As it is shown.
    pub fn view(&self) -> view::Till {
        let currency = self.till.as_ref().map(|till| till.currency.clone());
        let money = |amount| Money {
            amount,
            currency: currency.clone().unwrap_or_default(),
        };
        let line = |turnover: kippu_api::till::Turnover| view::TillLine {
            count: turnover.count,
            sum: money(turnover.amount),
        };
        let till = self.till.as_ref();
        view::Till {
            known: till.is_some(),
            taken: line(till.map(|till| till.taken).unwrap_or_default()),
            handed_back: line(till.map(|till| till.handed_back).unwrap_or_default()),
            paid_out: line(till.map(|till| till.paid_out).unwrap_or_default()),
            expected: money(till.map_or(0, |till| till.expected)),
            open: till.map(|till| till.open.clone()).unwrap_or_default(),
            counted: self.typed.parse().ok().map(money),
            notice: self.notice,
            busy: self.asked.is_some(),
            difference: self
                .closed
                .as_ref()
                .map(|closed| money(closed.difference())),
        }
    }
}
