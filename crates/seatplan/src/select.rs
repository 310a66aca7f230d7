//! Seats as people type them: `B1:F1, A2:G7, B8:F8`, with odd or even behind a range.

use std::cmp::Ordering;

use crate::{
    Plan,
    import::ranges::{Parity, parity},
    natural,
};

/// Seats somebody typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selected {
    /// Indices into the plan's seats, ascending, each once.
    pub seats: Vec<u32>,
    /// How the text was read.
    pub reading: Reading,
}

/// How a text was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// Row label and seat number as printed.
    Printed,
    /// Column letters and row number of the block's grid.
    Grid,
}

/// Why a text names no seats.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotSeats {
    /// Nothing was typed.
    #[error("no seats were typed; type a range like B1:F1")]
    Nothing,
    /// This part is no range.
    #[error("{0:?} is no range like B1:F1")]
    Unreadable(String),
    /// The block has no such row.
    #[error("the block has no row {0:?}")]
    NoRow(String),
    /// It is a range, and no seat is in it.
    #[error("no seat is in {0:?}")]
    Empty(String),
}

/// One corner of a range: a row, or a row and a number.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Corner {
    head: String,
    number: Option<String>,
}

/// The seats a text names in one block. A row label of the block's own is read as printed (`N2`: row N, number 2, and `12-5`: row 12, number 5);
/// where the block has no such rows, letters are columns and numbers rows (`B1`: column B, row 1), as in a spreadsheet.
///
/// # Errors
/// The first part that cannot be read or names nothing.
pub fn typed(plan: &Plan, block: u16, text: &str) -> Result<Selected, NotSeats> {
    let mut ranges = Vec::new();
    for part in text.split([',', ';', '、', '，']) {
        let part = part.trim();
        if !part.is_empty() {
            ranges.push(Range::read(part)?);
        }
    }
    if ranges.is_empty() {
        return Err(NotSeats::Nothing);
    }
    let rows = Rows::of(plan, block);
    let printed = ranges
        .iter()
        .all(|range| rows.has(&range.from.head) && rows.has(&range.to.head));
    let mut seats = Vec::new();
    for range in &ranges {
        let before = seats.len();
        if printed {
            rows.printed(range, &mut seats)?;
        } else {
            rows.grid(range, &mut seats)?;
        }
        if seats.len() == before {
            return Err(NotSeats::Empty(range.text.clone()));
        }
    }
    seats.sort_unstable();
    seats.dedup();
    let reading = if printed {
        Reading::Printed
    } else {
        Reading::Grid
    };
    Ok(Selected { seats, reading })
}

struct Range {
    text: String,
    from: Corner,
    to: Corner,
    parity: Parity,
}

impl Range {
    fn read(part: &str) -> Result<Self, NotSeats> {
        let unreadable = || NotSeats::Unreadable(part.to_owned());
        let (cells, parity) = match part.rsplit_once(char::is_whitespace) {
            Some((cells, word)) => match parity(word) {
                Some(parity) => (cells.trim(), parity),
                None => (part, Parity::All),
            },
            None => (part, Parity::All),
        };
        let plain: String = cells
            .chars()
            .filter(|letter| !letter.is_whitespace())
            .map(narrow)
            .collect();
        let (from, to) = plain.split_once(':').unwrap_or((&plain, &plain));
        Ok(Self {
            text: part.to_owned(),
            from: Corner::read(from).ok_or_else(unreadable)?,
            to: Corner::read(to).ok_or_else(unreadable)?,
            parity,
        })
    }

    fn keeps(&self, number: &str) -> bool {
        let odd = number
            .parse::<u32>()
            .map(|number| !number.is_multiple_of(2));
        match (self.parity, odd) {
            (Parity::All, _) => true,
            (Parity::Odd, Ok(odd)) => odd,
            (Parity::Even, Ok(odd)) => !odd,
            (_, Err(_)) => false,
        }
    }
}

/// The narrow form of what Japanese keyboards type wide.
fn narrow(letter: char) -> char {
    match letter {
        '：' | '〜' | '～' => ':',
        '！'..='～' => char::from_u32(u32::from(letter) - 0xFEE0).unwrap_or(letter),
        _ => letter,
    }
}

impl Corner {
    /// `N2`, `N`, `12-5` or `12`.
    fn read(text: &str) -> Option<Self> {
        if let Some((head, number)) = text.split_once(['-', '/']) {
            let both = !head.is_empty() && !number.is_empty();
            return both.then(|| Self {
                head: head.to_owned(),
                number: Some(number.to_owned()),
            });
        }
        let split = text
            .find(|letter: char| letter.is_ascii_digit())
            .unwrap_or(text.len());
        let (head, number) = text.split_at(split);
        match (head.is_empty(), number.is_empty()) {
            (true, true) => None,
            (true, false) => Some(Self {
                head: number.to_owned(),
                number: None,
            }),
            (false, _) => Some(Self {
                head: head.to_owned(),
                number: (!number.is_empty()).then(|| number.to_owned()),
            }),
        }
    }
}

/// The rows of one block.
struct Rows<'a> {
    plan: &'a Plan,
    rows: Vec<&'a crate::plan::Row>,
}

impl<'a> Rows<'a> {
    fn of(plan: &'a Plan, block: u16) -> Self {
        let rows = plan.rows.iter().filter(|row| row.block == block);
        Self {
            plan,
            rows: rows.collect(),
        }
    }

    fn has(&self, label: &str) -> bool {
        self.rows.iter().any(|row| alike(&row.label, label))
    }

    /// Rows between two labels, whichever comes first, and in them the numbers between the two.
    fn printed(&self, range: &Range, seats: &mut Vec<u32>) -> Result<(), NotSeats> {
        let label = |head: &str| {
            let row = self.rows.iter().find(|row| alike(&row.label, head));
            row.map(|row| row.label.as_str())
                .ok_or_else(|| NotSeats::NoRow(head.to_owned()))
        };
        let rows = ends(label(&range.from.head)?, label(&range.to.head)?);
        let numbers = match (&range.from.number, &range.to.number) {
            (Some(from), Some(to)) => Some(ends(from, to)),
            (None, None) => None,
            _ => return Err(NotSeats::Unreadable(range.text.clone())),
        };
        for row in self.rows.iter().filter(|row| between(&row.label, rows)) {
            for seat in row.seats.clone() {
                let number = self.plan.seats[seat as usize].number.as_str();
                if numbers.is_none_or(|ends| between(number, ends)) && range.keeps(number) {
                    seats.push(seat);
                }
            }
        }
        Ok(())
    }

    /// Columns and rows of the block's grid.
    fn grid(&self, range: &Range, seats: &mut Vec<u32>) -> Result<(), NotSeats> {
        let corner = |corner: &Corner| {
            let column = column(&corner.head);
            let row = corner.number.as_ref().and_then(|text| text.parse().ok());
            match (column, row) {
                (Some(column), Some(row @ 1..)) => Ok((column, row - 1)),
                (None, _) => Err(NotSeats::NoRow(corner.head.clone())),
                _ => Err(NotSeats::Unreadable(range.text.clone())),
            }
        };
        let ((a, one), (b, two)): ((u16, u16), (u16, u16)) =
            (corner(&range.from)?, corner(&range.to)?);
        let (columns, rows) = (a.min(b)..=a.max(b), one.min(two)..=one.max(two));
        for row in &self.rows {
            for seat in row.seats.clone() {
                let place = &self.plan.seats[seat as usize];
                let there = columns.contains(&place.grid.column) && rows.contains(&place.grid.row);
                if there && range.keeps(&place.number) {
                    seats.push(seat);
                }
            }
        }
        Ok(())
    }
}

fn alike(label: &str, typed: &str) -> bool {
    label.to_lowercase() == typed.to_lowercase()
}

/// Two labels in the order people count them.
fn ends<'a>(a: &'a str, b: &'a str) -> (&'a str, &'a str) {
    if natural::compare(a, b) == Ordering::Greater {
        (b, a)
    } else {
        (a, b)
    }
}

fn between(label: &str, (first, last): (&str, &str)) -> bool {
    natural::compare(label, first) != Ordering::Less
        && natural::compare(label, last) != Ordering::Greater
}

/// The index behind column letters: A is 0, Z 25, AA 26.
fn column(letters: &str) -> Option<u16> {
    let mut index: u16 = 0;
    for letter in letters.chars() {
        let letter = letter.to_ascii_uppercase();
        if !letter.is_ascii_uppercase() {
            return None;
        }
        index = index
            .checked_mul(26)?
            .checked_add(u16::try_from(u32::from(letter) - u32::from('A') + 1).ok()?)?;
    }
    index.checked_sub(1)
}
