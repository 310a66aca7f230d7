//! Files in which every line is about seats: as CSV or JSON, with columns that somebody chose.

use std::{collections::HashMap, hash::Hash};

use kippu_seatplan::Plan;

use crate::refusal::{Answer, Refusal};

/// A column and what it is called in the first line of a file; one that goes by several names is there with each.
pub type Heading<'a, C> = (C, &'a str);

/// One line of a file, with the text of each column it has.
pub struct Line<C> {
    /// As an editor counts; of JSON, which object.
    pub number: usize,
    cells: HashMap<C, String>,
}

impl<C: Copy + Eq + Hash> Line<C> {
    /// What stands in a column; nothing where it is missing.
    pub fn cell(&self, column: C) -> &str {
        self.cells.get(&column).map_or("", String::as_str)
    }
}

/// The text of a file, without the mark spreadsheets put in front.
///
/// # Errors
/// 400 for what is not UTF-8.
pub fn text(file: &[u8]) -> Answer<&str> {
    let text = std::str::from_utf8(file)
        .map_err(|_| Refusal::bad_request("The file is not a text in UTF-8."))?;
    Ok(text.trim_start_matches('\u{feff}'))
}

/// Reads a file; one that begins with `[` is JSON.
///
/// # Errors
/// 400 for what is no such file, or has no column that is needed.
pub fn read<C: Copy + Eq + Hash>(
    text: &str,
    separator: u8,
    headings: &[Heading<'_, C>],
    needed: &[C],
) -> Answer<Vec<Line<C>>> {
    if text.trim_start().starts_with('[') {
        from_json(text, headings)
    } else {
        from_csv(text, separator, headings, needed)
    }
}

fn from_csv<C: Copy + Eq + Hash>(
    text: &str,
    separator: u8,
    headings: &[Heading<'_, C>],
    needed: &[C],
) -> Answer<Vec<Line<C>>> {
    let bad = |error: csv::Error| Refusal::bad_request(format!("The file is not read: {error}."));
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator)
        .flexible(true)
        .from_reader(text.as_bytes());
    let first = reader.headers().map_err(bad)?.clone();
    let mut places: Vec<(C, usize)> = Vec::new();
    for (column, heading) in headings {
        let at = first
            .iter()
            .position(|cell| unguarded(cell.trim()) == *heading);
        let known = places.iter().any(|(known, _)| known == column);
        places.extend(at.filter(|_| !known).map(|at| (*column, at)));
    }
    let missing = needed
        .iter()
        .find(|column| !places.iter().any(|(known, _)| known == *column));
    if let Some(missing) = missing {
        let called = headings.iter().filter(|(column, _)| column == missing);
        let called: Vec<&str> = called.map(|(_, heading)| *heading).collect();
        return Err(Refusal::bad_request(format!(
            "The first line of the file has no column {}.",
            called.join(" / ")
        ))
        .hint("The first line has to name the columns as the page shows them."));
    }
    let mut lines = Vec::new();
    for record in reader.records() {
        let record = record.map_err(bad)?;
        let number = record.position().map_or(0, |position| position.line());
        let cell = |at: usize| unguarded(record.get(at).unwrap_or_default().trim()).to_owned();
        lines.push(Line {
            number: usize::try_from(number).unwrap_or(usize::MAX),
            cells: places
                .iter()
                .map(|(column, at)| (*column, cell(*at)))
                .collect(),
        });
    }
    Ok(lines)
}

fn from_json<C: Copy + Eq + Hash>(text: &str, headings: &[Heading<'_, C>]) -> Answer<Vec<Line<C>>> {
    let rows: Vec<serde_json::Map<String, serde_json::Value>> = serde_json::from_str(text)
        .map_err(|error| Refusal::bad_request(format!("The file is not read: {error}.")))?;
    let cell = |value: &serde_json::Value| match value {
        serde_json::Value::String(text) => text.trim().to_owned(),
        serde_json::Value::Null => String::new(),
        other => other.to_string(),
    };
    let line = |(at, row): (usize, serde_json::Map<_, _>)| Line {
        number: at + 1,
        cells: headings
            .iter()
            .filter_map(|(column, heading)| Some((*column, cell(row.get(*heading)?))))
            .collect(),
    };
    Ok(rows.into_iter().enumerate().map(line).collect())
}

/// The text of a cell that was put behind an apostrophe, because a spreadsheet would have taken it for a formula.
pub fn unguarded(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@', '\t']) => rest,
        _ => text,
    }
}

/// What a file calls blocks by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockBy {
    /// As printed on tickets.
    Code,
    /// As people say.
    Name,
    /// Not at all.
    Nothing,
}

/// Seats of a hall by what a file says of them.
pub struct HallSeats {
    by_words: HashMap<[String; 3], Vec<u32>>,
    floors: Vec<u8>,
}

impl HallSeats {
    /// Of a plan.
    pub fn of(plan: &Plan, block: BlockBy) -> Self {
        let mut by_words: HashMap<[String; 3], Vec<u32>> = HashMap::new();
        let mut floors = Vec::with_capacity(plan.seats.len());
        for (at, seat) in (0_u32..).zip(&plan.seats) {
            let (home, row) = (plan.block_of(at as usize), plan.row_of(at as usize));
            let name = match block {
                BlockBy::Code => home.code.clone(),
                BlockBy::Name => home.name.clone(),
                BlockBy::Nothing => String::new(),
            };
            let words = [name, row.label.clone(), seat.number.clone()];
            by_words.entry(words).or_default().push(at);
            floors.push(home.floor);
        }
        Self { by_words, floors }
    }

    /// The one seat that block, row and number can mean, on a storey if one is named.
    pub fn find(&self, words: [&str; 3], floor: &str) -> Option<u32> {
        let mut found = self
            .by_words
            .get(&words.map(str::to_owned))?
            .iter()
            .filter(|seat| floor.is_empty() || self.floors[**seat as usize].to_string() == floor);
        match (found.next(), found.next()) {
            (Some(seat), None) => Some(*seat),
            _ => None,
        }
    }
}
