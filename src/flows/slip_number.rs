//! Slip numbers as people type them: kiosk's number, running number, check digit, written `4-1827-3`.

use kippu_ticket::{code::ResumeCode, ids::TerminalId};

/// Longest number that can be typed.
const DIGITS_MAX: usize = 12;
/// A running number and a check digit.
const DIGITS_BESIDE_KIOSK_MIN: usize = 2;

/// Damm's quasigroup of order 10: every single wrong digit and every swap of neighbours leaves another digit than 0.
const DAMM: [[u8; 10]; 10] = [
    [0, 3, 1, 7, 5, 9, 8, 6, 4, 2],
    [7, 0, 9, 2, 1, 5, 4, 8, 6, 3],
    [4, 2, 0, 6, 8, 7, 1, 3, 5, 9],
    [1, 7, 5, 0, 9, 8, 3, 4, 2, 6],
    [6, 1, 2, 3, 0, 4, 5, 9, 7, 8],
    [3, 6, 7, 4, 2, 0, 9, 5, 8, 1],
    [5, 8, 6, 9, 7, 2, 0, 1, 3, 4],
    [8, 9, 4, 5, 3, 6, 2, 0, 1, 7],
    [9, 4, 3, 8, 6, 1, 7, 2, 0, 5],
    [2, 5, 8, 1, 4, 3, 6, 7, 9, 0],
];

/// Digits typed so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypedSlip {
    digits: Vec<u8>,
    /// Digits of the kiosk's number, which stand before the first dash.
    kiosk_digits: usize,
}

impl TypedSlip {
    /// Nothing typed yet. `terminal` is this terminal's own number: those of one platform are equally long.
    pub fn new(terminal: TerminalId) -> Self {
        Self {
            digits: Vec::new(),
            kiosk_digits: terminal.to_string().len(),
        }
    }

    /// Takes one more digit; ignored once the number is as long as a number can be.
    pub fn push(&mut self, digit: u8) {
        if digit <= 9 && self.digits.len() < DIGITS_MAX {
            self.digits.push(digit);
        }
    }

    /// The digits of a scanned or printed number.
    pub fn read(text: &str) -> Self {
        let kiosk = text.trim().split('-').next().unwrap_or_default();
        let mut typed = Self {
            digits: Vec::new(),
            kiosk_digits: kiosk.len(),
        };
        for digit in text.bytes().filter(u8::is_ascii_digit) {
            typed.push(digit - b'0');
        }
        typed
    }

    /// The number a scanner read: whole, with its dashes and a check digit that fits. Anything else is another code.
    pub fn scanned(text: &str) -> Option<Self> {
        let read = Self::read(text);
        (read.checks_out() && read.dashed() == text.trim()).then_some(read)
    }

    /// The code a scanner read, as if it had been typed at this terminal; its dashes do not matter. Anything else is another code.
    pub fn scanned_code(text: &str, terminal: TerminalId) -> Option<Self> {
        text.trim().parse::<ResumeCode>().ok()?;
        let mut typed = Self::new(terminal);
        text.bytes()
            .filter(u8::is_ascii_digit)
            .for_each(|digit| typed.push(digit - b'0'));
        Some(typed)
    }

    /// The digits so far.
    pub fn digits(&self) -> &[u8] {
        &self.digits
    }

    /// Erases the last digit.
    pub fn erase(&mut self) {
        self.digits.pop();
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.digits.clear();
    }

    /// Enough digits for a number.
    pub fn is_complete(&self) -> bool {
        self.digits.len() >= self.kiosk_digits + DIGITS_BESIDE_KIOSK_MIN
    }

    /// The code of tickets that wait or of a refund, where the digits are one: those have a check of their own.
    pub fn code(&self) -> Option<ResumeCode> {
        let digits: String = self
            .digits
            .iter()
            .map(|digit| char::from(b'0' + digit))
            .collect();
        digits.parse().ok()
    }

    /// As printed, with dashes where they belong.
    pub fn dashed(&self) -> String {
        let last = self.digits.len().saturating_sub(1);
        let mut text = String::with_capacity(DIGITS_MAX + 2);
        for (place, digit) in self.digits.iter().enumerate() {
            if place == self.kiosk_digits || (place > self.kiosk_digits && place == last) {
                text.push('-');
            }
            text.push(char::from(b'0' + digit));
        }
        text
    }

    /// Whether the check digit fits.
    pub fn checks_out(&self) -> bool {
        let rest = self.digits.iter().fold(0, |state: u8, digit| {
            DAMM[usize::from(state)][usize::from(*digit)]
        });
        self.is_complete() && rest == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn right() -> TypedSlip {
        (0..=9)
            .map(|check| TypedSlip::read(&format!("4-1827-{check}")))
            .find(TypedSlip::checks_out)
            .expect("one check digit fits")
    }

    #[test]
    fn dashes_stand_where_they_are_printed() {
        let mut typed = TypedSlip::new(TerminalId(4));
        for digit in [4, 1, 8, 2, 7, 3] {
            typed.push(digit);
        }
        assert_eq!(typed.dashed(), "4-1827-3");
        typed.erase();
        assert_eq!(typed.dashed(), "4-182-7");
        assert_eq!(TypedSlip::read("11-1-2").dashed(), "11-1-2");
        assert!(!TypedSlip::read("11-1").is_complete());
    }

    #[test]
    fn other_codes_are_no_slip_numbers() {
        let right = right();
        assert_eq!(TypedSlip::scanned(&right.dashed()), Some(right.clone()));
        let digits: String = right.digits.iter().map(u8::to_string).collect();
        // A chocolate bar, a page, a paper ticket, and what is nearly a slip number.
        for other in [
            "4901234567894",
            "https://example.org/4-1827-3",
            "KIPPUKEAQCCAHAYCQ",
            "",
            "-",
            &digits,
            &format!("X{}", right.dashed()),
            &format!("{}-", right.dashed()),
            &right.dashed().replace('-', "\u{FFFD}"),
        ] {
            assert_eq!(TypedSlip::scanned(other), None, "{other:?}");
        }
        let mut wrong = right;
        wrong.digits[1] = (wrong.digits[1] + 1) % 10;
        assert_eq!(TypedSlip::scanned(&wrong.dashed()), None);
    }

    #[test]
    fn every_wrong_digit_and_every_swap_is_noticed() {
        let right = right();
        for place in 0..right.digits.len() {
            for digit in (0..10).filter(|digit| *digit != right.digits[place]) {
                let mut wrong = right.clone();
                wrong.digits[place] = digit;
                assert!(!wrong.checks_out(), "{wrong:?}");
            }
        }
        for place in 1..right.digits.len() {
            let mut swapped = right.clone();
            swapped.digits.swap(place - 1, place);
            assert!(swapped == right || !swapped.checks_out());
        }
    }
}
