//! The seat picture: where seats are on a screen, what a tap means, and a painter into plain pixels. Knows no user interface.

mod index;
mod labels;
mod marks;
mod outline;
mod paint;
mod palette;
mod view;

pub use labels::{Label, LabelKind};
pub use marks::Shape;
pub use paint::{Looks, Painter};
pub use palette::{ClassMark, Palette};
pub use view::{Tap, View};

use crate::plan::{Plan, Point, median};
use index::Index;

/// Seats may be chosen once neighbours are this far apart on the screen: 20 mm on the kiosk's panel.
pub const CHOOSE_PITCH_PX: f32 = 80.0;
/// Below this pitch seats are plain squares and blocks carry labels.
pub const SQUARES_BELOW_PX: f32 = 5.0;

/// What drawing and tapping need of a plan, prepared once.
pub struct Picture {
    /// Top left corner of what there is to see; plans often have wide empty edges.
    origin: Point,
    width: f32,
    height: f32,
    seats: Vec<Point>,
    /// Distance to neighbours of each seat, in plan units.
    pitches: Vec<f32>,
    least_pitch: f32,
    usual_pitch: f32,
    index: Index,
}

/// Where a key press moves the chosen seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Toward smaller x.
    Left,
    /// Toward larger x.
    Right,
    /// Toward smaller y.
    Up,
    /// Toward larger y.
    Down,
}

impl Picture {
    /// Prepares a plan for drawing.
    pub fn new(plan: &Plan) -> Self {
        let rows = plan.pitches();
        let seats: Vec<Point> = plan.seats.iter().map(|seat| seat.at).collect();
        let pitches: Vec<f32> = plan
            .seats
            .iter()
            .map(|seat| rows[seat.row as usize])
            .collect();
        let (least_pitch, usual_pitch) = if pitches.is_empty() {
            (25.0, 25.0)
        } else {
            (
                pitches.iter().copied().fold(f32::MAX, f32::min),
                median(&mut pitches.clone()),
            )
        };
        let index = Index::new(&seats, plan.width.max(1.0), plan.height.max(1.0));
        let (least, most) = extent(plan);
        Self {
            origin: Point {
                x: least.x - usual_pitch,
                y: least.y - usual_pitch,
            },
            width: most.x - least.x + 2.0 * usual_pitch,
            height: most.y - least.y + 2.0 * usual_pitch,
            seats,
            pitches,
            least_pitch,
            usual_pitch,
            index,
        }
    }

    /// Number of seats.
    pub fn len(&self) -> usize {
        self.seats.len()
    }

    /// Whether there is no seat at all.
    pub fn is_empty(&self) -> bool {
        self.seats.is_empty()
    }

    /// The seat nearest to a point of the plan, at most `within` plan units away.
    pub fn nearest(&self, at: Point, within: f32) -> Option<usize> {
        self.index
            .around(at, within)
            .map(|seat| (seat, self.seats[seat].distance(at)))
            .filter(|(_, distance)| *distance <= within)
            .min_by(|a, b| a.1.total_cmp(&b.1))
            .map(|(seat, _)| seat)
    }

    /// Distance between neighbours around a point of the plan, in plan units; the usual one where no seat is near.
    pub fn pitch_around(&self, at: Point) -> f32 {
        let reach = self.usual_pitch * 8.0;
        self.nearest(at, reach)
            .map_or(self.usual_pitch, |seat| self.pitches[seat])
    }

    /// The next seat in a direction that `allowed` lets be chosen: near and straight ahead is best.
    pub fn next_seat(
        &self,
        from: usize,
        direction: Direction,
        allowed: impl Fn(usize) -> bool,
    ) -> Option<usize> {
        let start = *self.seats.get(from)?;
        let ahead = |seat: usize| {
            let (x, y) = (self.seats[seat].x - start.x, self.seats[seat].y - start.y);
            let (forth, aside) = match direction {
                Direction::Left => (-x, y),
                Direction::Right => (x, y),
                Direction::Up => (-y, x),
                Direction::Down => (y, x),
            };
            // A seat as far aside as ahead lies in another direction as well.
            (forth > 0.01 && aside.abs() < forth * 0.99).then_some(forth + 2.0 * aside.abs())
        };
        (0..self.seats.len())
            .filter(|seat| *seat != from && allowed(*seat))
            .filter_map(|seat| Some((seat, ahead(seat)?)))
            .min_by(|a, b| a.1.total_cmp(&b.1))
            .map(|(seat, _)| seat)
    }
}

/// Corners of the part of the plan that has seats or areas.
fn extent(plan: &Plan) -> (Point, Point) {
    let seats = plan.seats.iter().map(|seat| seat.at);
    let areas = plan
        .areas
        .iter()
        .flat_map(|area| area.outline.iter().copied());
    let corners = seats
        .chain(areas)
        .map(|at| (at, at))
        .reduce(|(least, most), (at, _)| {
            (
                Point {
                    x: least.x.min(at.x),
                    y: least.y.min(at.y),
                },
                Point {
                    x: most.x.max(at.x),
                    y: most.y.max(at.y),
                },
            )
        });
    corners.unwrap_or_default()
}
