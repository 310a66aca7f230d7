//! Slip numbers as people type them: store digit, four digits, check digit, written `4-1827-3`.

/// Digits of a slip number.
pub const DIGITS: usize = 6;

/// Digits typed so far.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TypedSlip(String);

impl TypedSlip {
    /// Takes one more digit; ignored once the number is complete.
    pub fn push(&mut self, digit: u8) {
        if digit <= 9 && self.0.len() < DIGITS {
            self.0.push(char::from(b'0' + digit));
        }
    }

    /// Takes the digits of a scanned or printed number.
    pub fn read(text: &str) -> Self {
        let mut typed = Self::default();
        for digit in text.bytes().filter(u8::is_ascii_digit) {
            typed.push(digit - b'0');
        }
        typed
    }

    /// Erases the last digit.
    pub fn erase(&mut self) {
        self.0.pop();
    }

    /// All digits are there.
    pub fn is_complete(&self) -> bool {
        self.0.len() == DIGITS
    }

    /// As printed, with dashes where they belong.
    pub fn dashed(&self) -> String {
        let mut text = String::with_capacity(DIGITS + 2);
        for (place, digit) in self.0.chars().enumerate() {
            if place == 1 || place == 5 {
                text.push('-');
            }
            text.push(digit);
        }
        text
    }

    /// Whether the check digit fits (Luhn, ISO/IEC 7812-1 Annex B: every single mistyped digit is noticed).
    pub fn checks_out(&self) -> bool {
        let sum: u32 = self
            .0
            .bytes()
            .rev()
            .enumerate()
            .map(|(place, digit)| {
                let value = u32::from(digit - b'0') * if place % 2 == 1 { 2 } else { 1 };
                if value > 9 { value - 9 } else { value }
            })
            .sum();
        self.is_complete() && sum % 10 == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dashes_stand_where_they_are_printed() {
        let mut typed = TypedSlip::read("41827");
        assert_eq!(typed.dashed(), "4-1827");
        typed.push(3);
        assert_eq!(typed.dashed(), "4-1827-3");
        typed.push(9);
        assert_eq!(typed.dashed(), "4-1827-3");
        typed.erase();
        assert!(!typed.is_complete());
    }

    #[test]
    fn every_single_wrong_digit_is_noticed() {
        let right = (0..=9)
            .map(|check| TypedSlip::read(&format!("4-1827-{check}")))
            .find(TypedSlip::checks_out)
            .expect("one check digit fits");
        let digits = right.0.as_bytes();
        for place in 0..DIGITS {
            for digit in (b'0'..=b'9').filter(|digit| *digit != digits[place]) {
                let mut wrong = digits.to_vec();
                wrong[place] = digit;
                let typed = TypedSlip::read(&String::from_utf8_lossy(&wrong));
                assert!(!typed.checks_out(), "{typed:?}");
            }
        }
    }
}
