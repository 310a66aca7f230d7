//! A clerk at work: the list of slips, one slip, and what became of the money.

use kippu_api::orders::{Order, OrderState};

use kippu_ticket::ids::TerminalId;

use super::{
    Answer, Ask, AskFault, At, ConfirmOutcome, Money, Outcome, OutcomeKind, Phase, ProblemCode,
    Register, SECOND, Screen, Session, Slip, SlipNotice, Touch, TypedSlip, Work, key_of,
    refund::AtRefund,
    till::AtTill,
    view::{SlipRow, SlipState, Slips},
};
use crate::flows::kiosk::words;

/// Longest clerk's number.
pub(super) const DIGITS_OF_CLERK_MAX: usize = 8;
/// Longest PIN.
pub(super) const DIGITS_OF_PIN_MAX: usize = 8;

/// Whether money can be taken for it: a late one is honoured or handed back.
pub(super) fn can_be_confirmed(order: &Order) -> bool {
    matches!(
        order.state,
        OrderState::AwaitingPayment | OrderState::Expired
    )
}

impl Register {
    /// Fetches the list.
    pub(super) fn list(&mut self) {
        let Phase::Work(work) = &self.phase else {
            return;
        };
        let token = work.session.token.clone();
        let no = self.ask(Ask::Slips { token });
        if let Phase::Work(work) = &mut self.phase {
            work.listing = Some(no);
            work.listed_at = self.now;
        }
    }

    pub(super) fn touch_work(&mut self, touch: &Touch) {
        let terminal = self.setup.number;
        let Phase::Work(work) = &mut self.phase else {
            return;
        };
        if work.is_confirming() {
            return;
        }
        work.notice = None;
        let token = work.session.token.clone();
        match (touch, &mut work.at) {
            (Touch::Back, at) => *at = At::List,
            (Touch::Till, At::List) => {
                let no = self.ask(Ask::Tills { token });
                let key = key_of(&self.setup, no);
                if let Phase::Work(work) = &mut self.phase {
                    work.at = At::Till(Box::new(AtTill::new(no, key)));
                }
            }
            (Touch::Till, At::Till(at)) => {
                if let Some(ask) = at.go_on(token) {
                    let no = self.ask(ask);
                    if let Phase::Work(work) = &mut self.phase
                        && let At::Till(at) = &mut work.at
                    {
                        at.asked = Some(no);
                    }
                }
            }
            (Touch::Digit(digit), At::Till(at)) => at.digit(*digit),
            (Touch::Erase, At::Till(at)) => at.erase(),
            (Touch::Digit(digit), At::List) => work.typed.push(*digit),
            (Touch::Erase, At::List) => work.typed.erase(),
            (Touch::OpenTyped, At::List) if work.typed.is_complete() => self.open_typed(token),
            // A scanner is heard on every screen but while money is on its way. Another code changes nothing.
            (Touch::Scanned(text), _) => {
                match TypedSlip::scanned(text).or_else(|| TypedSlip::scanned_code(text, terminal)) {
                    Some(slip) => {
                        work.typed = slip;
                        self.open_typed(token);
                    }
                    None => work.notice = Some(SlipNotice::NotASlip),
                }
            }
            (Touch::Open(number), At::List) => {
                let number = number.clone();
                self.open(token, number);
            }
            (Touch::Confirm, At::Refund(at)) if at.is_due() => {
                let ask = at.pay_out(token);
                let no = self.ask(ask);
                if let Phase::Work(work) = &mut self.phase
                    && let At::Refund(at) = &mut work.at
                {
                    at.booking = Some(no);
                }
            }
            (Touch::Confirm, At::Slip { order, key, .. }) if can_be_confirmed(order) => {
                let ask = Ask::Confirm {
                    token,
                    number: order.slip.clone(),
                    amount: order.total,
                    currency: order.currency.clone(),
                    key: key.clone(),
                };
                let no = self.ask(ask);
                if let Phase::Work(work) = &mut self.phase
                    && let At::Slip { confirming, .. } = &mut work.at
                {
                    *confirming = Some(no);
                }
            }
            _ => {}
        }
    }

    /// Opens what was typed or scanned: a slip by its number, or a refund by its code.
    fn open_typed(&mut self, token: String) {
        let Phase::Work(work) = &mut self.phase else {
            return;
        };
        if let Some(code) = work.typed.code() {
            self.look_for(Ask::Refunds { token, code });
        } else if work.typed.checks_out() {
            let number = work.typed.dashed();
            self.open(token, number);
        } else {
            work.notice = Some(SlipNotice::Mistyped);
        }
    }

    fn open(&mut self, token: String, number: String) {
        self.look_for(Ask::Slip { token, number });
    }

    fn look_for(&mut self, ask: Ask) {
        let no = self.ask(ask);
        if let Phase::Work(work) = &mut self.phase {
            work.opening = Some(no);
        }
    }
}

impl Work {
    pub(super) fn new(session: Session, terminal: TerminalId, now: i64) -> Self {
        Self {
            session,
            orders: Vec::new(),
            typed: TypedSlip::new(terminal),
            notice: None,
            listing: None,
            listed_at: now,
            opening: None,
            at: At::List,
        }
    }

    pub(super) fn is_confirming(&self) -> bool {
        match &self.at {
            At::Slip { confirming, .. } => confirming.is_some(),
            At::Refund(at) => at.booking.is_some(),
            At::Till(at) => at.is_closing(),
            At::List | At::Outcome { .. } => false,
        }
    }

    pub(super) fn waits_for(&self, no: u64) -> bool {
        let confirming = match &self.at {
            At::Slip { confirming, .. } => *confirming,
            At::Refund(at) => at.booking,
            At::Till(at) => at.asked,
            At::List | At::Outcome { .. } => None,
        };
        [self.listing, self.opening, confirming].contains(&Some(no))
    }

    /// `key` is a fresh idempotency key, for a slip that is opened by this answer.
    pub(super) fn answer(
        &mut self,
        no: u64,
        answer: &Result<Answer, AskFault>,
        now: i64,
        key: String,
    ) {
        if self.listing == Some(no) {
            self.listing = None;
            if let Ok(Answer::Slips(orders)) = answer {
                self.orders = orders.clone();
                self.listed_at = now;
            }
        } else if self.opening == Some(no) {
            self.opening = None;
            match answer {
                Ok(Answer::Slip(order)) => {
                    self.typed.clear();
                    self.at = At::Slip {
                        order: order.clone(),
                        key,
                        confirming: None,
                        unknown: false,
                    };
                }
                Ok(Answer::Refunds(refunds)) if !refunds.is_empty() => {
                    self.typed.clear();
                    self.at = At::Refund(AtRefund::new(&refunds[0], key));
                }
                Err(fault) if fault.is_network() => self.notice = Some(SlipNotice::NotReached),
                _ => self.notice = Some(SlipNotice::NotFound),
            }
        } else if let At::Till(at) = &mut self.at
            && at.asked == Some(no)
        {
            at.answered(answer, key);
        } else if let At::Refund(at) = &mut self.at
            && at.booking == Some(no)
        {
            if let Some((total, kind)) = at.booked(answer) {
                let number = String::new();
                self.at = At::Outcome {
                    number,
                    total,
                    kind,
                };
            }
        } else if let At::Slip {
            order,
            confirming,
            unknown,
            ..
        } = &mut self.at
            && *confirming == Some(no)
        {
            *confirming = None;
            let kind = match answer {
                Ok(Answer::Confirmed(outcome, after)) => {
                    **order = (**after).clone();
                    match outcome {
                        ConfirmOutcome::Paid => OutcomeKind::Paid,
                        ConfirmOutcome::PaidLate => OutcomeKind::PaidLate,
                        ConfirmOutcome::Refunded => OutcomeKind::HandBack,
                    }
                }
                Err(AskFault::Refused(
                    ProblemCode::SlipNotPayable | ProblemCode::WrongState | ProblemCode::NotFound,
                    _,
                )) => OutcomeKind::NotPayable,
                // The same key again finds out; the clerk keeps the money in hand until then.
                _ => {
                    *unknown = true;
                    return;
                }
            };
            let total = words::sum(order);
            self.at = At::Outcome {
                number: order.slip.clone(),
                total,
                kind,
            };
        }
    }

    pub(super) fn screen(&self, now: i64) -> Screen {
        match &self.at {
            At::List => Screen::Slips(Slips {
                rows: self.rows(now),
                number: self.typed.dashed(),
                complete: self.typed.is_complete(),
                busy: self.opening.is_some(),
            }),
            At::Slip {
                order,
                confirming,
                unknown,
                ..
            } => Screen::Slip(Slip {
                number: order.slip.clone(),
                event: words::event_of_order(order),
                seats: order
                    .seats
                    .iter()
                    .map(|seat| words::seat_of_hold(seat, &order.class_names))
                    .collect(),
                total: words::sum(order),
                tax: Money {
                    amount: order.tax,
                    currency: order.currency.clone(),
                },
                state: state(order),
                seconds_left: seconds_left(order, self.listed_at, now),
                busy: confirming.is_some(),
                unknown: *unknown,
            }),
            At::Refund(at) => Screen::Refund(at.view()),
            At::Till(at) => Screen::Till(at.view()),
            At::Outcome {
                number,
                total,
                kind,
            } => Screen::Outcome(Outcome {
                number: number.clone(),
                total: total.clone(),
                kind: *kind,
            }),
        }
    }

    fn rows(&self, now: i64) -> Vec<SlipRow> {
        let row = |order: &Order| SlipRow {
            number: order.slip.clone(),
            event_name: order.event_name.clone(),
            tickets: words::count(order.seats.len()),
            total: words::sum(order),
            state: state(order),
            seconds_left: seconds_left(order, self.listed_at, now),
        };
        let (waiting, rest): (Vec<_>, Vec<_>) = self
            .orders
            .iter()
            .map(row)
            .partition(|row| row.state == SlipState::Waiting);
        waiting.into_iter().chain(rest).collect()
    }
}

fn state(order: &Order) -> SlipState {
    match order.state {
        OrderState::AwaitingPayment if order.now >= order.pay_until => SlipState::Expired,
        OrderState::AwaitingPayment => SlipState::Waiting,
        OrderState::Expired => SlipState::Expired,
        OrderState::Paid | OrderState::Granted => SlipState::Paid,
        OrderState::Issued => SlipState::Issued,
        OrderState::Cancelled => SlipState::Cancelled,
        OrderState::Refunded => SlipState::Refunded,
    }
}

/// By the platform's clock at its answer and this terminal's since then.
fn seconds_left(order: &Order, answered_at: i64, now: i64) -> Option<u32> {
    let left = order.pay_until - order.now - (now - answered_at).max(0);
    (order.state == OrderState::AwaitingPayment)
        .then(|| u32::try_from(left.max(0) / SECOND).unwrap_or(0))
}
