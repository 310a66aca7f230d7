//! Words on the picture: the screen draws them over the pixels in its own typeface.

use super::{Picture, SQUARES_BELOW_PX, View};
use crate::plan::{AreaKind, Plan, Point, RowEnds};

/// Most labels of one kind: a screen full of them is read by nobody.
const MOST: usize = 240;
const ROWS_FROM_PX: f32 = 14.0;
const SEATS_FROM_PX: f32 = 48.0;

/// One word on the picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Label {
    /// Centre in pixels from the left.
    pub x: f32,
    /// Centre in pixels from the top.
    pub y: f32,
    /// Height of the letters in pixels.
    pub size_px: f32,
    /// The word; empty for a stage the plan does not name.
    pub text: String,
    /// What it belongs to.
    pub kind: LabelKind,
}

/// What a label belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LabelKind {
    /// Stage, pitch or another area; on a stage the text is light.
    Area(AreaKind),
    /// A block, while its seats are too small to tell apart; with the category of its first seat.
    Block {
        /// Index of the category.
        class: u8,
    },
    /// A row, beside its end.
    Row,
    /// A seat's number, on its mark.
    Seat {
        /// Which seat.
        seat: u32,
    },
}

impl Picture {
    /// All words for a view.
    pub fn labels(&self, plan: &Plan, view: &View) -> Vec<Label> {
        let mut labels = self.area_labels(plan, view);
        labels.extend(self.block_labels(plan, view));
        labels.extend(self.row_labels(plan, view));
        labels.extend(self.seat_labels(plan, view));
        labels
    }

    fn area_labels(&self, plan: &Plan, view: &View) -> Vec<Label> {
        let texts = plan
            .areas
            .iter()
            .filter_map(|area| Some((area, area.text.as_ref()?)));
        texts
            .map(|(area, text)| {
                let (x, y) = view.to_pixel(text.at);
                let size_px = (text.size * view.scale).clamp(16.0, 60.0);
                Label {
                    x,
                    y,
                    size_px,
                    text: text.text.clone(),
                    kind: LabelKind::Area(area.kind),
                }
            })
            .filter(|label| visible(view, label.x, label.y))
            .take(MOST)
            .collect()
    }

    fn block_labels(&self, plan: &Plan, view: &View) -> Vec<Label> {
        let mut sums = vec![(0.0_f64, 0.0_f64, 0_u32, 0.0_f32, 0_u8); plan.blocks.len()];
        for row in &plan.rows {
            let sum = &mut sums[usize::from(row.block)];
            for seat in row.range() {
                let at = self.seats[seat];
                *sum = (
                    sum.0 + f64::from(at.x),
                    sum.1 + f64::from(at.y),
                    sum.2 + 1,
                    self.pitches[seat],
                    plan.seats[seat].class,
                );
            }
        }
        sums.into_iter()
            .zip(&plan.blocks)
            .filter(|((_, _, seats, pitch, _), _)| {
                *seats > 0 && pitch * view.scale < SQUARES_BELOW_PX
            })
            .map(|((x, y, seats, pitch, class), block)| {
                let middle = Point {
                    x: (x / f64::from(seats)) as f32,
                    y: (y / f64::from(seats)) as f32,
                };
                let (x, y) = view.to_pixel(middle);
                // A block of many seats has room for larger letters.
                let size_px = ((seats as f32).sqrt() * pitch * view.scale * 0.35).clamp(14.0, 36.0);
                Label {
                    x,
                    y,
                    size_px,
                    text: block.name.clone(),
                    kind: LabelKind::Block { class },
                }
            })
            .filter(|label| visible(view, label.x, label.y))
            .take(MOST)
            .collect()
    }

    fn row_labels(&self, plan: &Plan, view: &View) -> Vec<Label> {
        let mut labels = Vec::new();
        for row in plan.rows.iter().filter(|row| !row.label.is_empty()) {
            let range = row.range();
            let (Some(first), Some(last)) = (range.clone().next(), range.last()) else {
                continue;
            };
            let pitch = self.pitches[first];
            if pitch * view.scale < ROWS_FROM_PX || labels.len() >= MOST {
                continue;
            }
            let ends = match row.labels_at {
                RowEnds::None => [None, None],
                RowEnds::Start => [Some((first, first + 1)), None],
                RowEnds::End => [None, Some((last, last.saturating_sub(1)))],
                RowEnds::Both => [
                    Some((first, first + 1)),
                    Some((last, last.saturating_sub(1))),
                ],
            };
            for (end, inner) in ends.into_iter().flatten() {
                let at = beyond(
                    self.seats[end],
                    if first == last {
                        None
                    } else {
                        self.seats.get(inner).copied()
                    },
                    pitch,
                );
                let (x, y) = view.to_pixel(at);
                if visible(view, x, y) {
                    let size_px = (pitch * view.scale * 0.6).clamp(12.0, 36.0);
                    labels.push(Label {
                        x,
                        y,
                        size_px,
                        text: row.label.clone(),
                        kind: LabelKind::Row,
                    });
                }
            }
        }
        labels
    }

    fn seat_labels(&self, plan: &Plan, view: &View) -> Vec<Label> {
        let (least, most) = (
            view.to_plan(0.0, 0.0),
            view.to_plan(view.width_px as f32, view.height_px as f32),
        );
        if self.least_pitch.max(self.usual_pitch) * view.scale < SEATS_FROM_PX {
            return Vec::new();
        }
        self.index
            .within(least, most)
            .filter(|seat| self.pitches[*seat] * view.scale >= SEATS_FROM_PX)
            .map(|seat| {
                let (x, y) = view.to_pixel(self.seats[seat]);
                let size_px = (self.pitches[seat] * view.scale * 0.3).min(40.0);
                let text = plan.seats[seat].number.clone();
                Label {
                    x,
                    y,
                    size_px,
                    text,
                    kind: LabelKind::Seat { seat: seat as u32 },
                }
            })
            .filter(|label| visible(view, label.x, label.y))
            .take(MOST)
            .collect()
    }
}

fn visible(view: &View, x: f32, y: f32) -> bool {
    x >= 0.0 && y >= 0.0 && x <= view.width_px as f32 && y <= view.height_px as f32
}

/// One pitch beyond the end of a row, going on as the row goes.
fn beyond(end: Point, inner: Option<Point>, pitch: f32) -> Point {
    let (dx, dy) = inner.map_or((-1.0, 0.0), |inner| (end.x - inner.x, end.y - inner.y));
    let length = dx.hypot(dy).max(0.001);
    Point {
        x: end.x + dx / length * pitch,
        y: end.y + dy / length * pitch,
    }
}
