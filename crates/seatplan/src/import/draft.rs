//! What every importer fills: blocks, rows and seats with the lines they came from. Finishing it checks and orders them.

use std::collections::{HashMap, HashSet};

use super::{Fault, Imported, Problem, front};
use crate::{
    Plan, natural,
    plan::{Address, Area, Block, Class, Grid, Point, Row, RowEnds, Seat, median},
    wire::rounded,
};

const SEATS_MAX: usize = 500_000;

/// A plan being read.
#[derive(Default)]
pub(super) struct Draft {
    pub name: String,
    pub width: f64,
    pub height: f64,
    pub classes: Vec<Class>,
    pub blocks: Vec<DraftBlock>,
    pub areas: Vec<Area>,
    /// Nothing here stops the plan.
    pub odd: Vec<Problem>,
    /// Anything here does.
    pub wrong: Vec<Problem>,
}

pub(super) struct DraftBlock {
    /// The maker's identifier; becomes the short code.
    pub id: String,
    pub name: String,
    pub floor: u8,
    pub entrance: u8,
    pub rows: Vec<DraftRow>,
}

pub(super) struct DraftRow {
    pub label: String,
    pub labels_at: RowEnds,
    pub seats: Vec<DraftSeat>,
}

pub(super) struct DraftSeat {
    pub x: f64,
    pub y: f64,
    pub class: u8,
    pub number: String,
    pub guid: String,
    pub radius: f32,
    pub line: u32,
}

impl Draft {
    /// Checks everything and builds the plan.
    pub(super) fn finish(mut self) -> Imported {
        let seats_total: usize = self
            .blocks
            .iter()
            .flat_map(|block| &block.rows)
            .map(|row| row.seats.len())
            .sum();
        self.check_counts(seats_total);
        self.check_guids();
        if !self.wrong.is_empty() {
            self.wrong.sort_by_key(|problem| problem.line);
            return Err(self.wrong);
        }
        let codes = short_codes(&self.blocks);
        let mut plan = Plan {
            name: self.name,
            width: 0.0,
            height: 0.0,
            focus: Point::default(),
            classes: self.classes,
            blocks: Vec::with_capacity(self.blocks.len()),
            rows: Vec::new(),
            seats: Vec::with_capacity(seats_total),
            areas: self.areas,
        };
        let mut lines = Vec::with_capacity(seats_total);
        for (block, code) in self.blocks.into_iter().zip(codes) {
            let index = plan.blocks.len() as u16;
            plan.blocks.push(Block {
                code,
                name: block.name,
                floor: block.floor,
                entrance: block.entrance,
            });
            for row in block.rows.into_iter().filter(|row| !row.seats.is_empty()) {
                push_row(&mut plan, index, row, &mut lines);
            }
        }
        let wrong = check_addresses(&plan, &lines, &mut self.odd);
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let outside = fit_size(&mut plan, self.width, self.height);
        if outside > 0 && self.width > 0.0 {
            self.odd.push(Problem {
                line: 0,
                what: Fault::Outside { count: outside },
            });
        }
        front::settle(&mut plan);
        set_grids(&mut plan);
        self.odd.sort_by_key(|problem| problem.line);
        Ok((plan, self.odd))
    }

    fn check_counts(&mut self, seats_total: usize) {
        let limits = [
            ("seats", seats_total, SEATS_MAX),
            ("categories", self.classes.len(), 254),
            ("blocks", self.blocks.len(), usize::from(u16::MAX)),
        ];
        for (what, found, max) in limits {
            if found > max {
                self.wrong.push(Problem {
                    line: 0,
                    what: Fault::TooMany { what, max },
                });
            }
        }
        if seats_total == 0 && self.wrong.is_empty() {
            self.wrong.push(Problem {
                line: 0,
                what: Fault::NoSeats,
            });
        }
    }

    fn check_guids(&mut self) {
        let mut lines_of: HashMap<&str, Vec<u32>> = HashMap::new();
        for seat in self
            .blocks
            .iter()
            .flat_map(|block| &block.rows)
            .flat_map(|row| &row.seats)
        {
            lines_of.entry(&seat.guid).or_default().push(seat.line);
        }
        for (guid, lines) in lines_of.into_iter().filter(|(_, lines)| lines.len() > 1) {
            let what = Fault::DuplicateGuid {
                guid: guid.into(),
                count: lines.len(),
                lines: lines.clone(),
            };
            self.wrong.push(Problem {
                line: lines[0],
                what,
            });
        }
    }
}

/// Short codes for all blocks: the maker's identifiers, cut and numbered where they are too long or repeat on a floor.
fn short_codes(blocks: &[DraftBlock]) -> Vec<String> {
    let mut taken: HashSet<(u8, String)> = HashSet::new();
    let mut codes = Vec::with_capacity(blocks.len());
    for block in blocks {
        let id: String = block.id.split_whitespace().collect::<Vec<_>>().join("-");
        let mut code = cut(&id, Block::CODE_MAX).to_owned();
        let mut next = 2;
        while !taken.insert((block.floor, code.clone())) {
            let ending = format!("~{next}");
            code = format!("{}{ending}", cut(&id, Block::CODE_MAX - ending.len()));
            next += 1;
        }
        codes.push(code);
    }
    codes
}

/// The longest beginning of at most `max` bytes that ends between two characters.
fn cut(text: &str, max: usize) -> &str {
    let end = (0..=max.min(text.len()))
        .rev()
        .find(|end| text.is_char_boundary(*end))
        .unwrap_or(0);
    &text[..end]
}

/// Adds a row with its seats in physical order, whatever order the file had.
fn push_row(plan: &mut Plan, block: u16, mut row: DraftRow, lines: &mut Vec<u32>) {
    let index = plan.rows.len() as u32;
    order_seats(&mut row.seats);
    let start = plan.seats.len() as u32;
    for seat in row.seats {
        lines.push(seat.line);
        plan.seats.push(Seat {
            at: Point {
                x: rounded(seat.x),
                y: rounded(seat.y),
            },
            row: index,
            class: seat.class,
            number: seat.number,
            guid: seat.guid,
            radius: rounded(f64::from(seat.radius)),
            grid: Grid::default(),
        });
    }
    let seats = start..plan.seats.len() as u32;
    plan.rows.push(Row {
        block,
        label: row.label,
        seats,
        labels_at: row.labels_at,
    });
}

/// Chooses the order with the shortest walk along the row: as the file has it, left to right, top to bottom, or by number.
/// The file's order wins a tie, so a curved row that is listed properly stays as it is.
fn order_seats(seats: &mut [DraftSeat]) {
    let walk = |order: &[usize]| -> f64 {
        order
            .windows(2)
            .map(|two| (seats[two[0]].x - seats[two[1]].x).hypot(seats[two[0]].y - seats[two[1]].y))
            .sum()
    };
    let mut best: Vec<usize> = (0..seats.len()).collect();
    let mut shortest = walk(&best) - 0.001;
    let mut try_order = |compare: &dyn Fn(&DraftSeat, &DraftSeat) -> std::cmp::Ordering| {
        let mut order: Vec<usize> = (0..seats.len()).collect();
        order.sort_by(|a, b| compare(&seats[*a], &seats[*b]));
        let length = walk(&order);
        if length < shortest {
            (best, shortest) = (order, length);
        }
    };
    try_order(&|a, b| a.x.total_cmp(&b.x));
    try_order(&|a, b| a.y.total_cmp(&b.y));
    try_order(&|a, b| natural::compare(&a.number, &b.number));
    let mut place = vec![0; seats.len()];
    for (to, from) in best.into_iter().enumerate() {
        place[from] = to;
    }
    for from in 0..seats.len() {
        while place[from] != from {
            let to = place[from];
            seats.swap(from, to);
            place.swap(from, to);
        }
    }
}

/// Refuses addresses that do not fit a card; notes seats printed alike.
fn check_addresses(plan: &Plan, lines: &[u32], odd: &mut Vec<Problem>) -> Vec<Problem> {
    let mut wrong = Vec::new();
    let mut seats_of: HashMap<Address<'_>, Vec<u32>> = HashMap::new();
    for (seat, line) in lines.iter().enumerate() {
        let address = plan.address(seat);
        seats_of.entry(address).or_default().push(*line);
        if !address.fits() {
            let bytes = address.block.len() + address.row.len() + address.number.len();
            wrong.push(Problem {
                line: *line,
                what: Fault::AddressTooLong {
                    address: spoken(&address),
                    bytes,
                },
            });
        }
    }
    for (address, lines) in seats_of.into_iter().filter(|(_, lines)| lines.len() > 1) {
        let what = Fault::DuplicateAddress {
            address: spoken(&address),
            count: lines.len(),
            lines: lines.clone(),
        };
        odd.push(Problem {
            line: lines[0],
            what,
        });
    }
    wrong.sort_by_key(|problem| problem.line);
    wrong
}

fn spoken(address: &Address<'_>) -> String {
    format!(
        "{:?} row {:?} seat {:?}",
        address.block, address.row, address.number
    )
}

/// Moves everything to positive coordinates and widens the size until every seat lies within; how many did not.
/// A plan that states no size gets one with a margin.
fn fit_size(plan: &mut Plan, width: f64, height: f64) -> usize {
    let (mut width, mut height) = (width as f32, height as f32);
    let outside =
        |seat: &Seat| seat.at.x < 0.0 || seat.at.y < 0.0 || seat.at.x > width || seat.at.y > height;
    let count = plan.seats.iter().filter(|seat| outside(seat)).count();
    let margin = 2.0 * median(&mut plan.pitches());
    let stated = width > 0.0 && height > 0.0;
    let least = |get: fn(&Point) -> f32| {
        plan.seats
            .iter()
            .map(|seat| get(&seat.at))
            .fold(f32::MAX, f32::min)
    };
    let shift = |least: f32| {
        if least < 0.0 || !stated {
            margin - least
        } else {
            0.0
        }
    };
    let (shift_x, shift_y) = (shift(least(|at| at.x)), shift(least(|at| at.y)));
    if shift_x != 0.0 || shift_y != 0.0 {
        move_all(plan, shift_x, shift_y);
        (width, height) = (width + shift_x, height + shift_y);
    }
    let room = if stated { 0.0 } else { margin };
    for seat in &plan.seats {
        (width, height) = (width.max(seat.at.x + room), height.max(seat.at.y + room));
    }
    (plan.width, plan.height) = (rounded(f64::from(width)), rounded(f64::from(height)));
    count
}

/// Shifts the whole drawing.
pub(super) fn move_all(plan: &mut Plan, x: f32, y: f32) {
    let shift = |point: &mut Point| {
        point.x = rounded(f64::from(point.x + x));
        point.y = rounded(f64::from(point.y + y));
    };
    plan.seats.iter_mut().for_each(|seat| shift(&mut seat.at));
    for area in &mut plan.areas {
        area.outline.iter_mut().for_each(shift);
        if let Some(text) = &mut area.text {
            shift(&mut text.at);
        }
    }
}

/// Gives every seat its column and row in the grid of its block; gaps of a whole seat or more are counted as columns.
fn set_grids(plan: &mut Plan) {
    let pitches = plan.pitches();
    for block in 0..plan.blocks.len() {
        let mut rows: Vec<usize> = (0..plan.rows.len())
            .filter(|row| usize::from(plan.rows[*row].block) == block)
            .collect();
        let from_focus = |row: &usize| {
            let mut far: Vec<f32> = plan.seats[plan.rows[*row].range()]
                .iter()
                .map(|seat| seat.at.distance(plan.focus))
                .collect();
            median(&mut far)
        };
        rows.sort_by(|a, b| from_focus(a).total_cmp(&from_focus(b)));
        let left = rows
            .iter()
            .filter_map(|row| straight(plan, *row))
            .fold(f32::MAX, f32::min);
        for (place, row) in rows.into_iter().enumerate() {
            let along: Option<Vec<f32>> = straight(plan, row).map(|_| {
                plan.seats[plan.rows[row].range()]
                    .iter()
                    .map(|seat| seat.at.x - left)
                    .collect()
            });
            let mut column = 0.0_f32;
            let mut last: Option<Point> = None;
            for (nth, seat) in plan.seats[plan.rows[row].range()].iter_mut().enumerate() {
                column = match (&along, last) {
                    (Some(x), None) => (x[nth] / pitches[row]).round(),
                    (Some(x), Some(_)) => (x[nth] / pitches[row]).round().max(column + 1.0),
                    (None, Some(before)) => {
                        column + (before.distance(seat.at) / pitches[row]).round().max(1.0)
                    }
                    (None, None) => 0.0,
                };
                last = Some(seat.at);
                seat.grid = Grid {
                    column: column as u16,
                    row: place as u16,
                };
            }
        }
    }
}

/// The leftmost x of a row that runs level, left to right; `None` for any other.
fn straight(plan: &Plan, row: usize) -> Option<f32> {
    let seats = &plan.seats[plan.rows[row].range()];
    let (first, last) = (seats.first()?, seats.last()?);
    let level = seats
        .iter()
        .all(|seat| (seat.at.y - first.at.y).abs() < 1.0);
    (level && first.at.x <= last.at.x).then_some(first.at.x)
}
