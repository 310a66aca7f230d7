//! Comparing a seller's file with what the platform knows: what differs, and nothing is changed.

use std::collections::BTreeMap;

use kippu_api::{allocation::FileLines, returns::StockState};
use kippu_seatplan::Plan;
use kippu_ticket::ids::EventId;

use super::{
    format::{Column, StockFormat},
    stock,
};
use crate::{
    refusal::{Answer, Refusal},
    seat_files::{self, BlockBy, HallSeats, Line},
};

/// The word in a file for a seat that is to be offered back.
const RETURN: &str = "return";

/// What is otherwise in a file.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Report {
    /// Lines with something in them.
    pub lines: usize,
    /// Seats in the file that are not the seller's.
    pub not_yours: Vec<u32>,
    /// The seller's seats that are not in the file.
    pub missing: Vec<u32>,
    /// Seats in more than one line.
    pub twice: Vec<u32>,
    /// By what the file says and what is so.
    pub states: BTreeMap<(&'static str, &'static str), Vec<u32>>,
    /// Lines about seats that the hall does not have.
    pub unknown: FileLines,
    /// Lines with a word for a state that is none, or too few columns.
    pub unreadable: FileLines,
    /// Lines about another event.
    pub other_event: FileLines,
    /// Unsold seats of the seller that the file wants to offer back.
    pub marked: Vec<u32>,
    /// Marked seats that cannot be.
    pub marked_fixed: usize,
}

impl Report {
    /// Whether the file says what the platform says.
    pub fn agrees(&self) -> bool {
        let seats = [&self.not_yours, &self.missing, &self.twice, &self.marked];
        let lines = [&self.unknown, &self.unreadable, &self.other_event];
        seats.iter().all(|seats| seats.is_empty())
            && lines.iter().all(|lines| lines.count == 0)
            && self.states.is_empty()
            && self.marked_fixed == 0
    }
}

/// Compares a file in a seller's columns with its seats. A file that begins with `[` is JSON.
///
/// # Errors
/// 400 for what is no such file at all.
pub(super) fn compare(
    file: &[u8],
    format: &StockFormat,
    (event, plan): (EventId, &Plan),
    states: &[StockState],
) -> Answer<Report> {
    for needed in [Column::Row, Column::Number] {
        if !format.has(needed) {
            return Err(
                Refusal::bad_request("Your columns do not say row and number of a seat.")
                    .hint("Add both to your columns, then compare the file."),
            );
        }
    }
    // Every separator is a letter of one byte.
    let separator = format.separator.letter() as u8;
    let columns = format.columns.iter();
    let headings: Vec<(Column, &str)> = columns
        .map(|one| (one.column, one.header.as_str()))
        .collect();
    let needed = [Column::Row, Column::Number];
    let lines = seat_files::read(seat_files::text(file)?, separator, &headings, &needed)?;
    // The column that names the block, if one does.
    let block = [Column::Block, Column::BlockName]
        .into_iter()
        .find(|column| format.has(*column));
    let halls = HallSeats::of(
        plan,
        match block {
            Some(Column::Block) => BlockBy::Code,
            Some(_) => BlockBy::Name,
            None => BlockBy::Nothing,
        },
    );
    let mut report = Report::default();
    let mut seen = vec![false; states.len()];
    for line in &lines {
        let seat = seat_of(&halls, line, block);
        report.take(line, seat, event, states, &mut seen);
    }
    let own = states.iter().zip(&seen).zip(0_u32..);
    report.missing = own
        .filter(|((state, seen), _)| **state != StockState::Other && !**seen)
        .map(|(_, seat)| seat)
        .collect();
    for seats in [&mut report.not_yours, &mut report.twice, &mut report.marked] {
        seats.sort_unstable();
        seats.dedup();
    }
    report
        .states
        .values_mut()
        .for_each(|seats| seats.sort_unstable());
    Ok(report)
}

impl Report {
    fn take(
        &mut self,
        line: &Line<Column>,
        seat: Option<u32>,
        event: EventId,
        states: &[StockState],
        seen: &mut [bool],
    ) {
        self.lines += 1;
        let named = line.cell(Column::Event);
        if !named.is_empty() && named != event.to_string() {
            return self.other_event.add(line.number);
        }
        let Some(seat) = seat else {
            return self.unknown.add(line.number);
        };
        let at = seat as usize;
        if std::mem::replace(&mut seen[at], true) {
            self.twice.push(seat);
            return;
        }
        let word = line.cell(Column::State).to_lowercase();
        if states[at] == StockState::Other {
            self.not_yours.push(seat);
        } else if word == RETURN {
            if states[at] == StockState::Free {
                self.marked.push(seat);
            } else {
                self.marked_fixed += 1;
            }
        } else if let Some(said) = said(&word) {
            let is = stock::word(states[at]);
            if said != is {
                self.states.entry((said, is)).or_default().push(seat);
            }
        } else if !word.is_empty() {
            self.unreadable.add(line.number);
        }
    }
}

/// The state a word names.
fn said(word: &str) -> Option<&'static str> {
    let all = [
        StockState::Free,
        StockState::Held,
        StockState::Offered,
        StockState::Sold,
    ];
    all.into_iter()
        .map(stock::word)
        .find(|known| *known == word)
}

/// The one seat a line can mean.
fn seat_of(halls: &HallSeats, line: &Line<Column>, block: Option<Column>) -> Option<u32> {
    let block = block.map_or("", |column| line.cell(column));
    let words = [block, line.cell(Column::Row), line.cell(Column::Number)];
    halls.find(words, line.cell(Column::Floor))
}

#[cfg(test)]
mod tests {
    use kippu_seatplan::import::csv;

    use super::*;
    use crate::seller::format::{NamedColumn, Separator};

    /// A1 to A4 and B1 to B2; B2 is somebody else's.
    fn hall() -> (Plan, Vec<StockState>) {
        let text = "block,row,seat,class\nstalls,A,1-4,S\nstalls,B,1-2,S\n";
        let (plan, _) = csv::import(text.as_bytes(), "hall").unwrap();
        let mut states = vec![StockState::Free; 6];
        states[1] = StockState::Sold;
        states[5] = StockState::Other;
        (plan, states)
    }

    fn format(separator: Separator) -> StockFormat {
        let named = |(column, header): (Column, &str)| NamedColumn {
            column,
            header: header.into(),
        };
        let columns = [
            (Column::Row, "列"),
            (Column::Number, "席"),
            (Column::State, "状態"),
            (Column::Event, "公演"),
        ];
        StockFormat {
            separator,
            columns: columns.map(named).into(),
        }
    }

    fn compared(file: &str, separator: Separator) -> Answer<Report> {
        let (plan, states) = hall();
        let of = (EventId(7), &plan);
        compare(file.as_bytes(), &format(separator), of, &states)
    }

    #[test]
    fn a_file_that_says_what_is_so_agrees_however_it_is_written() {
        let rows = [
            ["A", "1", "free"],
            ["A", "2", "sold"],
            ["A", "3", "free"],
            ["A", "4", "FREE"],
            ["B", "1", ""],
        ];
        for separator in Separator::ALL {
            let between = separator.letter().to_string();
            // Columns in another order than saved, as spreadsheets leave them, with the mark they put in front.
            let mut file = format!("\u{feff}席{between}列{between}状態\r\n");
            for [row, number, state] in rows {
                file += &format!("{}\r\n", [number, row, state].join(&between));
            }
            let report = compared(&file, separator).unwrap();
            assert!(report.agrees(), "{separator:?}: {report:?}");
            assert_eq!(report.lines, 5);
        }
        let json: Vec<String> = rows
            .iter()
            .map(|[row, number, state]| {
                format!(r#"{{"列": "{row}", "席": {number}, "状態": "{state}"}}"#)
            })
            .collect();
        let json = format!("[{}]", json.join(","));
        assert!(compared(&json, Separator::Comma).unwrap().agrees());
    }

    #[test]
    fn everything_that_is_otherwise_is_named() {
        let file = "列,席,状態,公演\nA,1,sold,7\nA,1,free,7\nA,2,return,7\nA,3,return,\nA,4,gone,7\nB,2,free,7\nC,1,free,7\nB,1,free,8\n";
        let report = compared(file, Separator::Comma).unwrap();
        assert_eq!(report.lines, 8);
        assert_eq!(report.states[&("sold", "free")], [0]);
        assert_eq!(report.twice, [0]);
        assert_eq!((report.marked.clone(), report.marked_fixed), (vec![2], 1));
        assert_eq!(report.unreadable.first, [6]);
        assert_eq!(report.not_yours, [5]);
        assert_eq!(report.unknown.first, [8]);
        assert_eq!(report.other_event.first, [9]);
        assert_eq!(
            report.missing,
            [4],
            "a line about another event names none of this one"
        );
        assert!(!report.agrees());
    }

    #[test]
    fn what_is_no_such_file_is_said() {
        for file in ["", "PK\u{3}\u{4}", "a,b\n1,2\n", "[1, 2]", "[{\"列\": "] {
            assert!(compared(file, Separator::Comma).is_err(), "{file:?}");
        }
        let (plan, states) = hall();
        let of = (EventId(7), &plan);
        let latin = b"\xE9,\xE8\n";
        assert!(compare(latin, &format(Separator::Comma), of, &states).is_err());
    }
}
