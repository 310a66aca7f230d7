//! Grid ranges as people type them: `B1:F1, A2:G7, B8:F8`. Letters are columns, numbers are rows of a block's grid.

use std::{fmt, str::FromStr};

/// One cell of a block's grid. Columns and rows count from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GridCell {
    /// A = 1, Z = 26, AA = 27.
    pub column: u16,
    /// Row number.
    pub row: u16,
}

/// A rectangle of cells, both corners included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SeatRange {
    /// Lowest column and row.
    pub first: GridCell,
    /// Highest column and row.
    pub last: GridCell,
}

/// A list of rectangles; where they overlap, a cell still counts once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SeatRanges(pub Vec<SeatRange>);

/// What is wrong with a typed range, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("at character {position}: {kind}")]
pub struct BadRange {
    /// Character the complaint is about, counted from 1.
    pub position: usize,
    /// The complaint.
    pub kind: BadRangeKind,
}

/// The complaints about a typed range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadRangeKind {
    /// No column letter where one is needed.
    #[error("expected a column letter, as in B1")]
    ColumnExpected,
    /// No row number after the column.
    #[error("expected a row number, as in B1")]
    RowExpected,
    /// Rows count from 1.
    #[error("rows count from 1")]
    RowZero,
    /// Column or row is beyond 65535.
    #[error("no block is that large")]
    TooLarge,
    /// Something else than a comma after a range.
    #[error("expected a comma between ranges, or the end")]
    CommaExpected,
}

impl SeatRange {
    /// The rectangle between two corners, given in any order.
    pub fn between(a: GridCell, b: GridCell) -> Self {
        Self {
            first: GridCell {
                column: a.column.min(b.column),
                row: a.row.min(b.row),
            },
            last: GridCell {
                column: a.column.max(b.column),
                row: a.row.max(b.row),
            },
        }
    }

    /// Whether a cell lies inside.
    pub fn contains(&self, cell: GridCell) -> bool {
        (self.first.column..=self.last.column).contains(&cell.column)
            && (self.first.row..=self.last.row).contains(&cell.row)
    }

    /// Every cell, row by row.
    pub fn cells(&self) -> impl Iterator<Item = GridCell> + use<> {
        let (first, last) = (self.first, self.last);
        (first.row..=last.row).flat_map(move |row| {
            (first.column..=last.column).map(move |column| GridCell { column, row })
        })
    }
}

impl SeatRanges {
    /// Whether a cell lies in any of the rectangles.
    pub fn contains(&self, cell: GridCell) -> bool {
        self.0.iter().any(|range| range.contains(cell))
    }
}

impl FromStr for GridCell {
    type Err = BadRange;

    fn from_str(text: &str) -> Result<Self, BadRange> {
        let mut scanner = Scanner::new(text);
        let cell = scanner.cell()?;
        scanner.end().map(|()| cell)
    }
}

impl FromStr for SeatRange {
    type Err = BadRange;

    fn from_str(text: &str) -> Result<Self, BadRange> {
        let mut scanner = Scanner::new(text);
        let range = scanner.range()?;
        scanner.end().map(|()| range)
    }
}

impl FromStr for SeatRanges {
    type Err = BadRange;

    /// One range or more; a single cell is a range; blanks are free; letters of either case.
    fn from_str(text: &str) -> Result<Self, BadRange> {
        let mut scanner = Scanner::new(text);
        let mut ranges = vec![scanner.range()?];
        while scanner.take(',') {
            ranges.push(scanner.range()?);
        }
        scanner.end().map(|()| Self(ranges))
    }
}

impl fmt::Display for GridCell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut letters = Vec::new();
        let mut column = u32::from(self.column);
        while column > 0 {
            // Bijective base 26: there is no zero letter.
            letters.push(b'A' + ((column - 1) % 26) as u8);
            column = (column - 1) / 26;
        }
        letters
            .iter()
            .rev()
            .try_for_each(|letter| write!(f, "{}", *letter as char))?;
        self.row.fmt(f)
    }
}

impl fmt::Display for SeatRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.first == self.last {
            true => self.first.fmt(f),
            false => write!(f, "{}:{}", self.first, self.last),
        }
    }
}

impl fmt::Display for SeatRanges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, range) in self.0.iter().enumerate() {
            write!(f, "{}{range}", if index > 0 { ", " } else { "" })?;
        }
        Ok(())
    }
}

/// Walks over the characters and knows where it stands.
struct Scanner {
    chars: Vec<char>,
    at: usize,
}

impl Scanner {
    fn new(text: &str) -> Self {
        Self {
            chars: text.chars().collect(),
            at: 0,
        }
    }

    fn range(&mut self) -> Result<SeatRange, BadRange> {
        let first = self.cell()?;
        let last = if self.take(':') { self.cell()? } else { first };
        Ok(SeatRange::between(first, last))
    }

    fn cell(&mut self) -> Result<GridCell, BadRange> {
        self.blanks();
        let letter = |char: char| {
            char.is_ascii_alphabetic()
                .then(|| u32::from(char.to_ascii_uppercase()) - u32::from('A') + 1)
        };
        let column = self.number(26, letter, BadRangeKind::ColumnExpected)?;
        let row_at = self.at;
        let row = self.number(10, |char| char.to_digit(10), BadRangeKind::RowExpected)?;
        match row {
            0 => Err(BadRange {
                position: row_at + 1,
                kind: BadRangeKind::RowZero,
            }),
            _ => Ok(GridCell { column, row }),
        }
    }

    fn number(
        &mut self,
        base: u32,
        digit: impl Fn(char) -> Option<u32>,
        missing: BadRangeKind,
    ) -> Result<u16, BadRange> {
        let start = self.at;
        let mut value = 0_u32;
        while let Some(digit) = self.chars.get(self.at).copied().and_then(&digit) {
            value = value * base + digit;
            if value > u32::from(u16::MAX) {
                return Err(BadRange {
                    position: start + 1,
                    kind: BadRangeKind::TooLarge,
                });
            }
            self.at += 1;
        }
        match self.at == start {
            true => Err(BadRange {
                position: start + 1,
                kind: missing,
            }),
            false => Ok(value as u16),
        }
    }

    fn take(&mut self, wanted: char) -> bool {
        self.blanks();
        let found = self.chars.get(self.at) == Some(&wanted);
        self.at += usize::from(found);
        found
    }

    fn blanks(&mut self) {
        while self
            .chars
            .get(self.at)
            .is_some_and(|char| char.is_whitespace())
        {
            self.at += 1;
        }
    }

    fn end(&mut self) -> Result<(), BadRange> {
        self.blanks();
        match self.at == self.chars.len() {
            true => Ok(()),
            false => Err(BadRange {
                position: self.at + 1,
                kind: BadRangeKind::CommaExpected,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cell(column: u16, row: u16) -> GridCell {
        GridCell { column, row }
    }

    #[test]
    fn the_specifications_example_is_an_octagon() {
        let ranges: SeatRanges = "B1:F1, A2:G7, B8:F8".parse().unwrap();
        assert_eq!(
            ranges.0[1],
            SeatRange {
                first: cell(1, 2),
                last: cell(7, 7)
            }
        );
        assert!(
            ranges.contains(cell(2, 1))
                && ranges.contains(cell(7, 7))
                && ranges.contains(cell(6, 8))
        );
        assert!(!ranges.contains(cell(1, 1)) && !ranges.contains(cell(7, 8)));
        assert_eq!(
            ranges.0.iter().flat_map(SeatRange::cells).count(),
            5 + 42 + 5
        );
        assert_eq!(ranges.to_string(), "B1:F1, A2:G7, B8:F8");
    }

    #[test]
    fn corners_case_and_blanks_do_not_matter() {
        assert_eq!(" f8 : b8 ,c3".parse::<SeatRanges>(), "B8:F8,C3:C3".parse());
        assert_eq!("AA10".parse(), Ok(cell(27, 10)));
    }

    #[test]
    fn complaints_name_the_character() {
        let complaint = |text: &str| {
            text.parse::<SeatRanges>()
                .map_err(|bad| (bad.position, bad.kind))
                .unwrap_err()
        };
        assert_eq!(complaint(""), (1, BadRangeKind::ColumnExpected));
        assert_eq!(complaint("B1:F1, 2:G7"), (8, BadRangeKind::ColumnExpected));
        assert_eq!(complaint("B1:F"), (5, BadRangeKind::RowExpected));
        assert_eq!(complaint("B0"), (2, BadRangeKind::RowZero));
        assert_eq!(complaint("B1 F1"), (4, BadRangeKind::CommaExpected));
        assert_eq!(complaint("B1,"), (4, BadRangeKind::ColumnExpected));
        assert_eq!(complaint("B1;F1"), (3, BadRangeKind::CommaExpected));
        assert_eq!(complaint("ZZZZ1"), (1, BadRangeKind::TooLarge));
        assert_eq!(complaint("A1:B99999"), (5, BadRangeKind::TooLarge));
        assert_eq!(complaint("席1"), (1, BadRangeKind::ColumnExpected));
    }

    proptest! {
        #[test]
        fn what_is_shown_is_read_back(corners in prop::collection::vec((1..=u16::MAX, 1..=u16::MAX, 1..=u16::MAX, 1..=u16::MAX), 1..6)) {
            let ranges = SeatRanges(corners.into_iter().map(|(a, b, c, d)| SeatRange::between(cell(a, b), cell(c, d))).collect());
            prop_assert_eq!(ranges.to_string().parse::<SeatRanges>(), Ok(ranges));
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,24}") {
            if let Err(bad) = text.parse::<SeatRanges>() {
                prop_assert!(bad.position >= 1 && bad.position <= text.chars().count() + 1);
            }
        }
    }
}
