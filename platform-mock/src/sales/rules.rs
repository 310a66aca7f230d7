//! The rules of selling: times, limits and what a payment means. Pure.

use kippu_api::{clerk::ConfirmOutcome, orders::OrderState, problem::ProblemCode};

use sha2::{Digest as _, Sha256};

use crate::refusal::{Answer, Refusal};

/// How long a hold lasts, and how much each extension gives: 10 minutes.
pub const HOLD_MICROS: i64 = 10 * 60 * 1_000_000;
/// Longest time that a hold or an extension gets on top: 15 s. Whoever began in the same second when sales opened does not end in
/// the same second, so that neither seats nor customers come back in one crowd.
pub const JITTER_MICROS: i64 = 15 * 1_000_000;
/// How often a hold can be extended.
pub const EXTENSIONS_MAX: u8 = 2;
/// How long a slip can be paid: 30 minutes.
pub const SLIP_MICROS: i64 = 30 * 60 * 1_000_000;

/// The time on top, below [`JITTER_MICROS`], by something nobody chooses for it: repeating a request gives the same.
pub fn jitter(name: &str) -> i64 {
    let digest = Sha256::digest(name.as_bytes());
    let drawn = u32::from_le_bytes([digest[0], digest[1], digest[2], digest[3]]);
    i64::from(drawn) % JITTER_MICROS
}

/// The tax contained in a total, rounded down as Japanese consumption tax is.
pub fn contained_tax(total: i64, basis_points: u16) -> i64 {
    let rate = i128::from(basis_points);
    i64::try_from(i128::from(total) * rate / (10_000 + rate)).unwrap_or(0)
}

/// Checks a wish for certain seats.
pub fn check_seats(seats: &[u32], in_plan: usize, limit: u8) -> Answer<()> {
    check_quantity(seats.len(), limit)?;
    if seats.iter().any(|seat| *seat as usize >= in_plan) {
        return Err(Refusal::bad_request("There is no such seat in the plan."));
    }
    let mut sorted = seats.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    if sorted.len() != seats.len() {
        return Err(Refusal::bad_request("A seat is named twice."));
    }
    Ok(())
}

/// Checks how many seats are wanted.
pub fn check_quantity(quantity: usize, limit: u8) -> Answer<()> {
    if quantity == 0 {
        return Err(Refusal::bad_request("No seat is asked for."));
    }
    if quantity > usize::from(limit) {
        return Err(Refusal::new(
            ProblemCode::LimitReached,
            format!("One order may hold {limit} tickets of this event."),
        )
        .hint("Choose fewer seats."));
    }
    Ok(())
}

/// What a confirmed payment does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Payment {
    /// In time: the seats are the order's.
    InTime,
    /// Too late: honoured if all seats are still free, else paid back.
    Late,
}

impl Payment {
    /// Decides by the order's state.
    ///
    /// # Errors
    /// When no money may be taken for the order; the clerk is told to give it back.
    pub fn of(state: OrderState, pay_until: i64, now: i64) -> Answer<Self> {
        match state {
            OrderState::AwaitingPayment if now < pay_until => Ok(Self::InTime),
            OrderState::AwaitingPayment | OrderState::Expired => Ok(Self::Late),
            OrderState::Paid | OrderState::Granted | OrderState::Issued => Err(Refusal::new(
                ProblemCode::WrongState,
                "This slip is paid already. Nothing was booked a second time.",
            )
            .hint("If you took money for it now, give it back.")),
            OrderState::Cancelled => Err(Refusal::new(
                ProblemCode::SlipNotPayable,
                "The customer cancelled this order. Nothing was booked.",
            )
            .hint("Take no money; if you did, give it back.")),
            OrderState::Refunded => Err(Refusal::new(
                ProblemCode::SlipNotPayable,
                "The money for this slip was paid back. Nothing was booked.",
            )
            .hint("Take no money; if you did, give it back.")),
        }
    }

    /// How a late or timely payment ends.
    pub fn outcome(self, seats_still_free: bool) -> ConfirmOutcome {
        match (self, seats_still_free) {
            (Self::InTime, _) => ConfirmOutcome::Paid,
            (Self::Late, true) => ConfirmOutcome::PaidLate,
            (Self::Late, false) => ConfirmOutcome::Refunded,
        }
    }
}

/// Whether an order may get another card: nothing is granted.
pub fn check_change_card(state: OrderState) -> Answer<()> {
    match state {
        OrderState::AwaitingPayment | OrderState::Paid => Ok(()),
        _ => Err(Refusal::new(
            ProblemCode::WrongState,
            "The card of this order cannot be changed any more.",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tax_is_contained_and_rounded_down() {
        assert_eq!(contained_tax(11_000, 1000), 1000);
        assert_eq!(contained_tax(10_999, 1000), 999);
        assert_eq!(contained_tax(100, 0), 0);
        assert_eq!(contained_tax(i64::MAX, 10_000), i64::MAX / 2);
    }

    #[test]
    fn ends_spread_over_the_whole_jitter() {
        let drawn: Vec<i64> = (0..1000)
            .map(|name| jitter(&format!("key{name}")))
            .collect();
        for tenth in 0..10 {
            let (from, to) = (JITTER_MICROS / 10 * tenth, JITTER_MICROS / 10 * (tenth + 1));
            let here = drawn.iter().filter(|end| (from..to).contains(end)).count();
            assert!((50..200).contains(&here), "{here} of 1000 in tenth {tenth}");
        }
        assert_eq!(jitter("key"), jitter("key"));
    }

    #[test]
    fn a_payment_is_late_from_the_stated_time_on() {
        assert_eq!(
            Payment::of(OrderState::AwaitingPayment, 100, 99),
            Ok(Payment::InTime)
        );
        assert_eq!(
            Payment::of(OrderState::AwaitingPayment, 100, 100),
            Ok(Payment::Late)
        );
        assert_eq!(Payment::of(OrderState::Expired, 100, 5), Ok(Payment::Late));
    }

    #[test]
    fn money_is_never_taken_twice_or_for_an_order_that_ended() {
        for state in [OrderState::Paid, OrderState::Granted, OrderState::Issued] {
            assert_eq!(
                Payment::of(state, 100, 5).unwrap_err().code,
                ProblemCode::WrongState
            );
        }
        for state in [OrderState::Cancelled, OrderState::Refunded] {
            assert_eq!(
                Payment::of(state, 100, 5).unwrap_err().code,
                ProblemCode::SlipNotPayable
            );
        }
    }

    #[test]
    fn wishes_beyond_the_limit_or_the_plan_are_refused() {
        assert_eq!(check_seats(&[1, 2], 3, 2), Ok(()));
        assert_eq!(
            check_seats(&[0, 1, 2], 3, 2).unwrap_err().code,
            ProblemCode::LimitReached
        );
        assert_eq!(
            check_seats(&[3], 3, 2).unwrap_err().code,
            ProblemCode::BadRequest
        );
        assert_eq!(
            check_seats(&[1, 1], 3, 2).unwrap_err().code,
            ProblemCode::BadRequest
        );
        assert_eq!(
            check_seats(&[], 3, 2).unwrap_err().code,
            ProblemCode::BadRequest
        );
    }
}
