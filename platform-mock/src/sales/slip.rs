//! Slip numbers: `<kiosk>-<n>-<check digit>`, short enough to be typed and guarded against a wrong or swapped digit.

use std::fmt;

use kippu_ticket::ids::TerminalId;

/// Damm's quasigroup of order 10: detects every single wrong digit and every swap of neighbours.
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

/// A slip's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slip {
    /// The kiosk that printed it.
    pub kiosk: TerminalId,
    /// Counts that kiosk's slips from 1.
    pub number: u64,
}

impl Slip {
    /// Reads what somebody typed; `None` when the form or the check digit is wrong. Spaces around it do not matter.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.trim().split('-');
        let (kiosk, number, check) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some()
            || ![kiosk, number, check]
                .iter()
                .all(|part| part.bytes().all(|byte| byte.is_ascii_digit()))
        {
            return None;
        }
        let slip = Self {
            kiosk: TerminalId(kiosk.parse().ok()?),
            number: number.parse().ok()?,
        };
        (check.parse() == Ok(slip.check_digit())).then_some(slip)
    }

    fn check_digit(self) -> u8 {
        let digits = format!("{}{}", self.kiosk, self.number);
        digits.bytes().fold(0, |state: u8, digit| {
            DAMM[usize::from(state)][usize::from(digit - b'0')]
        })
    }
}

impl fmt::Display for Slip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{}", self.kiosk, self.number, self.check_digit())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SLIP: Slip = Slip {
        kiosk: TerminalId(4),
        number: 1827,
    };

    #[test]
    fn a_number_survives_print_and_parse() {
        for number in 1..2000 {
            let slip = Slip {
                kiosk: TerminalId(11),
                number,
            };
            assert_eq!(Slip::parse(&format!(" {slip} ")), Some(slip));
        }
    }

    #[test]
    fn one_wrong_digit_or_a_swap_is_noticed() {
        let text = SLIP.to_string();
        for place in (0..text.len()).filter(|place| text.as_bytes()[*place] != b'-') {
            for digit in b'0'..=b'9' {
                let mut wrong = text.clone().into_bytes();
                wrong[place] = digit;
                let wrong = String::from_utf8(wrong).unwrap();
                assert_eq!(Slip::parse(&wrong).is_some(), wrong == text, "{wrong}");
            }
        }
        let check = text.rsplit('-').next().unwrap();
        assert_eq!(Slip::parse(&format!("4-8127-{check}")), None);
    }

    #[test]
    fn other_texts_are_no_slips() {
        for text in [
            "",
            "4",
            "4-1827",
            "4-1827-x",
            "4-1827-1-1",
            "-1827-1",
            "4--1",
            "99999999999-1-1",
            "4-+1-2",
        ] {
            assert_eq!(Slip::parse(text), None, "{text}");
        }
    }
}
