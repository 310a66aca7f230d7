//! Money and percents as organizers read and type them.

/// Smaller units a currency counts in, as a power of ten; yen have none.
fn decimals(currency: &str) -> u32 {
    if currency == "JPY" { 0 } else { 2 }
}

/// A count with its thousands apart.
pub fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// An amount with its currency.
pub fn money(amount: i64, currency: &str) -> String {
    let decimals = decimals(currency);
    let unit = 10_i64.pow(decimals);
    let (whole, rest) = (amount / unit, (amount % unit).abs());
    let digits = grouped(whole.unsigned_abs());
    let sign = if amount < 0 { "−" } else { "" };
    if decimals == 0 {
        format!("{sign}{digits} {currency}")
    } else {
        format!("{sign}{digits}.{rest:02} {currency}")
    }
}

/// Why a text is no amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoAmount {
    /// It is no number, or one below zero.
    Unread,
    /// It has more decimals than the currency.
    Decimals,
}

/// An amount in a currency's smallest unit.
///
/// # Errors
/// What is no number of at least zero, or has more decimals than the currency.
pub fn amount(text: &str, currency: &str) -> Result<i64, NoAmount> {
    scaled(text, decimals(currency))
}

/// A percentage in hundredths of a percent.
///
/// # Errors
/// As [`amount`].
pub fn percent(text: &str) -> Result<i64, NoAmount> {
    scaled(text.trim().trim_end_matches(['%', '％']), 2)
}

/// A number times a power of ten. Digits may be wide, as Japanese keyboards write them, and thousands may be apart by commas; a comma that parts
/// no thousands is a decimal one.
fn scaled(text: &str, decimals: u32) -> Result<i64, NoAmount> {
    let narrow = |letter: char| match letter {
        '０'..='９' => char::from_u32(u32::from(letter) - 0xFEE0).unwrap_or(letter),
        '．' => '.',
        '，' => ',',
        other => other,
    };
    let text: String = text
        .trim()
        .trim_start_matches(['¥', '￥', '€', '$', '£'])
        .trim_end_matches(['円', '€'])
        .chars()
        .map(narrow)
        .filter(|letter| !letter.is_whitespace())
        .collect();
    let (whole, rest) = parts(&text);
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(&whole) || !digits(rest) {
        return Err(NoAmount::Unread);
    }
    // Noughts behind yen say nothing; "1.200" is a thousand and two hundred to half of Europe, so nobody guesses.
    let rest = if rest.len() <= 2 {
        rest.trim_end_matches('0')
    } else {
        rest
    };
    let missing = usize::try_from(decimals)
        .ok()
        .and_then(|most| most.checked_sub(rest.len()))
        .ok_or(NoAmount::Decimals)?;
    format!("{whole}{rest}{}", "0".repeat(missing))
        .parse()
        .map_err(|_| NoAmount::Unread)
}

/// What stands before and behind the decimal point.
fn parts(text: &str) -> (String, &str) {
    if let Some((whole, rest)) = text.split_once('.') {
        return (whole.replace(',', ""), rest);
    }
    let thousands = text.split(',').skip(1).all(|group| group.len() == 3);
    match text.split_once(',') {
        Some((whole, rest)) if !thousands => (whole.to_owned(), rest),
        _ => (text.replace(',', ""), ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_grouped_and_keeps_its_minor_units() {
        assert_eq!(money(0, "JPY"), "0 JPY");
        assert_eq!(money(1_234_567, "JPY"), "1,234,567 JPY");
        assert_eq!(money(-123_405, "EUR"), "−1,234.05 EUR");
    }

    #[test]
    fn amounts_are_read_as_people_write_them() {
        for (text, currency, read) in [
            ("8800", "JPY", Ok(8_800)),
            (" ¥8,800 ", "JPY", Ok(8_800)),
            ("８，８００円", "JPY", Ok(8_800)),
            ("8800.00", "JPY", Ok(8_800)),
            ("0", "EUR", Ok(0)),
            ("42.5", "EUR", Ok(4_250)),
            ("42,50 €", "EUR", Ok(4_250)),
            ("1,234.05", "EUR", Ok(123_405)),
            ("8800.5", "JPY", Err(NoAmount::Decimals)),
            ("42.505", "EUR", Err(NoAmount::Decimals)),
            ("1.200", "EUR", Err(NoAmount::Decimals)),
            ("-5", "JPY", Err(NoAmount::Unread)),
            ("1e3", "JPY", Err(NoAmount::Unread)),
            ("1.2.3", "EUR", Err(NoAmount::Unread)),
            ("", "JPY", Err(NoAmount::Unread)),
            ("99999999999999999999", "JPY", Err(NoAmount::Unread)),
        ] {
            assert_eq!(amount(text, currency), read, "{text:?} {currency}");
        }
    }

    #[test]
    fn percents_are_read_in_hundredths() {
        for (text, basis_points) in [("10", 1_000), ("8.5", 850), ("0.25", 25), ("0", 0)] {
            assert_eq!(percent(text), Ok(basis_points));
        }
        assert_eq!(percent("10%"), Ok(1_000));
        assert_eq!(percent("7.125"), Err(NoAmount::Decimals));
    }
}
