//! Which part of a plan is on the screen: fit, zoom about a point, pan, and what a tap means there.

use super::{CHOOSE_PITCH_PX, Picture};
use crate::plan::Point;

/// Free space around the plan, in pixels.
const MARGIN_PX: f32 = 28.0;
/// The pitch an overview tap goes to first when seats are smaller than this.
const BLOCK_PITCH_PX: f32 = 14.0;
/// Largest pitch, as a multiple of the one at which seats can be chosen.
const LARGEST: f32 = 2.0;

/// A window on the plan. Pixels are those of the painted buffer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct View {
    /// Buffer width in pixels.
    pub width_px: u32,
    /// Buffer height in pixels.
    pub height_px: u32,
    /// Pixels a plan unit.
    pub scale: f32,
    /// Plan position of the window's top left corner.
    pub corner: Point,
    /// Pitch in pixels from which on seats are chosen: [`CHOOSE_PITCH_PX`], scaled where the whole screen is.
    pub choose_pitch_px: f32,
}

/// What a tap means.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Tap {
    /// Seats are large enough, and this one was meant.
    Seat(usize),
    /// Seats are too small to choose: look closer.
    Zoom(View),
    /// No seat is near.
    Nothing,
}

impl View {
    /// The whole plan.
    pub fn fit(picture: &Picture, width_px: u32, height_px: u32) -> Self {
        let view = Self {
            width_px: width_px.max(1),
            height_px: height_px.max(1),
            scale: 1.0,
            corner: Point::default(),
            choose_pitch_px: CHOOSE_PITCH_PX,
        };
        Self {
            scale: view.fit_scale(picture),
            ..view
        }
        .clamped(picture)
    }

    fn fit_scale(&self, picture: &Picture) -> f32 {
        let room = |pixels: u32| (pixels as f32 - 2.0 * MARGIN_PX).max(1.0);
        (room(self.width_px) / picture.width).min(room(self.height_px) / picture.height)
    }

    /// The same middle and closeness in a window of another size.
    pub fn resized(self, picture: &Picture, width_px: u32, height_px: u32) -> Self {
        let was_fit = self.scale <= self.fit_scale(picture) * 1.001;
        if was_fit {
            return Self {
                choose_pitch_px: self.choose_pitch_px,
                ..Self::fit(picture, width_px, height_px)
            };
        }
        let middle = self.to_plan(self.width_px as f32 / 2.0, self.height_px as f32 / 2.0);
        Self {
            width_px: width_px.max(1),
            height_px: height_px.max(1),
            ..self
        }
        .centred_on(picture, middle)
    }

    /// Plan position of a pixel.
    pub fn to_plan(&self, x: f32, y: f32) -> Point {
        Point {
            x: self.corner.x + x / self.scale,
            y: self.corner.y + y / self.scale,
        }
    }

    /// Pixel position of a point of the plan.
    pub fn to_pixel(&self, at: Point) -> (f32, f32) {
        (
            (at.x - self.corner.x) * self.scale,
            (at.y - self.corner.y) * self.scale,
        )
    }

    /// Closer (`factor` > 1) or farther, the given pixel keeping its place: the middle of two fingers, or of the window.
    pub fn zoomed(self, picture: &Picture, factor: f32, x: f32, y: f32) -> Self {
        let fixed = self.to_plan(x, y);
        let least = self.fit_scale(picture);
        let most = (self.choose_pitch_px * LARGEST / picture.least_pitch).max(least);
        let factor = if factor.is_finite() && factor > 0.0 {
            factor
        } else {
            1.0
        };
        let scale = (self.scale * factor).clamp(least, most);
        let corner = Point {
            x: fixed.x - x / scale,
            y: fixed.y - y / scale,
        };
        Self {
            scale,
            corner,
            ..self
        }
        .clamped(picture)
    }

    /// Moved with a finger: the plan follows by so many pixels.
    pub fn panned(self, picture: &Picture, dx: f32, dy: f32) -> Self {
        if !(dx.is_finite() && dy.is_finite()) {
            return self;
        }
        let corner = Point {
            x: self.corner.x - dx / self.scale,
            y: self.corner.y - dy / self.scale,
        };
        Self { corner, ..self }.clamped(picture)
    }

    /// The same closeness with this point in the middle, as far as the plan's edge allows.
    pub fn centred_on(self, picture: &Picture, at: Point) -> Self {
        let half = |pixels: u32| pixels as f32 / 2.0 / self.scale;
        let corner = Point {
            x: at.x - half(self.width_px),
            y: at.y - half(self.height_px),
        };
        Self { corner, ..self }.clamped(picture)
    }

    /// Shows the given seats, close enough to choose them where they fit.
    pub fn on_seats(self, picture: &Picture, seats: &[u32]) -> Self {
        let points = || {
            seats
                .iter()
                .filter_map(|seat| picture.seats.get(*seat as usize))
        };
        let (Some(first), count) = (points().next(), points().count() as f32) else {
            return self;
        };
        let middle = Point {
            x: points().map(|at| at.x).sum::<f32>() / count,
            y: points().map(|at| at.y).sum::<f32>() / count,
        };
        let pitch = picture.pitch_around(*first);
        let reach = points().map(|at| at.distance(middle)).fold(pitch, f32::max) + 2.0 * pitch;
        let room = self.width_px.min(self.height_px) as f32 / 2.0 / reach;
        let scale = (self.choose_pitch_px * 1.05 / pitch)
            .min(room)
            .max(self.fit_scale(picture));
        Self { scale, ..self }.centred_on(picture, middle)
    }

    /// Pitch of the seats around a pixel, in pixels.
    pub fn pitch_px(&self, picture: &Picture, x: f32, y: f32) -> f32 {
        picture.pitch_around(self.to_plan(x, y)) * self.scale
    }

    /// What a tap on a pixel means: an overview looks closer, in one step or two; close up it chooses a seat, half a pitch of aim forgiven.
    pub fn tap(self, picture: &Picture, x: f32, y: f32) -> Tap {
        let at = self.to_plan(x, y);
        let pitch = picture.pitch_around(at);
        let pitch_px = pitch * self.scale;
        // Rounding must not keep a view that was made for choosing just short of it.
        if pitch_px >= self.choose_pitch_px * 0.99 {
            return picture
                .nearest(at, pitch / 2.0)
                .map_or(Tap::Nothing, Tap::Seat);
        }
        let target = if pitch_px * 3.0 < BLOCK_PITCH_PX {
            BLOCK_PITCH_PX
        } else {
            self.choose_pitch_px * 1.05
        };
        let reach = picture.usual_pitch * 8.0;
        let middle = picture
            .nearest(at, reach)
            .map_or(at, |seat| picture.seats[seat]);
        Tap::Zoom(
            Self {
                scale: target / pitch,
                ..self
            }
            .centred_on(picture, middle),
        )
    }

    /// Keeps the plan in the window: centred where it is smaller, else without running past its edges.
    fn clamped(self, picture: &Picture) -> Self {
        let clamp = |corner: f32, window_px: u32, origin: f32, extent: f32| {
            let (window, margin) = (window_px as f32 / self.scale, MARGIN_PX / self.scale);
            let corner = corner - origin;
            origin
                + if extent + 2.0 * margin <= window {
                    (extent - window) / 2.0
                } else {
                    corner.clamp(-margin, extent + margin - window)
                }
        };
        let corner = Point {
            x: clamp(
                self.corner.x,
                self.width_px,
                picture.origin.x,
                picture.width,
            ),
            y: clamp(
                self.corner.y,
                self.height_px,
                picture.origin.y,
                picture.height,
            ),
        };
        Self { corner, ..self }
    }
}
