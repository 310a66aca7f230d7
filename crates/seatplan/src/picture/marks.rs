//! Small antialiased pictures of seats, made once for each look and size and then copied.

use std::collections::HashMap;

use super::palette::Palette;

/// Form of a seat's mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Shape {
    /// First class.
    Disc,
    /// Second.
    Square,
    /// Third.
    Diamond,
    /// Fourth.
    Triangle,
}

/// What a mark says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Look {
    Taken,
    Free(u8),
    Mine,
}

/// Pixels of one mark, colours already multiplied by their cover.
pub(super) struct Mark {
    pub side: usize,
    pub pixels: Vec<[u8; 4]>,
}

/// Marks made so far. Sizes come in steps and positions between pixels in halves, so that a zoom does not fill memory.
#[derive(Default)]
pub(super) struct Marks {
    made: HashMap<(Look, u16, u8), Mark>,
    palette: Option<Palette>,
    bytes: usize,
}

const BYTES_MAX: usize = 4 << 20;

impl Marks {
    /// The mark for a pitch, and the pixel its top left corner belongs to when its centre is at `x`, `y`.
    pub(super) fn at(
        &mut self,
        palette: &Palette,
        look: Look,
        pitch_px: f32,
        x: f32,
        y: f32,
    ) -> (&Mark, i32, i32) {
        if self.palette != Some(*palette) || self.bytes > BYTES_MAX {
            *self = Self {
                palette: Some(*palette),
                ..Self::default()
            };
        }
        let fine = pitch_px < 32.0;
        let size = if fine {
            (pitch_px * 2.0).round() as u16
        } else {
            pitch_px.round() as u16 * 2
        };
        let steps = if fine { 2.0 } else { 1.0 };
        let snap = |value: f32| {
            let whole = (value * steps).round() as i32;
            let steps = steps as i32;
            (whole.div_euclid(steps), whole.rem_euclid(steps))
        };
        let ((left, part_x), (top, part_y)) = (snap(x), snap(y));
        let part = (part_y * 2 + part_x) as u8;
        let mark = self.made.entry((look, size, part)).or_insert_with(|| {
            let offset = |part: i32| part as f32 / steps;
            let mark = draw(
                palette,
                look,
                f32::from(size) / 2.0,
                offset(part_x),
                offset(part_y),
            );
            self.bytes += mark.pixels.len() * 4;
            mark
        });
        let half = (mark.side / 2) as i32;
        (mark, left - half, top - half)
    }
}

/// Draws a mark whose centre is `x`, `y` right and down of the middle of its square.
fn draw(palette: &Palette, look: Look, pitch: f32, x: f32, y: f32) -> Mark {
    let half = (pitch * 0.64).ceil() as usize + 1;
    let side = half * 2;
    let middle = half as f32;
    let mut pixels = Vec::with_capacity(side * side);
    for row in 0..side {
        for column in 0..side {
            let (dx, dy) = (
                column as f32 + 0.5 - middle - x,
                row as f32 + 0.5 - middle - y,
            );
            pixels.push(pixel(palette, look, pitch, dx, dy));
        }
    }
    Mark { side, pixels }
}

/// Colour and cover of the pixel `dx`, `dy` from the centre.
fn pixel(palette: &Palette, look: Look, pitch: f32, dx: f32, dy: f32) -> [u8; 4] {
    match look {
        Look::Taken => {
            let radius = (pitch * 0.11).max(1.2);
            painted(palette.taken, cover(dx.hypot(dy) - radius))
        }
        Look::Free(class) => {
            let mark = palette.class(class);
            let edge = distance(mark.shape, pitch, dx, dy);
            let mut colour = mark.colour;
            if mark.barred {
                colour = mixed(colour, palette.bar, cover(dy.abs() - pitch * 0.08));
            }
            painted(colour, cover(edge))
        }
        Look::Mine => {
            let radius = pitch * 0.47;
            let ring = pitch * 0.07;
            let from_centre = dx.hypot(dy);
            let mut colour = mixed(
                palette.ink,
                palette.mine,
                cover(from_centre - (radius - ring)),
            );
            if pitch >= 14.0 {
                let check = segment(dx, dy, (-0.20, 0.01), (-0.05, 0.16), pitch).min(segment(
                    dx,
                    dy,
                    (-0.05, 0.16),
                    (0.21, -0.15),
                    pitch,
                ));
                colour = mixed(colour, palette.ink, cover(check - pitch * 0.05));
            }
            painted(colour, cover(from_centre - radius))
        }
    }
}

/// Signed distance in pixels from a mark's edge, negative inside. The forms have about equal weight to the eye.
fn distance(shape: Shape, pitch: f32, dx: f32, dy: f32) -> f32 {
    match shape {
        Shape::Disc => dx.hypot(dy) - pitch * 0.39,
        Shape::Square => dx.abs().max(dy.abs()) - pitch * 0.35,
        Shape::Diamond => (dx.abs() + dy.abs() - pitch * 0.48) * std::f32::consts::FRAC_1_SQRT_2,
        Shape::Triangle => {
            let (height, base) = (pitch * 0.76, pitch * 0.88);
            let below_top = dy + height / 2.0;
            // The sides' normal, for a triangle standing on its base.
            let length = (height * height + base * base / 4.0).sqrt();
            let sides = (dx.abs() * height - below_top * base / 2.0) / length;
            sides.max(dy - height / 2.0)
        }
    }
}

/// Distance from a line between two points given in pitches.
fn segment(dx: f32, dy: f32, from: (f32, f32), to: (f32, f32), pitch: f32) -> f32 {
    let (ax, ay) = (from.0 * pitch, from.1 * pitch);
    let (bx, by) = ((to.0 - from.0) * pitch, (to.1 - from.1) * pitch);
    let along = (((dx - ax) * bx + (dy - ay) * by) / (bx * bx + by * by)).clamp(0.0, 1.0);
    (dx - ax - bx * along).hypot(dy - ay - by * along)
}

/// How much of a pixel lies inside an edge this far from its centre.
fn cover(distance: f32) -> f32 {
    (0.5 - distance).clamp(0.0, 1.0)
}

fn mixed(under: [u8; 3], over: [u8; 3], share: f32) -> [u8; 3] {
    std::array::from_fn(|i| {
        (f32::from(under[i]) + (f32::from(over[i]) - f32::from(under[i])) * share).round() as u8
    })
}

fn painted(colour: [u8; 3], cover: f32) -> [u8; 4] {
    let [r, g, b] = colour.map(|part| (f32::from(part) * cover).round() as u8);
    [r, g, b, (cover * 255.0).round() as u8]
}
