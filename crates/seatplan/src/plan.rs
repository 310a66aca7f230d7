//! A hall's seats: printed labels, grid addresses and true positions, kept apart from each other.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// A position in plan units; y grows downward. Exact to a tenth of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Point {
    /// To the right.
    pub x: f32,
    /// Down.
    pub y: f32,
}

impl Point {
    /// Straight distance in plan units.
    pub fn distance(self, other: Self) -> f32 {
        (self.x - other.x).hypot(self.y - other.y)
    }
}

/// A hall as one drawing. Blocks own rows, rows own a run of consecutive seats; seats stand in their physical order along the row.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The plan's own name.
    pub name: String,
    /// Extent to the right in plan units; every seat lies within.
    pub width: f32,
    /// Extent downward.
    pub height: f32,
    /// What people have come to look at: nearer is better.
    pub focus: Point,
    /// Seat categories in the plan's order.
    pub classes: Vec<Class>,
    /// Parts of the hall.
    pub blocks: Vec<Block>,
    /// All rows, grouped by block.
    pub rows: Vec<Row>,
    /// All seats, grouped by row. An index into this is a seat's number everywhere else (availability, picture, choice).
    pub seats: Vec<Seat>,
    /// Stage, pitch, walls and other things that are no seats.
    pub areas: Vec<Area>,
}

/// A seat category.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Class {
    /// As the plan names it (S, A, west …).
    pub name: String,
    /// The plan's own colour; the kiosk's picture has its own.
    pub colour: Option<[u8; 3]>,
}

/// A part of the hall with its own rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// What stands on cards and tickets: at most [`Block::CODE_MAX`] bytes, unique on its floor; empty where the hall has no blocks.
    pub code: String,
    /// What people call it.
    pub name: String,
    /// Storey; 0 where the plan states none.
    pub floor: u8,
    /// Door that leads there; 0 where the plan states none.
    pub entrance: u8,
}

impl Block {
    /// Longest code in bytes.
    pub const CODE_MAX: usize = 12;
}

/// A row of a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Index of the block.
    pub block: u16,
    /// As printed, without the word for row.
    pub label: String,
    /// Its seats.
    pub seats: Range<u32>,
    /// At which ends the plan wants the label drawn.
    pub labels_at: RowEnds,
}

/// Ends of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum RowEnds {
    /// Nowhere.
    None,
    /// Before the first seat.
    Start,
    /// After the last.
    End,
    /// At both ends.
    #[default]
    Both,
}

/// One seat.
#[derive(Debug, Clone, PartialEq)]
pub struct Seat {
    /// Centre.
    pub at: Point,
    /// Index of the row.
    pub row: u32,
    /// Index of the category.
    pub class: u8,
    /// As printed, without the word for seat.
    pub number: String,
    /// The plan maker's own identifier, unique in the plan.
    pub guid: String,
    /// Half the drawn size as the plan states it, in plan units.
    pub radius: f32,
    /// Where the seat stands in the grid of its block.
    pub grid: Grid,
}

/// How people type a seat when they allocate: column letters and row number within a block, gaps counted (B1 is column 1, row 0).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Grid {
    /// 0 is column A.
    pub column: u16,
    /// 0 is row 1: the front row.
    pub row: u16,
}

/// Something in the hall that is no seat.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Area {
    /// What it is, as far as its text tells.
    pub kind: AreaKind,
    /// Outline; empty for a text alone.
    pub outline: Vec<Point>,
    /// Filling, where there is one.
    pub fill: Option<[u8; 3]>,
    /// Edge, where there is one.
    pub border: Option<[u8; 3]>,
    /// Writing on it.
    pub text: Option<AreaText>,
}

/// What an area stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum AreaKind {
    /// Where the performance is.
    Stage,
    /// A sports field.
    Pitch,
    /// Anything else.
    Other,
}

/// Writing on an area.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AreaText {
    /// Centre of the text.
    pub at: Point,
    /// The words; empty on a stage this crate has drawn (the screen has its own word for it).
    pub text: String,
    /// Height in plan units.
    pub size: f32,
}

/// A seat as people say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Address<'a> {
    /// Storey, 0 where there is none.
    pub floor: u8,
    /// Short code of the block.
    pub block: &'a str,
    /// Row label.
    pub row: &'a str,
    /// Seat number.
    pub number: &'a str,
}

impl Address<'_> {
    /// Room for the three texts on a card, in bytes.
    pub const TEXT_MAX: usize = 21;

    /// Whether the address fits a ticket record (block and row ≤ 15 bytes each, all texts ≤ 21 together).
    pub fn fits(&self) -> bool {
        self.block.len() <= Block::CODE_MAX
            && self.row.len() <= 15
            && self.block.len() + self.row.len() + self.number.len() <= Self::TEXT_MAX
    }
}

impl Plan {
    /// The block of a seat.
    ///
    /// # Panics
    /// When `seat` is not an index into [`Plan::seats`].
    pub fn block_of(&self, seat: usize) -> &Block {
        &self.blocks[usize::from(self.row_of(seat).block)]
    }

    /// The row of a seat.
    ///
    /// # Panics
    /// When `seat` is not an index into [`Plan::seats`].
    pub fn row_of(&self, seat: usize) -> &Row {
        &self.rows[self.seats[seat].row as usize]
    }

    /// How a seat is printed.
    ///
    /// # Panics
    /// When `seat` is not an index into [`Plan::seats`].
    pub fn address(&self, seat: usize) -> Address<'_> {
        let (row, block) = (self.row_of(seat), self.block_of(seat));
        Address {
            floor: block.floor,
            block: &block.code,
            row: &row.label,
            number: &self.seats[seat].number,
        }
    }

    /// The seat printed so, if the plan has it.
    pub fn seat_at(&self, address: &Address<'_>) -> Option<usize> {
        self.rows
            .iter()
            .filter(|row| {
                let block = &self.blocks[usize::from(row.block)];
                block.floor == address.floor
                    && block.code == address.block
                    && row.label == address.row
            })
            .flat_map(|row| row.range())
            .find(|seat| self.seats[*seat].number == address.number)
    }

    /// Usual distance between neighbours in each row, in plan units. A row of one or two seats takes its block's.
    pub fn pitches(&self) -> Vec<f32> {
        let mut own: Vec<Option<f32>> = Vec::with_capacity(self.rows.len());
        let mut by_block: Vec<Vec<f32>> = vec![Vec::new(); self.blocks.len()];
        for row in &self.rows {
            let seats = &self.seats[row.range()];
            let mut gaps: Vec<f32> = seats
                .windows(2)
                .map(|two| two[0].at.distance(two[1].at))
                .collect();
            by_block[usize::from(row.block)].extend(&gaps);
            own.push((gaps.len() > 1).then(|| median(&mut gaps)));
        }
        let of_block: Vec<Option<f32>> = by_block
            .iter_mut()
            .map(|gaps| (!gaps.is_empty()).then(|| median(gaps)))
            .collect();
        let usual = of_block.iter().flatten().copied().next().unwrap_or(25.0);
        own.into_iter()
            .zip(&self.rows)
            .map(|(pitch, row)| {
                pitch
                    .or(of_block[usize::from(row.block)])
                    .unwrap_or(usual)
                    .max(0.1)
            })
            .collect()
    }
}

impl Row {
    /// Its seats as indices for slices.
    pub fn range(&self) -> Range<usize> {
        self.seats.start as usize..self.seats.end as usize
    }
}

/// The lower median of a list that is not empty: an aisle must not widen the pitch of a short row.
pub(crate) fn median(values: &mut [f32]) -> f32 {
    let middle = (values.len() - 1) / 2;
    *values.select_nth_unstable_by(middle, f32::total_cmp).1
}
