//! Allocation: which seller may sell which seats of an event, for its organizer.
//!
//! - `GET /api/v1/organizer/events/{event}/picture` → [`SeatPicture`]
//! - `GET /api/v1/organizer/events/{event}/allocation` → [`Allocation`]
//! - `POST /api/v1/organizer/events/{event}/allocation` [`AllocationChange`] → [`AllocationDone`]
//! - `GET /api/v1/organizer/events/{event}/allocation/typed?block=&text=` → [`FoundSeats`]
//! - `GET /api/v1/organizer/events/{event}/allocation/together?count=&class=` → [`FoundSeats`]
//! - `GET /api/v1/organizer/events/{event}/allocation/moves` → [`AllocationMove`] list
//! - `POST /api/v1/organizer/events/{event}/allocation/fill` → [`AllocationFilled`]
//! - `POST /api/v1/organizer/events/{event}/allocation/compare` [`AllocationFile`] → [`AllocationDifference`]
//! - `POST /api/v1/organizer/events/{event}/targets` [`SellerTarget`] → 204

use kippu_ticket::ids::{EventId, SellerId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The first and the last of a run of seats, by their index in the plan.
pub type SeatRun = [u32; 2];

/// A hall as machines draw it: columns of equal length, one value a seat in plan order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SeatPicture {
    /// Names the plan.
    pub plan_tag: String,
    /// Extent to the right in plan units.
    pub width: f32,
    /// Extent downward.
    pub height: f32,
    /// Seat classes with what they cost.
    pub classes: Vec<PictureClass>,
    /// Parts of the hall.
    pub blocks: Vec<PictureBlock>,
    /// Rows in the order of their seats.
    pub rows: Vec<PictureRow>,
    /// Where each seat is, to the right.
    pub x: Vec<f32>,
    /// And downward.
    pub y: Vec<f32>,
    /// Index of each seat's class.
    pub class: Vec<u8>,
    /// Each seat's number as printed.
    pub number: Vec<String>,
    /// Stage, pitch and walls.
    pub areas: Vec<PictureArea>,
}

/// A seat class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PictureClass {
    /// As the plan names it.
    pub name: String,
    /// Minor units, tax contained.
    pub price: i64,
}

/// A part of the hall.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PictureBlock {
    /// As printed on tickets.
    pub code: String,
    /// What people call it.
    pub name: String,
    /// Storey; 0 where there is none.
    pub floor: u8,
}

/// A row with its seats.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PictureRow {
    /// Index of its block.
    pub block: u16,
    /// As printed.
    pub label: String,
    /// Index of its first seat.
    pub first: u32,
    /// How many seats.
    pub seats: u32,
}

/// Something that is no seat.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PictureArea {
    /// `stage`, `pitch` or `other`.
    pub kind: String,
    /// x and y of its corners, one after another.
    pub outline: Vec<f32>,
    /// Writing on it; empty where there is none.
    pub text: String,
    /// Where that stands: x and y of its centre, and its height.
    #[schema(value_type = Vec<f32>)]
    pub text_at: [f32; 3],
}

/// Whose every seat is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Allocation {
    /// The event.
    #[schema(value_type = u32)]
    pub event: EventId,
    /// Names the plan whose order of seats this is.
    pub plan_tag: String,
    /// Sellers with seats or with a target here first, then all others.
    pub sellers: Vec<AllocatedSeller>,
    /// All seats in plan order, as runs of what is alike.
    pub seats: Vec<AllocatedRun>,
}

/// A seller at an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AllocatedSeller {
    /// The seller.
    #[schema(value_type = u16)]
    pub seller: SellerId,
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// How many seats it is to have; `None` where nobody said.
    pub target: Option<u32>,
    /// Seats it has.
    pub seats: u32,
    /// Of these, held or sold.
    pub taken: u32,
}

/// Consecutive seats that are alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AllocatedRun {
    /// How many.
    pub seats: u32,
    /// Whose; `None`: nobody's.
    #[schema(value_type = Option<u16>)]
    pub seller: Option<SellerId>,
    /// What became of them.
    pub state: SeatState,
}

/// What became of a seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SeatState {
    /// Can be moved.
    Free,
    /// Somebody is about to buy it.
    Held,
    /// Paid.
    Sold,
}

/// Seats that change hands, all or none of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AllocationChange {
    /// What moves.
    pub moves: Vec<SeatMove>,
}

/// Seats from one to another. Who asks states whose they were when they were looked at: where that is no longer true, nothing is moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SeatMove {
    /// Whose they are believed to be; `None`: nobody's.
    #[schema(value_type = Option<u16>)]
    pub from: Option<SellerId>,
    /// Whose they are to be; `None`: nobody's.
    #[schema(value_type = Option<u16>)]
    pub to: Option<SellerId>,
    /// Which.
    #[schema(value_type = Vec<Vec<u32>>)]
    pub seats: Vec<SeatRun>,
}

/// An allocation made elsewhere, by hand or by another system: a line for each seat or run of seats.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AllocationFile {
    /// CSV with the columns block, floor, row, number and seller (block and floor where rows need them), or JSON with the same names. A number may be
    /// a run, `1-12`; a seller is its code or name, and nothing where seats are to be nobody's.
    pub text: String,
}

/// How a file differs from the allocation. Nothing was changed: what moves is what a change would have to ask for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AllocationDifference {
    /// Lines with something in them.
    pub lines: u32,
    /// Seats whose they are as the file says.
    pub same: u32,
    /// Seats that are another's than the file says, and can be moved.
    pub moves: Vec<SeatMove>,
    /// The same of seats that are held or sold: they stay.
    pub fixed: Vec<SeatMove>,
    /// Seats that the file gives to more than one; they stay too.
    #[schema(value_type = Vec<Vec<u32>>)]
    pub contradictory: Vec<SeatRun>,
    /// Seats that are somebody's and that the file does not name; they stay too.
    #[schema(value_type = Vec<Vec<u32>>)]
    pub not_named: Vec<SeatRun>,
    /// Lines about seats that the hall does not have, or that could be several.
    pub unknown_seats: FileLines,
    /// Lines with a seller that is none.
    pub unknown_sellers: FileLines,
    /// How those sellers are called, the first of them.
    pub sellers: Vec<String>,
}

/// Lines of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FileLines {
    /// How many.
    pub count: usize,
    /// Numbers of the first ones, as an editor counts; of JSON, which objects.
    pub first: Vec<usize>,
}

impl FileLines {
    /// Lines named one by one at most.
    const NAMED: usize = 10;

    /// Adds a line.
    pub fn add(&mut self, line: usize) {
        self.count += 1;
        if self.first.len() < Self::NAMED {
            self.first.push(line);
        }
    }

    /// How many are not named.
    pub fn more(&self) -> usize {
        self.count - self.first.len()
    }
}

/// Seats changed hands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AllocationDone {
    /// How many.
    pub seats: u32,
}

/// Seats that were nobody's went to sellers that lacked some.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AllocationFilled {
    /// How many.
    pub seats: u32,
    /// Which to whom: what takes them back again.
    pub moves: Vec<SeatMove>,
}

/// Seats somebody asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FoundSeats {
    /// Which.
    #[schema(value_type = Vec<Vec<u32>>)]
    pub seats: Vec<SeatRun>,
    /// How the text was read, or how far the seats are apart.
    pub read: FoundBy,
}

/// How seats were found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FoundBy {
    /// By row and number as printed.
    Printed,
    /// By column letters and row number of the block's grid.
    Grid,
    /// Side by side.
    Together,
    /// In several rows or blocks.
    Apart,
}

/// Seats changed hands once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AllocationMove {
    /// Rises.
    pub number: i64,
    /// When, UTC microseconds.
    pub at: i64,
    /// Role, number and name of who did it; nothing for the command line.
    pub who: Option<String>,
    /// Name of the seller that had them; `None`: nobody.
    pub from: Option<String>,
    /// Name of the seller that has them since; `None`: nobody.
    pub to: Option<String>,
    /// Which.
    #[schema(value_type = Vec<Vec<u32>>)]
    pub seats: Vec<SeatRun>,
}

/// How many seats a seller is to have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SellerTarget {
    /// The seller.
    #[schema(value_type = u16)]
    pub seller: SellerId,
    /// How many; `None`: nobody says.
    pub target: Option<u32>,
}
