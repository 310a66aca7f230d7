//! Resume code: what a slip carries so that its bearer can go on with a handover at any kiosk. Twelve digits, two of them a check.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// Digits that are drawn by chance; the two after them are their check by ISO/IEC 7064, MOD 97-10, which finds every single wrong digit and
/// every two exchanged neighbours.
const DRAWN: u64 = 10_000_000_000;

/// A resume code.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResumeCode(u64);

/// Text that is no resume code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadCode {
    /// Another number of digits.
    #[error("a code has 12 digits, not {0}")]
    Length(usize),
    /// Something else than digits, blanks and hyphens.
    #[error("a code has digits only")]
    Letters,
    /// The check does not fit: mistyped.
    #[error("a digit of the code is wrong")]
    Check,
}

impl ResumeCode {
    /// Digits of a code.
    pub const DIGITS: usize = 12;

    /// A fresh random code.
    pub fn random() -> Self {
        Self::of(rand::random_range(0..DRAWN))
    }

    /// The code of the given drawn number; only its last ten digits count.
    pub fn of(drawn: u64) -> Self {
        let drawn = drawn % DRAWN;
        Self(drawn * 100 + (98 - drawn * 100 % 97))
    }
}

impl fmt::Display for ResumeCode {
    /// In groups of four: `4821-0937-5562`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let group = |divisor: u64| self.0 / divisor % 10_000;
        write!(
            f,
            "{:04}-{:04}-{:04}",
            group(100_000_000),
            group(10_000),
            group(1)
        )
    }
}

impl fmt::Debug for ResumeCode {
    /// Hidden: who knows it can fetch the tickets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ResumeCode(..)")
    }
}

impl FromStr for ResumeCode {
    type Err = BadCode;

    /// Blanks and hyphens do not matter.
    fn from_str(text: &str) -> Result<Self, BadCode> {
        let mut digits = 0;
        let mut value: u64 = 0;
        for letter in text.chars().filter(|letter| !matches!(letter, ' ' | '-')) {
            let digit = letter.to_digit(10).ok_or(BadCode::Letters)?;
            digits += 1;
            if digits <= Self::DIGITS {
                value = value * 10 + u64::from(digit);
            }
        }
        match digits {
            Self::DIGITS if value % 97 == 1 && Self::of(value / 100).0 == value => Ok(Self(value)),
            Self::DIGITS => Err(BadCode::Check),
            other => Err(BadCode::Length(other)),
        }
    }
}

impl Serialize for ResumeCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ResumeCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_reads_back_with_and_without_hyphens() {
        for drawn in [0, 1, 94, 95, 96, 97, 9_999_999_999, 4_821_093_755] {
            let code = ResumeCode::of(drawn);
            let text = code.to_string();
            assert_eq!(text.len(), 14, "{text}");
            assert_eq!(text.parse(), Ok(code));
            assert_eq!(text.replace('-', "").parse(), Ok(code));
        }
    }

    #[test]
    fn one_wrong_digit_or_two_exchanged_neighbours_are_noticed() {
        let text = ResumeCode::of(4_821_093_755).to_string().replace('-', "");
        let parse = |digits: &[u8]| {
            String::from_utf8(digits.to_vec())
                .unwrap()
                .parse::<ResumeCode>()
        };
        for place in 0..text.len() {
            for digit in b'0'..=b'9' {
                let mut typed = text.clone().into_bytes();
                if typed[place] != digit {
                    typed[place] = digit;
                    assert_eq!(parse(&typed), Err(BadCode::Check));
                }
            }
            let mut typed = text.clone().into_bytes();
            if place > 0 && typed[place] != typed[place - 1] {
                typed.swap(place, place - 1);
                assert_eq!(parse(&typed), Err(BadCode::Check));
            }
        }
    }

    #[test]
    fn other_texts_are_refused_with_the_reason() {
        assert_eq!("4821-0937".parse::<ResumeCode>(), Err(BadCode::Length(8)));
        assert_eq!(
            "4821-0937-55621-1".parse::<ResumeCode>(),
            Err(BadCode::Length(14))
        );
        assert_eq!(
            "4821-O937-5562".parse::<ResumeCode>(),
            Err(BadCode::Letters)
        );
    }
}
