//! Whether a ticket brings money, and how much. Pure.

use kippu_api::refunds::NoRefund;

/// By which rule an event takes tickets back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefundRule {
    /// Until then, UTC microseconds.
    pub until: i64,
    /// Kept of each ticket's price, minor units.
    pub fee: i64,
}

/// A ticket somebody wants money for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offered {
    /// Sold by the seller who is asked, paid, and still a ticket.
    pub sold_here: bool,
    /// Some gate let somebody in with it.
    pub entered: bool,
    /// What was paid, minor units.
    pub price: i64,
    /// The rule of its event.
    pub rule: Option<RefundRule>,
}

/// What is kept of the price of a ticket that is offered at `at`, UTC microseconds.
///
/// # Errors
/// Why there is no money for it.
pub fn fee(offered: &Offered, at: i64) -> Result<i64, NoRefund> {
    if !offered.sold_here {
        return Err(NoRefund::NotSoldHere);
    }
    let rule = offered.rule.ok_or(NoRefund::NotAllowed)?;
    if offered.entered {
        return Err(NoRefund::Entered);
    }
    if at >= rule.until {
        return Err(NoRefund::TooLate);
    }
    if offered.price <= rule.fee {
        return Err(NoRefund::NothingDue);
    }
    Ok(rule.fee)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFFERED: Offered = Offered {
        sold_here: true,
        entered: false,
        price: 8_800,
        rule: Some(RefundRule {
            until: 100,
            fee: 220,
        }),
    };

    #[test]
    fn the_fee_is_kept_until_the_rules_time() {
        assert_eq!(fee(&OFFERED, 99), Ok(220));
        assert_eq!(fee(&OFFERED, 100), Err(NoRefund::TooLate));
    }

    #[test]
    fn what_brings_nothing_says_why() {
        let without = |change: fn(&mut Offered)| {
            let mut offered = OFFERED;
            change(&mut offered);
            fee(&offered, 0)
        };
        assert_eq!(without(|o| o.sold_here = false), Err(NoRefund::NotSoldHere));
        assert_eq!(without(|o| o.rule = None), Err(NoRefund::NotAllowed));
        assert_eq!(without(|o| o.entered = true), Err(NoRefund::Entered));
        assert_eq!(without(|o| o.price = 220), Err(NoRefund::NothingDue));
        assert_eq!(without(|o| o.price = 221), Ok(220));
    }
}
