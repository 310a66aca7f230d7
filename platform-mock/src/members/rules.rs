//! What a member may be charged, and what may be written into the masters. Pure.

use kippu_api::members::{CreditStanding, MemberState};

use crate::refusal::{Answer, Refusal};

/// Largest limit and settlement, minor units. Far above any seller's, and far from where sums end.
pub const MONEY_MAX: i64 = 1_000_000_000_000;
/// Longest member number.
pub const NUMBER_MAX: usize = 32;

/// An account as the credit check sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account<'a> {
    /// Whether it may be charged at all.
    pub state: MemberState,
    /// ISO 4217.
    pub currency: &'a str,
    /// How much may be owed, minor units.
    pub limit: i64,
    /// What is owed, minor units.
    pub balance: i64,
}

/// Whether an account covers a sum on top of what is owed.
pub fn standing(account: &Account<'_>, amount: i64, currency: &str) -> CreditStanding {
    if account.state == MemberState::Suspended {
        return CreditStanding::Suspended;
    }
    let owed = account.balance.checked_add(amount);
    if account.currency == currency && owed.is_some_and(|owed| owed <= account.limit) {
        CreditStanding::Enough
    } else {
        CreditStanding::NotEnough
    }
}

/// Checks a member's number.
pub fn check_number(number: &str) -> Answer<()> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-./".contains(&byte);
    if number.is_empty() || number.len() > NUMBER_MAX || !number.bytes().all(allowed) {
        return Err(Refusal::bad_request(format!(
            "A member's number is 1 to {NUMBER_MAX} letters, digits, - . and /. Nothing was changed."
        )));
    }
    Ok(())
}

/// Checks an account's currency.
pub fn check_currency(currency: &str) -> Answer<()> {
    if currency.len() == 3 && currency.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Ok(());
    }
    Err(Refusal::bad_request(
        "A currency is three capital letters, as in ISO 4217. Nothing was changed.",
    ))
}

/// Checks a credit limit.
pub fn check_limit(limit: i64) -> Answer<()> {
    if (0..=MONEY_MAX).contains(&limit) {
        return Ok(());
    }
    Err(Refusal::bad_request(format!(
        "A credit limit is 0 to {MONEY_MAX}. Nothing was changed."
    )))
}

/// Checks what somebody paid.
pub fn check_settlement(amount: i64) -> Answer<()> {
    if (1..=MONEY_MAX).contains(&amount) {
        return Ok(());
    }
    Err(Refusal::bad_request(format!(
        "A settlement is 1 to {MONEY_MAX}. Nothing was booked."
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNT: Account<'static> = Account {
        state: MemberState::Active,
        currency: "JPY",
        limit: 10_000,
        balance: 4_000,
    };

    #[test]
    fn an_account_covers_what_is_left_of_its_limit() {
        assert_eq!(standing(&ACCOUNT, 6_000, "JPY"), CreditStanding::Enough);
        assert_eq!(standing(&ACCOUNT, 6_001, "JPY"), CreditStanding::NotEnough);
        assert_eq!(standing(&ACCOUNT, 1, "EUR"), CreditStanding::NotEnough);
        assert_eq!(
            standing(&ACCOUNT, i64::MAX, "JPY"),
            CreditStanding::NotEnough
        );
    }

    #[test]
    fn who_paid_ahead_needs_no_limit() {
        let ahead = Account {
            limit: 0,
            balance: -500,
            ..ACCOUNT
        };
        assert_eq!(standing(&ahead, 500, "JPY"), CreditStanding::Enough);
        assert_eq!(standing(&ahead, 501, "JPY"), CreditStanding::NotEnough);
    }

    #[test]
    fn a_suspended_account_covers_nothing() {
        let suspended = Account {
            state: MemberState::Suspended,
            ..ACCOUNT
        };
        assert_eq!(standing(&suspended, 1, "JPY"), CreditStanding::Suspended);
    }

    #[test]
    fn numbers_are_no_names() {
        for good in ["1", "A-00.1/7", &"9".repeat(NUMBER_MAX)] {
            assert_eq!(check_number(good), Ok(()));
        }
        for bad in ["", "Jane Doe", "会員", "a\0", &"9".repeat(NUMBER_MAX + 1)] {
            assert!(check_number(bad).is_err(), "{bad}");
        }
        assert!(check_currency("JPY").is_ok() && check_currency("jpy").is_err());
        assert!(check_limit(-1).is_err() && check_settlement(0).is_err());
    }
}
