//! Reads plans of other makers. Every problem names its line; a plan with a problem that could sell a wrong seat is refused whole.

pub mod csv;
mod draft;
mod front;
mod header;
mod layout;
mod place;
pub mod pretix;
pub(crate) mod ranges;
mod recognise;

pub use recognise::{Foreign, any};

use crate::Plan;

/// A plan with what was odd about it, or everything that stops it.
pub type Imported = Result<(Plan, Vec<Problem>), Vec<Problem>>;

/// Something wrong at one place of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Line, the first being 1; 0 when the whole file is meant.
    pub line: u32,
    /// What.
    pub what: Fault,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.line {
            0 => write!(f, "{}", self.what),
            line => write!(f, "line {line}: {}", self.what),
        }
    }
}

/// What can be wrong with a foreign plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The file ends in the middle.
    #[error("the file is cut off at column {column}: {missing}")]
    CutOff {
        /// Column, the first being 1.
        column: u32,
        /// What was still open, innermost first.
        missing: String,
    },
    /// The file's grammar is broken, or a value has the wrong type.
    #[error("{0}")]
    Syntax(String),
    /// The same identifier on several seats.
    #[error("the seat identifier {guid:?} is used by {count} seats (lines {})", list(.lines))]
    DuplicateGuid {
        /// The identifier.
        guid: String,
        /// How many seats carry it.
        count: usize,
        /// Where they stand.
        lines: Vec<u32>,
    },
    /// Two seats printed alike: nobody could find theirs.
    #[error("{address} is printed on {count} seats (lines {})", list(.lines))]
    DuplicateAddress {
        /// Block, row and number.
        address: String,
        /// How many seats carry it.
        count: usize,
        /// Where they stand.
        lines: Vec<u32>,
    },
    /// A category nobody defined.
    #[error("seat {seat:?} has the category {category:?}, which the plan does not define")]
    UnknownCategory {
        /// The seat's identifier.
        seat: String,
        /// What it names.
        category: String,
    },
    /// A seat without something it needs.
    #[error("{seat} has no {field}")]
    Missing {
        /// Which seat or row.
        seat: String,
        /// What is missing.
        field: &'static str,
    },
    /// Block, row and number do not fit a card.
    #[error("{address} is too long for a ticket: {bytes} bytes where {max} fit", max = crate::plan::Address::TEXT_MAX)]
    AddressTooLong {
        /// Block, row and number.
        address: String,
        /// Their length together.
        bytes: usize,
    },
    /// A file of another kind.
    #[error("this is {0}; a list of seats (CSV) or a pretix seating plan (JSON) is needed")]
    Foreign(Foreign),
    /// A file of nothing.
    #[error("the file is empty")]
    Empty,
    /// A plan of nothing.
    #[error("the plan has no seats")]
    NoSeats,
    /// More than this program keeps.
    #[error("the plan has more than {max} {what}")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many fit.
        max: usize,
    },
    /// A seat outside the stated size; the size was widened.
    #[error("{count} seats stand outside the plan's size; it was widened")]
    Outside {
        /// How many.
        count: usize,
    },
    /// A CSV header nobody understands.
    #[error("no column says {missing}; the columns are {}", .columns.join(", "))]
    Columns {
        /// What is missing.
        missing: &'static str,
        /// What is there.
        columns: Vec<String>,
    },
    /// A CSV field that cannot be read.
    #[error("column {column}: {text:?} {expected}")]
    Field {
        /// Column as the header names it.
        column: String,
        /// What stands there.
        text: String,
        /// What was expected.
        expected: &'static str,
    },
    /// A stated count that is not the number of seats listed.
    #[error("the row states {stated} seats and lists {listed}")]
    Count {
        /// By the count column.
        stated: usize,
        /// By the ranges.
        listed: usize,
    },
    /// Not UTF-8; read in another encoding.
    #[error("the file is not UTF-8; it was read as {0}")]
    Encoding(&'static str),
    /// No encoding fits.
    #[error("the file is neither UTF-8 nor UTF-16 nor Shift_JIS")]
    NoEncoding,
}

/// Line numbers with commas; long lists name the first ones and how many more.
fn list(lines: &[u32]) -> String {
    const SHOWN: usize = 12;
    let mut text = lines
        .iter()
        .take(SHOWN)
        .map(u32::to_string)
        .collect::<Vec<_>>()
        .join(", ");
    if lines.len() > SHOWN {
        text.push_str(&format!(" and {} more", lines.len() - SHOWN));
    }
    text
}

/// Decodes a file as UTF-8 (with or without a mark), UTF-16 with a mark, or Shift_JIS; the problem says when it was not UTF-8.
fn text_of(bytes: &[u8]) -> Result<(std::borrow::Cow<'_, str>, Option<Problem>), Problem> {
    let (encoding, marked) = encoding_rs::Encoding::for_bom(bytes)
        .map_or((encoding_rs::UTF_8, 0), |(encoding, mark)| (encoding, mark));
    let body = &bytes[marked..];
    if let Some(text) = encoding.decode_without_bom_handling_and_without_replacement(body) {
        return Ok((text, None));
    }
    let line = match std::str::from_utf8(body) {
        Err(bad) => {
            1 + body[..bad.valid_up_to()]
                .iter()
                .filter(|byte| **byte == b'\n')
                .count() as u32
        }
        Ok(_) => 0,
    };
    let japanese = encoding_rs::SHIFT_JIS;
    match japanese.decode_without_bom_handling_and_without_replacement(body) {
        Some(text) => Ok((
            text,
            Some(Problem {
                line,
                what: Fault::Encoding("Shift_JIS"),
            }),
        )),
        None => Err(Problem {
            line,
            what: Fault::NoEncoding,
        }),
    }
}
