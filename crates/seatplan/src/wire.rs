//! A plan as bytes: `KSP` and a version, then zstd over columns in postcard. Written down in docs/formats.md, "Seat plan".
//!
//! Columns instead of seats, positions as steps from the seat before, and identifiers only where they are not simply
//! "block-row-number": neighbours differ little, so the stadium's 39,417 seats shrink to a few bytes each.

use std::{collections::HashMap, io::Read};

use serde::{Deserialize, Serialize};

use crate::plan::{Address, Area, Block, Class, Grid, Plan, Point, Row, RowEnds, Seat};

const MAGIC: &[u8; 4] = b"KSP\x01";
const COMPRESSION: i32 = 12;
/// More than any hall needs; stops a small hostile file from growing without bound.
const UNPACKED_MAX: u64 = 64 << 20;

/// Why bytes are no plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadPlan {
    /// Another kind of file.
    #[error("these bytes are not a seat plan")]
    NotAPlan,
    /// Written by a newer program.
    #[error("the seat plan has version {0}, which this program does not know")]
    Version(u8),
    /// Cut off or damaged.
    #[error("the seat plan is damaged: {0}")]
    Damaged(&'static str),
}

#[derive(Serialize, Deserialize)]
struct Columns {
    name: String,
    width: i32,
    height: i32,
    focus: (i32, i32),
    classes: Vec<Class>,
    blocks: Vec<Block>,
    areas: Vec<Area>,
    row_block: Vec<u16>,
    row_label: Vec<String>,
    row_seats: Vec<u32>,
    row_ends: Vec<RowEnds>,
    numbers: Vec<String>,
    seat_number: Vec<i32>,
    seat_class: Vec<u8>,
    seat_x: Vec<i32>,
    seat_y: Vec<i32>,
    seat_radius: Vec<i32>,
    seat_column: Vec<i32>,
    seat_grid_row: Vec<i32>,
    other_guids: Vec<(u32, String)>,
}

/// Plan units to tenths.
fn tenths(value: f32) -> i32 {
    (f64::from(value) * 10.0).round() as i32
}

/// Tenths to plan units; the inverse of [`tenths`] for every value made by it.
pub(crate) fn units(tenths: i32) -> f32 {
    (f64::from(tenths) / 10.0) as f32
}

/// Rounds to what the wire keeps, so that encoding loses nothing.
pub(crate) fn rounded(value: f64) -> f32 {
    units((value * 10.0).round() as i32)
}

/// The identifier a seat has unless its maker gave it another: storey (if stated), block (if any), row, number.
pub(crate) fn usual_guid(floor: u8, block: &str, row: &str, number: &str) -> String {
    let storey = if floor > 0 {
        format!("{floor}-")
    } else {
        String::new()
    };
    let dash = if block.is_empty() { "" } else { "-" };
    format!("{storey}{block}{dash}{row}-{number}")
}

/// Differences between neighbours; they wrap, so that any input comes back.
fn steps(values: impl Iterator<Item = i32>) -> Vec<i32> {
    let mut last = 0_i32;
    values
        .map(|value| {
            let step = value.wrapping_sub(last);
            last = value;
            step
        })
        .collect()
}

fn sums(steps: &[i32]) -> impl Iterator<Item = i32> + '_ {
    steps.iter().scan(0_i32, |sum, step| {
        *sum = sum.wrapping_add(*step);
        Some(*sum)
    })
}

impl Plan {
    /// The plan as a compact file.
    pub fn encode(&self) -> Vec<u8> {
        let mut numbers = Vec::new();
        let mut known: HashMap<&str, i32> = HashMap::new();
        let mut number_of = Vec::with_capacity(self.seats.len());
        let mut other_guids = Vec::new();
        for (index, seat) in self.seats.iter().enumerate() {
            let id = *known.entry(&seat.number).or_insert_with(|| {
                numbers.push(seat.number.clone());
                numbers.len() as i32 - 1
            });
            number_of.push(id);
            let Address {
                floor,
                block,
                row,
                number,
            } = self.address(index);
            if seat.guid != usual_guid(floor, block, row, number) {
                other_guids.push((index as u32, seat.guid.clone()));
            }
        }
        let seats = || self.seats.iter();
        let columns = Columns {
            name: self.name.clone(),
            width: tenths(self.width),
            height: tenths(self.height),
            focus: (tenths(self.focus.x), tenths(self.focus.y)),
            classes: self.classes.clone(),
            blocks: self.blocks.clone(),
            areas: self.areas.clone(),
            row_block: self.rows.iter().map(|row| row.block).collect(),
            row_label: self.rows.iter().map(|row| row.label.clone()).collect(),
            row_seats: self
                .rows
                .iter()
                .map(|row| row.seats.end - row.seats.start)
                .collect(),
            row_ends: self.rows.iter().map(|row| row.labels_at).collect(),
            numbers,
            seat_number: steps(number_of.into_iter()),
            seat_class: seats().map(|seat| seat.class).collect(),
            seat_x: steps(seats().map(|seat| tenths(seat.at.x))),
            seat_y: steps(seats().map(|seat| tenths(seat.at.y))),
            seat_radius: steps(seats().map(|seat| tenths(seat.radius))),
            seat_column: steps(seats().map(|seat| i32::from(seat.grid.column))),
            seat_grid_row: steps(seats().map(|seat| i32::from(seat.grid.row))),
            other_guids,
        };
        // Neither step can fail: the columns hold nothing postcard refuses, and both write into memory.
        let plain = postcard::to_stdvec(&columns).expect("columns of numbers and texts serialise");
        let packed =
            zstd::encode_all(plain.as_slice(), COMPRESSION).expect("compressing into memory works");
        [MAGIC.as_slice(), &packed].concat()
    }

    /// Reads what [`Plan::encode`] wrote.
    ///
    /// # Errors
    /// [`BadPlan`] for anything else; never panics on foreign bytes.
    pub fn decode(bytes: &[u8]) -> Result<Self, BadPlan> {
        let (magic, packed) = bytes.split_first_chunk::<4>().ok_or(BadPlan::NotAPlan)?;
        if magic[..3] != MAGIC[..3] {
            return Err(BadPlan::NotAPlan);
        }
        if magic[3] != MAGIC[3] {
            return Err(BadPlan::Version(magic[3]));
        }
        let mut plain = Vec::new();
        zstd::Decoder::new(packed)
            .and_then(|decoder| decoder.take(UNPACKED_MAX).read_to_end(&mut plain))
            .map_err(|_| BadPlan::Damaged("it cannot be unpacked"))?;
        let columns: Columns = postcard::from_bytes(&plain)
            .map_err(|_| BadPlan::Damaged("its columns are cut off"))?;
        columns.into_plan()
    }
}

impl Columns {
    fn into_plan(self) -> Result<Plan, BadPlan> {
        let seats_total = self.seat_class.len();
        let columns = [
            &self.seat_number,
            &self.seat_x,
            &self.seat_y,
            &self.seat_radius,
            &self.seat_column,
            &self.seat_grid_row,
        ];
        if columns.iter().any(|column| column.len() != seats_total) {
            return Err(BadPlan::Damaged("its seat columns differ in length"));
        }
        let rows_total = self.row_block.len();
        if self.row_label.len() != rows_total
            || self.row_seats.len() != rows_total
            || self.row_ends.len() != rows_total
        {
            return Err(BadPlan::Damaged("its row columns differ in length"));
        }
        if self.row_seats.iter().map(|n| u64::from(*n)).sum::<u64>() != seats_total as u64 {
            return Err(BadPlan::Damaged("its rows do not hold its seats"));
        }
        if self
            .row_block
            .iter()
            .any(|block| usize::from(*block) >= self.blocks.len())
        {
            return Err(BadPlan::Damaged("a row names a block that is not there"));
        }
        if self
            .seat_class
            .iter()
            .any(|class| usize::from(*class) >= self.classes.len())
        {
            return Err(BadPlan::Damaged(
                "a seat names a category that is not there",
            ));
        }
        let mut rows = Vec::with_capacity(rows_total);
        let mut row_of = Vec::with_capacity(seats_total);
        let mut start = 0_u32;
        for (index, label) in self.row_label.into_iter().enumerate() {
            let end = start + self.row_seats[index];
            row_of.extend(std::iter::repeat_n(
                index as u32,
                self.row_seats[index] as usize,
            ));
            rows.push(Row {
                block: self.row_block[index],
                label,
                seats: start..end,
                labels_at: self.row_ends[index],
            });
            start = end;
        }
        let mut guids: HashMap<u32, String> = self.other_guids.into_iter().collect();
        let mut seats = Vec::with_capacity(seats_total);
        let mut number_of = sums(&self.seat_number);
        let (mut x, mut y, mut radius) = (
            sums(&self.seat_x),
            sums(&self.seat_y),
            sums(&self.seat_radius),
        );
        let (mut column, mut grid_row) = (sums(&self.seat_column), sums(&self.seat_grid_row));
        for (index, (row, class)) in row_of.into_iter().zip(self.seat_class).enumerate() {
            let next = (
                number_of.next(),
                x.next(),
                y.next(),
                radius.next(),
                column.next(),
                grid_row.next(),
            );
            let (Some(number), Some(x), Some(y), Some(radius), Some(column), Some(grid_row)) = next
            else {
                return Err(BadPlan::Damaged("its seat columns differ in length"));
            };
            let number = usize::try_from(number)
                .ok()
                .and_then(|id| self.numbers.get(id))
                .ok_or(BadPlan::Damaged("a seat's number is not there"))?;
            let off_grid = |_| BadPlan::Damaged("a seat stands outside the grid");
            let grid = Grid {
                column: column.try_into().map_err(off_grid)?,
                row: grid_row.try_into().map_err(off_grid)?,
            };
            let owner = &rows[row as usize];
            let block = &self.blocks[usize::from(owner.block)];
            let guid = guids
                .remove(&(index as u32))
                .unwrap_or_else(|| usual_guid(block.floor, &block.code, &owner.label, number));
            let at = Point {
                x: units(x),
                y: units(y),
            };
            seats.push(Seat {
                at,
                row,
                class,
                number: number.clone(),
                guid,
                radius: units(radius),
                grid,
            });
        }
        if !self
            .areas
            .iter()
            .flat_map(|area| &area.outline)
            .all(|p| p.x.is_finite() && p.y.is_finite())
        {
            return Err(BadPlan::Damaged("an area has no position"));
        }
        Ok(Plan {
            name: self.name,
            width: units(self.width),
            height: units(self.height),
            focus: Point {
                x: units(self.focus.0),
                y: units(self.focus.1),
            },
            classes: self.classes,
            blocks: self.blocks,
            rows,
            seats,
            areas: self.areas,
        })
    }
}
