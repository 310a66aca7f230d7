//! Seat numbers as people list them: `1-10,12-16`, odd or even only.

use super::header::{plain, seat_number};

/// Most seats one cell may list; a row longer than this is a typing mistake.
const MOST: u32 = 2_000;

/// Which numbers of a range count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Parity {
    All,
    Odd,
    Even,
}

/// Reads a word for odd, even or all.
pub(crate) fn parity(text: &str) -> Option<Parity> {
    match plain(text).to_lowercase().as_str() {
        "" | "all" | "both" | "alle" | "tous" | "すべて" | "全て" | "全" => Some(Parity::All),
        "odd" | "ungerade" | "impair" | "impar" | "dispari" | "нечетные" | "奇数" | "奇"
        | "홀수" => Some(Parity::Odd),
        "even" | "gerade" | "pair" | "par" | "pari" | "четные" | "偶数" | "偶" | "짝수" => {
            Some(Parity::Even)
        }
        _ => None,
    }
}

/// All numbers from `first` to `last`, in that direction.
pub(super) fn span(first: u32, last: u32, parity: Parity) -> Result<Vec<String>, &'static str> {
    if first.abs_diff(last) >= MOST {
        return Err("lists more seats than a row can have");
    }
    let keep = |number: &u32| match parity {
        Parity::All => true,
        Parity::Odd => !number.is_multiple_of(2),
        Parity::Even => number.is_multiple_of(2),
    };
    let numbers: Vec<u32> = if first <= last {
        (first..=last).collect()
    } else {
        (last..=first).rev().collect()
    };
    Ok(numbers
        .into_iter()
        .filter(keep)
        .map(|number| number.to_string())
        .collect())
}

/// Reads ranges and single labels, separated by commas, semicolons, 、 or spaces. A label that is no number stands for itself.
pub(super) fn parse(text: &str, parity: Parity) -> Result<Vec<String>, &'static str> {
    let text = plain(text)
        .replace(" - ", "-")
        .replace(['–', '—', '~', '〜', '−'], "-");
    let mut seats = Vec::new();
    for part in text
        .split([',', ';', '、', ' '])
        .filter(|part| !part.is_empty())
    {
        match part.split_once('-') {
            Some((first, last)) => {
                let (first, last) = (seat_number(first), seat_number(last));
                let (first, last) = (
                    first.parse().map_err(|_| RANGE)?,
                    last.parse().map_err(|_| RANGE)?,
                );
                seats.extend(span(first, last, parity)?);
            }
            None => seats.push(seat_number(part)),
        }
        if seats.len() > MOST as usize {
            return Err("lists more seats than a row can have");
        }
    }
    if seats.is_empty() {
        Err("lists no seat")
    } else {
        Ok(seats)
    }
}

const RANGE: &str = "is not a range like 1-10,12-16";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_with_holes() {
        let seats = parse("1-3, 5〜6、9番 12-11", Parity::All).unwrap();
        assert_eq!(seats, ["1", "2", "3", "5", "6", "9", "12", "11"]);
    }

    #[test]
    fn odd_and_even() {
        assert_eq!(parse("1-8", Parity::Odd).unwrap(), ["1", "3", "5", "7"]);
        assert_eq!(parse("8-1", Parity::Even).unwrap(), ["8", "6", "4", "2"]);
        assert_eq!(parity("偶数"), Some(Parity::Even));
        assert_eq!(parity("sometimes"), None);
    }

    #[test]
    fn nonsense_is_refused() {
        assert!(parse("1-", Parity::All).is_err());
        assert!(parse(" , ", Parity::All).is_err());
        assert!(parse("1-4000000000", Parity::All).is_err());
    }
}
