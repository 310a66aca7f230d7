//! A payment method in memory for tests: the test is the customer and the bank, and can lose messages.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{AttemptId, NotCharged, PaymentMethod, PaymentRequest, PaymentState};

/// Which message gets lost; the caller sees [`PaymentState::Unknown`] in both cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// The request: nothing happened.
    Request,
    /// The answer: it happened.
    Answer,
}

/// When the sum is taken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Way {
    /// When the customer pays.
    #[default]
    Paid,
    /// When what the customer reserved is confirmed.
    Reserved,
    /// When the attempt is begun.
    Charged,
}

#[derive(Debug, Default)]
struct Bank {
    way: Way,
    declines: bool,
    available: bool,
    attempts: HashMap<AttemptId, PaymentState>,
    losses: Vec<Loss>,
    charges: Vec<AttemptId>,
}

/// A payment method whose truth is kept in memory.
#[derive(Debug)]
pub struct MemoryPayment(MemoryPaymentHandle);

/// The test's end of a [`MemoryPayment`].
#[derive(Debug, Clone)]
pub struct MemoryPaymentHandle(Arc<Mutex<Bank>>);

impl MemoryPayment {
    /// A method that is paid at once, like a slip at the register.
    pub fn paid_at_once() -> Self {
        Self::new(Way::Paid)
    }

    /// A method that reserves first and takes on confirmation, like a card terminal.
    pub fn reserving() -> Self {
        Self::new(Way::Reserved)
    }

    /// A method that takes the sum when it is begun, or declines, like a member account.
    pub fn charging() -> Self {
        Self::new(Way::Charged)
    }

    fn new(way: Way) -> Self {
        let bank = Bank {
            way,
            available: true,
            ..Bank::default()
        };
        Self(MemoryPaymentHandle(Arc::new(Mutex::new(bank))))
    }

    /// The test's end.
    pub fn handle(&self) -> MemoryPaymentHandle {
        self.0.clone()
    }

    /// Does something at the bank unless a message is lost on the way.
    fn exchange(&self, act: impl FnOnce(&mut Bank) -> PaymentState) -> PaymentState {
        let mut bank = self.0.lock();
        let loss = (!bank.losses.is_empty()).then(|| bank.losses.remove(0));
        match loss {
            Some(Loss::Request) => PaymentState::Unknown,
            Some(Loss::Answer) => {
                act(&mut bank);
                PaymentState::Unknown
            }
            None => act(&mut bank),
        }
    }
}

impl MemoryPaymentHandle {
    /// The customer pays. Answers whether there was anything to pay.
    pub fn pay(&self, attempt: &AttemptId) -> bool {
        let mut bank = self.lock();
        let reserves = bank.way == Way::Reserved;
        let waiting = bank.state(attempt) == Some(PaymentState::Waiting);
        if waiting && reserves {
            bank.attempts
                .insert(attempt.clone(), PaymentState::Reserved);
        } else if waiting {
            bank.charge(attempt);
        }
        waiting
    }

    /// An attempt that waits or is reserved ends without a charge.
    pub fn fail(&self, attempt: &AttemptId, why: NotCharged) {
        let mut bank = self.lock();
        if bank.state(attempt).is_some_and(|state| !state.is_final()) {
            bank.attempts
                .insert(attempt.clone(), PaymentState::NotCharged(why));
        }
    }

    /// A paid attempt is paid back.
    pub fn refund(&self, attempt: &AttemptId) {
        let mut bank = self.lock();
        if bank.state(attempt) == Some(PaymentState::Paid) {
            bank.attempts
                .insert(attempt.clone(), PaymentState::Refunded);
        }
    }

    /// The messages of the next call get lost; several calls queue up.
    pub fn lose_next(&self, loss: Loss) {
        self.lock().losses.push(loss);
    }

    /// Whether new attempts can be begun.
    pub fn set_available(&self, available: bool) {
        self.lock().available = available;
    }

    /// Whether an account declines: what it covers is used up.
    pub fn set_declines(&self, declines: bool) {
        self.lock().declines = declines;
    }

    /// Attempts that were charged, in order; one in it twice would be a double charge.
    pub fn charges(&self) -> Vec<AttemptId> {
        self.lock().charges.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Bank> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Bank {
    fn state(&self, attempt: &AttemptId) -> Option<PaymentState> {
        self.attempts.get(attempt).copied()
    }

    fn known(&self, attempt: &AttemptId) -> PaymentState {
        self.state(attempt)
            .unwrap_or(PaymentState::NotCharged(NotCharged::Unavailable))
    }

    fn charge(&mut self, attempt: &AttemptId) {
        self.charges.push(attempt.clone());
        self.attempts.insert(attempt.clone(), PaymentState::Paid);
    }
}

impl PaymentMethod for MemoryPayment {
    fn begin(&mut self, request: &PaymentRequest) -> PaymentState {
        self.exchange(|bank| {
            let attempt = &request.attempt;
            if !bank.available {
                return bank.known(attempt);
            }
            match (bank.way, bank.state(attempt)) {
                // Nothing is remembered of what was declined: it may be covered later.
                (Way::Charged, None) if bank.declines => {
                    return PaymentState::NotCharged(NotCharged::Declined);
                }
                (Way::Charged, None) => bank.charge(attempt),
                (_, None) => {
                    bank.attempts.insert(attempt.clone(), PaymentState::Waiting);
                }
                (_, Some(_)) => {}
            }
            bank.known(attempt)
        })
    }

    fn poll(&mut self, attempt: &AttemptId) -> PaymentState {
        self.exchange(|bank| bank.known(attempt))
    }

    fn confirm(&mut self, attempt: &AttemptId) -> PaymentState {
        self.exchange(|bank| {
            if bank.state(attempt) == Some(PaymentState::Reserved) {
                bank.charge(attempt);
            }
            bank.known(attempt)
        })
    }

    fn cancel(&mut self, attempt: &AttemptId) -> PaymentState {
        self.exchange(|bank| {
            if bank.state(attempt).is_some_and(|state| !state.is_final()) {
                let cancelled = PaymentState::NotCharged(NotCharged::Cancelled);
                bank.attempts.insert(attempt.clone(), cancelled);
            }
            bank.known(attempt)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Money;

    fn request() -> PaymentRequest {
        PaymentRequest {
            attempt: AttemptId("attempt-1".into()),
            order: "order-1".into(),
            sum: Money::new(19_600, "JPY"),
        }
    }

    #[test]
    fn a_slip_is_paid_once_however_often_it_is_asked_for() {
        let mut method = MemoryPayment::paid_at_once();
        let (bank, request) = (method.handle(), request());
        assert_eq!(method.begin(&request), PaymentState::Waiting);
        assert!(bank.pay(&request.attempt));
        assert!(!bank.pay(&request.attempt));
        assert_eq!(method.begin(&request), PaymentState::Paid);
        assert_eq!(method.confirm(&request.attempt), PaymentState::Paid);
        assert_eq!(method.cancel(&request.attempt), PaymentState::Paid);
        assert_eq!(bank.charges().len(), 1);
        bank.refund(&request.attempt);
        assert_eq!(method.poll(&request.attempt), PaymentState::Refunded);
    }

    #[test]
    fn a_lost_message_is_unknown_and_asking_tells() {
        let attempt = request().attempt;
        for (loss, truth) in [
            (Loss::Request, PaymentState::Reserved),
            (Loss::Answer, PaymentState::Paid),
        ] {
            let mut method = MemoryPayment::reserving();
            let bank = method.handle();
            assert_eq!(method.begin(&request()), PaymentState::Waiting);
            bank.pay(&attempt);
            bank.lose_next(loss);
            assert_eq!(method.confirm(&attempt), PaymentState::Unknown);
            assert_eq!(method.poll(&attempt), truth);
            assert_eq!(method.confirm(&attempt), PaymentState::Paid);
            assert_eq!(bank.charges().len(), 1);
        }
    }

    #[test]
    fn an_account_is_charged_once_whichever_message_is_lost() {
        let attempt = request().attempt;
        for (loss, charged) in [(Loss::Request, 0), (Loss::Answer, 1)] {
            let mut method = MemoryPayment::charging();
            let bank = method.handle();
            bank.lose_next(loss);
            assert_eq!(method.begin(&request()), PaymentState::Unknown);
            assert_eq!(bank.charges().len(), charged);
            // Asking charges nothing, beginning again at most what was not charged.
            method.poll(&attempt);
            assert_eq!(bank.charges().len(), charged);
            assert_eq!(method.begin(&request()), PaymentState::Paid);
            assert_eq!(method.cancel(&attempt), PaymentState::Paid);
            assert_eq!(bank.charges().len(), 1);
        }
    }

    #[test]
    fn what_an_account_declined_it_may_cover_later() {
        let mut method = MemoryPayment::charging();
        let bank = method.handle();
        bank.set_declines(true);
        let declined = PaymentState::NotCharged(NotCharged::Declined);
        assert_eq!(method.begin(&request()), declined);
        bank.set_declines(false);
        assert_eq!(method.begin(&request()), PaymentState::Paid);
        assert_eq!(bank.charges().len(), 1);
    }

    #[test]
    fn an_attempt_that_never_arrived_was_not_charged() {
        let mut method = MemoryPayment::reserving();
        method.handle().lose_next(Loss::Request);
        assert_eq!(method.begin(&request()), PaymentState::Unknown);
        assert_eq!(
            method.poll(&request().attempt),
            PaymentState::NotCharged(NotCharged::Unavailable)
        );
    }

    #[test]
    fn every_reason_not_to_charge_can_be_had() {
        for why in [NotCharged::Declined, NotCharged::Expired] {
            let mut method = MemoryPayment::reserving();
            assert_eq!(method.begin(&request()), PaymentState::Waiting);
            method.handle().fail(&request().attempt, why);
            assert_eq!(
                method.poll(&request().attempt),
                PaymentState::NotCharged(why)
            );
        }
        let mut method = MemoryPayment::reserving();
        assert_eq!(method.begin(&request()), PaymentState::Waiting);
        assert_eq!(
            method.cancel(&request().attempt),
            PaymentState::NotCharged(NotCharged::Cancelled)
        );
        let mut method = MemoryPayment::reserving();
        method.handle().set_available(false);
        assert_eq!(
            method.begin(&request()),
            PaymentState::NotCharged(NotCharged::Unavailable)
        );
    }
}
