//! Reads seat lists: one seat a line, or one row of seats a line with ranges or counts. Commas, semicolons or tabs; header
//! names of several languages. A list without coordinates gets a drawing of its own.

use std::collections::HashMap;

use super::{
    Fault, Imported, Problem,
    draft::{Draft, DraftBlock, DraftRow, DraftSeat},
    header::{self, Role},
    layout,
    place::Lines,
    ranges::{self, Parity},
    text_of,
};
use crate::{
    plan::{Class, RowEnds},
    wire::usual_guid,
};

/// Reads a seat list; `name` becomes the plan's name.
///
/// # Errors
/// Every problem that stops the plan: a header without seats, fields that cannot be read, seats listed twice.
pub fn import(bytes: &[u8], name: &str) -> Imported {
    let (text, note) = text_of(bytes).map_err(|problem| vec![problem])?;
    let mut reader = ::csv::ReaderBuilder::new()
        .delimiter(delimiter(&text))
        .flexible(true)
        .trim(::csv::Trim::All)
        .from_reader(text.as_bytes());
    let headers = reader
        .headers()
        .map_err(|error| vec![broken(&error)])?
        .clone();
    let lines = Lines::of(&text);
    let columns = roles(&headers)?;
    let mut list = List::new(name);
    list.draft.odd.extend(note);
    for record in reader.records() {
        match record {
            Ok(record) if record.iter().all(str::is_empty) => {}
            Ok(record) => {
                // The reader places a record before the empty lines it skips.
                let start = record
                    .position()
                    .map_or(0, |position| position.byte() as usize);
                let skipped = text.as_bytes()[start..]
                    .iter()
                    .take_while(|byte| matches!(byte, b'\r' | b'\n'))
                    .count();
                let line = lines.line(start + skipped);
                list.take(&Cells {
                    columns: &columns,
                    headers: &headers,
                    record: &record,
                    line,
                });
            }
            Err(error) => list.draft.wrong.push(broken(&error)),
        }
    }
    list.finish()
}

fn broken(error: &::csv::Error) -> Problem {
    let line = error
        .position()
        .map_or(0, |position| position.line() as u32);
    Problem {
        line,
        what: Fault::Syntax(error.to_string()),
    }
}

/// The separator the first line uses most outside quotes.
fn delimiter(text: &str) -> u8 {
    let first = text
        .lines()
        .find(|line| !line.trim().is_empty())
        .unwrap_or_default();
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0)];
    let mut quoted = false;
    for byte in first.bytes() {
        quoted ^= byte == b'"';
        if let (false, Some(count)) = (
            quoted,
            counts.iter_mut().find(|(separator, _)| *separator == byte),
        ) {
            count.1 += 1;
        }
    }
    counts
        .iter()
        .rev()
        .max_by_key(|(_, count)| *count)
        .map_or(b',', |(separator, _)| *separator)
}

/// What each column stands for; seats and rows must be among them.
fn roles(headers: &::csv::StringRecord) -> Result<Vec<Option<Role>>, Vec<Problem>> {
    let columns: Vec<Option<Role>> = headers.iter().map(header::role).collect();
    let seats = [Role::Seat, Role::Seats, Role::Last, Role::Count];
    let missing = if !columns.iter().flatten().any(|role| seats.contains(role)) {
        Some("which seats there are (seat, seats, from and to, or count)")
    } else if !columns.contains(&Some(Role::Row)) {
        Some("which row a seat is in (row)")
    } else {
        None
    };
    if let Some(missing) = missing {
        let columns = headers.iter().map(|name| format!("{name:?}")).collect();
        return Err(vec![Problem {
            line: 1,
            what: Fault::Columns { missing, columns },
        }]);
    }
    Ok(columns)
}

/// One line with its columns by role.
struct Cells<'a> {
    columns: &'a [Option<Role>],
    headers: &'a ::csv::StringRecord,
    record: &'a ::csv::StringRecord,
    line: u32,
}

impl Cells<'_> {
    /// The cell of a role, `None` where the column is missing or the cell empty.
    fn get(&self, role: Role) -> Option<&str> {
        let column = self
            .columns
            .iter()
            .position(|column| *column == Some(role))?;
        self.record.get(column).filter(|cell| !cell.is_empty())
    }

    fn fault(&self, role: Role, expected: &'static str) -> Problem {
        let column = self
            .columns
            .iter()
            .position(|column| *column == Some(role))
            .unwrap_or_default();
        let cell = |record: &::csv::StringRecord| record.get(column).unwrap_or_default().to_owned();
        let what = Fault::Field {
            column: cell(self.headers),
            text: cell(self.record),
            expected,
        };
        Problem {
            line: self.line,
            what,
        }
    }

    /// A count, however it is written.
    fn number<T: std::str::FromStr>(&self, role: Role) -> Result<Option<T>, Problem> {
        let read = |cell: &str| {
            header::plain(cell)
                .trim_matches('"')
                .replace(' ', "")
                .parse()
        };
        self.get(role)
            .map(read)
            .transpose()
            .map_err(|_| self.fault(role, "is not a number"))
    }

    /// The seats this line lists.
    fn seats(&self) -> Result<Vec<String>, Problem> {
        let parity = match self.get(Role::Parity) {
            Some(word) => ranges::parity(word)
                .ok_or_else(|| self.fault(Role::Parity, "is neither odd nor even"))?,
            None => Parity::All,
        };
        let count: Option<u32> = self.number(Role::Count)?;
        let listed = if let Some(cell) = self.get(Role::Seat) {
            ranges::parse(cell, parity).map_err(|expected| self.fault(Role::Seat, expected))?
        } else if let Some(last) = self.number(Role::Last)? {
            let first = self.number(Role::First)?.unwrap_or(1);
            ranges::span(first, last, parity)
                .map_err(|expected| self.fault(Role::Last, expected))?
        } else if let Some(cell) = self.get(Role::Seats) {
            // A bare number is how many; anything else lists them.
            match header::plain(cell).parse() {
                Ok(count) => ranges::span(1, count, parity)
                    .map_err(|expected| self.fault(Role::Seats, expected))?,
                Err(_) => ranges::parse(cell, parity)
                    .map_err(|expected| self.fault(Role::Seats, expected))?,
            }
        } else if let Some(count) = count {
            let first = self.number(Role::First)?.unwrap_or(1_u32);
            let step = if parity == Parity::All { 1 } else { 2 };
            let last = first.saturating_add(count.saturating_mul(step).saturating_sub(1));
            ranges::span(first, last, parity)
                .map_err(|expected| self.fault(Role::Count, expected))?
        } else {
            let seat = format!("row {:?}", self.get(Role::Row).unwrap_or_default());
            return Err(Problem {
                line: self.line,
                what: Fault::Missing {
                    seat,
                    field: "seat number, range or count",
                },
            });
        };
        match count {
            Some(stated) if stated as usize != listed.len() && listed.len() > 1 => Err(Problem {
                line: self.line,
                what: Fault::Count {
                    stated: stated as usize,
                    listed: listed.len(),
                },
            }),
            _ => Ok(listed),
        }
    }
}

/// The list as far as it is read.
struct List {
    draft: Draft,
    block_at: HashMap<(u8, String), usize>,
    row_at: HashMap<(usize, String), usize>,
    class_at: HashMap<String, u8>,
    band_names: Vec<(u8, String)>,
    bands: Vec<usize>,
    placed: usize,
    unplaced: Option<u32>,
}

impl List {
    fn new(name: &str) -> Self {
        Self {
            draft: Draft {
                name: name.to_owned(),
                ..Draft::default()
            },
            block_at: HashMap::new(),
            row_at: HashMap::new(),
            class_at: HashMap::new(),
            band_names: Vec::new(),
            bands: Vec::new(),
            placed: 0,
            unplaced: None,
        }
    }

    fn take(&mut self, cells: &Cells<'_>) {
        if let Err(problem) = self.try_take(cells) {
            self.draft.wrong.push(problem);
        }
    }

    fn try_take(&mut self, cells: &Cells<'_>) -> Result<(), Problem> {
        let numbers = cells.seats()?;
        let (x, y): (Option<f64>, Option<f64>) = (cells.number(Role::X)?, cells.number(Role::Y)?);
        let entrance = cells
            .number(Role::Entrance)
            .unwrap_or_default()
            .unwrap_or_default();
        let floor_text = cells.get(Role::Floor).unwrap_or_default();
        let stand = cells
            .get(Role::Stand)
            .map(header::plain)
            .unwrap_or_default();
        let own = cells
            .get(Role::Block)
            .map(header::block_name)
            .unwrap_or_default();
        let floor = header::floor_in(floor_text);
        let id = [stand.as_str(), &own]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join("-");
        // A storey that is no number ("アリーナ") is part of the block's name, and its code where there is no block.
        let storey = if floor == 0 {
            header::plain(floor_text)
        } else {
            String::new()
        };
        let id = if id.is_empty() { storey.clone() } else { id };
        let spoken = [storey.as_str(), &stand, &own];
        let name = spoken
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(" ");
        let class_name = cells
            .get(Role::Class)
            .map(header::plain)
            .unwrap_or(stand.clone());
        let class = self.class(if class_name.is_empty() {
            "General"
        } else {
            &class_name
        });
        let block = self.block(
            DraftBlock {
                id: id.clone(),
                name,
                floor,
                entrance,
                rows: Vec::new(),
            },
            &stand,
        );
        let row = self.row(
            block,
            header::row_label(cells.get(Role::Row).unwrap_or_default()),
        );
        let (guid, several) = (cells.get(Role::Guid), numbers.len() > 1);
        let row = &mut self.draft.blocks[block].rows[row];
        for (nth, number) in numbers.into_iter().enumerate() {
            let guid = match guid {
                Some(guid) if several => format!("{guid}-{number}"),
                Some(guid) => guid.to_owned(),
                None => usual_guid(floor, &id, &row.label, &number),
            };
            let (x, y) = (
                x.unwrap_or_default() + nth as f64 * 24.0,
                y.unwrap_or_default(),
            );
            row.seats.push(DraftSeat {
                x,
                y,
                class,
                number,
                guid,
                radius: 10.0,
                line: cells.line,
            });
        }
        match (x, y) {
            (Some(_), Some(_)) => self.placed += 1,
            _ => self.unplaced = self.unplaced.or(Some(cells.line)),
        }
        Ok(())
    }

    fn class(&mut self, name: &str) -> u8 {
        *self.class_at.entry(name.to_owned()).or_insert_with(|| {
            self.draft.classes.push(Class {
                name: name.to_owned(),
                colour: None,
            });
            // More than 254 categories are refused when the plan is finished; until then the number may wrap.
            (self.draft.classes.len() - 1) as u8
        })
    }

    fn block(&mut self, block: DraftBlock, stand: &str) -> usize {
        let key = (
            block.floor,
            if block.id.is_empty() {
                block.name.clone()
            } else {
                format!("{}\n{}", block.id, block.name)
            },
        );
        *self.block_at.entry(key).or_insert_with(|| {
            let band = (block.floor, stand.to_owned());
            let known = self.band_names.iter().position(|name| *name == band);
            self.bands.push(known.unwrap_or_else(|| {
                self.band_names.push(band);
                self.band_names.len() - 1
            }));
            self.draft.blocks.push(block);
            self.draft.blocks.len() - 1
        })
    }

    fn row(&mut self, block: usize, label: String) -> usize {
        *self
            .row_at
            .entry((block, label.clone()))
            .or_insert_with(|| {
                let rows = &mut self.draft.blocks[block].rows;
                rows.push(DraftRow {
                    label,
                    labels_at: RowEnds::Both,
                    seats: Vec::new(),
                });
                rows.len() - 1
            })
    }

    fn finish(mut self) -> Imported {
        match self.unplaced {
            Some(line) if self.placed > 0 => {
                let seat = "a seat among seats with coordinates".to_owned();
                self.draft.wrong.push(Problem {
                    line,
                    what: Fault::Missing {
                        seat,
                        field: "x and y",
                    },
                });
            }
            Some(_) => {
                // Storeys from the ground up, whatever order the file lists them in.
                let mut order: Vec<usize> = (0..self.band_names.len()).collect();
                order.sort_by_key(|band| self.band_names[*band].0);
                let bands: Vec<usize> = self
                    .bands
                    .iter()
                    .map(|band| order.iter().position(|other| other == band).unwrap_or(0))
                    .collect();
                (self.draft.width, self.draft.height) =
                    layout::place(&mut self.draft.blocks, &bands);
            }
            None => {}
        }
        self.draft.finish()
    }
}
