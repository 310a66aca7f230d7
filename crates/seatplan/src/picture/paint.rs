//! Paints the seats of a view into RGBA pixels.

use super::{
    Palette, Picture, SQUARES_BELOW_PX, View,
    marks::{Look, Mark, Marks},
    outline::Canvas,
};
use crate::plan::{Area, AreaKind, Point};

/// What there is to be seen of each seat.
#[derive(Debug, Clone, Copy, Default)]
pub struct Looks<'a> {
    /// One byte a seat in plan order: 0 not to be had, n free in price class n-1. Missing ones cannot be had.
    pub availability: &'a [u8],
    /// Seats in the customer's basket.
    pub mine: &'a [u32],
    /// Only this price class is shown as free (a tap on the legend).
    pub only: Option<u8>,
}

impl Looks<'_> {
    fn of(&self, seat: usize) -> Look {
        match self
            .availability
            .get(seat)
            .copied()
            .unwrap_or(0)
            .checked_sub(1)
        {
            Some(class) if self.only.is_none_or(|only| only == class) => Look::Free(class),
            _ => Look::Taken,
        }
    }
}

/// Paints views; keeps the marks it has made.
#[derive(Default)]
pub struct Painter {
    marks: Marks,
    visible: Vec<(u32, f32, f32)>,
}

impl Painter {
    /// Paints a view into `pixels`, opaque RGBA of the view's size, row by row. A buffer of another size is left alone.
    pub fn paint(
        &mut self,
        picture: &Picture,
        areas: &[Area],
        view: &View,
        looks: &Looks<'_>,
        palette: &Palette,
        pixels: &mut [u8],
    ) {
        let (width, height) = (view.width_px as usize, view.height_px as usize);
        if pixels.len() != width * height * 4 {
            return;
        }
        let mut canvas = Canvas {
            pixels,
            width,
            height,
        };
        clear(&mut canvas, palette.ground);
        for area in areas {
            paint_area(&mut canvas, area, view, palette);
        }
        self.find_visible(picture, view);
        // Free seats lie over those that cannot be had, so that an overview of a nearly full hall still shows the last ones.
        for free in [false, true] {
            for (seat, x, y) in &self.visible {
                let look = looks.of(*seat as usize);
                if matches!(look, Look::Free(_)) == free {
                    seat_mark(
                        &mut self.marks,
                        &mut canvas,
                        palette,
                        look,
                        picture.pitches[*seat as usize] * view.scale,
                        *x,
                        *y,
                    );
                }
            }
        }
        for seat in looks
            .mine
            .iter()
            .map(|seat| *seat as usize)
            .filter(|seat| *seat < picture.len())
        {
            let (x, y) = view.to_pixel(picture.seats[seat]);
            // Yours is 1.2 times the size, and never too small to be found again.
            let pitch = (picture.pitches[seat] * view.scale * 1.2).max(14.0);
            seat_mark(
                &mut self.marks,
                &mut canvas,
                palette,
                Look::Mine,
                pitch,
                x,
                y,
            );
        }
    }

    fn find_visible(&mut self, picture: &Picture, view: &View) {
        let least = view.to_plan(0.0, 0.0);
        let most = view.to_plan(view.width_px as f32, view.height_px as f32);
        let reach = picture.usual_pitch * 2.0;
        let (least, most) = (
            Point {
                x: least.x - reach,
                y: least.y - reach,
            },
            Point {
                x: most.x + reach,
                y: most.y + reach,
            },
        );
        self.visible.clear();
        self.visible
            .extend(picture.index.within(least, most).map(|seat| {
                let (x, y) = view.to_pixel(picture.seats[seat]);
                (seat as u32, x, y)
            }));
    }
}

fn clear(canvas: &mut Canvas<'_>, [r, g, b]: [u8; 3]) {
    let row = [r, g, b, 255].repeat(canvas.width);
    canvas
        .pixels
        .chunks_exact_mut(row.len())
        .for_each(|line| line.copy_from_slice(&row));
}

fn paint_area(canvas: &mut Canvas<'_>, area: &Area, view: &View, palette: &Palette) {
    let outline: Vec<(f32, f32)> = area
        .outline
        .iter()
        .map(|point| view.to_pixel(*point))
        .collect();
    let fill = if area.kind == AreaKind::Stage {
        palette.ink
    } else {
        palette.area
    };
    canvas.fill(&outline, fill);
    if let Some(edge) = palette.area_edge {
        canvas.stroke(&outline, 4.0, edge);
    }
}

fn seat_mark(
    marks: &mut Marks,
    canvas: &mut Canvas<'_>,
    palette: &Palette,
    look: Look,
    pitch: f32,
    x: f32,
    y: f32,
) {
    let margin = pitch + 2.0;
    if x < -margin
        || y < -margin
        || x > canvas.width as f32 + margin
        || y > canvas.height as f32 + margin
    {
        return;
    }
    if pitch < SQUARES_BELOW_PX && look != Look::Mine {
        square(canvas, palette, look, pitch, x, y);
    } else {
        let (mark, left, top) = marks.at(palette, look, pitch, x, y);
        copy(canvas, mark, left, top);
    }
}

/// A plain square of whole pixels, at least one.
fn square(canvas: &mut Canvas<'_>, palette: &Palette, look: Look, pitch: f32, x: f32, y: f32) {
    let (colour, share) = match look {
        Look::Free(class) => (palette.class(class).colour, 0.75),
        Look::Taken | Look::Mine => (palette.taken, 0.3),
    };
    let side = (pitch * share).round().max(1.0);
    let range = |middle: f32, limit: usize| {
        let first = (middle - side / 2.0).round();
        let clip = |value: f32| (value.max(0.0) as usize).min(limit);
        clip(first)..clip(first + side)
    };
    let (columns, [r, g, b]) = (range(x, canvas.width), colour);
    for row in range(y, canvas.height) {
        let line = row * canvas.width;
        for pixel in
            canvas.pixels[(line + columns.start) * 4..(line + columns.end) * 4].chunks_exact_mut(4)
        {
            pixel.copy_from_slice(&[r, g, b, 255]);
        }
    }
}

/// Copies a mark, its soft edge mixed with what lies below.
fn copy(canvas: &mut Canvas<'_>, mark: &Mark, left: i32, top: i32) {
    let side = mark.side as i32;
    let clip = |start: i32, limit: usize| ((-start).max(0), (limit as i32 - start).min(side));
    let ((first_column, end_column), (first_row, end_row)) =
        (clip(left, canvas.width), clip(top, canvas.height));
    if first_column >= end_column {
        return;
    }
    for row in first_row..end_row {
        let source =
            &mark.pixels[(row * side + first_column) as usize..(row * side + end_column) as usize];
        let at = ((top + row) as usize * canvas.width + (left + first_column) as usize) * 4;
        for (pixel, new) in canvas.pixels[at..at + source.len() * 4]
            .chunks_exact_mut(4)
            .zip(source)
        {
            match new[3] {
                0 => {}
                255 => pixel[..3].copy_from_slice(&new[..3]),
                cover => {
                    let rest = 255 - u32::from(cover);
                    for (part, new) in pixel[..3].iter_mut().zip(new) {
                        *part = (u32::from(*new) + (u32::from(*part) * rest + 127) / 255).min(255)
                            as u8;
                    }
                }
            }
        }
    }
}
