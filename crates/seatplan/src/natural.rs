//! Orders row and seat labels as people do: 2 before 10, B before AA's successor AB.

use std::cmp::Ordering;

/// Compares two labels: digits as numbers, the rest by character; a shorter run of letters comes first (Z before AA).
pub fn compare(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (a, b);
    loop {
        match (left.is_empty(), right.is_empty()) {
            (true, true) => return a.cmp(b),
            (true, false) => return Ordering::Less,
            (false, true) => return Ordering::Greater,
            (false, false) => {}
        }
        let (part_a, rest_a) = part(left);
        let (part_b, rest_b) = part(right);
        let order = match (is_number(part_a), is_number(part_b)) {
            (true, true) => {
                let (x, y) = (
                    part_a.trim_start_matches('0'),
                    part_b.trim_start_matches('0'),
                );
                x.len().cmp(&y.len()).then_with(|| x.cmp(y))
            }
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => part_a
                .chars()
                .count()
                .cmp(&part_b.chars().count())
                .then_with(|| part_a.cmp(part_b)),
        };
        if order != Ordering::Equal {
            return order;
        }
        (left, right) = (rest_a, rest_b);
    }
}

fn is_number(part: &str) -> bool {
    part.as_bytes().first().is_some_and(u8::is_ascii_digit)
}

/// Splits off the longest run of digits, or of anything else, at the front of a text that is not empty.
fn part(text: &str) -> (&str, &str) {
    let digits = is_number(text);
    let end = text
        .find(|c: char| c.is_ascii_digit() != digits)
        .unwrap_or(text.len());
    text.split_at(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_sort_as_people_read_them() {
        let mut labels = ["10", "AA", "2", "B", "A10", "Z", "A2", "02", "い", "A"];
        labels.sort_by(|a, b| compare(a, b));
        assert_eq!(
            labels,
            ["02", "2", "10", "A", "A2", "A10", "B", "Z", "い", "AA"]
        );
    }
}
