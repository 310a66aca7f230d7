//! Sums as people read them.

use iso_currency::Currency;

/// A sum in a currency's minor units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Money {
    /// Minor units: yen, cents.
    pub minor: i64,
    /// ISO 4217 code.
    pub currency: String,
}

impl Money {
    /// A sum.
    pub fn new(minor: i64, currency: &str) -> Self {
        Self {
            minor,
            currency: currency.to_owned(),
        }
    }
}

impl std::fmt::Display for Money {
    /// `¥19,600`, `€1,234.50`, `-$0.05`; the code stands behind the figures when the currency is unknown.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let currency = Currency::from_code(&self.currency);
        let digits = currency.and_then(Currency::exponent).unwrap_or(2);
        let unit = 10u64.pow(u32::from(digits));
        let sum = self.minor.unsigned_abs();
        let sign = if self.minor < 0 { "-" } else { "" };
        let whole = grouped(sum / unit);
        let fraction = if digits == 0 {
            String::new()
        } else {
            format!(".{:0width$}", sum % unit, width = usize::from(digits))
        };
        match currency {
            Some(currency) => write!(f, "{sign}{}{whole}{fraction}", currency.symbol()),
            None => write!(f, "{sign}{whole}{fraction} {}", self.currency),
        }
    }
}

fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_follow_their_currency() {
        let text = |minor, currency| Money::new(minor, currency).to_string();
        assert_eq!(text(19_600, "JPY"), "¥19,600");
        assert_eq!(text(890, "JPY"), "¥890");
        assert_eq!(text(123_450, "EUR"), "€1,234.50");
        assert_eq!(text(-5, "USD"), "-$0.05");
        assert_eq!(text(1_000_000_000, "JPY"), "¥1,000,000,000");
        assert_eq!(text(1_234, "???"), "12.34 ???");
    }
}
